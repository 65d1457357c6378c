//! A whole recovery.

use std::time::Duration;

use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::json;

const NEW_PASSWORD: &str = "velvet compass orchard nine";

#[tokio::test]
async fn the_whole_way_back_in() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let mut mike = world.enrolled("mike@northwind.example").await;

    let code = ada.issues_a_code_to("mike@northwind.example").await;
    // Issuing a code changes neither the old credentials nor the sessions.
    mike.signs_in().await;
    assert!(mike.has_a_session().await);

    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    mike.signs_in().await;
    assert!(mike.has_a_session().await, "nothing is replaced before the completion");

    let shown = recovery.asks_for_totp().await.is(200);
    assert!(shown.text_at("/qr_svg").starts_with("<svg"));
    let done = recovery.confirms(&recovery.digits_of(&shown)).await.is(200);
    assert_eq!(done.body["employee"]["two_factor"], "enrolled");
    assert_eq!(done.body["backup_codes"].as_array().map(Vec::len), Some(10));

    // The new credentials work. The old ones, their sessions and their backup codes do not.
    assert!(!mike.has_a_session().await);
    mike.tries_to_sign_in().await.is_problem(401, "sign_in_rejected");
    world.sign_in(&mike.email, PASSWORD, &mike.backup_codes[0]).await.is_problem(401, "sign_in_rejected");
    world.sign_in(&mike.email, NEW_PASSWORD, &mike.backup_codes[0]).await.is_problem(401, "sign_in_rejected");
    let code = done.text_at("/backup_codes/0");
    let session = world.sign_in(&mike.email, NEW_PASSWORD, &code).await.is(200);
    let token = session.text_at("/access_token");
    world.call(Method::GET, "/v1/employees", Some(&token), None).await.is_problem(403, "not_security_admin");
    assert_eq!(ada.sees(&mike.email).await["passcode"]["status"], "redeemed");
}

#[tokio::test]
async fn every_act_is_in_the_trail_once() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let code = ada.issues_a_code_to("mike@northwind.example").await;
    world.recovers("mike@northwind.example", &code).await.completes(PASSWORD).await;
    assert_eq!(
        world.trail_of("mike@northwind.example").await,
        ["employee.imported", "passcode.issued", "passcode.redeemed", "recovery.completed"]
    );
}

#[tokio::test]
async fn the_steps_may_be_taken_in_any_order_and_each_is_needed() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;

    let missing = recovery.confirms("123456").await.is_problem(409, "recovery_incomplete");
    assert_eq!(missing.body["missing"], json!(["password", "totp"]));
    let shown = recovery.asks_for_totp().await.is(200);
    let digits = recovery.digits_of(&shown);
    // Five times, the limit of wrong codes: an incomplete request does not count.
    for _ in 0..5 {
        let missing = recovery.confirms(&digits).await.is_problem(409, "recovery_incomplete");
        assert_eq!(missing.body["missing"], json!(["password"]));
    }
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    recovery.confirms(&digits).await.is(200);

    let code = world.operator_mails_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    let missing = recovery.confirms("123456").await.is_problem(409, "recovery_incomplete");
    assert_eq!(missing.body["missing"], json!(["totp"]));
}

#[tokio::test]
async fn the_last_authenticator_of_a_recovery_counts() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    let first = recovery.asks_for_totp().await.is(200);
    let second = recovery.asks_for_totp().await.is(200);
    assert_ne!(first.text_at("/secret"), second.text_at("/secret"));
    recovery.confirms(&recovery.digits_of(&first)).await.is_problem(401, "totp_rejected");
    recovery.confirms(&recovery.digits_of(&second)).await.is(200);
}

#[tokio::test]
async fn a_recovery_ends_with_its_completion() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    let shown = recovery.asks_for_totp().await.is(200);
    let digits = recovery.digits_of(&shown);
    recovery.confirms(&digits).await.is(200);
    recovery.confirms(&digits).await.is_problem(401, "unauthenticated");
    recovery.sets_password(NEW_PASSWORD).await.is_problem(401, "unauthenticated");
    recovery.asks_for_totp().await.is_problem(401, "unauthenticated");
}

#[tokio::test]
async fn five_wrong_codes_end_a_recovery_and_the_old_credentials_stay() {
    let world = World::start().await;
    let mut mike = world.enrolled("mike@northwind.example").await;
    let code = world.operator_mails_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    let shown = recovery.asks_for_totp().await.is(200);
    let right = recovery.digits_of(&shown);
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for typed in [wrong, "abc", wrong, "", wrong] {
        recovery.confirms(typed).await.is_problem(401, "totp_rejected");
    }
    recovery.confirms(&right).await.is_problem(401, "unauthenticated");
    assert_eq!(world.trail_of("mike@northwind.example").await.last().unwrap(), "recovery.abandoned");
    mike.signs_in().await;
}

