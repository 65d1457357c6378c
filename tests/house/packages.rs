//! The packages that the owner of the project required exist, and deployed functions use them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use readmit_local::template::yaml::to_json;
use serde_json::Value;

use crate::{functions, root};

/// The tenth, cargo-lambda, builds.
const NAMED: [&str; 9] = [
    "argon2",
    "aws-config",
    "aws-sdk-dynamodb",
    "aws-sdk-sesv2",
    "jsonwebtoken",
    "lambda_http",
    "serde_json",
    "tokio",
    "totp-rs",
];

/// Every package of Cargo.lock by its id, with its name and what it is built from, tests and build scripts aside.
fn packages() -> BTreeMap<String, (String, Vec<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let names: BTreeMap<String, String> =
        metadata["packages"].as_array().unwrap().iter().map(|it| (text(&it["id"]), text(&it["name"]))).collect();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| {
            let is_linked = |dependency: &&Value| {
                dependency["dep_kinds"].as_array().unwrap().iter().any(|kind| kind["kind"].is_null())
            };
            let linked = node["deps"].as_array().unwrap().iter().filter(is_linked).map(|it| text(&it["pkg"])).collect();
            let id = text(&node["id"]);
            (id.clone(), (names[&id].clone(), linked))
        })
        .collect()
}

#[test]
fn each_package_that_the_owner_named_is_in_a_deployed_function() {
    let packages = packages();
    let deployed = functions();
    let mut open: Vec<&String> =
        packages.iter().filter(|(_, (name, _))| deployed.contains(name)).map(|(id, _)| id).collect();
    assert_eq!(open.len(), deployed.len());
    let mut linked = BTreeSet::new();
    while let Some(id) = open.pop() {
        let (name, dependencies) = &packages[id];
        if linked.insert(name.as_str()) {
            open.extend(dependencies);
        }
    }
    let missing: Vec<_> = NAMED.iter().filter(|name| !linked.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// In the dependency graph alone a package could stand unused.
#[test]
fn each_of_them_is_named_in_the_sources_of_a_function_or_of_what_functions_share() {
    let folders = ["functions", "shared"].map(|folder| root().join(folder));
    let sources: String = folders
        .iter()
        .flat_map(|folder| crate::files(folder, ".rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let unused: Vec<_> =
        NAMED.iter().filter(|name| !sources.contains(&format!("{}::", name.replace('-', "_")))).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn sam_builds_every_function_with_cargo_lambda() {
    let template = to_json(&fs::read_to_string(root().join("template.yaml")).unwrap()).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    let built = resources.filter(|resource| resource["Type"] == "AWS::Serverless::Function");
    let methods: Vec<&Value> = built.map(|function| &function["Metadata"]["BuildMethod"]).collect();
    assert_eq!(methods, vec!["rust-cargolambda"; functions().len()]);
}
