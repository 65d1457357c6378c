//! Rules for the repository: dependencies between crates, length of files, and the places that every function needs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod documents;
mod imports;
mod messages;
mod packages;
mod plain_words;
mod tools;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use readmit_local::template::Template;
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// What each of our crates depends on, tests aside.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--locked"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let dependencies =
                package["dependencies"].as_array().unwrap().iter().filter(|dependency| dependency["kind"].is_null());
            let names = dependencies.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

fn functions() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("functions"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() && entry.file_name() != "target" && entry.file_name() != "node_modules" {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found
}

/// The scripts of the portal, of the local stack's pages and of the portal's tests; but a table of words is as long as all
/// that a page says.
fn scripts() -> Vec<PathBuf> {
    let folders = ["portal", "local/pages", "tests/portal"].map(|name| root().join(name));
    let paths = folders.iter().flat_map(|folder| files(folder, ".js"));
    paths.filter(|path| !path.starts_with(root().join("portal/app/words"))).collect()
}

fn sources() -> Vec<(PathBuf, String)> {
    let crates = ["bench", "functions", "shared", "local", "operator", "tests"].map(|name| root().join(name));
    let paths = crates.iter().flat_map(|folder| files(folder, ".rs"));
    paths.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn dependencies_point_one_way() {
    let dependencies = dependencies();
    let functions = functions();
    let ours: Vec<&String> = dependencies.keys().collect();
    for (name, used) in &dependencies {
        let used_of_ours: Vec<&String> = used.iter().filter(|name| ours.contains(name)).collect();
        match name.as_str() {
            "readmit-domain" => assert!(used_of_ours.is_empty(), "{used_of_ours:?}"),
            "readmit" => assert_eq!(used_of_ours, ["readmit-domain"]),
            "readmit-operator" => assert_eq!(used_of_ours, ["readmit"]),
            "readmit-model" => assert_eq!(used_of_ours, ["readmit-domain"]),
            "readmit-bench" | "readmit-local" | "readmit-tests" => {}
            function => {
                assert!(functions.iter().any(|known| known == function), "{function} is no function");
                assert_eq!(used_of_ours, ["readmit"], "{function}");
            }
        }
    }
}

#[test]
fn the_domain_knows_no_sdk_and_no_async() {
    let used = &dependencies()["readmit-domain"];
    for outside in
        used.iter().filter(|name| name.starts_with("aws") || name.starts_with("lambda") || name.contains("http"))
    {
        assert!(outside.is_empty(), "the domain uses {outside}");
    }
    for name in ["tokio", "tracing", "futures-util", "serde_dynamo"] {
        assert!(!used.iter().any(|used| used == name), "the domain uses {name}");
    }
    for (path, text) in sources().iter().filter(|(path, _)| path.starts_with(root().join("shared/domain"))) {
        assert!(!text.contains("async fn") && !text.contains(".await"), "{}", path.display());
    }
}

#[test]
fn inside_the_common_crate_only_http_knows_http() {
    for (path, text) in sources() {
        let inner = path.strip_prefix(root().join("shared/src")).unwrap_or(Path::new(""));
        let below = ["app", "app.rs", "store", "store.rs", "mail", "mail.rs", "keyring", "keyring.rs"];
        if below.iter().any(|floor| inner.starts_with(floor)) {
            assert!(!text.contains("crate::http") && !text.contains("use http::"), "{}", path.display());
        }
    }
}

#[test]
fn the_status_of_a_passcode_is_written_in_one_file() {
    let deployed = ["functions", "shared/src", "operator"].map(|folder| root().join(folder));
    let only = root().join("shared/src/store/transition.rs");
    for (path, text) in sources() {
        let may_write = path == only || !deployed.iter().any(|folder| path.starts_with(folder));
        for attribute in ["\"passcode_status", "\"recovery_state", "latest_passcode\"", ".passcode_status"] {
            assert!(may_write || !text.contains(attribute), "{} has {attribute}", path.display());
        }
    }
}

#[test]
fn the_embedded_database_is_for_local_runs_and_tests() {
    for (name, used) in dependencies() {
        let embedded = used.iter().any(|used| used == "dynoxide-rs");
        assert!(!embedded || name == "readmit-local" || name == "readmit-tests", "{name}");
    }
}

#[test]
fn a_file_has_one_subject_and_at_most_300_lines() {
    for (path, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 300, "{} has {lines} lines", path.display());
        assert!(text.starts_with("//!"), "{} does not say what it is about", path.display());
    }
    for path in scripts() {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().count();
        assert!(lines <= 300, "{} has {lines} lines", path.display());
        assert!(text.starts_with("/**") || text.starts_with("//"), "{} does not say what it is about", path.display());
    }
}

#[test]
fn no_function_knows_where_it_runs() {
    let deployed = ["functions", "shared/src"].map(|folder| root().join(folder));
    for (path, text) in sources().iter().filter(|(path, _)| deployed.iter().any(|folder| path.starts_with(folder))) {
        for word in ["localhost", "127.0.0.1", "/_local", "READMIT_LOCAL"] {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

#[test]
fn every_function_is_deployed_logged_and_has_its_events() {
    let template = Template::of_this_build().unwrap();
    let log = fs::read_to_string(root().join("shared/src/log.rs")).unwrap();
    for name in functions() {
        assert!(template.functions.iter().any(|function| function.package == name), "{name} is not in template.yaml");
        assert!(log.contains(&format!("\"{}\"", name.replace('-', "_"))), "{name} is not in shared/src/log.rs");
        assert!(!files(&root().join("events").join(&name), ".json").is_empty(), "{name} has no event");
        let main = fs::read_to_string(root().join("functions").join(&name).join("src/main.rs")).unwrap();
        assert!(main.lines().count() <= 12, "the main of {name} does more than wire");
    }
}
