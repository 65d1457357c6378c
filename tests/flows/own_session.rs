//! `GET /v1/session`: a portal's backend checks whether a token's session is still valid.

use std::time::Duration;

use readmit_tests::World;
use reqwest::Method;
use serde_json::json;

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";
const PATH: &str = "/v1/session";

#[tokio::test]
async fn a_session_says_who_it_is_since_when_and_until_when() {
    let world = World::start().await;
    world.stack.clock().hold();
    let mut mike = world.enrolled(MIKE).await;
    mike.signs_in().await;
    let session = mike.calls(Method::GET, PATH, None).await.is(200);
    assert_eq!(session.body["employee"]["email"], MIKE);
    assert_eq!(session.body["employee"]["role"], "member");
    assert_eq!(session.header("cache-control"), "no-store");
    // The exact second.
    let in_seconds = |seconds| json!(world.stack.clock().now().after(Duration::from_secs(seconds))).to_string();
    assert_eq!(session.body["authenticated_at"].to_string()[..20], in_seconds(0)[..20]);
    assert_eq!(session.body["expires_at"].to_string()[..20], in_seconds(3_600)[..20]);
    // The answer has the current role, and a member may send the request.
    world.change(MIKE, json!({"role": "security_admin"})).await;
    assert_eq!(mike.calls(Method::GET, PATH, None).await.is(200).body["employee"]["role"], "security_admin");
}

#[tokio::test]
async fn a_session_that_is_over_is_401_at_once_however_it_ended() {
    let world = World::start().await;
    let mut ada = world.enrolled(ADA).await;
    ada.signs_in().await;
    let mut mike = world.enrolled(MIKE).await;
    let ends = async |token: &str| {
        world.call(Method::GET, PATH, Some(token), None).await.is_problem(401, "unauthenticated");
    };
    mike.calls(Method::DELETE, "/v1/sessions", None).await.is(204);
    ends(&mike.token).await;
    mike.signs_in().await;
    ada.issues(MIKE, Some(json!({"suspend": true}))).await.is(201);
    ends(&mike.token).await;
    let mut mike = world.enrolled(MIKE).await;
    world.change(MIKE, json!({"status": "disabled"})).await;
    ends(&mike.token).await;
    world.change(MIKE, json!({"status": "active"})).await;
    mike.signs_in().await;
    world.advance(Duration::from_secs(3_600)).await;
    ends(&mike.token).await;
    for wrong in ["", "no token"] {
        ends(wrong).await;
    }
    let code = world.operator_mails_a_code_to(MIKE).await;
    ends(&world.recovers(MIKE, &code).await.token).await;
}
