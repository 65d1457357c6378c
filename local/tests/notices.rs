//! Notices survive a restart: those that were not mailed before are mailed after a restart with the same data directory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use readmit_local::{Employees, Options, Stack};
use reqwest::Client;
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";

/// An empty directory of the test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

async fn stack_on(data: &Path, follow_stream: bool) -> Stack {
    let (data_dir, employees) = (Some(data.to_owned()), Employees::Nobody);
    let options = Options {
        port: 0,
        data_dir,
        employees,
        clock_control: false,
        portal: false,
        dock: false,
        follow_stream,
        delivers_mail: false,
    };
    Stack::start(options).await.unwrap()
}

async fn import(api: &str, event: Value) {
    let url = format!("{api}/2015-03-31/functions/import-employees/invocations");
    let answer = Client::builder().no_proxy().build().unwrap().post(url).json(&event).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_ne!(answer["results"], Value::Null, "{answer}");
}

/// Mike joins Northwind and becomes a Security Admin, which causes a notice.
async fn mike_is_promoted(api: &str) {
    let company = json!({"external_id": "northwind", "name": "Northwind"});
    let ada = json!({"email": "ada@northwind.example", "name": "Ada", "role": "security_admin"});
    let mike = |role: &str| json!({"email": MIKE, "name": "Mike", "role": role});
    import(api, json!({"mode": "create", "company": company, "employees": [ada, mike("member")]})).await;
    import(api, json!({"company": company, "employees": [mike("security_admin")]})).await;
}

fn notices(stack: &Stack) -> usize {
    stack.mailbox().emails_to(Some(MIKE)).iter().filter(|mail| mail.tags["kind"] == "role_given").count()
}

#[tokio::test]
async fn a_notice_that_was_not_mailed_before_the_end_is_mailed_once_after_a_restart() {
    let data = folder("restarted-notices");
    let stack = stack_on(&data, false).await;
    mike_is_promoted(stack.api()).await;
    stack.stop().await;
    for _ in 0..2 {
        let stack = stack_on(&data, false).await;
        stack.catch_up_with_the_stream().await;
        assert_eq!(notices(&stack), 1);
        stack.stop().await;
    }
}

#[tokio::test]
async fn a_lost_or_foreign_stream_position_causes_no_second_mail() {
    let data = folder("lost-place");
    let place = data.join("stream-place.json");
    let stack = stack_on(&data, false).await;
    mike_is_promoted(stack.api()).await;
    stack.catch_up_with_the_stream().await;
    let kept = fs::read_to_string(&place).unwrap();
    stack.stop().await;
    let foreign = kept.replace(|c: char| c.is_ascii_digit(), "9");
    for place_then in [None, Some(foreign.as_str()), Some("{}"), Some("half a pla")] {
        match place_then {
            None => fs::remove_file(&place).unwrap(),
            Some(text) => fs::write(&place, text).unwrap(),
        }
        let stack = stack_on(&data, false).await;
        stack.catch_up_with_the_stream().await;
        assert_eq!((notices(&stack), fs::read_to_string(&place).unwrap()), (1, kept.clone()), "{place_then:?}");
        stack.stop().await;
    }
}

/// Starts the command, waits until it is ready, and returns it with the URL of its API.
fn started(data: &Path) -> (Child, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readmit-local"));
    command.args(["--port", "0", "--no-portal", "--no-delivery", "--log", "--data-dir", data.to_str().unwrap()]);
    let mut child = command.env("RUST_LOG", "error").stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    (child, ready["api"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_notice_survives_a_killed_process() {
    let data = folder("killed-process");
    let (mut child, api) = started(&data);
    let company = json!({"external_id": "contoso", "name": "Contoso"});
    let eve = json!({"email": "eve@contoso.example", "name": "Eve", "role": "security_admin"});
    import(&api, json!({"mode": "create", "company": company, "employees": [eve]})).await;
    let mike = |role: &str| json!({"email": "mike@contoso.example", "name": "Mike", "role": role});
    import(&api, json!({"company": company, "employees": [mike("member")]})).await;
    import(&api, json!({"company": company, "employees": [mike("security_admin")]})).await;
    child.kill().unwrap();
    child.wait().unwrap();

    let (mut child, api) = started(&data);
    let client = Client::builder().no_proxy().build().unwrap();
    let mut mails = 0;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let answer = client.get(format!("{api}/_local/mail?to=mike@contoso.example")).send().await.unwrap();
        mails = answer.json::<Value>().await.unwrap()["emails"].as_array().unwrap().len();
        if mails > 0 {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // If the process was killed after SES's answer and before the notice was marked as sent, it is sent twice.
    assert!((1..=2).contains(&mails), "{mails} mails");
}
