//! An HTTP request as an event of API Gateway's HTTP API, payload format 2.0.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use data_encoding::BASE64;
use percent_encoding::percent_decode_str;
use readmit::domain::Timestamp;
use serde_json::{Map, Value, json};

use crate::environment::ACCOUNT;

/// What the gateway knows about a request in addition to its content.
pub struct Arrival<'a> {
    pub peer: SocketAddr,
    /// The local port that received the request.
    pub port: u16,
    pub now: Timestamp,
    pub request_id: &'a str,
    /// The `Root=…` part of the trace header.
    pub trace_id: &'a str,
}

impl Arrival<'_> {
    /// The client's address. This machine has one address, whether a program connects to 127.0.0.1 or ::1, so that all its
    /// programs share the limits of one network.
    fn source_ip(&self) -> String {
        let ip = self.peer.ip();
        (if ip.is_loopback() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { ip }).to_string()
    }
}

/// The event of a request for the route `route_key`, with the path's `parameters`.
pub fn of_request(
    route_key: &str,
    parameters: &BTreeMap<String, String>,
    parts: &Parts,
    body: &[u8],
    arrival: &Arrival<'_>,
) -> Value {
    let path = decoded(parts.uri.path());
    let query = parts.uri.query().unwrap_or_default();
    let source_ip = arrival.source_ip();
    let headers = headers(&parts.headers, body.len(), arrival);
    let user_agent = headers.get("user-agent").cloned().unwrap_or_default();
    let domain = "localhost";

    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain,
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": format!("{:?}", parts.version),
                "sourceIp": source_ip,
                "userAgent": user_agent,
            },
            "requestId": arrival.request_id,
            "routeKey": route_key,
            "stage": "$default",
            "time": common_log_time(arrival.now),
            "timeEpoch": arrival.now.millis(),
        },
        "isBase64Encoded": false,
    });
    let mut add = |name: &str, value: Value| event[name] = value;
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        add("cookies", json!(cookies));
    }
    let query_parameters = query_parameters(query);
    if !query_parameters.is_empty() {
        add("queryStringParameters", json!(query_parameters));
    }
    if !parameters.is_empty() {
        add("pathParameters", json!(parameters));
    }
    if !body.is_empty() {
        match std::str::from_utf8(body).ok().filter(|_| is_text(&parts.headers)) {
            Some(text) => add("body", json!(text)),
            None => {
                add("body", json!(BASE64.encode(body)));
                add("isBase64Encoded", json!(true));
            }
        }
    }
    event
}

/// Decodes percent-encoding. Bytes that are not UTF-8 become replacement characters.
pub fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The headers with names in lower case, repeated headers joined by a comma, and the headers that the gateway adds. Cookies have their
/// own field. Headers of the connection are left out.
fn headers(received: &HeaderMap, length: usize, arrival: &Arrival<'_>) -> BTreeMap<String, String> {
    let mut headers = BTreeMap::<String, String>::new();
    let mut add = |name: &str, value: &str| match headers.get_mut(name) {
        Some(values) => {
            values.push(',');
            values.push_str(value);
        }
        None => drop(headers.insert(name.to_owned(), value.to_owned())),
    };
    for (name, value) in received {
        if ![header::COOKIE, header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH].contains(name) {
            add(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
    }
    add("x-forwarded-for", &arrival.source_ip());
    let replaced = [
        ("content-length", length.to_string()),
        ("x-amzn-trace-id", arrival.trace_id.to_owned()),
        ("x-forwarded-port", arrival.port.to_string()),
        ("x-forwarded-proto", "http".to_owned()),
    ];
    headers.extend(replaced.map(|(name, value)| (name.to_owned(), value)));
    headers
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::COOKIE).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
    lines
        .flat_map(|line| line.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>())
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

fn query_parameters(query: &str) -> Map<String, Value> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let joined = match parameters.get(name.as_ref()).and_then(Value::as_str) {
            Some(values) => format!("{values},{value}"),
            None => value.into_owned(),
        };
        parameters.insert(name.into_owned(), Value::String(joined));
    }
    parameters
}

