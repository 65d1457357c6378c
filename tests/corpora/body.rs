//! Bodies are read strictly, and refusals quote nothing of them.

use readmit::domain::{Company, Employee, IssueOptions};
use readmit::http::{ApiRequest as _, Body, Failure, JsonBody, Nothing, Problem, Request, Response, answer};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::gateway::{self, Outcome};

/// The contract's limits.
const MAX_BYTES: usize = 16 * 1024;
const MAX_DEPTH: usize = 16;

/// All texts that a refusal may have.
const DETAILS: [&str; 12] = [
    "is required",
    "has a field that is not known",
    "has the wrong type or an unknown value",
    "is not an e-mail address",
    "must have 1 to 200 characters, none of them a control character",
    "must be a language tag such as en or pt-BR",
    "must have 1 to 100 visible ASCII characters",
    "is not an identifier of that kind",
    "is not an RFC 3339 date and time",
    "is not a session epoch",
    "must be 10 to 1440 minutes",
    "must have at most 500 characters",
];

/// A body is accepted if and only if it is JSON in UTF-8 of at most 16 KiB, without repeated keys, and nested at most 16 deep.
pub fn check(data: &[u8]) {
    let answer = gateway::answer(handler, gateway::post(data)).unwrap();
    let answered = gateway::body(&answer);
    if data.len() > MAX_BYTES {
        assert_eq!(answered["code"], "body_too_large");
        return;
    }
    // The plain reader of serde_json gives an object with such a key a special meaning.
    if String::from_utf8_lossy(data).contains("$serde_json::private::") {
        return;
    }
    let plain: Option<Value> = if data.is_empty() { Some(json!({})) } else { serde_json::from_slice(data).ok() };
    match plain.filter(|value| depth(value) <= MAX_DEPTH && keys(value) == colons(data)) {
        None => assert_eq!((&answer["statusCode"], &answered["code"]), (&json!(400), &json!("malformed_json"))),
        Some(value) => {
            // Printed and read again like the answer, because serde_json may change the last bit of a double.
            let value: Value = serde_json::from_str(&gateway::with_integers(value).to_string()).unwrap();
            assert_eq!(answer["statusCode"], 200, "{answered}");
            if value.is_object() {
                assert_eq!(answered["object"], json!({"read": value}));
            }
            for (shape, outcome) in answered.as_object().unwrap() {
                says_only_what_it_may(shape, outcome, &value);
            }
        }
    }
}

fn handler(request: Request) -> Outcome {
    Box::pin(async move { read(&request) })
}

fn read(request: &Request) -> Result<Response<Body>, Failure> {
    answer::ok(&json!({
        "object": outcome(request.json()?, |value: Value| value),
        "nothing": outcome(request.json()?, |Nothing {}| json!({})),
        "wish": outcome(request.json()?, |wish: IssueOptions| json!(wish.reason.map(|reason| reason.as_str().to_owned()))),
        "company": outcome(request.json()?, |company: Company| json!(company)),
        "employee": outcome(request.json()?, |employee: Employee| json!(employee)),
    }))
}

fn outcome<T: DeserializeOwned>(body: JsonBody, shown: impl FnOnce(T) -> Value) -> Value {
    match body.read() {
        Ok(read) => json!({"read": shown(read)}),
        Err(Problem::InvalidRequest(errors)) => json!({"refused": errors}),
        Err(problem) => panic!("{problem:?}"),
    }
}

fn says_only_what_it_may(shape: &str, outcome: &Value, sent: &Value) {
    if let Some(errors) = outcome["refused"].as_array() {
        assert_eq!(errors.len(), 1);
        let [pointer, detail] = ["pointer", "detail"].map(|name| errors[0][name].as_str().unwrap());
        assert!(DETAILS.contains(&detail), "{shape}: {detail:?}");
        let known = |segment: &str| segment.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(pointer.is_empty() || pointer.split('/').skip(1).all(known), "{shape}: {pointer:?}");
        let there = sent.pointer(pointer).is_some();
        assert_eq!(there, detail != "is required", "{shape}: {pointer:?} {detail}");
    } else if shape == "nothing" {
        assert_eq!(sent, &json!({}));
    } else if shape == "employee" || shape == "company" {
        reads_back(shape, &outcome["read"]);
    }
}

/// A value that was read and written reads back as the same value.
fn reads_back(shape: &str, written: &Value) {
    let again = if shape == "company" {
        serde_json::from_value::<Company>(written.clone()).map(|read| json!(read))
    } else {
        serde_json::from_value::<Employee>(written.clone()).map(|read| json!(read))
    };
    assert_eq!(&again.unwrap(), written, "{shape}");
}

/// Objects and arrays within each other.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The number of members of all objects. A repeated key counts once.
fn keys(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(keys).sum(),
        Value::Object(members) => members.len() + members.values().map(keys).sum::<usize>(),
        _ => 0,
    }
}

/// The number of colons outside strings in a JSON text. A repeated key counts twice.
fn colons(data: &[u8]) -> usize {
    let (mut count, mut in_string, mut escaped) = (0, false, false);
    for byte in data {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b':' if !in_string => count += 1,
            _ => {}
        }
    }
    count
}
