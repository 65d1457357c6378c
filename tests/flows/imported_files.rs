//! Imports of files: in pieces, with reports, and again after an end at any moment.

use std::time::Duration;

use readmit_tests::{Attempts, InjectedFault, World};
use reqwest::Method;
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";

/// CSV with these numbers of people.
fn csv(numbers: std::ops::Range<usize>) -> String {
    let rows = numbers.map(|n| format!("Person Number {n},person{n}@northwind.example,N-{n}\n"));
    format!("name,email,external_id\n{}", rows.collect::<String>())
}

/// Starts an import, and processes its pieces. Returns its id.
async fn imported(world: &World, event: Value) -> String {
    let started = world.import(event).await;
    assert!(world.stack.files_and_queues().catch_up().await);
    started.text_at("/import_id")
}

fn sums(reports: &[Value], outcome: &str) -> u64 {
    reports.iter().map(|report| report["counts"][outcome].as_u64().unwrap()).sum()
}

#[tokio::test]
async fn a_file_is_imported_in_pieces_and_reported_without_addresses() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let mut file = csv(0..1_002);
    file += "Carl Twice,carl@contoso.example,\nnobody\nMike B. Brandt,mike@northwind.example,\n";
    let object = world.upload("uploads/people.csv", file.clone()).await;
    let import_id = imported(&world, world.northwind_file(object)).await;
    let reports = world.reports(&import_id);
    assert_eq!(reports.len(), 2);
    assert_eq!(
        (&reports[0]["state"], &reports[0]["rows"], &reports[1]["rows"]),
        (&json!("done"), &json!(1_000), &json!(5))
    );
    assert_eq!((sums(&reports, "created"), sums(&reports, "updated"), sums(&reports, "refused")), (1_002, 1, 2));
    let refused = |line: u64, code: &str| json!({"line": line, "outcome": "refused", "code": code});
    let problems = json!([refused(1_004, "address_taken"), refused(1_005, "invalid_request")]);
    assert_eq!(reports[1]["problems"], problems);
    assert_eq!((&reports[1]["to_byte"], &reports[1]["file_bytes"]), (&json!(file.len()), &json!(file.len())));
    assert!(!format!("{reports:?}").contains('@'));
    let found = ada.calls(Method::GET, "/v1/employees?query=1001", None).await.is(200);
    assert_eq!(found.body["employees"][0]["email"], "person1001@northwind.example");
    assert_eq!(world.stack.files_and_queues().queue().unwrap().count(), (0, 0));
    world.reconcile().await;

    let before = world.tables().await;
    let object = world.upload("uploads/people.csv", file).await;
    let again = world.reports(&imported(&world, world.northwind_file(object)).await);
    assert_eq!((sums(&again, "unchanged"), sums(&again, "refused")), (1_003, 2));
    assert_eq!(world.tables().await, before);
}

#[tokio::test]
async fn json_lines_found_a_company_and_mail_first_passcodes() {
    let world = World::start().await;
    let file = r#"{"email":"mia@fabrikam.example","name":"Mia Member"}
{"email":"rosa@fabrikam.example","name":"Rosa Admin","role":"security_admin"}
{"email":"mike@northwind.example","name":"Mike Twice"}
"#;
    let object = world.upload("uploads/fabrikam.jsonl", file).await;
    let company = json!({"external_id": "fabrikam", "name": "Fabrikam"});
    let event = json!({"mode": "create", "company": company, "object": object, "issue_passcodes": true});
    let report = world.reports(&imported(&world, event.clone()).await).remove(0);
    assert_eq!(report["counts"], json!({"created": 1, "updated": 0, "unchanged": 1, "erased": 0, "refused": 1}));
    for email in ["mia@fabrikam.example", "rosa@fabrikam.example"] {
        world.recovers(email, &world.mailed_code(email).await).await;
    }
    let again = world.invoke("import-employees", event).await;
    assert_eq!(again.body["errorType"], "company_exists");
    world.reconcile().await;
}

#[tokio::test]
async fn an_import_of_a_file_that_cannot_be_read_changes_nothing() {
    let world = World::start().await;
    let before = world.tables().await;
    let object = world.upload("uploads/people.csv", csv(0..1)).await;
    let with = |name: &str, value: Value| {
        let mut event = world.northwind_file(object.clone());
        event[name] = value;
        event
    };
    let header = world.upload("uploads/header.csv", "email,name,salary\na@b.example,A,1\n").await;
    let empty = world.upload("uploads/empty.csv", "").await;
    for (event, code) in [
        (with("object", json!({"key": "uploads/other.csv", "version_id": "1"})), "object_not_found"),
        (with("object", json!({"key": "uploads/people.csv", "version_id": "1"})), "object_not_found"),
        (with("object", json!({"key": "../people.csv", "version_id": "1"})), "invalid_request"),
        (with("object", header), "invalid_request"),
        (with("object", empty), "invalid_request"),
        (with("employees", json!([])), "invalid_request"),
        (with("issue_passcodes", json!([MIKE])), "invalid_request"),
        (with("company", json!({"external_id": "nobody"})), "company_not_found"),
    ] {
        let refused = world.invoke("import-employees", event.clone()).await;
        assert_eq!(refused.body["errorType"], code, "{event}: {}", refused.text);
    }
    assert_eq!(world.stack.files_and_queues().queue().unwrap().count(), (0, 0));
    assert_eq!(world.tables().await, before);
}

