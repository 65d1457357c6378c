//! Every event under `events/`, as the function receives it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::collections::BTreeMap;
use std::path::Path;

use data_encoding::BASE64;
use readmit::keyring::RootSecret;
use readmit_local::template::Template;
use readmit_tests::{Reply, World};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace.okafor@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// The placeholders for a passcode in the events. `expected.json` says whose the ids are.
const PASSCODES: [&str; 2] = ["7K3M-9QXT-2BHW", "7k3m 9qxt 2bhw"];
const MIKES_PASSWORD: &str = "four tidy otters row home";
const MIKES_DIGITS: &str = "492039";
const NEW_PASSWORD: &str = "seven brisk kites over Łódź";
const NEW_DIGITS: &str = "815274";
const ROOT_SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:SessionsSecret-Xp2m9QkLw0aZ-a1b2c3";

const COMPANY: &str = "cmp_01JDEXAMP1E00000000000N0RD";
/// The placeholder for a request that waits for an approval.
const APPROVAL: &str = "apr_01JDEXAMP1E0000000000APR00";
const PASSCODE: &str = "pco_01JDEXAMP1E0000000000C0DE0";

/// The events for which the recovery is ready except for the code of the new authenticator.
const ALL_BUT_CONFIRMED: [&str; 2] = ["reset-2fa/complete.json", "reset-2fa/impossible-code.json"];

/// The events that must come before another event.
const BEFORE: [(&str, &str); 3] = [
    ("revoke-passcode/revoke.json", "issue-passcode/issue.json"),
    ("rotate-root-secret/test-secret.json", "rotate-root-secret/create-secret.json"),
    ("rotate-root-secret/finish-secret.json", "rotate-root-secret/create-secret.json"),
];

/// `events/expected.json`, which `tests/deploy/local_invoke` reads too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectations {
    /// The person of each id in the events.
    people: BTreeMap<String, String>,
    /// The expected result of each event.
    answers: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Expected {
    /// An output that is no HTTP answer.
    Output(Value),
    /// The number of an import's rows by outcome.
    Outcomes(BTreeMap<String, usize>),
    /// An answer with this status.
    Answer(u16),
    /// A problem with this status and code.
    Problem(u16, String),
    /// A failure with this error type.
    Error(String),
}

use Expected::{Answer, Error, Outcomes, Output, Problem};

fn expectations() -> Expectations {
    serde_json::from_str(include_str!("../../events/expected.json")).unwrap()
}

/// Every file under `events/`, by its name `function/case.json`.
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

/// Replaces the placeholder by a real passcode, in a body of text or base64.
fn with_passcode(mut event: Value, code: &str) -> Value {
    let real = |body: &str| PASSCODES.iter().fold(body.to_owned(), |body, sample| body.replace(sample, code));
    event["body"] = if event["isBase64Encoded"] == true {
        let body = BASE64.decode(event["body"].as_str().unwrap().as_bytes()).unwrap();
        BASE64.encode(real(std::str::from_utf8(&body).unwrap()).as_bytes()).into()
    } else {
        real(event["body"].as_str().unwrap()).into()
    };
    event
}

/// Prepares the world for an event, and fills in the world's ids, tokens and codes.
async fn filled(world: &World, people: &BTreeMap<String, String>, file: &str, event: &Value) -> Value {
    let text = event.to_string().replace(ROOT_SECRET, &world.stack.secrets().arn(RootSecret::Sessions));
    let mut text = people.iter().fold(text, |text, (id, email)| text.replace(id, world.id(email)));
    if text.contains("<now>") {
        let company = world.companies.values().next().unwrap();
        text = text.replace("<now>", &world.stack.clock().now().to_string()).replace(COMPANY, company);
    }
    if text.contains("<access token>") {
        let mut ada = world.enrolled(ADA).await;
        // The session of a recovery does not count as a recent sign-in.
        ada.signs_in().await;
        text = text.replace("<access token>", &ada.token);
    }
    if text.contains("<member's access token>") {
        let recovery = world.recovers(MIKE, &world.operator_mails_a_code_to(MIKE).await).await;
        let mike = recovery.completes(MIKES_PASSWORD).await;
        text = text.replace("<member's access token>", &mike.token).replace(MIKES_DIGITS, &mike.digits().await);
    }
    if text.contains("<recovery token>") {
        let recovery = world.recovers(MIKE, &world.operator_mails_a_code_to(MIKE).await).await;
        text = text.replace("<recovery token>", &recovery.token);
        if ALL_BUT_CONFIRMED.contains(&file) {
            recovery.sets_password(NEW_PASSWORD).await.is(204);
            let shown = recovery.asks_for_totp().await.is(200);
            text = text.replace(NEW_DIGITS, &recovery.digits_of(&shown));
        }
    }
    if file.starts_with("sign-in/") && text.contains(MIKE) {
        let recovery = world.recovers(MIKE, &world.operator_mails_a_code_to(MIKE).await).await;
        let mike = recovery.completes(MIKES_PASSWORD).await;
        text = text.replace(MIKES_DIGITS, &mike.digits().await);
    }
    if text.contains(PASSCODE) {
        world.operator_mails_a_code_to(MIKE).await;
        let tags = world.mails_to(MIKE).await[0]["tags"].clone();
        text = text.replace(COMPANY, tags["company_id"].as_str().unwrap());
        text = text.replace(PASSCODE, tags["passcode_id"].as_str().unwrap());
    }
    if text.contains(APPROVAL) {
        let company = json!({"company_id": world.companies.values().next().unwrap(), "approvals": "sensitive"});
        world.import(json!({"company": company, "employees": []})).await;
        let path = format!("/v1/employees/{}", world.id(MIKE));
        let role = json!({"role": "security_admin"});
        let waits = world.enrolled(GRACE).await.calls(Method::PATCH, &path, Some(role)).await.is(202);
        text = text.replace(APPROVAL, &waits.text_at("/approval/approval_id"));
    }
    if text.contains("<disown token>") {
        world.operator_mails_a_code_to(MIKE).await;
        text = text.replace("<disown token>", &world.disown_token(MIKE).await);
    }
    let event = serde_json::from_str(&text).unwrap();
    if file.starts_with("redeem-passcode/") {
        return with_passcode(event, &world.operator_mails_a_code_to(MIKE).await);
    }
    event
}