/// Whether the gateway passes the body as text, and not in base64.
fn is_text(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type.starts_with("text/")
        || ["application/json", "application/xml", "application/javascript"].contains(&media_type.as_str())
}

/// `12/Mar/2020:19:03:58 +0000`
fn common_log_time(now: Timestamp) -> String {
    let t = now.to_calendar();
    let month = t.month().to_string();
    let month = month.get(..3).unwrap_or(&month);
    format!("{:02}/{month}/{}:{:02}:{:02}:{:02} +0000", t.day(), t.year(), t.hour(), t.minute(), t.second())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use axum::http::Request;

    use super::*;

    fn event(request: axum::http::request::Builder, body: &[u8]) -> Value {
        event_from(Ipv4Addr::LOCALHOST.into(), request, body)
    }

    fn event_from(ip: IpAddr, request: axum::http::request::Builder, body: &[u8]) -> Value {
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let arrival = Arrival {
            peer: (ip, 40_000).into(),
            port: 3000,
            now: Timestamp::from_millis(1_584_039_838_390),
            request_id: "JKJaXmPLvHcESHA=",
            trace_id: "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
        };
        let parameters = BTreeMap::from([("employee_id".to_owned(), "emp_1".to_owned())]);
        of_request("POST /v1/employees/{employee_id}/passcode", &parameters, &parts, body, &arrival)
    }

    #[test]
    fn an_event_is_like_the_gateways() {
        let request = Request::post("/v1/employees/emp_1/passcode?a=1&a=2&b=x%20y")
            .header("X-One", "1")
            .header("X-One", "2")
            .header("Cookie", "a=1; b=2")
            .header("Content-Type", "application/json; charset=utf-8")
            .header("X-Forwarded-For", "203.0.113.9");
        let event = event(request, b"{}");
        assert_eq!(event["routeKey"], "POST /v1/employees/{employee_id}/passcode");
        assert_eq!(event["rawQueryString"], "a=1&a=2&b=x%20y");
        assert_eq!(event["queryStringParameters"], json!({"a": "1,2", "b": "x y"}));
        assert_eq!(event["pathParameters"], json!({"employee_id": "emp_1"}));
        assert_eq!(event["headers"]["x-one"], "1,2");
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert!(event["headers"].get("cookie").is_none());
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(event["headers"]["x-forwarded-for"], "203.0.113.9,127.0.0.1");
        assert_eq!(event["requestContext"]["http"]["protocol"], "HTTP/1.1");
        assert_eq!(event["requestContext"]["time"], "12/Mar/2020:19:03:58 +0000");
        assert_eq!(event["requestContext"]["timeEpoch"], 1_584_039_838_390_i64);
    }

    #[test]
    fn this_machine_has_one_address() {
        let event = event_from(Ipv6Addr::LOCALHOST.into(), Request::get("/v1/employees"), b"");
        assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(event["headers"]["x-forwarded-for"], "127.0.0.1");
    }

    #[test]
    fn missing_parts_are_absent() {
        let event = event(Request::get("/v1/employees"), b"");
        for member in ["body", "cookies", "queryStringParameters"] {
            assert!(event.get(member).is_none(), "{member}");
        }
        assert_eq!(event["rawQueryString"], "");
    }

    #[test]
    fn a_binary_body_is_in_base64() {
        let form = Request::post("/").header("Content-Type", "application/x-www-form-urlencoded");
        let broken = Request::post("/").header("Content-Type", "application/json");
        for (request, body) in [(form, b"a=1".as_slice()), (broken, &[0xff]), (Request::post("/"), b"{}")] {
            let event = event(request, body);
            assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!(BASE64.encode(body)), &json!(true)));
        }
    }
}
