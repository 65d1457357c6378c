//! Delivery reports that the stack sends by itself, and the tag by which a page sees that the mails have changed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use readmit_local::{Employees, Options, Report, Stack};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

const MIKE: &str = "mike@northwind.example";

/// Longer than a mail waits for its delivery.
const LONG_ENOUGH: Duration = Duration::from_millis(1500);

async fn stack(data_dir: Option<PathBuf>, delivers_mail: bool) -> Stack {
    let options = Options {
        port: 0,
        data_dir,
        employees: Employees::Nobody,
        clock_control: false,
        portal: false,
        dock: false,
        follow_stream: false,
        delivers_mail,
    };
    Stack::start(options).await.unwrap()
}

async fn send(stack: &Stack, method: Method, path: &str, body: Option<Value>, tag: Option<&str>) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let mut request = client.request(method, format!("{}{path}", stack.api()));
    if let Some(body) = body {
        request = request.json(&body);
    }
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    request.send().await.unwrap()
}

/// Mails a passcode to this member of a new company, and returns the id of the mail.
async fn mail_to(stack: &Stack, email: &str) -> String {
    let event = json!({
        "mode": "create",
        "company": {"name": "Northwind"},
        "employees": [
            {"email": format!("ada.for.{email}"), "name": "Ada", "role": "security_admin"},
            {"email": email, "name": "Mike"},
        ],
        "issue_passcodes": [email],
    });
    let path = "/2015-03-31/functions/import-employees/invocations";
    let answer: Value = send(stack, Method::POST, path, Some(event), None).await.json().await.unwrap();
    assert!(answer["results"][1]["outcome"] == "created" && answer["results"][1]["problem"].is_null(), "{answer}");
    stack.mailbox().emails_to(Some(email))[0].message_id.clone()
}

/// Sends a report by request, and returns what the function answers.
async fn report(stack: &Stack, message_id: &str, event: &str) -> Value {
    let body = json!({"message_id": message_id, "event": event});
    send(stack, Method::POST, "/_local/delivery", Some(body), None).await.json().await.unwrap()
}

fn reported(stack: &Stack, email: &str) -> Option<Report> {
    stack.mailbox().emails_to(Some(email))[0].report
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

#[tokio::test]
async fn a_mail_is_reported_as_delivered_after_a_second() {
    let stack = stack(None, true).await;
    let start = Instant::now();
    let mail = mail_to(&stack, MIKE).await;
    while reported(&stack, MIKE).is_none() {
        sleep(Duration::from_millis(10)).await;
        assert!(start.elapsed() < Duration::from_secs(20));
    }
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(reported(&stack, MIKE), Some(Report::Delivery));
    assert_eq!(report(&stack, &mail, "delivery").await, "unchanged", "the passcode is delivered already");
    assert_eq!(report(&stack, &mail, "bounce").await, "moved");
    assert_eq!(reported(&stack, MIKE), Some(Report::Bounce));
    stack.stop().await;
}

#[tokio::test]
async fn without_automatic_delivery_only_a_request_reports() {
    let stack = stack(None, false).await;
    let mail = mail_to(&stack, MIKE).await;
    sleep(LONG_ENOUGH).await;
    assert_eq!(reported(&stack, MIKE), None);
    assert_eq!(report(&stack, &mail, "delivery").await, "moved");
    assert_eq!(reported(&stack, MIKE), Some(Report::Delivery));
    stack.stop().await;
}

#[tokio::test]
async fn a_report_by_request_takes_the_place_of_the_delivery() {
    let stack = stack(None, true).await;
    for (name, event, expected) in
        [("b", "bounce", Report::Bounce), ("c", "complaint", Report::Complaint), ("d", "delay", Report::Delay)]
    {
        let email = format!("{name}@northwind.example");
        let mail = mail_to(&stack, &email).await;
        assert_eq!(report(&stack, &mail, event).await, "moved");
        sleep(LONG_ENOUGH).await;
        assert_eq!(reported(&stack, &email), Some(expected));
    }
    stack.stop().await;
}

#[tokio::test]
async fn an_address_of_the_mailbox_simulator_bounces_or_complains() {
    let stack = stack(None, true).await;
    let expected = [
        ("bounce@simulator.amazonses.com", Report::Bounce),
        ("complaint+mike@simulator.amazonses.com", Report::Complaint),
        ("success@simulator.amazonses.com", Report::Delivery),
        ("bounce@northwind.example", Report::Delivery),
    ];
    for (email, _) in expected {
        mail_to(&stack, email).await;
    }
    sleep(LONG_ENOUGH).await;
    for (email, report) in expected {
        assert_eq!(reported(&stack, email), Some(report), "{email}");
    }
    stack.stop().await;
}

#[tokio::test]
async fn a_mail_that_waited_at_the_end_is_delivered_after_a_restart() {
    let data = folder("waiting-mail");
    let first = stack(Some(data.clone()), true).await;
    let mail = mail_to(&first, MIKE).await;
    assert_eq!(reported(&first, MIKE), None);
    first.stop().await;

    let second = stack(Some(data.clone()), true).await;
    assert_eq!(reported(&second, MIKE), None);
    sleep(LONG_ENOUGH).await;
    assert_eq!(reported(&second, MIKE), Some(Report::Delivery));
    assert_eq!(report(&second, &mail, "delivery").await, "unchanged");
    second.stop().await;
    fs::remove_dir_all(data).unwrap();
}

#[tokio::test]
async fn unchanged_mails_are_not_sent_again() {
    let stack = stack(None, false).await;
    let mut tag = String::new();
    let mut mail = String::new();
    for change in ["nothing", "a mail", "a report", "deletion"] {
        match change {
            "a mail" => mail = mail_to(&stack, MIKE).await,
            "a report" => drop(report(&stack, &mail, "delay").await),
            "deletion" => drop(send(&stack, Method::DELETE, "/_local/mail", None, None).await),
            _ => {}
        }
        let answer = send(&stack, Method::GET, "/_local/mail", None, Some(&tag)).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["cache-control"]), (200, &"no-store".parse().unwrap()));
        tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        let emails = answer.json::<Value>().await.unwrap()["emails"].clone();
        let expected = match change {
            "a mail" => json!([null]),
            "a report" => json!(["delay"]),
            _ => json!([]),
        };
        let reports: Vec<&Value> = emails.as_array().unwrap().iter().map(|email| &email["report"]).collect();
        assert_eq!(json!(reports), expected, "after {change}");

        let again = send(&stack, Method::GET, "/_local/mail", None, Some(&tag)).await;
        assert_eq!(again.status(), 304, "after {change}");
        assert_eq!(again.headers()["etag"], tag.as_str());
        assert!(again.bytes().await.unwrap().is_empty());
    }
    stack.stop().await;
}
