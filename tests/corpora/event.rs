//! Every event of a gateway gets an answer, and the handler gets the request of the client.

use std::collections::BTreeMap;
use std::net::IpAddr;

use data_encoding::BASE64;
use readmit::http::{ApiRequest as _, Body, Failure, Request, Response, answer};
use serde_json::{Value, json};

use crate::gateway::{self, Outcome};

/// An event of a gateway gets an answer with the headers of every answer, and the same answer again.
pub fn check(data: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Value>(data) else { return };
    if !may_be_sent(&event) {
        return;
    }
    let Some(answer) = gateway::answer(handler, event.clone()) else { return };
    assert_eq!(gateway::answer(handler, event.clone()), Some(answer.clone()));
    let headers = &answer["headers"];
    assert_eq!(
        (&headers["x-content-type-options"], &headers["cache-control"]),
        (&json!("nosniff"), &json!("no-store"))
    );
    let answered = gateway::body(&answer);
    match answer["statusCode"].as_u64().unwrap() {
        200 => is_what_was_sent(&answered, &event),
        status => {
            assert_eq!(headers["content-type"], "application/problem+json");
            let known = [(400, "malformed_json"), (413, "body_too_large"), (415, "unsupported_media_type")];
            assert!(known.iter().any(|(of, code)| *of == status && answered["code"] == *code), "{answered}");
            assert_eq!(status == 413, sent_body(&event).len() > 16 * 1024);
            assert_eq!(answered["request_id"], request_id(&event));
        }
    }
}

/// Whether a gateway can send the event: the body is base64 if the event says so. Host, path and query are the client's.
pub(crate) fn may_be_sent(event: &Value) -> bool {
    event["isBase64Encoded"] != true || is_base64(event["body"].as_str().unwrap_or_default())
}

/// Only the canonical spelling, because this decoder also accepts several padded texts in sequence.
fn is_base64(text: &str) -> bool {
    BASE64.decode(text.as_bytes()).is_ok_and(|bytes| BASE64.encode(&bytes) == text)
}

fn handler(request: Request) -> Outcome {
    Box::pin(async move { tell(&request) })
}

/// Everything that a handler can read of a request.
fn tell(request: &Request) -> Result<Response<Body>, Failure> {
    let origin = request.origin();
    let query: Result<BTreeMap<String, String>, _> = request.query();
    let body: Option<Value> = request.json()?.read().ok();
    answer::ok(&json!({
        "route_key": request.route_key(),
        "source_ip": origin.source_ip,
        "user_agent": origin.user_agent,
        "request_id": origin.request_id,
        "employee_id": request.employee_id().map(|id| id.to_string()),
        "query": query?,
        "body": body,
    }))
}

fn sent_body(event: &Value) -> Vec<u8> {
    let text = event["body"].as_str().unwrap_or_default();
    if event["isBase64Encoded"] == true { BASE64.decode(text.as_bytes()).unwrap() } else { text.into() }
}

fn request_id(event: &Value) -> String {
    event["requestContext"]["requestId"].as_str().unwrap_or_default().to_owned()
}

fn is_what_was_sent(seen: &Value, event: &Value) {
    let context = &event["requestContext"];
    let body = sent_body(event);
    assert!(body.len() <= 16 * 1024);
    assert!(body.is_empty() || is_json(event), "{event}");
    assert_eq!(seen["request_id"], request_id(event));
    assert_eq!(seen["route_key"], context["routeKey"].as_str().unwrap_or_default());
    if seen["source_ip"] != context["http"]["sourceIp"] {
        let address: IpAddr = seen["source_ip"].as_str().unwrap().parse().unwrap();
        assert!(says(event, gateway::EDGE_SECRET), "{address} without the edge's secret: {event}");
    }
    if let Some(seen) = seen["user_agent"].as_str() {
        let sent = context["http"]["userAgent"].as_str().unwrap();
        assert!(seen.chars().count() <= 256 && !seen.contains(char::is_control));
        assert!(sent.chars().filter(|c| !c.is_control()).collect::<String>().starts_with(seen));
    }
    if let Some(id) = seen["employee_id"].as_str() {
        assert_eq!(event["pathParameters"]["employee_id"], id);
    }
    if body.is_empty() {
        assert_eq!(seen["body"], json!({}));
    } else if seen["body"].is_object() {
        let sent = gateway::with_integers(serde_json::from_slice(&body).unwrap());
        assert_eq!(seen["body"], serde_json::from_str::<Value>(&sent.to_string()).unwrap());
    }
}

/// Whether a header has exactly this value.
fn says(event: &Value, value: &str) -> bool {
    event["headers"].as_object().unwrap().values().any(|sent| sent == value)
}

fn is_json(event: &Value) -> bool {
    let mut headers = event["headers"].as_object().unwrap().iter();
    headers.any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type")
            && value.as_str().unwrap().to_ascii_lowercase().contains("application/json")
    })
}
