//! Imports of employees: what they change, and what they refuse.

use std::time::Duration;

use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";
const CLEO: &str = "cleo@client.example";
const DORA: &str = "dora@northwind.example";
const CARL: &str = "carl@contoso.example";
const MICHAEL: &str = "michael@northwind.example";
const NEWCOMER: &str = "new@northwind.example";

/// The `company` of an import for Northwind without changes.
fn northwind(world: &World) -> Value {
    json!({"company_id": world.companies["Northwind Partners"]})
}

#[tokio::test]
async fn importing_the_same_again_changes_nothing() {
    let mut world = World::empty().await;
    let sample = include_str!("../../events/import-employees/sample-company.json");
    let sample: Value = serde_json::from_str(sample).unwrap();
    world.import_company(sample.clone()).await;
    let before = world.tables().await;
    for mode in ["create", "update"] {
        let mut again = sample.clone();
        again["mode"] = json!(mode);
        assert_eq!(world.outcomes_of(again).await, vec!["unchanged"; 250], "{mode}");
    }
    let no_more_than_asked = json!({"company": {"external_id": "northwind"}, "employees": [{"email": ADA}]});
    assert_eq!(world.outcomes_of(no_more_than_asked).await, ["unchanged"]);
    assert_eq!(world.tables().await, before);
}

