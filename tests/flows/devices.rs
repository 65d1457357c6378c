//! Known devices: they have their own rate limit, and some acts end them.

use std::time::Duration;

use readmit_tests::{PASSWORD, Person, Reply, World};
use reqwest::Method;
use serde_json::json;

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// Whether the cookie is one of a known device: after ten failures the network is throttled, and a known device is not.
async fn is_known(world: &World, person: &Person<'_>, device: &str) -> bool {
    for _ in 0..10 {
        world.sign_in(&person.email, "wrong", "000000").await;
    }
    let reply = person.tries_on(device).await;
    assert!(matches!(reply.status, 200 | 429), "{}", reply.text);
    reply.status == 200
}

#[tokio::test]
async fn a_sign_in_and_a_completion_give_a_cookie_that_only_browsers_of_this_origin_keep() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let signed_in = mike.tries_to_sign_in().await.is(200);
    let cookie = signed_in.header("set-cookie");
    let (name, attributes) = cookie.split_once("; ").unwrap();
    assert!(name.starts_with("__Host-readmit-device="), "{cookie}");
    assert_eq!(attributes, "Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Strict");
    assert!(!signed_in.text.contains("device"), "{}", signed_in.text);
    for device in [signed_in.cookie(), mike.device.clone()] {
        assert!(is_known(&world, &mike, &device).await);
    }
    let refused = world.sign_in(MIKE, "wrong", "000000").await;
    assert!(!refused.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn a_device_fails_ten_times_in_a_quarter_of_an_hour_and_a_hundred_times_a_day() {
    let world = World::start().await;
    world.stack.clock().hold();
    let mike = world.enrolled(MIKE).await;
    let fails = async || world.sign_in_on(&mike.device, MIKE, "wrong", "000000").await;
    for quarter in 0..10 {
        for _ in 0..10 {
            fails().await.is_problem(401, "sign_in_rejected");
        }
        let seconds = |reply: &Reply| reply.header("retry-after").parse::<u64>().unwrap();
        let refused = fails().await.is_problem(429, "too_many_requests");
        assert_eq!(seconds(&refused) > 900, quarter == 9, "{}", seconds(&refused));
        world.advance(Duration::from_secs(900)).await;
    }
    fails().await.is_problem(429, "too_many_requests");
    // On an unknown device the network's limit counts. The device has used up its own limit for the account.
    mike.tries_to_sign_in().await.is_problem(429, "too_many_requests");
    world.advance(Duration::from_secs(86_400)).await;
    mike.tries_on(&mike.device).await.is(200);
}

#[tokio::test]
async fn a_recovery_a_suspension_and_a_disowned_passcode_end_all_devices() {
    let world = World::start().await;
    let mut ada = world.enrolled(ADA).await;
    ada.signs_in().await;
    let before = world.enrolled(MIKE).await;
    let mike = world.enrolled(MIKE).await;
    assert!(!is_known(&world, &mike, &before.device).await);
    assert!(is_known(&world, &mike, &mike.device).await);

    ada.issues(MIKE, Some(json!({"suspend": true}))).await.is(201);
    let code = world.mailed_code(MIKE).await;
    let after = world.recovers(MIKE, &code).await.completes(PASSWORD).await;
    assert!(!is_known(&world, &after, &mike.device).await);
    assert!(is_known(&world, &after, &after.device).await);

    world.operator_mails_a_code_to(MIKE).await;
    let token = json!({"token": world.disown_token(MIKE).await});
    world.call(Method::POST, "/v1/passcodes/disown", None, Some(token)).await.is(204);
    assert!(!is_known(&world, &after, &after.device).await);
    world.reconcile().await;
}

#[tokio::test]
async fn a_sign_out_ends_no_device_and_a_new_address_ends_the_old_ones() {
    let world = World::start().await;
    let mut mike = world.enrolled(MIKE).await;
    mike.calls(Method::DELETE, "/v1/sessions", None).await.is(204);
    assert!(is_known(&world, &mike, &mike.device).await);
    world.change(MIKE, json!({"email": "michael@northwind.example", "external_id": "NW-30"})).await;
    mike.email = "michael@northwind.example".to_owned();
    assert!(!is_known(&world, &mike, &mike.device).await);
}

#[tokio::test]
async fn a_foreign_changed_or_expired_cookie_counts_as_none() {
    let world = World::start().await;
    let (ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    let twice = format!("{}; {}", mike.device, mike.device);
    let altered = mike.device.replace(".", "..");
    for device in [&ada.device, &twice, &altered, "__Host-readmit-device=", "__Host-readmit-device=1.2.3.4.5"] {
        assert!(!is_known(&world, &mike, device).await, "{device}");
        world.advance(Duration::from_secs(86_400)).await;
    }
    world.advance(Duration::from_secs(90 * 86_400)).await;
    assert!(!is_known(&world, &mike, &mike.device).await);
}
