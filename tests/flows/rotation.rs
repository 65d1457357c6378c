//! Keys move on: a new version of the root, and what was made with the older one.

use std::time::Duration;

use readmit_tests::{PASSWORD, World};
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";

/// Adds a version to the root, which signs from `in_seconds` on.
fn rotate(world: &World, version: u32, in_seconds: i64) {
    let mut root: Value = serde_json::from_str(&world.stack.secrets().secret_string()).unwrap();
    root[version.to_string()] =
        json!(format!("{version}-0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop"));
    root["signs_from"][version.to_string()] = json!(world.stack.clock().now().seconds() + in_seconds);
    world.stack.secrets().replace(root.to_string(), world.stack.clock().now()).unwrap();
}

async fn stored(world: &World, attribute: &str) -> String {
    let rows = world.items("credentials").await;
    let row = rows.iter().find(|row| row["login"]["S"] == MIKE).unwrap();
    row[attribute]["S"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn sessions_and_recoveries_go_on_while_the_root_rotates() {
    let world = World::start().await;
    let mut ada = world.enrolled("ada@northwind.example").await;
    let code = ada.issues_a_code_to(MIKE).await;
    rotate(&world, 2, 600);
    world.advance(Duration::from_secs(301)).await;
    let recovery = world.recovers(MIKE, &code).await;
    assert!(ada.has_a_session().await);
    world.advance(Duration::from_secs(300)).await;
    assert!(ada.has_a_session().await, "a token of the version before is taken");
    recovery.completes(PASSWORD).await;
    ada.signs_in().await;
    assert!(ada.has_a_session().await);
    let keys = world.call(reqwest::Method::GET, "/.well-known/jwks.json", None, None).await.is(200);
    assert_eq!(keys.body["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_sign_in_moves_password_and_authenticator_on_to_the_current_key() {
    let world = World::start().await;
    let mut mike = world.enrolled(MIKE).await;
    assert!(
        stored(&world, "password_hash").await.starts_with("1:") && stored(&world, "totp_key").await.starts_with("1:")
    );
    // Twice, while Mike is away.
    rotate(&world, 2, 0);
    rotate(&world, 3, 0);
    world.advance(Duration::from_secs(600)).await;
    mike.signs_in().await;
    assert!(stored(&world, "password_hash").await.starts_with("3:"));
    assert!(stored(&world, "totp_key").await.starts_with("3:"));
    assert!(mike.has_a_session().await);
    world.sign_in(MIKE, PASSWORD, &mike.backup_codes[0]).await.is(200);
    mike.signs_in().await;
}

#[tokio::test]
async fn a_secret_store_that_fails_later_takes_nothing_away() {
    let world = World::start().await;
    let mut mike = world.enrolled(MIKE).await;
    world.stack.secrets().replace("{}".to_owned(), world.stack.clock().now()).unwrap();
    world.advance(Duration::from_secs(400)).await;
    mike.signs_in().await;
    assert!(mike.has_a_session().await);
    // A version that nobody has is a bad token, not a fault.
    let forged = mike.token.replacen("eyJ", "eyK", 1);
    let reply = world.call(reqwest::Method::GET, "/v1/employees", Some(&forged), None).await;
    reply.is_problem(401, "unauthenticated");
}
