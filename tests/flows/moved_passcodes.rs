//! A passcode whose holder gets a new address.

use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::json;

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";

#[tokio::test]
async fn what_moves_to_a_new_address_has_ended_and_has_no_secret() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    ada.issues(MIKE, None).await.is(201);
    let recovery = world.recovers(SAM, &ada.issues_a_code_to(SAM).await).await;
    recovery.sets_password(PASSWORD).await.is(204);
    recovery.asks_for_totp().await.is(200);
    ada.issues(GRACE, None).await.is(201);
    let mail = world.mails_to(GRACE).await.pop().unwrap();
    let bounce = json!({"message_id": mail["message_id"], "event": "bounce"});
    assert_eq!(world.call(Method::POST, "/_local/delivery", None, Some(bounce)).await.status, 200);
    for (email, state, bounced) in [
        (MIKE, ("revoked", None), false),
        (SAM, ("redeemed", Some("abandoned")), false),
        (GRACE, ("bounced", None), true),
    ] {
        let moved = format!("moved-{email}");
        world.change(email, json!({"email": moved})).await;
        let rows = world.items("passcodes").await;
        assert!(rows.iter().all(|row| row["login"]["S"] != email));
        let row = rows.iter().find(|row| row["login"]["S"] == moved.as_str()).unwrap();
        assert_eq!((row["passcode_status"]["S"].as_str().unwrap(), row["recovery_state"]["S"].as_str()), state);
        let secrets = ["code_selector", "secret_hash", "pending_password", "pending_totp_key", "due_at"];
        assert!(secrets.iter().all(|secret| row.get(secret).is_none()), "{row}");
        assert_eq!(row.get("passcode_bounced_key").is_some(), bounced, "{row}");
    }
    world.reconcile().await;
}
