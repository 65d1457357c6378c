//! A root secret leaked: the runbook of docs/operating.md, after any number of rotations (S29).

use std::time::Duration;

use readmit::keyring::RootSecret;
use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";
const NOBODY: &str = "nobody@northwind.example";

async fn pass(world: &World, seconds: u64) {
    world.advance(Duration::from_secs(seconds)).await;
}

/// Rotates every root secret as Secrets Manager does, until the new version signs.
async fn rotate(world: &World, version_id: &str) {
    for secret in RootSecret::ALL {
        for step in ["createSecret", "testSecret", "finishSecret"] {
            let arn = world.stack.secrets().arn(secret);
            let event = json!({"Step": step, "SecretId": arn, "ClientRequestToken": version_id});
            assert_eq!(world.invoke("rotate-root-secret", event).await.body, json!(null));
        }
    }
    pass(world, 1_801).await;
}

async fn void(world: &World, secret: RootSecret) {
    let done = world.invoke("rotate-root-secret", json!({"void": secret.name()})).await;
    assert_eq!(done.body, json!(null));
}

async fn key_ids(world: &World) -> Vec<Value> {
    let keys = world.call(Method::GET, "/.well-known/jwks.json", None, None).await.is(200);
    keys.body["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect()
}

/// Known and unknown addresses get the same answers, and nothing fails.
async fn refusals_are_alike(world: &World, code: &str) {
    for code in [code, "7K3M-9QXT-2BHW"] {
        for email in [MIKE, SAM, NOBODY] {
            world.redeem(email, code).await.is_problem(401, "passcode_rejected");
        }
    }
    for email in [MIKE, NOBODY] {
        world.sign_in(email, "not the password", "123456").await.is_problem(401, "sign_in_rejected");
    }
}

#[tokio::test]
async fn after_three_rotations_a_leak_of_every_root_secret_ends_what_was_signed_and_lets_everybody_in_again() {
    let world = World::start().await;
    let (mut ada, mut mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    for version in ["the-second", "the-third", "the-fourth"] {
        rotate(&world, version).await;
    }
    ada.signs_in().await;
    mike.signs_in().await;
    let page = ada.calls(Method::GET, "/v1/employees?limit=2", None).await.is(200);
    let code = ada.issues_a_code_to(SAM).await;
    let recovery = world
        .recovers("grace@northwind.example", &world.operator_mails_a_code_to("grace@northwind.example").await)
        .await;
    let before = key_ids(&world).await;

    for secret in RootSecret::ALL {
        void(&world, secret).await;
    }
    pass(&world, 300).await;
    assert!(!ada.has_a_session().await && !mike.has_a_session().await);
    recovery.sets_password(PASSWORD).await.is_problem(401, "unauthenticated");
    refusals_are_alike(&world, &code).await;
    let after = key_ids(&world).await;
    assert!(after.len() == 1 && !before.contains(&after[0]), "{before:?} {after:?}");

    // Password and authenticator still work with the old version, and are stored again with the new one.
    ada.signs_in().await;
    mike.signs_in().await;
    assert!(ada.has_a_session().await && mike.has_a_session().await);
    let cursor = page.text_at("/next_cursor");
    let next = ada.calls(Method::GET, &format!("/v1/employees?limit=2&cursor={cursor}"), None).await;
    next.is_problem(400, "invalid_cursor");
    let code = ada.issues_a_code_to(SAM).await;
    world.recovers(SAM, &code).await.completes(PASSWORD).await;
    // The next rotation continues with the next number.
    rotate(&world, "the-sixth").await;
    mike.signs_in().await;
    assert!(mike.has_a_session().await);
}

/// Without the runbook, a new root is named `1` again: all old factors are refused as wrong.
#[tokio::test]
async fn a_root_secret_in_the_place_of_another_is_a_mismatch_and_no_fault() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    rotate(&world, "the-second").await;
    let mut mike = mike;
    mike.signs_in().await;
    let fresh = json!({"1": "x".repeat(64), "signs_from": {"1": 0}}).to_string();
    for secret in RootSecret::ALL {
        world.stack.secrets().replace(secret, &*fresh, world.stack.clock().now()).unwrap();
    }
    pass(&world, 301).await;
    for code in [mike.digits().await, mike.backup_codes[0].clone()] {
        world.sign_in(MIKE, PASSWORD, &code).await.is_problem(401, "sign_in_rejected");
    }
    refusals_are_alike(&world, "7K3M-9QXT-2BHW").await;
    assert!(!mike.has_a_session().await);
    let code = world.operator_mails_a_code_to(MIKE).await;
    let mut mike = world.recovers(MIKE, &code).await.completes("seven gravel trumpet dune").await;
    assert!(mike.has_a_session().await);
    pass(&world, 60).await;
    mike.signs_in().await;
}
