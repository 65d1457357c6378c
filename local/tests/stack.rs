//! The stack through HTTP, with an empty directory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use readmit::keyring::RootSecret;
use readmit_local::{Employees, Options, Stack};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

fn options() -> Options {
    Options {
        port: 0,
        data_dir: None,
        employees: Employees::Nobody,
        clock_control: true,
        portal: true,
        dock: false,
        follow_stream: true,
        delivers_mail: false,
    }
}

async fn send(method: Method, url: &str, body: Option<Value>) -> Response {
    send_with(method, url, body, &[]).await
}

async fn send_with(method: Method, url: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.unwrap()
}

fn mail_to(address: &str) -> Value {
    json!({
        "FromEmailAddress": "no-reply@portal.example",
        "Destination": {"ToAddresses": [address]},
        "Content": {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "7K3M-9QXT-2BHW"}}}},
        "EmailTags": [{"Name": "purpose", "Value": "passcode"}],
    })
}

async fn emails(stack: &Stack, query: &str) -> Vec<Value> {
    let answer = send(Method::GET, &format!("{}/_local/mail{query}", stack.api()), None).await;
    answer.json::<Value>().await.unwrap()["emails"].as_array().unwrap().clone()
}

/// A directory for one test, which is deleted at the end.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("readmit-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn options(&self) -> Options {
        Options { data_dir: Some(self.0.clone()), ..options() }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn an_unknown_route_gets_the_gateways_answer() {
    let stack = Stack::start(options()).await.unwrap();
    for (method, path) in [(Method::GET, "/nothing"), (Method::PATCH, "/v1/sessions"), (Method::GET, "/v1/employees/")]
    {
        let answer = send(method, &format!("{}{path}", stack.api()), None).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.text().await.unwrap(), r#"{"message":"Not Found"}"#);
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_by_the_gateway() {
    let stack = Stack::start(options()).await.unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    let body = vec![b' '; 10 * 1024 * 1024 + 1];
    let answer = client.post(format!("{}/v1/sessions", stack.api())).body(body).send().await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(answer.text().await.unwrap(), r#"{"message":"Request Entity Too Large"}"#);
}

#[tokio::test]
async fn the_clock_moves_forward_only_and_not_too_far() {
    let stack = Stack::start(options()).await.unwrap();
    let url = format!("{}/_local/clock", stack.api());
    let before = stack.clock().now().seconds();
    let answer = send(Method::POST, &url, Some(json!({"advance_seconds": 3600}))).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.json::<Value>().await.unwrap()["now"].as_str().unwrap().ends_with('Z'));
    assert!((3600..3610).contains(&(stack.clock().now().seconds() - before)));
    let told = send(Method::GET, &url, None).await.json::<Value>().await.unwrap();
    assert!(told["now"].as_str().unwrap().ends_with('Z') && told["movable"] == true, "{told}");
    for body in [json!({"advance_seconds": -1}), json!({"advance_seconds": 1e12}), json!({}), json!({"seconds": 1})] {
        assert_eq!(send(Method::POST, &url, Some(body)).await.status(), 400);
    }
}

#[tokio::test]
async fn without_clock_control_the_clock_is_only_read() {
    let stack = Stack::start(Options { clock_control: false, portal: false, ..options() }).await.unwrap();
    let url = format!("{}/_local/clock", stack.api());
    assert_eq!(send(Method::POST, &url, Some(json!({"advance_seconds": 1}))).await.status(), 404);
    let told = send(Method::GET, &url, None).await.json::<Value>().await.unwrap();
    assert!(told["now"].as_str().unwrap().ends_with('Z') && told["movable"] == false, "{told}");
    assert_eq!(send(Method::GET, stack.api(), None).await.status(), 404);
    assert_eq!(json!(stack.ready())["portal"], Value::Null);
}

#[tokio::test]
async fn strangers_are_refused() {
    let stack = Stack::start(options()).await.unwrap();
    let invocation = "/2015-03-31/functions/import-employees/invocations";
    let authenticator = ["", ".js", "/digits", "/admin", "/sign-in"].map(|end| format!("/_local/authenticator{end}"));
    let authenticator = authenticator.iter().map(String::as_str);
    for path in ["/", "/config.js", "/_local/mail", "/_local/mailbox", "/_local/clock", invocation]
        .into_iter()
        .chain(authenticator)
    {
        let url = format!("{}{path}", stack.api());
        for header in [("host", "attacker.example"), ("origin", "http://attacker.example")] {
            let answer = send_with(Method::GET, &url, None, &[header]).await;
            assert_eq!(answer.status(), 403, "{path} {header:?}");
        }
    }
    for url in [stack.secrets_and_mail(), stack.files_and_queues().address()] {
        assert_eq!(send_with(Method::POST, url, None, &[("origin", stack.api())]).await.status(), 403);
    }
}

#[tokio::test]
async fn every_loopback_address_answers() {
    let stack = Stack::start(options()).await.unwrap();
    let has_ipv6 = std::net::TcpListener::bind("[::1]:0").is_ok();
    let ready = stack.ready();
    for url in [&ready.api, &ready.dynamodb, &ready.secrets_and_mail, &ready.files_and_queues] {
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            let client = Client::builder().no_proxy().build().unwrap();
            let answer = client.get(url.replace("localhost", host)).send().await;
            assert!(answer.is_ok() || (host == "[::1]" && !has_ipv6), "{url} at {host}: {answer:?}");
        }
    }
    assert_eq!(stack.environment().get("READMIT_PORTAL_URL"), Some(stack.api()));
    stack.stop().await;
}

#[tokio::test]
async fn a_mail_is_listed_shown_and_deleted() {
    let stack = Stack::start(options()).await.unwrap();
    let ses = format!("{}/v2/email/outbound-emails", stack.secrets_and_mail());
    let sent = send(Method::POST, &ses, Some(mail_to("Mike@northwind.example"))).await;
    let message_id = sent.json::<Value>().await.unwrap()["MessageId"].clone();

    let found = emails(&stack, "?to=mike@NORTHWIND.example").await;
    assert_eq!(found[0]["message_id"], message_id);
    assert_eq!((&found[0]["html"], &found[0]["tags"]), (&Value::Null, &json!({"purpose": "passcode"})));
    assert!(emails(&stack, "?to=ada@northwind.example").await.is_empty());
    let page = send(Method::GET, &stack.ready().mailbox, None).await.text().await.unwrap();
    assert!(page.contains("7K3M-9QXT-2BHW"));

    let url = format!("{}/_local/mail", stack.api());
    assert_eq!(send(Method::DELETE, &url, None).await.status(), 204);
    assert!(emails(&stack, "").await.is_empty());
}

#[tokio::test]
async fn a_mail_that_ses_refuses_names_its_kind() {
    let stack = Stack::start(options()).await.unwrap();
    let ses = format!("{}/v2/email/outbound-emails", stack.secrets_and_mail());
    let answer = send(Method::POST, &ses, Some(mail_to("mïke@northwind.example"))).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["x-amzn-errortype"]),
        (400, &"BadRequestException".parse().unwrap())
    );
    assert!(answer.json::<Value>().await.unwrap()["message"].is_string());
}

