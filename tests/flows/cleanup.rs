//! The cleanup of overdue passcodes and recoveries.

use std::time::Duration;

use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::json;

const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";

#[tokio::test]
async fn the_cleanup_tells_each_end_once_and_leaves_the_living_alone() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let ten_minutes = json!({"lifetime_minutes": 10});
    ada.issues(MIKE, Some(ten_minutes.clone())).await.is(201);
    let code = world.mailed_code(MIKE).await;
    world.recovers(MIKE, &code).await.sets_password(PASSWORD).await.is(204);
    ada.issues("grace@northwind.example", Some(ten_minutes)).await.is(201);
    let living = ada.issues_a_code_to(SAM).await;
    let nothing = json!({"expired": 0, "abandoned": 0, "withdrawn": 0, "approvals": 0});
    assert_eq!(world.clean_up().await, nothing);

    // Mike's code would have expired by now, but his recovery is still open.
    world.advance(Duration::from_secs(12 * 60)).await;
    assert_eq!(world.clean_up().await, json!({"expired": 1, "abandoned": 0, "withdrawn": 0, "approvals": 0}));
    world.advance(Duration::from_secs(3 * 60)).await;
    assert_eq!(world.clean_up().await, json!({"expired": 0, "abandoned": 1, "withdrawn": 0, "approvals": 0}));
    assert_eq!(world.clean_up().await, nothing);

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
    // The state of the item between the commit and the answer of SES.
    world
        .dynamodb(
            "UpdateItem",
            json!({
                "TableName": "readmit-passcodes",
                "Key": {"login": {"S": MIKE}},
                "UpdateExpression": "SET passcode_status = :sending",
                "ExpressionAttributeValues": {":sending": {"S": "sending"}},
            }),
        )
        .await;
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    let is_pending = async || {
        let pending = ada.calls(Method::GET, "/v1/employees?filter=passcode_pending", None).await.is(200);
        !pending.body["employees"].as_array().unwrap().is_empty()
    };
    world.advance(Duration::from_secs(299)).await;
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "sending");
    assert!(is_pending().await);
    // The API shows it as failed after five minutes. The audit event follows when the code expires.
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "failed");
    assert!(!is_pending().await);
    // A later delivery report does not make it valid again.
    let mail = world.mails_to(MIKE).await.last().unwrap()["message_id"].clone();
    let report = json!({"message_id": mail, "event": "delivery"});
    assert_eq!(world.call(Method::POST, "/_local/delivery", None, Some(report)).await.body, "unchanged");
    assert_eq!(world.clean_up().await["withdrawn"], 0);
    world.advance(Duration::from_secs(55 * 60)).await;
    assert_eq!(world.clean_up().await["withdrawn"], 1);
    ada.signs_in().await;
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "failed");
    assert_eq!(world.trail_of(MIKE).await.last().unwrap(), "passcode.delivery_failed");
}

#[tokio::test]
async fn what_ended_more_than_four_hundred_days_ago_is_not_shown() {
    let world = World::start().await;
    let mut ada = world.enrolled("ada@northwind.example").await;
    ada.issues_a_code_to(MIKE).await;
    for (days, is_shown) in [(400, true), (1, false)] {
        world.advance(Duration::from_secs(days * 24 * 60 * 60)).await;
        ada.signs_in().await;
        assert_eq!(ada.sees(MIKE).await["passcode"].is_object(), is_shown, "{days}");
    }
    // DynamoDB's time to live is in seconds.
    let row = world.items("passcodes").await.into_iter().find(|row| row["login"]["S"] == MIKE).unwrap();
    let expires_at: readmit::domain::Timestamp = row["expires_at"]["S"].as_str().unwrap().parse().unwrap();
    assert_eq!(row["delete_after"]["N"], (expires_at.seconds() + 400 * 24 * 60 * 60).to_string());
}