#[tokio::test]
async fn a_recovery_lasts_fifteen_minutes_to_the_second_past_the_codes_own_expiry() {
    let world = World::start().await;
    world.stack.clock().hold();
    let ada = world.enrolled("ada@northwind.example").await;
    ada.issues("mike@northwind.example", Some(json!({"lifetime_minutes": 10}))).await.is(201);
    let code = world.mailed_code("mike@northwind.example").await;
    world.advance(Duration::from_secs(9 * 60)).await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    world.advance(Duration::from_secs(15 * 60 - 5)).await;
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    let shown = recovery.asks_for_totp().await.is(200);
    world.advance(Duration::from_secs(5)).await;
    recovery.confirms(&recovery.digits_of(&shown)).await.is_problem(401, "unauthenticated");
    recovery.sets_password(NEW_PASSWORD).await.is_problem(401, "unauthenticated");
    // The item is still in the table. Only the time decides.
    assert_eq!(world.items("passcodes").await.len(), 2);
}

#[tokio::test]
async fn a_new_code_ends_a_recovery_under_way() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let code = ada.issues_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    let newer = ada.issues_a_code_to("mike@northwind.example").await;
    recovery.asks_for_totp().await.is_problem(401, "unauthenticated");
    world.recovers("mike@northwind.example", &newer).await.completes(NEW_PASSWORD).await;
    let trail = world.trail_of("mike@northwind.example").await;
    assert_eq!(trail.iter().filter(|kind| *kind == "recovery.abandoned").count(), 1);
}

#[tokio::test]
async fn each_kind_of_token_opens_its_own_routes_alone() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let code = ada.issues_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    let passcode = format!("/v1/employees/{}/passcode", world.id("sam@northwind.example"));
    let one = format!("/v1/employees/{}", world.id("sam@northwind.example"));
    let access_routes = [
        (Method::DELETE, "/v1/sessions"),
        (Method::GET, "/v1/employees"),
        (Method::GET, one.as_str()),
        (Method::POST, passcode.as_str()),
    ];
    for (method, path) in access_routes {
        recovery.calls(method.clone(), path, None).await.is_problem(401, "unauthenticated");
        world.call(method, path, None, None).await.is_problem(401, "unauthenticated");
    }
    let password = Some(json!({"password": NEW_PASSWORD}));
    for (method, path, body) in [
        (Method::PUT, "/v1/recovery/password", password),
        (Method::POST, "/v1/recovery/totp", None),
        (Method::POST, "/v1/recovery/complete", Some(json!({"code": "123456"}))),
    ] {
        ada.calls(method.clone(), path, body.clone()).await.is_problem(401, "unauthenticated");
        world.call(method, path, None, body).await.is_problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn a_weak_password_is_refused_with_its_reasons_ten_times_at_most() {
    let world = World::start().await;
    world.stack.clock().hold();
    let code = world.operator_mails_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    let cases = [
        ("k3J-vq9Tz!x", json!(["too_short"])),
        ("passwordpassword", json!(["too_common"])),
        ("quartz BRANDT ladder plum", json!(["contains_identity"])),
        ("quartz northwind ladder plum", json!(["contains_identity"])),
        ("mike", json!(["too_short", "too_common"])),
    ];
    for (password, codes) in cases {
        let refused = recovery.sets_password(password).await.is_problem(422, "password_rejected");
        let reasons = refused.body["reasons"].as_array().unwrap();
        for code in codes.as_array().unwrap() {
            assert!(
                reasons.iter().any(|reason| reason["code"] == *code && reason["detail"].is_string()),
                "{}",
                refused.text
            );
        }
        assert!(!refused.text.contains(password));
    }
    let long = recovery.sets_password(&"plum harbour ".repeat(20)).await.is_problem(422, "password_rejected");
    assert_eq!(long.body["reasons"][0]["code"], "too_long");
    for _ in 0..4 {
        recovery.sets_password(NEW_PASSWORD).await.is(204);
    }
    let later = recovery.sets_password(NEW_PASSWORD).await.is_problem(429, "too_many_requests");
    let seconds: u64 = later.header("retry-after").parse().unwrap();
    assert!((890..=900).contains(&seconds), "{seconds}");
    // The last secret that was stored can still be completed.
    let shown = recovery.asks_for_totp().await.is(200);
    recovery.confirms(&recovery.digits_of(&shown)).await.is(200);
}
