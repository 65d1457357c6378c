//! `readmit-check` on the local stack: it finds twenty planted faults, at least one of each kind, and repairs the safe ones.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::process::{Command, Output};

use readmit_tests::{PASSWORD, World};
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";
const GRACE: &str = "grace@northwind.example";

/// Runs the command like an operator, with the tables of the stack.
async fn run(world: &World, arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readmit-check"));
    command.args(arguments).env_clear().envs([
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "operator"),
        ("AWS_SECRET_ACCESS_KEY", "operator"),
        ("READMIT_EMPLOYEES_TABLE", "readmit-employees"),
        ("READMIT_CREDENTIALS_TABLE", "readmit-credentials"),
        ("READMIT_PASSCODES_TABLE", "readmit-passcodes"),
        ("READMIT_AUDIT_TABLE", "readmit-audit"),
    ]);
    command.env("AWS_ENDPOINT_URL_DYNAMODB", world.stack.dynamodb());
    let output: Output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// A company with all kinds of rows.
async fn lively_world() -> World {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    world.enrolled(GRACE).await;
    ada.issues(GRACE, None).await.is(201);
    ada.issues(SAM, None).await.is(201);
    let code = ada.issues_a_code_to(MIKE).await;
    world.recovers(MIKE, &code).await.completes(PASSWORD).await;
    ada.issues(MIKE, None).await.is(201);
    world.change("dora@northwind.example", json!({"erase": true})).await;
    world.change(SAM, json!({"status": "disabled"})).await;
    world
}

async fn put(world: &World, table: &str, item: Value) {
    world.dynamodb("PutItem", json!({"TableName": format!("readmit-{table}"), "Item": item})).await;
}

async fn delete(world: &World, table: &str, key: Value) {
    world.dynamodb("DeleteItem", json!({"TableName": format!("readmit-{table}"), "Key": key})).await;
}

async fn update(world: &World, table: &str, key: Value, expression: &str, values: Value) {
    let mut request = json!({"TableName": format!("readmit-{table}"), "Key": key, "UpdateExpression": expression});
    if !values.is_null() {
        request["ExpressionAttributeValues"] = values;
    }
    world.dynamodb("UpdateItem", request).await;
}

