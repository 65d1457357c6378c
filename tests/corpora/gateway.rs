//! A request as API Gateway passes it to a function, and the function's answer.

use std::future::Future;
use std::pin::Pin;
use std::sync::LazyLock;

use data_encoding::BASE64;
use lambda_runtime::Context;
use readmit::http::{Body, Failure, Request, Response};
use readmit::{Environment, TrustedProxy};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The result of a handler without services.
pub(crate) type Outcome = Pin<Box<dyn Future<Output = Result<Response<Body>, Failure>> + Send>>;

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap());

/// The secret of the trusted proxy, in the format that the functions require.
pub(crate) const EDGE_SECRET: &str = "edgeedgeedgeedgeedgeedgeedgeedge";

static EDGE: LazyLock<TrustedProxy> = LazyLock::new(|| {
    let told = Environment::from_iter([("READMIT_EDGE_SECRET".to_owned(), EDGE_SECRET.to_owned())]);
    TrustedProxy::new(&told).unwrap()
});

/// The answer to `event`. None if it is no event of an HTTP API.
pub(crate) fn answer(handler: fn(Request) -> Outcome, event: Value) -> Option<Value> {
    RUNTIME.block_on(readmit::http::invoke(&EDGE, handler, event, Context::default())).ok()
}

/// The JSON body of an answer.
pub(crate) fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

/// A request with this body and the media type of JSON.
pub(crate) fn post(body: &[u8]) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /v1/sessions",
        "rawPath": "/v1/sessions",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.northwind.example"},
        "requestContext": {
            "http": {"method": "POST", "path": "/v1/sessions", "protocol": "HTTP/1.1", "sourceIp": "203.0.113.9"},
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "POST /v1/sessions",
            "stage": "$default",
        },
        "body": BASE64.encode(body),
        "isBase64Encoded": true,
    })
}

/// The largest integer up to which a double holds every integer.
const EXACT_INTEGERS: f64 = 9_007_199_254_740_991.0;

/// The value as the body reader returns it: a whole number up to `EXACT_INTEGERS` is an integer, also `1.0`.
pub(crate) fn with_integers(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(with_integers).collect(),
        Value::Object(members) => members.into_iter().map(|(key, value)| (key, with_integers(value))).collect(),
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(double) if double.fract() == 0.0 && double.abs() <= EXACT_INTEGERS => json!(double as i64),
            _ => Value::Number(number),
        },
        other => other,
    }
}
