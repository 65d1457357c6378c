//! What time ends.

use std::time::Duration;

use readmit_tests::{PASSWORD, World};
use serde_json::json;

const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";

#[tokio::test]
async fn the_cleanup_tells_each_end_once_and_leaves_the_living_alone() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let code = ada.issues_a_code_to(MIKE).await;
    world.recovers(MIKE, &code).await.sets_password(PASSWORD).await.is(204);
    ada.issues("grace@northwind.example", Some(json!({"lifetime_minutes": 10}))).await.is(201);
    let living = ada.issues_a_code_to(SAM).await;
    assert_eq!(world.clean_up().await, json!({"expired": 0, "abandoned": 0, "withdrawn": 0}));

    world.advance(Duration::from_secs(15 * 60)).await;
    assert_eq!(world.clean_up().await, json!({"expired": 1, "abandoned": 1, "withdrawn": 0}));
    assert_eq!(world.clean_up().await, json!({"expired": 0, "abandoned": 0, "withdrawn": 0}));

    assert_eq!(world.trail_of(MIKE).await.last().unwrap(), "recovery.abandoned");
    assert_eq!(world.trail_of("grace@northwind.example").await.last().unwrap(), "passcode.expired");
    assert_eq!(ada.sees("grace@northwind.example").await["passcode"]["status"], "expired");
    for row in world.items("passcodes").await.iter().filter(|row| row["login"]["S"] != SAM) {
        for secret in ["code_selector", "secret_hash", "pending_password", "pending_totp_key", "due_shard"] {
            assert!(row.get(secret).is_none(), "{secret} in {row}");
        }
    }
    world.redeem(SAM, &living).await.is(200);
}

#[tokio::test]
async fn cleanups_in_parallel_tell_each_end_once() {
    let world = World::start().await;
    for email in [MIKE, SAM, "ada@northwind.example", "grace@northwind.example", "mary@contoso.example"] {
        world.operator_mails_a_code_to(email).await;
    }
    world.advance(Duration::from_secs(3_600)).await;
    let runs = futures_util::future::join_all((0..8).map(|_| world.clean_up())).await;
    let expired: u64 = runs.iter().map(|counts| counts["expired"].as_u64().unwrap()).sum();
    assert_eq!(expired, 5);
    let told = world.items("audit").await.iter().filter(|event| event["event_type"]["S"] == "passcode.expired").count();
    assert_eq!(told, 5);
}

#[tokio::test]
async fn a_code_whose_process_died_before_its_mail_opens_nothing_and_is_withdrawn() {
    let world = World::start().await;
    world.stack.clock().hold();
    let mut ada = world.enrolled("ada@northwind.example").await;
    let code = ada.issues_a_code_to(MIKE).await;
    // As it lies there between the commit and SES's answer.
    let left_at = world.stack.clock().now();
    let due_at = left_at.after(Duration::from_secs(120)).to_string();
    world
        .dynamodb(
            "UpdateItem",
            json!({
                "TableName": "readmit-passcodes",
                "Key": {"login": {"S": MIKE}},
                "UpdateExpression": "SET passcode_status = :sending, due_at = :due_at",
                "ExpressionAttributeValues": {":sending": {"S": "sending"}, ":due_at": {"S": due_at}},
            }),
        )
        .await;
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    world.advance(Duration::from_secs(110)).await;
    assert_eq!(world.clean_up().await["withdrawn"], 0);
    world.advance(Duration::from_secs(10)).await;
    assert_eq!(world.clean_up().await["withdrawn"], 1);
    ada.signs_in().await;
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "failed");
    assert_eq!(world.trail_of(MIKE).await.last().unwrap(), "passcode.delivery_failed");
}

#[tokio::test]
async fn a_code_is_due_five_minutes_after_it_was_stored_until_its_mail_is_accepted() {
    let world = World::start().await;
    world.store.record();
    world.operator_mails_a_code_to(MIKE).await;
    let stored = world.store.recorded().into_iter().find(|request| request.body.contains("\"sending\"")).unwrap();
    let passcode = world.items("passcodes").await.remove(0);
    let expires_at: readmit::domain::Timestamp = passcode["expires_at"]["S"].as_str().unwrap().parse().unwrap();
    let due_at = readmit::domain::Timestamp::from_millis(expires_at.millis() - 55 * 60 * 1000);
    assert!(stored.body.contains(&due_at.to_string()), "{}", stored.body);
    assert_eq!(passcode["due_at"], passcode["expires_at"]);
}
