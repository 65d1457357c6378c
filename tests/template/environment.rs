//! The functions' environment variables: every variable that is set is read, and every one that is read is set.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{Faults, functions, holds, misses, root, sources};

/// Variables that Lambda itself sets.
const OF_LAMBDA: [&str; 5] =
    ["AWS_ACCESS_KEY_ID", "AWS_LAMBDA_FUNCTION_NAME", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

/// Variables of AWS's own clients. Nobody sets them in a deployment to AWS.
const OF_EVERY_CLIENT: [&str; 5] = [
    "AWS_CA_BUNDLE",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_DYNAMODB",
    "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    "AWS_ENDPOINT_URL_SESV2",
];

/// Variables that only developers set, for `cargo run`.
const OF_DEVELOPERS: [&str; 1] = ["RUST_LOG"];

/// The texts in a source that can be names of variables: capital letters with an underscore.
fn named_in(source: &str) -> BTreeSet<String> {
    let quotes = source.match_indices('"').map(|(at, _)| &source[at + 1..]);
    let names = quotes.filter_map(|rest| {
        let name = rest.split('"').next()?;
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        (name.contains('_') && name.chars().all(fits) && name.starts_with(|c: char| c.is_ascii_uppercase()))
            .then_some(name)
    });
    names.map(str::to_owned).collect()
}

fn read() -> BTreeSet<String> {
    let folders = ["functions", "shared/src"].map(|folder| sources(&root().join(folder)));
    folders.iter().flatten().flat_map(|(_, text)| named_in(text)).collect()
}

fn set(template: &Value) -> BTreeSet<String> {
    let own = functions(template).map(|(_, function)| &function["Properties"]);
    let all = own.chain([&template["Globals"]["Function"]]);
    all.filter_map(|of| of["Environment"]["Variables"].as_object()).flat_map(|names| names.keys().cloned()).collect()
}

fn faults(template: &Value) -> Faults {
    let (read, set) = (read(), set(template));
    let of_others: BTreeSet<&str> = [&OF_LAMBDA[..], &OF_EVERY_CLIENT, &OF_DEVELOPERS].concat().into_iter().collect();
    let unread = set.difference(&read).map(|name| format!("{name} is set, and nothing reads it"));
    let unset = read.difference(&set).filter(|name| !of_others.contains(name.as_str()));
    unread.chain(unset.map(|name| format!("{name} is read, and nothing sets it"))).collect()
}

#[test]
fn every_variable_is_set_and_read() {
    assert_eq!(
        named_in(r#"get("A_B"), '"', "C", "d_e", "F_1" "#),
        BTreeSet::from(["A_B".to_owned(), "F_1".to_owned()])
    );
    holds(faults);
    let variables = |name: &str| format!("/Globals/Function/Environment/Variables/{name}");
    misses(faults, &variables("READMIT_QUEUE"), json!("queue"), "READMIT_QUEUE is set, and nothing reads it");
    misses(faults, &variables("READMIT_AUDIT_TABLE"), Value::Null, "READMIT_AUDIT_TABLE is read, and nothing sets it");
}
