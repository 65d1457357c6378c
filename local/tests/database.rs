//! The database's HTTP API: it answers tools on this machine, but no web page.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use readmit_local::{Employees, Options, Stack};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

fn options() -> Options {
    let (data_dir, employees) = (None, Employees::Nobody);
    Options {
        port: 0,
        data_dir,
        employees,
        clock_control: false,
        portal: false,
        dock: false,
        follow_stream: false,
        delivers_mail: false,
    }
}

async fn send_with(method: Method, url: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.body(body.to_string());
    }
    request.send().await.unwrap()
}

/// The headers of a request to the database, signed with this access key.
fn of_dynamodb(operation: &str, access_key: &str) -> [(&'static str, String); 4] {
    let scope = format!("Credential={access_key}/20260101/eu-west-1/dynamodb/aws4_request");
    [
        ("x-amz-target", format!("DynamoDB_20120810.{operation}")),
        ("content-type", "application/x-amz-json-1.0".to_owned()),
        ("authorization", format!("AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0")),
        ("x-amz-date", "20260101T000000Z".to_owned()),
    ]
}

#[tokio::test]
async fn the_database_answers_no_web_page_and_no_foreign_host_name() {
    let stack = Stack::start(options()).await.unwrap();
    let signed = of_dynamodb("Scan", "key");
    for foreign in [("origin", "https://attacker.example"), ("origin", stack.api()), ("host", "attacker.example")] {
        let headers: Vec<(&str, &str)> =
            signed.iter().map(|(name, value)| (*name, &**value)).chain([foreign]).collect();
        for method in [Method::POST, Method::GET] {
            let scan = Some(json!({"TableName": "readmit-credentials"}));
            let answer = send_with(method, stack.dynamodb(), scan, &headers).await;
            assert_eq!(answer.status(), 403, "{foreign:?}");
            assert!(!answer.headers().contains_key("access-control-allow-origin"), "{foreign:?}");
        }
    }
    let asks = [("origin", "https://attacker.example"), ("access-control-request-method", "POST")];
    let preflight = send_with(Method::OPTIONS, stack.dynamodb(), None, &asks).await;
    assert_eq!(preflight.status(), 403);
    assert!(!preflight.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_database_answers_local_tools_with_any_access_key() {
    let stack = Stack::start(options()).await.unwrap();
    let port = stack.dynamodb().rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        for (operation, access_key) in [("ListTables", "AKIAEXAMPLE"), ("DescribeTable", "x")] {
            let signed = of_dynamodb(operation, access_key);
            let host = ("host", format!("{host}:{port}"));
            let headers: Vec<_> = signed.iter().chain([&host]).map(|(name, value)| (*name, &**value)).collect();
            let body = Some(json!({"TableName": "readmit-audit"}));
            let answer = send_with(Method::POST, stack.dynamodb(), body, &headers).await;
            assert_eq!(answer.status(), 200, "{operation} at {host:?}");
        }
    }
    let unsigned = [("x-amz-target", "DynamoDB_20120810.ListTables")];
    let answer = send_with(Method::POST, stack.dynamodb(), Some(json!({})), &unsigned).await;
    assert_eq!(
        answer.json::<Value>().await.unwrap()["__type"].as_str().unwrap().rsplit('#').next(),
        Some("MissingAuthenticationTokenException")
    );
    let unknown = of_dynamodb("DropEverything", "x");
    let headers: Vec<_> = unknown.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(send_with(Method::POST, stack.dynamodb(), Some(json!({})), &headers).await.status(), 400);
}
