//! The most sensitive acts require a sign-in within the last ten minutes (S25, RFC 9470).

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use readmit_tests::{Person, Reply, World};
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

async fn suspends(ada: &Person<'_>) -> Reply {
    ada.issues(MIKE, Some(json!({"suspend": true}))).await
}

fn needs_a_sign_in(reply: Reply) {
    let reply = reply.is_problem(401, "reauthentication_required");
    let challenge = "Bearer error=\"insufficient_user_authentication\", max_age=600";
    assert_eq!(reply.header("www-authenticate"), challenge);
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

#[tokio::test]
async fn a_suspension_wants_a_sign_in_of_the_last_ten_minutes_and_a_plain_issue_does_not() {
    let world = World::start().await;
    let (mut ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    // The session of a recovery does not count as a sign-in.
    needs_a_sign_in(suspends(&ada).await);
    ada.signs_in().await;
    world.stack.clock().hold();
    world.advance(Duration::from_secs(601)).await;
    needs_a_sign_in(suspends(&ada).await);
    assert!(mike.has_a_session().await && world.mails_to(MIKE).await.len() == 1, "nothing happened");
    ada.issues(MIKE, None).await.is(201);

    ada.signs_in().await;
    world.advance(Duration::from_secs(598)).await;
    suspends(&ada).await.is(201);
    assert!(!mike.has_a_session().await);
}

#[tokio::test]
async fn the_body_is_checked_before_the_recent_sign_in_and_the_holder_after() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    ada.issues(MIKE, Some(json!({"suspend": true, "lifetime_minutes": 1}))).await.is_problem(422, "invalid_request");
    let nobody = "/v1/employees/emp_00000000000000000000000000/passcode";
    let reply = ada.calls(reqwest::Method::POST, nobody, Some(json!({"suspend": true}))).await;
    needs_a_sign_in(reply);
}

#[tokio::test]
async fn a_token_says_when_and_by_what_its_session_began() {
    let world = World::start().await;
    let mut ada = world.enrolled(ADA).await;
    assert_eq!(claims(&ada.token)["amr"], json!([]));
    ada.signs_in().await;
    let signed_in = claims(&ada.token);
    assert_eq!(signed_in["amr"], json!(["pwd", "otp"]));
    assert_eq!(signed_in["auth_time"], signed_in["iat"]);
}
