//! The authenticator page of the local stack, which replaces a phone.

use std::time::Duration;

use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";
const DIGITS: &str = "/_local/authenticator/digits";

/// The page's data for one account.
async fn shown(world: &World, address: &str) -> Value {
    let reply = world.call(Method::POST, DIGITS, None, Some(json!({"addresses": [address]}))).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{}", reply.text);
    reply.body["accounts"][0].clone()
}

fn text<'a>(account: &'a Value, name: &str) -> &'a str {
    account[name].as_str().unwrap()
}

#[tokio::test]
async fn its_digits_enrol_and_sign_in_whatever_the_clock_was_moved_by() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let recovery = world.recovers(MIKE, &code).await;
    recovery.sets_password(PASSWORD).await.is(204);
    let enrolment = recovery.asks_for_totp().await.is(200);
    let address = enrolment.text_at("/otpauth_uri");
    world.begin_a_step().await;

    let first = shown(&world, &address).await;
    assert_eq!((text(&first, "account"), text(&first, "digits")), (MIKE, &*recovery.digits_of(&enrolment)));
    recovery.confirms(text(&first, "digits")).await.is(200);
    // As the page says, a code is accepted once, and the next code can be used at once.
    world.sign_in(MIKE, PASSWORD, text(&first, "digits")).await.is_problem(401, "sign_in_rejected");
    world.sign_in(MIKE, PASSWORD, text(&first, "next_digits")).await.is(200);

    world.advance(Duration::from_secs(3_600)).await;
    let later = shown(&world, &enrolment.text_at("/secret")).await;
    assert_eq!(text(&later, "digits"), recovery.digits_of(&enrolment));
    world.sign_in(MIKE, PASSWORD, text(&later, "digits")).await.is(200);
}

#[tokio::test]
async fn it_says_when_the_next_digits_come() {
    let world = World::empty().await;
    let address = "otpauth://totp/a?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    world.begin_a_step().await;
    let at = shown(&world, address).await;
    let remaining = at["remaining_millis"].as_u64().unwrap();
    assert!((28_000..=30_000).contains(&remaining), "{at}");
    world.advance(Duration::from_secs(29)).await;
    assert_eq!(shown(&world, address).await["digits"], at["digits"]);
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(shown(&world, address).await["digits"], at["next_digits"]);
}

#[tokio::test]
async fn what_is_no_question_is_refused_without_a_word_of_it() {
    let world = World::empty().await;
    let secret = "GEZDGNBVGY3TQOJQ1GEZDGNBVGY3TQOJQ";
    let account = shown(&world, secret).await;
    assert!(account["problem"].is_string() && !account.to_string().contains(secret), "{account}");
    let many = vec![secret; 101];
    for body in [json!({}), json!([secret]), json!({"addresses": secret}), json!({"addresses": many})] {
        let reply = world.call(Method::POST, DIGITS, None, Some(body)).await;
        assert_eq!(reply.status, 400, "{}", reply.text);
        assert!(!reply.text.contains(secret), "{}", reply.text);
    }
}
