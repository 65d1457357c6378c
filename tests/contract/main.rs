//! docs/openapi.yaml and the code agree: routes, problems, and examples that are real answers.
//!
//! Every test that calls the API also checks the answers against the document: `readmit_tests::contract::check`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeSet;
use std::panic::catch_unwind;

use readmit::domain::EventType;
use readmit_local::template::Template;
use readmit_tests::Reply;
use readmit_tests::contract::{check, document, faults, operations, resolved, target, validator};
use reqwest::Method;
use serde_json::{Value, json};

const PROBLEMS: &str = include_str!("../../shared/src/http/problem.rs");

/// Calls `visit` for every object in the document, with where it is.
fn walk(value: &'static Value, place: &str, visit: &mut impl FnMut(&str, &'static Value)) {
    match value {
        Value::Object(members) => {
            visit(place, value);
            for (name, member) in members {
                walk(member, &format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), visit);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{place}/{index}"), visit);
            }
        }
        _ => {}
    }
}

fn references() -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    walk(document(), "", &mut |_, object| found.extend(object.get("$ref").and_then(Value::as_str)));
    found
}

/// The codes that the schemas of problems have, each with its status.
fn documented_problems() -> BTreeSet<String> {
    let schemas = document()["components"]["schemas"].as_object().unwrap().values();
    let problems = schemas.filter(|schema| schema["allOf"][0]["$ref"] == "#/components/schemas/Problem");
    problems
        .flat_map(|problem| problem.pointer("/properties/code/enum").unwrap().as_array().unwrap())
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

/// The texts in `Problem::describe` that can be codes: no title and no detail is one word in lower case.
fn problems_of_the_code() -> BTreeSet<String> {
    let describe = PROBLEMS.split("fn describe(").nth(1).unwrap().split("\n    }\n").next().unwrap();
    let texts = describe.split('"').skip(1).step_by(2);
    let is_code = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    texts.filter(is_code).map(str::to_owned).collect()
}

#[test]
fn the_routes_are_those_of_the_template() {
    let template = Template::of_this_build().unwrap();
    let routes = template.functions.iter().flat_map(|function| &function.routes);
    let deployed: BTreeSet<String> = routes.map(|route| format!("{} {}", route.method, route.path)).collect();
    let documented: BTreeSet<String> =
        operations().iter().map(|(method, path, _)| format!("{method} {path}")).collect();
    assert_eq!(documented, deployed);
}

#[test]
fn the_problems_are_those_of_the_code() {
    assert!(problems_of_the_code().contains("unauthenticated"));
    assert_eq!(documented_problems(), problems_of_the_code());
}

#[test]
fn the_types_of_events_are_those_of_the_code() {
    // serde names all that it knows.
    let unknown = serde_json::from_str::<EventType>("\"?\"").unwrap_err().to_string();
    let known = unknown.split_once("expected one of ").unwrap().1.split('`').skip(1).step_by(2);
    let documented = document()["components"]["schemas"]["AuditEventType"]["enum"].as_array().unwrap();
    let documented: BTreeSet<&str> = documented.iter().map(|kind| kind.as_str().unwrap()).collect();
    assert_eq!(documented, known.collect());
    assert!(documented.contains("passcode.issued"));
}

#[test]
fn every_reference_is_to_something_and_every_component_is_used() {
    let references = references();
    for reference in &references {
        assert!(target(reference).is_some(), "{reference} is nothing");
    }
    for (kind, components) in document()["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            let reference = format!("#/components/{kind}/{name}");
            assert!(references.contains(reference.as_str()), "nothing refers to {reference}");
        }
    }
}

#[test]
fn every_example_is_of_its_schema() {
    let mut count = 0;
    walk(document(), "", &mut |place, object| {
        let Some(schema) = object.get("schema") else { return };
        let named = object.get("examples").and_then(Value::as_object).into_iter().flatten();
        let values = named.map(|(_, example)| &resolved(example)["value"]).chain(object.get("example"));
        for value in values {
            let faults = faults(&validator(schema), value);
            assert!(faults.is_empty(), "the example at {place}:\n{faults}");
            count += 1;
        }
    });
    assert!(count > 50, "{count} examples");
}