/// Imports a file of one piece whose run ends at this call to the store, and then again to the end. Returns whether the run had so many calls.
async fn ended_at(call: usize, fault: InjectedFault) -> bool {
    let world = World::start().await;
    let rows = "Nora New,nora@northwind.example,\nPetra New,petra@northwind.example,N-2\nMike B. Brandt,mike@northwind.example,\n\
        Carl Twice,carl@contoso.example,\nOtto Sam,otto@northwind.example,NW-4\n";
    let object = world.upload("uploads/people.csv", format!("name,email,external_id\n{rows}")).await;
    let import_id = world.import(world.northwind_file(object)).await.text_at("/import_id");
    world.store.inject(fault, call, usize::MAX / 2);
    let at_once = world.stack.files_and_queues().catch_up().await;
    let was_ended = world.store.heal() > call;
    assert_eq!(at_once, !was_ended, "{fault:?} at {call}");
    // The message is visible again.
    world.advance(Duration::from_secs(16 * 60)).await;
    assert!(world.stack.files_and_queues().catch_up().await, "{fault:?} at {call}");
    let report = world.reports(&import_id).remove(0);
    let counts = &report["counts"];
    assert_eq!((&counts["created"], &counts["refused"]), (&json!(2), &json!(1)), "{fault:?} at {call}: {report}");
    assert_eq!(world.events("employee.imported").await, 8 + 2, "{fault:?} at {call}");
    world.reconcile().await;
    was_ended
}

#[tokio::test]
async fn a_piece_that_ends_at_any_call_is_finished_by_the_next_run() {
    for fault in [InjectedFault::NotHeard(Attempts::All), InjectedFault::AnswerLost(Attempts::All)] {
        let mut call = 0;
        while ended_at(call, fault).await {
            call += 1;
        }
        assert!(call > 6, "{call} calls");
    }
}

#[tokio::test]
async fn a_second_run_leaves_the_people_alone_whom_the_first_one_added() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let file = "name,email\nNora New,nora@northwind.example\nOtto New,otto@northwind.example\n";
    let object = world.upload("uploads/people.csv", file).await;
    let import_id = world.import(world.northwind_file(object)).await.text_at("/import_id");
    // The people are written, and then the run ends: the company cannot be read.
    world.store.inject_one(InjectedFault::NotHeard(Attempts::All), "BatchGetItem", 2);
    assert!(!world.stack.files_and_queues().catch_up().await);
    world.store.heal();
    assert_eq!(world.events("employee.imported").await, 8 + 2);
    let listed = ada.calls(Method::GET, "/v1/employees?query=nora", None).await.is(200);
    let path = format!("/v1/employees/{}", listed.text_at("/employees/0/employee_id"));
    let change = json!({"email": "nora.holm@northwind.example", "name": "Nora Holm"});
    ada.calls(Method::PATCH, &path, Some(change)).await.is(200);
    let before = world.tables().await;
    world.advance(Duration::from_secs(16 * 60)).await;
    assert!(world.stack.files_and_queues().catch_up().await);
    assert_eq!(world.tables().await, before);
    assert_eq!(world.reports(&import_id)[0]["counts"]["created"], 2);
    world.reconcile().await;
}

#[tokio::test]
async fn a_piece_whose_last_steps_fail_is_not_written_again() {
    let world = World::start().await;
    let object = world.upload("uploads/people.csv", csv(0..1_001)).await;
    let import_id = world.import(world.northwind_file(object)).await.text_at("/import_id");
    // The report is written, and the message of the second piece is not sent.
    world.files.inject_one(InjectedFault::NotHeard(Attempts::All), "SendMessage", 0);
    assert!(!world.stack.files_and_queues().catch_up().await);
    world.files.heal();
    assert_eq!(world.reports(&import_id).len(), 1);
    let before = world.tables().await;
    // S3 does not answer.
    world.files.inject(InjectedFault::NotHeard(Attempts::All), 0, usize::MAX / 2);
    world.advance(Duration::from_secs(16 * 60)).await;
    assert!(!world.stack.files_and_queues().catch_up().await);
    world.files.heal();
    assert_eq!(world.tables().await, before);
    world.advance(Duration::from_secs(16 * 60)).await;
    assert!(world.stack.files_and_queues().catch_up().await);
    assert_eq!(sums(&world.reports(&import_id), "created"), 1_001);
    world.reconcile().await;
}

#[tokio::test]
async fn a_piece_that_fails_five_times_is_a_dead_letter() {
    let world = World::start().await;
    let object = world.upload("uploads/people.csv", csv(0..1)).await;
    world.import(world.northwind_file(object)).await;
    world.files.inject(InjectedFault::NotHeard(Attempts::All), 0, usize::MAX / 2);
    for _ in 0..5 {
        assert!(!world.stack.files_and_queues().catch_up().await);
        world.advance(Duration::from_secs(16 * 60)).await;
    }
    assert!(world.stack.files_and_queues().catch_up().await);
    assert_eq!(world.stack.files_and_queues().queue().unwrap().count(), (0, 1));
}
