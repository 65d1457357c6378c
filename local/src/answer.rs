//! HTTP answers: those of the stack itself, its pages, and those that functions return as events.

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, IntoResponseParts, Response};
use data_encoding::BASE64;
use serde_json::{Map, Value, json};

/// An answer of API Gateway itself: `{"message": …}`.
pub fn message(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({"message": text}))).into_response()
}

/// The error of an AWS service. The SDK reads its kind from the header.
pub fn aws_error(status: StatusCode, kind: &'static str, body: Value) -> Response {
    (status, [("x-amzn-errortype", kind)], Json(body)).into_response()
}

/// A page, or an internal error if its template fails.
pub fn page(headers: impl IntoResponseParts, rendered: askama::Result<String>) -> Response {
    match rendered {
        Ok(html) => (headers, Html(html)).into_response(),
        Err(_) => message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    }
}

/// A function's answer as HTTP. `None` if it is malformed; then the gateway answers an internal error.
pub fn from_event(event: Value) -> Option<Response> {
    let Value::Object(event) = event else { return None };
    let Some(status) = event.get("statusCode") else {
        // An answer without a status code is the body.
        return Some(Json(Value::Object(event)).into_response());
    };
    let status = StatusCode::from_u16(u16::try_from(status.as_u64()?).ok()?).ok()?;
    let body = match event.get("body").and_then(Value::as_str) {
        None => Vec::new(),
        Some(body) if event.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            BASE64.decode(body.as_bytes()).ok()?
        }
        Some(body) => body.as_bytes().to_vec(),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in header_lines(&event) {
        let name = HeaderName::try_from(name).ok()?;
        response.headers_mut().append(name, HeaderValue::try_from(value).ok()?);
    }
    if !response.headers().contains_key(header::CONTENT_TYPE) && event.get("body").is_some_and(Value::is_string) {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    Some(response)
}

/// Name and value of every header. A name may be in `headers` and in `multiValueHeaders`, with the same value.
fn header_lines(event: &Map<String, Value>) -> Vec<(&str, String)> {
    let members = |name: &str| event.get(name).and_then(Value::as_object).into_iter().flatten();
    let mut lines = Vec::new();
    for (name, values) in members("multiValueHeaders") {
        let values = values.as_array().into_iter().flatten();
        lines.extend(values.map(|value| (name.as_str(), plain(value))));
    }
    for (name, value) in members("headers") {
        if !lines.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            lines.push((name, plain(value)));
        }
    }
    let cookies = event.get("cookies").and_then(Value::as_array).into_iter().flatten();
    lines.extend(cookies.map(|cookie| ("set-cookie", plain(cookie))));
    lines
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_event_becomes_http() {
        let event = json!({
            "statusCode": 201, "headers": {"x-a": "1", "x-many": "1"}, "multiValueHeaders": {"x-many": ["1", "2"]},
            "cookies": ["a=1", "b=2"], "body": "aGk=", "isBase64Encoded": true,
        });
        let response = from_event(event).unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-a"], "1");
        assert_eq!(response.headers().get_all("x-many").iter().count(), 2);
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    }

    #[test]
    fn an_answer_without_a_status_is_a_body() {
        let response = from_event(json!({"counts": 3})).unwrap();
        assert_eq!(
            (response.status(), &response.headers()["content-type"]),
            (StatusCode::OK, &"application/json".parse().unwrap())
        );
    }

    #[test]
    fn nonsense_is_no_answer() {
        for event in [json!(null), json!({"statusCode": 99_999}), json!({"statusCode": 200, "headers": {"a b": "c"}})] {
            assert!(from_event(event).is_none());
        }
    }
}
