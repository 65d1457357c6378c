//! Rotation: a new version of a root secret, and data that was made with the older one.

use std::time::Duration;

use readmit::keyring::RootSecret;
use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";

fn root(world: &World, secret: RootSecret) -> Value {
    serde_json::from_str(&world.stack.secrets().secret_string(secret)).unwrap()
}

/// Adds a version to every root secret, which signs from `in_seconds` on.
fn rotate(world: &World, version: u32, in_seconds: i64) {
    for secret in RootSecret::ALL {
        let mut root = root(world, secret);
        root[version.to_string()] =
            json!(format!("{version}-0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop"));
        root["signs_from"][version.to_string()] = json!(world.stack.clock().now().seconds() + in_seconds);
        world.stack.secrets().replace(secret, root.to_string(), world.stack.clock().now()).unwrap();
    }
}

async fn stored(world: &World, attribute: &str) -> String {
    let rows = world.items("credentials").await;
    let row = rows.iter().find(|row| row["login"]["S"] == MIKE).unwrap();
    row[attribute]["S"].as_str().unwrap().to_owned()
}

async fn step(world: &World, step: &str, secret: RootSecret, version_id: &str) -> Value {
    let arn = world.stack.secrets().arn(secret);
    let event = json!({"Step": step, "SecretId": arn, "ClientRequestToken": version_id});
    world.invoke("rotate-root-secret", event).await.body
}

/// The four steps of a rotation for every root secret, each twice, because Secrets Manager may repeat a step.
async fn rotate_as_scheduled(world: &World, version_id: &str) {
    for secret in RootSecret::ALL {
        for name in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
            for _ in 0..2 {
                assert_eq!(step(world, name, secret, version_id).await, json!(null), "{name}");
            }
        }
    }
}

async fn minutes(world: &World, minutes: u64) {
    world.advance(Duration::from_secs(minutes * 60)).await;
}

#[tokio::test]
async fn two_rotations_in_the_middle_of_a_recovery_and_a_session_stop_nobody() {
    let world = World::start().await;
    let (mut ada, mut away) =
        (world.enrolled("ada@northwind.example").await, world.enrolled("sam@northwind.example").await);
    ada.signs_in().await;
    let code = ada.issues_a_code_to(MIKE).await;
    rotate_as_scheduled(&world, "the-second-version-of-the-root-secret").await;
    minutes(&world, 4).await;
    rotate_as_scheduled(&world, "the-third-version-of-the-root-secret--").await;
    minutes(&world, 25).await;
    let recovery = world.recovers(MIKE, &code).await;
    recovery.sets_password(PASSWORD).await.is(204);
    assert!(ada.has_a_session().await);

    // The second version signs from now on.
    minutes(&world, 2).await;
    let totp = recovery.asks_for_totp().await.is(200);
    assert!(ada.has_a_session().await);
    // The third version signs from now on. The recovery and the session are signed by the first.
    minutes(&world, 4).await;
    let keys = world.call(Method::GET, "/.well-known/jwks.json", None, None).await.is(200);
    assert_eq!(keys.body["keys"].as_array().unwrap().len(), 3);
    assert!(ada.has_a_session().await);
    recovery.confirms(&recovery.digits_of(&totp)).await.is(200);

    away.signs_in().await;
    assert!(away.has_a_session().await);
    let root = root(&world, RootSecret::Sessions);
    assert_eq!(root.as_object().unwrap().keys().collect::<Vec<_>>(), ["1", "2", "3", "signs_from"]);
    world.reconcile().await;
}

#[tokio::test]
async fn a_rotation_of_something_else_or_without_a_step_changes_nothing() {
    let world = World::start().await;
    let (arn, before) = (world.stack.secrets().arn(RootSecret::Sessions), root(&world, RootSecret::Sessions));
    let event =
        |step: &str, secret_id: &str| json!({"Step": step, "SecretId": secret_id, "ClientRequestToken": "token"});
    for (event, kind) in [
        (event("createSecret", "arn:another"), "another_secret"),
        (event("dropSecret", &arn), "invalid_request"),
        (json!({}), "invalid_request"),
        (json!({"void": "everything"}), "invalid_request"),
        (json!({"void": "sessions", "at": "once"}), "invalid_request"),
        (event("testSecret", &arn), "secrets_manager_unavailable"),
        (event("finishSecret", &arn), "secrets_manager_unavailable"),
    ] {
        let reply = world.invoke("rotate-root-secret", event).await;
        assert_eq!(reply.body["errorType"], kind);
    }
    assert_eq!(root(&world, RootSecret::Sessions), before);
}

/// It would sign before other processes and caches know it (S30). The next attempt makes a new version.
#[tokio::test]
async fn a_rotation_that_is_finished_too_late_is_begun_anew() {
    let world = World::start().await;
    world.stack.clock().hold();
    let before = root(&world, RootSecret::Sessions);
    for late in ["testSecret", "finishSecret"] {
        assert_eq!(step(&world, "createSecret", RootSecret::Sessions, late).await, json!(null));
        minutes(&world, 20).await;
        assert_eq!(step(&world, late, RootSecret::Sessions, late).await["errorType"], "too_late");
        let given_up = step(&world, "finishSecret", RootSecret::Sessions, late).await;
        assert_eq!(given_up["errorType"], "secrets_manager_unavailable");
        assert_eq!(root(&world, RootSecret::Sessions), before);
    }
    rotate_as_scheduled(&world, "in time").await;
    let signs_from = root(&world, RootSecret::Sessions)["signs_from"]["2"].as_i64().unwrap();
    assert_eq!(signs_from, world.stack.clock().now().seconds() + 1_800);
}

#[tokio::test]
async fn a_sign_in_moves_password_and_authenticator_on_to_the_current_key() {
    let world = World::start().await;
    let mut mike = world.enrolled(MIKE).await;
    assert!(
        stored(&world, "password_hash").await.starts_with("1:") && stored(&world, "totp_key").await.starts_with("1:")
    );
    // Two rotations without a sign-in of Mike between them.
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
    mike.signs_in().await;
    assert!(mike.has_a_session().await);
    for secret in RootSecret::ALL {
        world.stack.secrets().replace(secret, "{}", world.stack.clock().now()).unwrap();
    }
    world.advance(Duration::from_secs(400)).await;
    mike.signs_in().await;
    assert!(mike.has_a_session().await);
    // An unknown version is an invalid token and not a failure.
    let forged = mike.token.replacen("eyJ", "eyK", 1);
    let reply = world.call(Method::GET, "/v1/employees", Some(&forged), None).await;
    reply.is_problem(401, "unauthenticated");
}
