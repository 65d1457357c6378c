//! The template as JSON, and a rule tried on it.

use std::fs;
use std::path::{Path, PathBuf};

use readmit_local::template::yaml::to_json;
use serde_json::Value;

/// The breaches of a rule, one line each.
pub(crate) type Faults = Vec<String>;

/// The template's text.
pub(crate) const SOURCE: &str = include_str!("../../template.yaml");

/// The template.
pub(crate) fn template() -> Value {
    to_json(SOURCE).unwrap()
}

/// The resources of a type by logical id.
pub(crate) fn of_type<'a>(template: &'a Value, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let resources = template["Resources"].as_object().unwrap().iter();
    resources.filter(move |(_, resource)| resource["Type"] == kind).map(|(id, resource)| (id.as_str(), resource))
}

/// The functions.
pub(crate) fn functions(template: &Value) -> impl Iterator<Item = (&str, &Value)> {
    of_type(template, "AWS::Serverless::Function")
}

/// A function's value at `pointer`: its own or the global one.
pub(crate) fn setting<'a>(template: &'a Value, function: &'a Value, pointer: &str) -> &'a Value {
    let own = function["Properties"].pointer(pointer);
    own.or_else(|| template["Globals"]["Function"].pointer(pointer)).unwrap_or(&Value::Null)
}

/// The target of a `Ref`.
pub(crate) fn referred(value: &Value) -> Option<&str> {
    value["Ref"].as_str()
}

/// Every text in a value, at any depth.
pub(crate) fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The root folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The Rust files below a folder without their unit tests.
pub(crate) fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text.split("#[cfg(test)]").next().unwrap().to_owned()));
        }
    }
    found
}

/// Checks that the rule finds nothing in the template.
#[track_caller]
pub(crate) fn holds(rule: impl Fn(&Value) -> Faults) {
    let faults = rule(&template());
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Checks that the rule finds a breach that contains `what` if the value at `pointer` is replaced. Null removes the value.
#[track_caller]
pub(crate) fn misses(rule: impl Fn(&Value) -> Faults, pointer: &str, value: Value, what: &str) {
    let mut template = template();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/");
    let parent = template.pointer_mut(parent).unwrap_or_else(|| panic!("nothing is at {pointer}"));
    if value.is_null() {
        parent.as_object_mut().unwrap().remove(&name).unwrap_or_else(|| panic!("nothing is at {pointer}"));
    } else {
        parent[&name] = value;
    }
    let faults = rule(&template);
    assert!(faults.iter().any(|fault| fault.contains(what)), "{pointer}: {faults:?} do not say {what:?}");
}
