//! The contract, `docs/openapi.yaml`. Every answer in the tests is checked against it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::{Draft, Validator};
use reqwest::Method;
use serde_json::{Map, Value};

use crate::Reply;

const SOURCE: &str = include_str!("../../docs/openapi.yaml");

/// The documented answers of every operation.
struct Contract {
    operations: Vec<Operation>,
}

struct Operation {
    method: String,
    path: String,
    answers: BTreeMap<String, Documented>,
}

/// A documented answer with one status.
struct Documented {
    headers: BTreeMap<String, Validator>,
    bodies: BTreeMap<String, Validator>,
}

/// The document as JSON.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| serde_yaml_ng::from_str(SOURCE).expect("docs/openapi.yaml is no YAML that JSON can hold"))
}

/// The target of a `$ref`, or the value itself.
pub fn resolved(value: &'static Value) -> &'static Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => resolved(target(reference).unwrap_or_else(|| panic!("{reference} is nothing"))),
        None => value,
    }
}

/// The target of a reference within the document.
pub fn target(reference: &str) -> Option<&'static Value> {
    document().pointer(reference.strip_prefix('#')?)
}

/// The operations, each with its method in capitals and its path.
pub fn operations() -> Vec<(String, &'static str, &'static Value)> {
    let paths = document()["paths"].as_object().expect("the document has no paths");
    let of_path = |(path, item): (&'static String, &'static Value)| {
        let methods = item.as_object().expect("a path is no object").iter().filter(|(name, _)| *name != "parameters");
        methods.map(move |(method, operation)| (method.to_uppercase(), path.as_str(), operation))
    };
    paths.iter().flat_map(of_path).collect()
}

/// Checks values against a schema of the document, formats included.
pub fn validator(schema: &Value) -> Validator {
    // References start at the root, so the schema must contain the components.
    let root = serde_json::json!({"components": document()["components"], "allOf": [schema]});
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&root).unwrap_or_else(|error| panic!("no schema: {error}\n{schema}"))
}

/// The faults of a value, one on each line.
pub fn faults(validator: &Validator, value: &Value) -> String {
    let lines =
        validator.iter_errors(value).map(|error| format!("  at {:?}: {error}\n", error.instance_path().as_str()));
    lines.collect()
}

/// Fails if the answer is not in the document: status, content type, body and headers.
///
/// Paths that are not in the document pass: those of the local stack and of Lambda, and unknown routes.
#[track_caller]
pub fn check(method: &Method, path: &str, reply: &Reply) {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    let path = path.split('?').next().unwrap_or_default();
    if path.starts_with("/_local/") || path.starts_with("/2015-03-31/") {
        return;
    }
    if let Err(fault) = CONTRACT.get_or_init(Contract::new).check(method, path, reply) {
        panic!("{method} {path} is not as docs/openapi.yaml says: {} {fault}\n{}", reply.status, reply.text);
    }
}

impl Contract {
    fn new() -> Self {
        let operation = |(method, path, operation): (String, &'static str, &'static Value)| {
            let answers = operation["responses"].as_object().expect("an operation has no responses");
            let answers = answers.iter().map(|(status, answer)| (status.clone(), Documented::new(resolved(answer))));
            Operation { method, path: path.to_owned(), answers: answers.collect() }
        };
        Self { operations: operations().into_iter().map(operation).collect() }
    }

    fn check(&self, method: &Method, path: &str, reply: &Reply) -> Result<(), String> {
        // A literal segment is preferred to a parameter, as in the gateway.
        let at_path = self.operations.iter().filter(|operation| operation.is_at(path));
        let parameters = |operation: &&Operation| operation.path.matches('{').count();
        let fewest = at_path.clone().map(|operation| parameters(&operation)).min();
        let mut candidates = at_path.filter(|operation| Some(parameters(operation)) == fewest).peekable();
        if candidates.peek().is_none() {
            return Ok(());
        }
        match candidates.find(|operation| operation.method == method.as_str()) {
            Some(operation) => {
                let documented = operation.answers.get(&reply.status.to_string());
                documented.ok_or("is not documented")?.check(reply)
            }
            None if reply.status == 404 => Ok(()),
            None => Err("is the answer of a method that is not documented".to_owned()),
        }
    }
}

impl Operation {
    fn is_at(&self, path: &str) -> bool {
        let (wanted, found): (Vec<_>, Vec<_>) = (self.path.split('/').collect(), path.split('/').collect());
        let is_same =
            |(wanted, found): (&&str, &&str)| (wanted.starts_with('{') && !found.is_empty()) || wanted == found;
        wanted.len() == found.len() && wanted.iter().zip(&found).all(is_same)
    }
}

impl Documented {
    fn new(answer: &'static Value) -> Self {
        let members = |name: &str| answer.get(name).and_then(Value::as_object).into_iter().flat_map(Map::iter);
        Self {
            headers: members("headers")
                .map(|(name, header)| (name.to_lowercase(), validator(&resolved(header)["schema"])))
                .collect(),
            bodies: members("content").map(|(kind, body)| (kind.clone(), validator(&body["schema"]))).collect(),
        }
    }

    fn check(&self, reply: &Reply) -> Result<(), String> {
        let kind = reply.header("content-type").split(';').next().unwrap_or_default().trim().to_owned();
        if self.bodies.is_empty() {
            if !reply.text.is_empty() {
                return Err("has a body, which is not documented".to_owned());
            }
        } else {
            let schema = self.bodies.get(&kind).ok_or_else(|| format!("has the content type {kind:?}"))?;
            let faults = faults(schema, &reply.body);
            if !faults.is_empty() {
                return Err(format!("has another body:\n{faults}"));
            }
        }
        // An answer of the gateway itself does not have the functions' headers.
        if kind == "application/json" && reply.status >= 400 { Ok(()) } else { self.check_headers(reply) }
    }

    fn check_headers(&self, reply: &Reply) -> Result<(), String> {
        let code = reply.body["code"].as_str().unwrap_or_default();
        for (name, schema) in &self.headers {
            // Some 401 answers have no scheme, because the error is in the body.
            let challenges = ["unauthenticated", "reauthentication_required"].contains(&code);
            let is_due = name != "www-authenticate" || challenges;
            if is_due != reply.headers.contains_key(name) {
                return Err(format!("{} the header {name}", if is_due { "lacks" } else { "must not have" }));
            }
            let value = reply.header(name);
            let value = value.parse::<u64>().map_or_else(|_| Value::from(value), Value::from);
            let faults = if is_due { faults(schema, &value) } else { String::new() };
            if !faults.is_empty() {
                return Err(format!("has another header {name}:\n{faults}"));
            }
        }
        for name in ["www-authenticate", "retry-after"] {
            if reply.headers.contains_key(name) && !self.headers.contains_key(name) {
                return Err(format!("has the header {name}, which is not documented"));
            }
        }
        if reply.status < 400 {
            return Ok(());
        }
        let is_consistent = reply.body["type"] == format!("urn:readmit:problem:{code}")
            && reply.body["request_id"] == reply.header("x-request-id");
        if is_consistent { Ok(()) } else { Err("has a type or a request id that is not its own".to_owned()) }
    }
}