#[tokio::test]
async fn what_a_row_leaves_out_keeps_its_value() {
    let world = World::start().await;
    world.change(ADA, json!({"locale": "de"})).await;
    let ada = world.enrolled(ADA).await;
    let mut expected = ada.sees(ADA).await;
    expected["name"] = json!("Ada Lovelace");
    assert_eq!(world.outcomes(json!([{"email": " Ada@Northwind.example "}])).await, ["unchanged"]);
    assert_eq!(world.outcomes(json!([{"email": ADA, "name": "Ada Lovelace"}])).await, ["updated"]);
    let mut seen = ada.sees(ADA).await;
    assert_ne!(seen["version"], expected["version"]);
    seen["version"] = expected["version"].clone();
    assert_eq!(seen, expected);
    assert!(world.tables().await.iter().any(|item| item.contains(r#""mail_locale":{"S":"de"}"#)));
}

#[tokio::test]
async fn a_moved_address_takes_the_credentials_with_it() {
    for key in ["external_id", "employee_id"] {
        let world = World::start().await;
        let mut mike = world.enrolled(MIKE).await;
        let code = world.operator_mails_a_code_to(MIKE).await;
        let value = if key == "external_id" { "NW-3" } else { world.id(MIKE) };
        assert_eq!(world.outcomes(json!([{"email": MICHAEL, key: value}])).await, ["updated"]);
        assert!(!mike.has_a_session().await);
        mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
        for email in [MIKE, MICHAEL] {
            world.redeem(email, &code).await.is_problem(401, "passcode_rejected");
        }
        mike.email = MICHAEL.to_owned();
        mike.signs_in().await;
        world.sign_in(MICHAEL, PASSWORD, &mike.backup_codes[0]).await.is(200);
        let logins = world.items("credentials").await;
        let of_mike: Vec<&Value> = logins.iter().filter(|item| item["employee_id"]["S"] == world.id(MIKE)).collect();
        assert_eq!(of_mike.iter().map(|item| &item["login"]["S"]).collect::<Vec<_>>(), [MICHAEL]);
        assert_eq!(world.counts_in_trail(MIKE, ["passcode.revoked", "employee.changed"]).await, [1, 1]);
    }
}

#[tokio::test]
async fn another_account_type_and_a_disabling_end_everything_for_good() {
    for (field, value, back) in [("account_type", "client", "employee"), ("status", "disabled", "active")] {
        let world = World::start().await;
        let mike = world.enrolled(MIKE).await;
        let code = world.operator_mails_a_code_to(MIKE).await;
        let recovery = world.recovers(SAM, &world.operator_mails_a_code_to(SAM).await).await;
        recovery.sets_password(PASSWORD).await.is(204);
        let shown = recovery.asks_for_totp().await.is(200);
        for (value, changes) in [(value, 1), (value, 1), (back, 2)] {
            world.change(MIKE, json!({field: value})).await;
            world.change(SAM, json!({field: value})).await;
            assert!(!mike.has_a_session().await);
            world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
            recovery.sets_password(PASSWORD).await.is_problem(401, "unauthenticated");
            recovery.asks_for_totp().await.is_problem(401, "unauthenticated");
            recovery.confirms(&recovery.digits_of(&shown)).await.is_problem(401, "unauthenticated");
            let events = ["passcode.revoked", "recovery.abandoned", "employee.changed"];
            assert_eq!(world.counts_in_trail(MIKE, events).await, [1, 0, changes]);
            assert_eq!(world.counts_in_trail(SAM, events).await, [0, 1, changes]);
        }
        for row in world.items("passcodes").await {
            let secrets = ["code_selector", "secret_hash", "pending_password", "pending_totp_key", "due_at"];
            assert!(secrets.iter().all(|secret| row.get(secret).is_none()), "{row}");
        }
        world.reconcile().await;
    }
}

#[tokio::test]
async fn a_demotion_and_a_disabling_stop_the_very_next_request() {
    let world = World::start().await;
    let (ada, _grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    world.change(ADA, json!({"role": "member"})).await;
    ada.calls(Method::GET, "/v1/employees", None).await.is_problem(403, "not_security_admin");
    world.change(ADA, json!({"role": "security_admin"})).await;
    ada.calls(Method::GET, "/v1/employees", None).await.is(200);
    world.change(ADA, json!({"status": "disabled"})).await;
    ada.calls(Method::GET, "/v1/employees", None).await.is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_erased_person_leaves_ids_in_the_trail_and_nothing_else() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let erase = json!([{"email": MIKE, "erase": true}]);
    assert_eq!(world.outcomes(erase.clone()).await, ["erased"]);
    assert_eq!(world.outcomes(erase).await, ["unchanged"]);
    assert!(!mike.has_a_session().await);
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    assert_eq!(world.counts_in_trail(MIKE, ["passcode.revoked", "employee.erased"]).await, [1, 1]);
    let left = world.tables().await;
    assert!(left.iter().all(|item| !item.contains(MIKE) && !item.contains("Mike") && !item.contains("NW-3")));
    assert!(left.iter().all(|item| item.starts_with("audit ") || !item.contains(world.id(MIKE))));

    let again = json!([{"email": MIKE, "name": "Mike Other", "external_id": "NW-3"}]);
    let again = world.import(world.northwind(again)).await;
    assert_eq!(again.body["results"][0]["outcome"], "created");
    assert_ne!(again.text_at("/results/0/employee_id"), world.id(MIKE));
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
}

#[tokio::test]
async fn a_second_row_about_the_same_person_is_refused() {
    let world = World::start().await;
    let rows = json!([
        {"email": NEWCOMER, "name": "New", "external_id": "NW-9"},
        {"email": "NEW@northwind.example", "name": "Other"},
        {"email": "third@northwind.example", "name": "Third", "external_id": "NW-9"},
        {"email": "s@northwind.example", "employee_id": world.id(SAM)},
        {"email": "t@northwind.example", "employee_id": world.id(SAM)},
        {"email": MICHAEL, "external_id": "NW-3"},
        {"email": "m@northwind.example", "employee_id": world.id(MIKE)},
    ]);
    let twice = "refused duplicate_row";
    assert_eq!(world.outcomes(rows).await, ["created", twice, twice, "updated", twice, "updated", twice]);
}

#[tokio::test]
async fn an_address_that_another_row_leaves_can_be_taken() {
    let moved = json!({"email": MICHAEL, "external_id": "NW-3"});
    let newcomer = json!({"email": MIKE, "name": "Mike Newcomer"});
    let numbered = json!({"email": MIKE, "name": "Mike Newcomer", "external_id": "NW-9"});
    for (rows, expected) in [
        ([&moved, &newcomer], ["updated", "created"]),
        ([&moved, &numbered], ["updated", "created"]),
        ([&numbered, &moved], ["created", "updated"]),
    ] {
        let world = World::start().await;
        let mut mike = world.enrolled(MIKE).await;
        assert_eq!(world.outcomes(json!(rows)).await, expected, "{rows:?}");
        mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
        mike.email = MICHAEL.to_owned();
        let session = mike.tries_to_sign_in().await.is(200);
        assert_eq!(session.body["employee"]["employee_id"], world.id(MIKE));
        assert_eq!(session.body["employee"]["name"], "Mike Brandt");
    }
}

#[tokio::test]
async fn two_imports_at_once_undo_nothing_of_each_other() {
    let world = World::start().await;
    let (ada, _grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    world.store.record();
    let (demotion, renaming) = tokio::join!(
        world.outcomes(json!([{"email": ADA, "role": "member"}])),
        world.outcomes(json!([{"email": ADA, "name": "Ada Lovelace"}])),
    );
    assert_eq!([demotion, renaming].concat(), ["updated", "updated"]);
    ada.calls(Method::GET, "/v1/employees", None).await.is_problem(403, "not_security_admin");
    assert!(world.tables().await.iter().any(|item| item.contains("Ada Lovelace")));
}

#[tokio::test]
async fn people_who_swap_addresses_or_external_ids_are_refused_both() {
    let world = World::start().await;
    let row = |email, of, number| json!({"email": email, "employee_id": world.id(of), "external_id": number});
    let before = world.tables().await;
    for (rows, code) in [
        (json!([{"email": SAM, "external_id": "NW-3"}, {"email": MIKE, "external_id": "NW-4"}]), "address_taken"),
        (json!([row(SAM, MIKE, "NW-3"), row(MIKE, SAM, "NW-4")]), "address_taken"),
        (json!([row(MIKE, MIKE, "NW-4"), row(SAM, SAM, "NW-3")]), "external_id_taken"),
    ] {
        assert_eq!(world.outcomes(rows).await, vec![format!("refused {code}"); 2]);
        assert_eq!(world.tables().await, before);
    }
}

#[tokio::test]
async fn a_bad_row_is_refused_and_the_others_are_done() {
    let world = World::start().await;
    let rows = json!([
        {"name": "No Address"},
        {"email": "no address", "name": "N"},
        {"email": "a@northwind.example"},
        {"email": "b@northwind.example", "name": "N", "role": "boss"},
        {"email": "c@northwind.example", "name": "N", "password": "plum harbour ladder quartz"},
        {"email": "d@northwind.example", "name": "x".repeat(201)},
        {"email": "e@northwind.example", "name": "Eve\r\nBcc: all@northwind.example"},
        {"email": "f@northwind.example", "name": "Eve \u{202e}gnp.exe"},
        "g@northwind.example",
        {"email": CARL, "name": "Carl"},
        {"email": MICHAEL, "employee_id": world.id(CARL)},
        {"email": NEWCOMER, "name": "New Comer"},
    ]);
    let mut expected = vec!["refused invalid_request"; 9];
    expected.extend(["refused address_taken", "refused employee_not_found", "created"]);
    assert_eq!(world.outcomes(rows).await, expected);
    assert_eq!(world.outcomes(json!(vec![json!({}); 1_000])).await, vec!["refused invalid_request"; 1_000]);
    // An import creates no password.
    let logins = world.items("credentials").await;
    let newcomer = logins.iter().find(|item| item["login"]["S"] == NEWCOMER).and_then(Value::as_object).unwrap();
    assert_eq!(newcomer.keys().collect::<Vec<_>>(), ["company_id", "employee_id", "login"]);
    world.sign_in(NEWCOMER, "", "000000").await.is_problem(401, "sign_in_rejected");
}

#[tokio::test]
async fn a_name_is_text_whatever_it_looks_like() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for name in [r#"=HYPERLINK("https://evil.example","A")"#, r#"<a href="https://evil.example">A</a>"#, "{{7*7}}"] {
        world.change(MIKE, json!({"name": name})).await;
        assert_eq!(ada.sees(MIKE).await["name"], name);
        ada.issues_a_code_to(MIKE).await;
        let html = world.mails_to(MIKE).await.pop().unwrap()["html"].to_string();
        assert!(!html.contains(r#"href=\"https://evil"#), "{html}");
    }
}

#[tokio::test]
async fn first_passcodes_go_to_those_who_wait_for_one() {
    let world = World::start().await;
    world.enrolled(ADA).await;
    world.operator_mails_a_code_to(MIKE).await;
    let everybody = [ADA, "grace@northwind.example", MIKE, SAM, CLEO, DORA];
    let mut event = world.northwind(everybody.iter().map(|email| json!({"email": email})).collect());
    event["issue_passcodes"] = json!(true);
    // A second run mails nobody. A run after the codes have expired mails the people without credentials.
    for (minutes, mails) in [(0, [1, 1, 1, 1, 0, 0]), (0, [1, 1, 1, 1, 0, 0]), (60, [1, 2, 2, 2, 0, 0])] {
        world.advance(Duration::from_secs(minutes * 60)).await;
        assert_eq!(world.outcomes_of(event.clone()).await, vec!["unchanged"; 6]);
        assert_eq!(world.mail_counts(everybody).await, mails);
    }
}

#[tokio::test]
async fn an_operator_rescues_a_locked_out_admin_by_address_alone() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let named = [ADA, CLEO, DORA, "nobody@northwind.example"];
    let event = json!({"company": northwind(&world), "employees": [], "issue_passcodes": named});
    let problems = ["", " client_account", " employee_disabled"].map(|problem| format!("unchanged{problem}"));
    let outcomes = world.outcomes_of(event).await;
    assert_eq!((&outcomes[..3], outcomes[3].as_str()), (&problems[..], "refused employee_not_found"));
    assert_eq!(world.mail_counts([ADA, CLEO, DORA, MIKE, SAM]).await, [2, 0, 0, 0, 0]);
    let recovery = world.recovers(ADA, &world.mailed_code(ADA).await).await;
    let rescued = recovery.completes("velvet compass orchard nine").await;
    assert!(rescued.has_a_session().await && !ada.has_a_session().await);
    assert_eq!(rescued.sees(ADA).await["passcode"]["issued_by"], "operator");
}

#[tokio::test]
async fn a_list_sends_passcodes_to_just_those_whatever_the_rows_are() {
    let world = World::start().await;
    let rows = json!([{"email": SAM}, {"email": MIKE}, {"email": NEWCOMER, "name": "New Comer"}]);
    let named = ["Sam@Northwind.example", NEWCOMER, SAM, ADA, ADA];
    let event = json!({"company": northwind(&world), "employees": rows, "issue_passcodes": named});
    assert_eq!(world.outcomes_of(event).await, ["unchanged", "unchanged", "created", "unchanged"]);
    assert_eq!(world.mail_counts([SAM, MIKE, NEWCOMER, ADA]).await, [1, 0, 1, 1]);
}