/// Plants twenty faults.
async fn plant(world: &World) {
    let company = world.companies["Northwind Partners"].clone();
    let (gone, other) = ("emp_01J00000000000000000000001", "emp_01J00000000000000000000002");
    // 1, 2: logins of people who are gone, or have another address.
    let login = |login: &str, owner: &str| json!({"login": {"S": login}, "company_id": {"S": company}, "employee_id": {"S": owner}});
    put(world, "credentials", login("gone@northwind.example", gone)).await;
    put(world, "credentials", login("mike.old@northwind.example", world.id(MIKE))).await;
    // The first one has an audit event of the erasure.
    let mut erased =
        world.items("audit").await.into_iter().find(|event| event["event_type"]["S"] == "employee.erased").unwrap();
    erased["employee_id"] = json!({"S": gone});
    erased["employee_key"] = json!({"S": format!("{company}#{gone}")});
    put(world, "audit", erased).await;
    // 3: a person without a login.
    delete(world, "credentials", json!({"login": {"S": "cleo@client.example"}})).await;
    // 4, 5, 6: words of a person who is gone, of a person with another name, and of a malformed id.
    for word in [format!("word#gone#{gone}"), format!("word#zed#{}", world.id(MIKE)), "word#x#y".to_owned()] {
        put(world, "employees", json!({"company_id": {"S": company}, "employee_id": {"S": word}})).await;
    }
    // 7: a person without one of the words.
    let word = format!("word#{MIKE}#{}", world.id(MIKE));
    delete(world, "employees", json!({"company_id": {"S": company}, "employee_id": {"S": word}})).await;
    // 8, 9: external ids that no person and no company has.
    put(
        world,
        "employees",
        json!({"company_id": {"S": company}, "employee_id": {"S": "external#NW-0"},
        "external_id": {"S": "NW-0"}, "claimed_by": {"S": gone}}),
    )
    .await;
    put(
        world,
        "employees",
        json!({"company_id": {"S": "external#nowhere"}, "employee_id": {"S": "#company"},
        "claimed_by": {"S": "cmp_01J00000000000000000000000"}}),
    )
    .await;
    // 10: a person whose external id is not claimed.
    delete(world, "employees", json!({"company_id": {"S": company}, "employee_id": {"S": "external#NW-2"}})).await;
    // 11, 12: a passcode of a person who is gone, also without an audit event.
    let mut row = world.items("passcodes").await.into_iter().find(|row| row["login"]["S"] == GRACE).unwrap();
    row["login"] = json!({"S": "gone@northwind.example"});
    row["employee_id"] = json!({"S": gone});
    row["passcode_id"] = json!({"S": "pco_01J00000000000000000000009"});
    row["passcode_pending_key"] = row["passcode_id"].clone();
    row["due_shard"] = json!({"S": "9"});
    put(world, "passcodes", row).await;
    // 13, 14, 15: passcodes that the cleanup or a filter does not find, or finds for ever.
    let of = |email: &str| json!({"login": {"S": email}});
    update(world, "passcodes", of(GRACE), "REMOVE due_shard, passcode_pending_key", Value::Null).await;
    let bounced = json!({":x": {"S": "pco_01J00000000000000000000009"}});
    update(world, "passcodes", of(MIKE), "SET passcode_bounced_key = passcode_id REMOVE sent_at", Value::Null).await;
    // 16: a passcode ended without an audit event. 17: an audit event of an end, but the passcode has not ended.
    let sams = world
        .items("audit")
        .await
        .into_iter()
        .find(|event| event["event_type"]["S"] == "passcode.revoked" && event["employee_id"]["S"] == world.id(SAM));
    let mut revoked = sams.unwrap();
    delete(world, "audit", json!({"employee_key": revoked["employee_key"], "event_id": revoked["event_id"]})).await;
    let mikes = world.items("passcodes").await.into_iter().find(|row| row["login"]["S"] == MIKE).unwrap();
    revoked["detail"]["M"]["passcode_id"] = mikes["passcode_id"].clone();
    put(world, "audit", revoked.clone()).await;
    // 18: a person without an audit event of the import. 19: an audit event of an import without a person.
    let imports =
        world.items("audit").await.into_iter().filter(|event| event["event_type"]["S"] == "employee.imported");
    let mut imported = imports.into_iter().find(|event| event["employee_id"]["S"] == world.id(GRACE)).unwrap();
    delete(world, "audit", json!({"employee_key": imported["employee_key"], "event_id": imported["event_id"]})).await;
    imported["employee_id"] = json!({"S": other});
    imported["employee_key"] = json!({"S": format!("{company}#{other}")});
    put(world, "audit", imported).await;
    // 20: a row that is not a passcode.
    put(world, "passcodes", json!({"login": {"S": "odd@northwind.example"}, "passcode_id": bounced[":x"]})).await;
}

#[tokio::test]
async fn it_finds_twenty_planted_faults_and_repairs_the_safe_ones() {
    let world = lively_world().await;
    assert_eq!(run(&world, &[]).await, (Some(0), Vec::new()));
    plant(&world).await;

    let (code, found) = run(&world, &[]).await;
    let count = |faults: &[Value], kind: &str| faults.iter().filter(|fault| fault["fault"] == kind).count();
    let kinds = [
        ("login_without_person", 2),
        ("person_without_login", 1),
        ("word_without_person", 3),
        ("person_without_word", 1),
        ("external_id_without_owner", 2),
        ("person_without_external_id", 1),
        ("passcode_without_person", 1),
        ("passcode_in_wrong_index", 3),
        ("act_without_event", 3),
        ("event_without_act", 2),
        ("unreadable", 1),
    ];
    for (kind, expected) in kinds {
        assert_eq!(count(&found, kind), expected, "{kind}: {found:#?}");
    }
    assert_eq!((code, found.len()), (Some(1), 20), "{found:#?}");

    let (_, repaired) = run(&world, &["--repair"]).await;
    assert_eq!(repaired.iter().filter(|fault| fault["repaired"] == true).count(), 12, "{repaired:#?}");
    // The other faults are left: made-up data would be worse than missing data.
    let (code, left) = run(&world, &[]).await;
    let is_left = |kind: &str| count(&left, kind);
    assert_eq!((code, left.len()), (Some(1), 7), "{left:#?}");
    assert_eq!(
        ["person_without_login", "person_without_external_id", "act_without_event", "event_without_act", "unreadable"]
            .map(is_left),
        [1, 1, 2, 2, 1]
    );
}

#[tokio::test]
async fn it_says_why_it_cannot_check() {
    let world = World::empty().await;
    delete_table(&world).await;
    assert_eq!(run(&world, &[]).await, (Some(2), Vec::new()));
}

async fn delete_table(world: &World) {
    world.dynamodb("DeleteTable", json!({"TableName": "readmit-audit"})).await;
}