fn check(file: &str, expected: &Expected, reply: &Reply) {
    let answer = &reply.body;
    let failed = reply.header("x-amz-function-error");
    assert_eq!((reply.status, failed), (200, if matches!(expected, Error(_)) { "Unhandled" } else { "" }), "{file}");
    let problem = || {
        let body = answer["body"].as_str().unwrap_or_default();
        serde_json::from_str::<Value>(body).unwrap_or_default()["code"].clone()
    };
    match expected {
        Output(output) => assert_eq!(answer, output, "{file}"),
        Outcomes(outcomes) => assert_eq!(&outcomes_of(answer), outcomes, "{file}: {answer}"),
        Answer(status) => assert_eq!(answer["statusCode"], *status, "{file}: {answer}"),
        Problem(status, code) => {
            assert_eq!((&answer["statusCode"], problem()), (&json!(status), json!(code)), "{file}: {answer}");
        }
        Error(error_type) => assert_eq!(answer["errorType"], *error_type, "{file}: {answer}"),
    }
}

/// The number of an import's rows by outcome. Rows that have a problem without being refused are not counted.
fn outcomes_of(answer: &Value) -> BTreeMap<String, usize> {
    let mut outcomes = BTreeMap::new();
    for row in answer["results"].as_array().into_iter().flatten() {
        let outcome = row["outcome"].as_str().unwrap();
        if (outcome == "refused") == row.get("problem").is_some() {
            *outcomes.entry(outcome.to_owned()).or_default() += 1;
        }
    }
    outcomes
}

#[test]
fn every_event_is_expected_and_every_expected_event_is_there() {
    assert!(files().keys().eq(expectations().answers.keys()), "events/ and events/expected.json name other files");
}

#[tokio::test]
async fn every_event_is_answered_as_expected() {
    let Expectations { people, answers } = expectations();
    let files = files();
    for (file, event) in &files {
        let expected = answers.get(file).unwrap_or_else(|| panic!("{file} is not expected"));
        let mut world = World::empty().await;
        let mut sample = files["import-employees/sample-company.json"].clone();
        if !file.starts_with("import-employees/") {
            // The tests use only these people, and an import of all 250 takes a second.
            let rows = sample["employees"].as_array_mut().unwrap();
            rows.retain(|row| people.values().any(|email| row["email"] == *email));
        }
        world.import_company(sample).await;
        let function = file.split('/').next().unwrap();
        for (_, before) in BEFORE.iter().filter(|(after, _)| after == file) {
            let event = filled(&world, &people, before, &files[*before]).await;
            check(before, &answers[*before], &world.invoke(before.split('/').next().unwrap(), event).await);
        }
        let event = filled(&world, &people, file, event).await;
        assert!(!event.to_string().contains(" token>"), "{file} has a placeholder that nothing fills");
        check(file, expected, &world.invoke(function, event).await);
    }
}

#[test]
fn every_function_has_an_event_that_fails() {
    let answers = expectations().answers;
    let bad = |package: &str| {
        let bad = answers.iter().filter(|(_, expected)| matches!(expected, Problem(..) | Error(_)));
        bad.filter(|(file, _)| file.split('/').next() == Some(package)).count()
    };
    // The cleanup ignores the content of the schedule's event.
    let functions = Template::of_this_build().unwrap().functions;
    for function in functions.iter().filter(|function| function.package != "cleanup-passcodes") {
        assert!(bad(&function.package) > 0, "{} has no bad event", function.package);
    }
}

#[test]
fn every_function_and_every_route_has_an_event_that_succeeds() {
    let (files, answers) = (files(), expectations().answers);
    let good = |package: &str| -> Vec<&Value> {
        let good =
            answers.iter().filter(|(_, expected)| matches!(expected, Output(_) | Outcomes(_) | Answer(200..300)));
        good.filter(|(file, _)| file.split('/').next() == Some(package)).map(|(file, _)| &files[file]).collect()
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