#[test]
fn every_operation_says_what_it_is_and_shows_its_success() {
    let tags: Vec<&Value> = document()["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(!id.is_empty() && ids.insert(id), "{method} {path} has no operationId of its own");
        for text in ["summary", "description"] {
            assert!(operation[text].as_str().is_some_and(|text| !text.is_empty()), "{method} {path} has no {text}");
        }
        let of_operation = operation["tags"].as_array().unwrap();
        assert!(of_operation.len() == 1 && tags.contains(&&of_operation[0]), "{method} {path} has no known tag");
        let mut successes = 0;
        for (status, answer) in operation["responses"].as_object().unwrap() {
            let answer = resolved(answer);
            assert!(answer["description"].is_string(), "{method} {path} does not describe {status}");
            successes += usize::from(status.starts_with('2'));
            for (kind, body) in answer.get("content").and_then(Value::as_object).into_iter().flatten() {
                let examples = body.get("examples").and_then(Value::as_object).map_or(0, |examples| examples.len());
                assert!(examples > 0, "{method} {path} {status} {kind} has no example");
            }
            assert!(status != "200" || answer.get("content").is_some(), "{method} {path} has no body of its success");
        }
        assert!(successes > 0, "{method} {path} has no success");
    }
}

#[test]
fn what_asks_for_a_token_says_so_in_its_401() {
    let schemes = document()["components"]["securitySchemes"].as_object().unwrap();
    for (method, path, operation) in operations() {
        let named = operation["security"].as_array().unwrap().iter().flat_map(|one| one.as_object().unwrap().keys());
        let named: Vec<&String> = named.collect();
        assert!(named.iter().all(|name| schemes.contains_key(*name)), "{method} {path}: {named:?}");
        let refusal = operation["responses"].get("401").map_or_else(String::new, |answer| resolved(answer).to_string());
        let says_so = refusal.contains("/components/schemas/Unauthenticated\"");
        assert_eq!(says_so, !named.is_empty(), "{method} {path}");
    }
}

/// An answer of `GET /v1/employees/{employee_id}` as it may be.
fn employee() -> Reply {
    let body = document()["components"]["examples"]["Employee"]["value"].clone();
    let headers = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", "JKJaXmPLvHcESHA="),
    ];
    let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    Reply { status: 200, headers: headers.into_iter().collect(), text: body.to_string(), body }
}

fn passes(method: Method, path: &str, change: impl Fn(&mut Reply)) -> bool {
    let mut reply = employee();
    change(&mut reply);
    catch_unwind(|| check(&method, path, &reply)).is_ok()
}

#[test]
fn the_check_sees_what_differs() {
    let path = "/v1/employees/emp_01J00000000000000000000000?x=1";
    let differs = |change: &dyn Fn(&mut Reply)| !passes(Method::GET, path, change);
    assert!(!differs(&|_| {}));
    assert!(differs(&|reply| reply.status = 201));
    assert!(differs(&|reply| reply.body["surname"] = json!("Brandt")));
    assert!(differs(&|reply| reply.body["passcode"]["issued_at"] = json!("yesterday")));
    assert!(differs(&|reply| drop(reply.body.as_object_mut().unwrap().remove("name"))));
    assert!(differs(&|reply| drop(reply.headers.remove("x-request-id"))));
    assert!(differs(&|reply| drop(reply.headers.insert("cache-control", "public".parse().unwrap()))));
    assert!(differs(&|reply| drop(reply.headers.insert("retry-after", "1".parse().unwrap()))));
    assert!(differs(&|reply| drop(reply.headers.insert("content-type", "text/html".parse().unwrap()))));
    assert!(!passes(Method::PUT, path, |_| {}));
    assert!(passes(Method::PUT, path, |reply| reply.status = 404));
    assert!(passes(Method::GET, "/nothing", |reply| reply.status = 404));
}

#[test]
fn the_check_sees_a_problem_that_is_not_itself() {
    let refused = |code: &str, scheme: Option<&'static str>| {
        passes(Method::POST, "/v1/recovery/complete", |reply| {
            reply.status = 401;
            reply.body = document()["components"]["examples"]["TotpRejected"]["value"].clone();
            reply.body["code"] = json!(code);
            reply.body["request_id"] = json!(reply.header("x-request-id"));
            reply.headers.insert("content-type", "application/problem+json".parse().unwrap());
            scheme.map(|scheme| reply.headers.insert("www-authenticate", scheme.parse().unwrap()));
        })
    };
    assert!(refused("totp_rejected", None));
    assert!(!refused("totp_rejected", Some("Bearer")), "a scheme that is not asked for");
    assert!(!refused("unauthenticated", Some("Bearer")), "the type is another's");
    assert!(!refused("sign_in_rejected", None), "not of this operation");
}
