//! Every event under `events/`, as the function receives it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::collections::BTreeMap;
use std::path::Path;

use lambda_http::aws_lambda_events::encodings::Base64Data;
use readmit_local::template::Template;
use readmit_tests::World;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// What stands in the events where a real one belongs.
const PLACEHOLDER_ID: &str = "emp_01JDEXAMP1E00000000000M1KE";
const PASSCODES: [&str; 2] = ["7K3M-9QXT-2BHW", "7k3m 9qxt 2bhw"];
const MIKES_PASSWORD: &str = "four tidy otters row home";
const MIKES_DIGITS: &str = "492039";
const NEW_PASSWORD: &str = "seven brisk kites over Łódź";
const NEW_DIGITS: &str = "815274";

/// What a function makes of an event.
#[derive(Clone, Copy)]
enum Expected {
    /// An output that is no HTTP answer.
    Output,
    /// An answer of this status.
    Answer(u16),
    /// This problem.
    Problem(u16, &'static str),
}

use Expected::{Answer, Output, Problem};

const EVENTS: [(&str, Expected); 22] = [
    ("cleanup-passcodes/schedule.json", Output),
    ("import-employees/first-security-admin.json", Output),
    ("import-employees/rescue-admin.json", Output),
    ("import-employees/sample-company.json", Output),
    ("import-employees/update-and-erase.json", Output),
    ("issue-passcode/issue.json", Answer(201)),
    ("issue-passcode/malformed-json.json", Problem(400, "malformed_json")),
    ("issue-passcode/with-reason.json", Answer(201)),
    ("list-employees/first-page.json", Answer(200)),
    ("list-employees/no-token.json", Problem(401, "unauthenticated")),
    ("list-employees/one-employee.json", Answer(200)),
    ("redeem-passcode/base64-body.json", Answer(200)),
    ("redeem-passcode/redeem.json", Answer(200)),
    ("redeem-passcode/unknown-address.json", Problem(401, "passcode_rejected")),
    ("reset-2fa/access-token.json", Problem(401, "unauthenticated")),
    ("reset-2fa/complete.json", Answer(200)),
    ("reset-2fa/enrol-totp.json", Answer(200)),
    ("reset-2fa/set-password.json", Answer(204)),
    ("sign-in/jwks.json", Answer(200)),
    ("sign-in/sign-in.json", Answer(200)),
    ("sign-in/sign-out.json", Answer(204)),
    ("sign-in/wrong-password.json", Problem(401, "sign_in_rejected")),
];

/// Every file under `events/`, by `function/case.json`.
fn files() -> BTreeMap<String, Value> {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let folders = std::fs::read_dir(&events).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir());
    let mut files = BTreeMap::new();
    for folder in folders {
        for file in std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap()) {
            let name = format!("{}/{}", folder.file_name().display(), file.file_name().display());
            let event = serde_json::from_slice(&std::fs::read(file.path()).unwrap());
            files.insert(name.clone(), event.unwrap_or_else(|error| panic!("{name}: {error}")));
        }
    }
    files
}

/// Puts a real passcode where an event has one, in a body of text or of base64.
fn with_passcode(mut event: Value, code: &str) -> Value {
    let real = |body: &str| PASSCODES.iter().fold(body.to_owned(), |body, sample| body.replace(sample, code));
    event["body"] = if event["isBase64Encoded"] == true {
        let mut body: Base64Data = serde_json::from_value(event["body"].take()).unwrap();
        body.0 = real(std::str::from_utf8(&body.0).unwrap()).into_bytes();
        serde_json::to_value(body).unwrap()
    } else {
        real(event["body"].as_str().unwrap()).into()
    };
    event
}

/// The event with ids, tokens and codes of this world in it.
async fn filled(world: &World, file: &str, event: &Value) -> Value {
    let mut text = event.to_string().replace(PLACEHOLDER_ID, world.id(MIKE));
    if text.contains("<access token>") {
        text = text.replace("<access token>", &world.enrolled(ADA).await.token);
    }
    if text.contains("<recovery token>") {
        let recovery = world.recovers(MIKE, &world.operator_mails_a_code_to(MIKE).await).await;
        text = text.replace("<recovery token>", &recovery.token);
        if file == "reset-2fa/complete.json" {
            recovery.sets_password(NEW_PASSWORD).await.is(204);
            let shown = recovery.asks_for_totp().await.is(200);
            text = text.replace(NEW_DIGITS, &recovery.digits_of(&shown));
        }
    }
    if text.contains(MIKES_DIGITS) {
        let recovery = world.recovers(MIKE, &world.operator_mails_a_code_to(MIKE).await).await;
        let mike = recovery.completes(MIKES_PASSWORD).await;
        text = text.replace(MIKES_DIGITS, &mike.digits().await);
    }
    let event = serde_json::from_str(&text).unwrap();
    if file.starts_with("redeem-passcode/") {
        return with_passcode(event, &world.operator_mails_a_code_to(MIKE).await);
    }
    event
}

fn check(file: &str, expected: Expected, answer: &Value) {
    let problem = || {
        let body = answer["body"].as_str().unwrap_or_default();
        serde_json::from_str::<Value>(body).unwrap_or_default()["code"].clone()
    };
    match expected {
        Answer(status) => assert_eq!(answer["statusCode"], status, "{file}: {answer}"),
        Problem(status, code) => {
            assert_eq!((&answer["statusCode"], problem()), (&json!(status), json!(code)), "{file}: {answer}");
        }
        Output => {
            assert!(answer.is_object() && answer.get("statusCode").is_none(), "{file}: {answer}");
            let rows = answer["results"].as_array().into_iter().flatten();
            assert!(rows.into_iter().all(|row| row.get("problem").is_none()), "{file}: {answer}");
        }
    }
}

#[test]
fn every_event_is_expected_and_every_expected_event_is_there() {
    let expected: Vec<&str> = EVENTS.iter().map(|(file, _)| *file).collect();
    assert_eq!(files().keys().collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn every_event_is_answered_as_expected() {
    let sample = &files()["import-employees/sample-company.json"];
    for (file, event) in files() {
        let expected =
            EVENTS.iter().find(|(name, _)| *name == file).unwrap_or_else(|| panic!("{file} is not expected")).1;
        let mut world = World::empty().await;
        world.import_company(sample.clone()).await;
        let event = filled(&world, &file, &event).await;
        assert!(!event.to_string().contains(" token>"), "{file} has a placeholder that nothing fills");
        let function = file.split('/').next().unwrap();
        let reply = world.invoke(function, event).await;
        assert_eq!((reply.status, reply.header("x-amz-function-error")), (200, ""), "{file}: {}", reply.text);
        check(&file, expected, &reply.body);
    }
}

#[test]
fn every_function_and_every_route_has_an_event_that_succeeds() {
    let files = files();
    let good = |package: &str| -> Vec<&Value> {
        let good = EVENTS.iter().filter(|(_, expected)| matches!(expected, Output | Answer(200..300)));
        good.filter(|(file, _)| file.split('/').next() == Some(package)).map(|(file, _)| &files[*file]).collect()
    };
    for function in Template::of_this_build().unwrap().functions {
        let events = good(&function.package);
        assert!(!events.is_empty(), "{} has no good event", function.package);
        for route in function.routes {
            let key = format!("{} {}", route.method, route.path);
            let of_route = |event: &&Value| event["routeKey"] == key && event["requestContext"]["routeKey"] == key;
            assert!(events.iter().any(of_route), "{key} has no good event");
        }
    }
}
