//! Two instances whose clocks differ by 180 seconds, the largest allowed difference (F11).

use std::time::Duration;

use readmit::domain::Timestamp;
use readmit::{Clock, Random};
use readmit_local::functions::Functions;
use readmit_tests::{InjectedFault, Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";
const APART_MS: i64 = 180_000;

/// The functions of another instance, whose clock is ahead of the world's.
fn instance(world: &World, ahead_ms: i64) -> Functions {
    let clock = world.stack.clock().clock();
    let ahead = Clock::new(move || Timestamp::from_millis(clock.now().millis() + ahead_ms));
    Functions::new(world.stack.environment(), &ahead, &Random::system()).unwrap()
}

/// The status and the body of an instance's answer.
async fn asks(functions: &Functions, package: &str, route: &str, headers: Value, body: &Value) -> (u64, Value) {
    let (method, path) = route.split_once(' ').unwrap();
    let event = json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "", "headers": headers,
        "pathParameters": {"employee_id": body["employee_id"].as_str().unwrap_or_default()},
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "192.0.2.7"},
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": route, "stage": "$default"},
        "body": body["body"].to_string(), "isBase64Encoded": false,
    });
    // Boxed, because the futures of all handlers together are too large for a test's stack.
    let answer = Box::pin(functions.invoke(package, event, "an invocation")).await.unwrap();
    let body = answer["body"].as_str().map(|text| serde_json::from_str(text).unwrap());
    (answer["statusCode"].as_u64().unwrap(), body.unwrap_or_default())
}

/// Issues a code to Mike on an instance, with an idempotency key. Returns the status.
async fn issues(functions: &Functions, ada: &Person<'_>, world: &World, key: &str) -> u64 {
    let headers = json!({"content-type": "application/json", "authorization": format!("Bearer {}", ada.token),
        "idempotency-key": key});
    let body = json!({"employee_id": world.id(MIKE), "body": {}});
    asks(functions, "issue-passcode", "POST /v1/employees/{employee_id}/passcode", headers, &body).await.0
}

#[tokio::test]
async fn a_lease_of_a_request_under_way_lasts_for_an_instance_that_is_ahead() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    // It stored the passcode and neither mailed nor ended it, as if it still waited for SES.
    world.ses.inject(InjectedFault::Broken, 0, 1);
    world.store.record();
    world.store.inject(InjectedFault::Broken, 3, 20);
    let path = format!("/v1/employees/{}/passcode", world.id(MIKE));
    let request = world.request(Method::POST, &path).bearer_auth(&ada.token).header("idempotency-key", "click");
    world.send(request.json(&json!({}))).await;
    world.store.heal();
    world.ses.heal();

    assert_eq!(issues(&instance(&world, APART_MS), &ada, &world, "click").await, 409);
    assert!(world.mails_to(MIKE).await.is_empty(), "no second mail");
}

#[tokio::test]
async fn a_code_is_not_withdrawn_while_an_instance_that_is_behind_mails_it() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let behind = instance(&world, -APART_MS);
    world.store.record();
    // The passcode is stored and mailed, but not yet marked as sent.
    world.store.inject(InjectedFault::Broken, 3, 20);
    assert_eq!(issues(&behind, &ada, &world, "click").await, 503);
    world.store.heal();
    assert_eq!(world.clean_up().await["withdrawn"], 0);
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "sending");
}

#[tokio::test]
async fn a_step_is_used_once_and_the_last_sign_in_never_goes_back() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    // A clock that is 40 s ahead is then one step ahead, which is the most that is accepted.
    world.begin_a_step().await;
    let headers = json!({"content-type": "application/json"});
    let signs_in = async |functions: &Functions, digits: &str| {
        let typed = json!({"body": {"email": ADA, "password": ada.password, "code": digits}});
        asks(functions, "sign-in", "POST /v1/sessions", headers.clone(), &typed).await.0
    };
    assert_eq!(signs_in(&instance(&world, 40_000), &ada.digits().await).await, 200);
    let ahead = ada.sees(ADA).await["last_signed_in_at"].clone();

    // This redemption happens later, but its own clock shows an earlier time than the first.
    world.advance(Duration::from_secs(30)).await;
    let digits = ada.digits().await;
    assert_eq!(signs_in(&instance(&world, 0), &digits).await, 200);
    assert_eq!(ada.sees(ADA).await["last_signed_in_at"], ahead);
    for ahead_ms in [-APART_MS, 0, APART_MS] {
        assert_eq!(signs_in(&instance(&world, ahead_ms), &digits).await, 401, "{ahead_ms}");
    }
}

#[tokio::test]
async fn a_token_of_an_instance_that_is_ahead_is_taken() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.begin_a_step().await;
    let typed = json!({"body": {"email": ADA, "password": ada.password, "code": ada.digits().await}});
    let headers = json!({"content-type": "application/json"});
    let ahead = instance(&world, 29_000);
    let (_, session) = asks(&ahead, "sign-in", "POST /v1/sessions", headers, &typed).await;
    let token = session["access_token"].as_str();
    world.call(Method::GET, "/v1/employees", token, None).await.is(200);
}
