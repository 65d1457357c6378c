//! Bad query strings, paths and headers.

use readmit_tests::{World, contract};
use reqwest::Method;
use serde_json::Value;

const ADA: &str = "ada@northwind.example";
const MARK: &str = "s3cretMark";

/// OWASP ASVS 5.0, 2.2.1 (S19): query strings that a lenient reader accepts.
#[tokio::test]
async fn a_bad_query_is_refused_and_not_repeated() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let long = "x".repeat(6_000);
    let queries = [
        format!("{MARK}=1"),
        format!("limit={MARK}"),
        format!("cursor={MARK}"),
        format!("filter={MARK}"),
        "limit=1&limit=2".to_owned(),
        format!("limit[]={MARK}"),
        format!("limit%00={MARK}"),
        format!("limit=%FF{MARK}"),
        "limit=NaN".to_owned(),
        "limit=1e1".to_owned(),
        "limit=0x10".to_owned(),
        "limit=99999999999999999999".to_owned(),
        "limit=%E2%91%A0".to_owned(),
        format!("query={long}"),
        format!("cursor={long}{MARK}"),
        "cursor=1.".to_owned(),
        "cursor=%00".to_owned(),
        "filter=clients&filter=disabled".to_owned(),
        "filter=CLIENTS".to_owned(),
        "filter=clients%0A".to_owned(),
        format!("query=%E2%80%AE&{MARK}"),
        "query=%20%20".to_owned(),
        "query=".to_owned(),
        "query=a&filter=clients".to_owned(),
        format!("=%{MARK}"),
        format!("%={MARK}"),
        "filter=name_key".to_owned(),
        "cursor=&cursor=".to_owned(),
    ];
    for query in queries {
        let path = format!("/v1/employees?{query}");
        let reply = ada.calls(Method::GET, &path, None).await;
        assert!([400, 422].contains(&reply.status), "{query:.60}: {} {}", reply.status, reply.text);
        assert!(!reply.text.contains(MARK), "{query:.60}: {}", reply.text);
        contract::check(&Method::GET, &path, &reply);
    }
    // Each of these is searched for or refused as invalid.
    for typed in ["%00", "%FF", "%F0%9F%99%82", "begins_with(", "%25", "_", "%CC%81a", "%E0%B9%8F"] {
        let reply = ada.calls(Method::GET, &format!("/v1/employees?query={typed}"), None).await;
        assert!([200, 422].contains(&reply.status), "{typed}: {} {}", reply.status, reply.text);
    }
}

/// CVE-2025-64101, OWASP ASVS 5.0, 4.1.3 (S19): headers of a client were trusted as if the gateway had set them.
#[tokio::test]
async fn the_trail_has_the_address_that_the_gateway_saw_and_a_short_word_of_the_client() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let agent = format!("{MARK} {}", "é<script>\t".repeat(700));
    let request = world
        .request(Method::POST, &format!("/v1/employees/{}/passcode", world.id("mike@northwind.example")))
        .bearer_auth(&ada.token)
        .header("user-agent", agent.as_bytes())
        .header("x-forwarded-for", "198.51.100.66")
        .header("forwarded", "for=198.51.100.66;host=evil.example;proto=http")
        .header("x-real-ip", "198.51.100.66")
        .header("x-request-id", "198.51.100.66")
        .header("x-amzn-trace-id", "198.51.100.66")
        .header("x-http-method-override", "DELETE");
    world.send(request).await.is(201);
    let audit = world.items("audit").await;
    let issued = |row: &&Value| {
        row["event_type"]["S"] == "passcode.issued" && row["employee_id"]["S"] == world.id("mike@northwind.example")
    };
    let event = audit.iter().find(issued).unwrap();
    assert_eq!(event["source_ip"]["S"], "127.0.0.1");
    assert!(!event.to_string().contains("198.51.100.66"), "{event}");
    let kept = event["user_agent"]["S"].as_str().unwrap();
    assert!(kept.chars().count() <= 256 && !kept.chars().any(char::is_control) && kept.starts_with(MARK), "{kept}");
}

/// S19: request headers change neither the answer nor its headers.
#[tokio::test]
async fn strange_headers_change_no_answer() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let plain = world.send(world.request(Method::GET, "/v1/employees").bearer_auth(&ada.token)).await.is(200);
    let long = "x".repeat(7_000);
    let headers = [
        ("origin", "https://evil.example"),
        ("accept", "text/html"),
        ("accept-encoding", "gzip"),
        ("range", "bytes=0-1"),
        ("if-none-match", "*"),
        ("x-http-method-override", "DELETE"),
        ("x-original-url", "/v1/sessions"),
        ("x-rewrite-url", "/v1/sessions"),
        ("expect", ""),
        ("cookie", "a=b; a=c"),
        ("host", "evil.example"),
        // Invalid hosts must not cause a failure.
        ("host", "a b"),
        ("host", "["),
        ("host", "a:99999"),
        ("host", "xn--zzzz--"),
        ("host", "999.999.999.999"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example"),
        ("x-forwarded-proto", "javascript"),
        ("user-agent", &long),
        ("x-anything", &long),
        ("transfer-encoding", ""),
        ("accept-language", "x\u{e9}"),
        ("referer", "javascript:alert(1)"),
    ];
    for (name, value) in headers {
        let reply =
            world.send(world.request(Method::GET, "/v1/employees").bearer_auth(&ada.token).header(name, value)).await;
        // The HTTP server may refuse these two itself.
        if ["expect", "transfer-encoding"].contains(&name) && reply.status == 400 {
            continue;
        }
        assert_eq!(reply.is(200).without_request_id(), plain.without_request_id(), "{name}");
    }
}