#[tokio::test]
async fn lambda_has_its_own_api() {
    let stack = Stack::start(options()).await.unwrap();
    let url = |name: &str| format!("{}/2015-03-31/functions/{name}/invocations", stack.api());
    let unknown = send(Method::POST, &url("nothing"), None).await;
    assert_eq!(
        (unknown.status().as_u16(), &unknown.headers()["x-amzn-errortype"]),
        (404, &"ResourceNotFoundException".parse().unwrap())
    );
    let dry_run = [("x-amz-invocation-type", "DryRun")];
    for name in ["SignInFunction", "sign-in"] {
        assert_eq!(send_with(Method::POST, &url(name), None, &dry_run).await.status(), 204);
    }
    let client = Client::builder().no_proxy().build().unwrap();
    let malformed = client.post(url("sign-in")).body("{").send().await.unwrap();
    assert_eq!(
        (malformed.status().as_u16(), &malformed.headers()["x-amzn-errortype"]),
        (400, &"InvalidRequestContentException".parse().unwrap())
    );
}

#[tokio::test]
async fn only_the_owner_can_read_the_mails_and_secrets_of_a_data_directory() {
    let directory = Directory::new("kept");
    let stack = Stack::start(directory.options()).await.unwrap();
    let ses = format!("{}/v2/email/outbound-emails", stack.secrets_and_mail());
    send(Method::POST, &ses, Some(mail_to("mike@northwind.example"))).await;
    let secret = stack.secrets().secret_string(RootSecret::Sessions);
    for name in ["mail.jsonl", "root-secrets.json", "dynamodb.sqlite", "dynamodb.sqlite-wal", "lock"] {
        assert_eq!(mode(&directory.0.join(name)), 0o600, "{name}");
    }
    let second = Stack::start(directory.options()).await.err().unwrap().to_string();
    assert!(second.ends_with("is in use by another process"), "{second}");
    stack.stop().await;

    let stack = Stack::start(directory.options()).await.unwrap();
    assert_eq!(stack.mailbox().emails_to(None).len(), 1);
    assert_eq!(stack.secrets().secret_string(RootSecret::Sessions), secret);
    stack.mailbox().clear().unwrap();
    assert_eq!(fs::read_to_string(directory.0.join("mail.jsonl")).unwrap(), "");
    stack.stop().await;
}

#[tokio::test]
async fn every_error_at_the_start_is_one_line() {
    let directory = Directory::new("faults");
    fs::create_dir_all(&directory.0).unwrap();
    let file = directory.0.join("Contoso.csv");
    fs::write(&file, "email,name\nada@contoso.example\n").unwrap();
    let first = Stack::start(options()).await.unwrap();
    let port = first.api().rsplit(':').next().unwrap().parse().unwrap();
    let faults = [
        (Options { port, ..options() }, "is taken"),
        (Options { data_dir: Some(file.clone()), ..options() }, "cannot be used"),
        (Options { employees: Employees::File(directory.0.join("nothing.json")), ..options() }, "cannot be read"),
        (Options { employees: Employees::File(file), ..options() }, "line 2"),
    ];
    for (options, expected) in faults {
        let error = Stack::start(options).await.err().unwrap().to_string();
        assert!(error.contains(expected) && !error.contains('\n'), "{error}");
    }
}

#[tokio::test]
async fn after_the_end_nothing_listens() {
    let stack = Stack::start(options()).await.unwrap();
    let urls = [stack.api(), stack.dynamodb(), stack.secrets_and_mail()].map(str::to_owned);
    for url in &urls {
        send(Method::GET, url, None).await;
    }
    stack.stop().await;
    for url in urls {
        assert!(Client::builder().no_proxy().build().unwrap().get(url).send().await.is_err());
    }
}
