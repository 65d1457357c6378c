//! Redeeming right and wrong codes.

use std::time::Duration;

use readmit_tests::World;
use reqwest::Method;
use serde_json::json;

const MIKE: &str = "mike@northwind.example";

/// The code with its first symbol replaced: a wrong selector.
fn wrong_selector(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn a_code_is_forgiving_of_how_it_is_typed() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let typed = format!(" {} ", code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l"));
    let redeemed = world.redeem("  MIKE@Northwind.Example ", &typed).await.is(200);
    assert_eq!(redeemed.body["expires_in"], 900);
    assert_eq!(redeemed.body["steps"], json!(["password", "totp"]));
}

#[tokio::test]
async fn a_code_opens_the_door_once() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    world.redeem(MIKE, &code).await.is(200);
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
}

#[tokio::test]
async fn a_code_expires_to_the_second_while_its_item_still_lies_there() {
    let world = World::start().await;
    world.stack.clock().hold();
    for (wait, status) in [(3_598, 200), (3_600, 401)] {
        let code = world.operator_mails_a_code_to(MIKE).await;
        world.advance(Duration::from_secs(wait)).await;
        assert_eq!(world.redeem(MIKE, &code).await.status, status, "after {wait} s");
        let rows = world.items("passcodes").await;
        assert_eq!(rows.len(), 1);
        // The secret of an expired code is not compared.
        assert_eq!(rows[0]["try_count"]["N"], if status == 200 { "1" } else { "0" });
    }
}

#[tokio::test]
async fn the_fifth_wrong_secret_ends_the_code() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    for _ in 0..4 {
        world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
    }
    world.redeem(MIKE, &code).await.is(200);

    let code = world.operator_mails_a_code_to(MIKE).await;
    for _ in 0..5 {
        world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
    }
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    assert_eq!(world.trail_of(MIKE).await.last().unwrap(), "passcode.exhausted");
    let row = &world.items("passcodes").await[0];
    assert_eq!(row["try_count"]["N"], "5");
    assert!(row.get("secret_hash").is_none());
}

#[tokio::test]
async fn wrong_selectors_cost_the_holder_nothing() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    for _ in 0..30 {
        world.redeem(MIKE, &wrong_selector(&code)).await.is_problem(401, "passcode_rejected");
    }
    world.redeem(MIKE, &code).await.is(200);
}

#[tokio::test]
async fn forty_wrong_secrets_at_once_are_compared_five_times_at_most() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let wrong = world.wrong_secret(&code);
    let tries: Vec<_> = (0..40).map(|_| world.redeem(MIKE, &wrong)).collect();
    for reply in futures_util::future::join_all(tries).await {
        reply.is_problem(401, "passcode_rejected");
    }
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    assert_eq!(world.items("passcodes").await[0]["try_count"]["N"], "5");
}

#[tokio::test]
async fn of_fifty_redemptions_at_once_one_succeeds() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let tries: Vec<_> = (0..50).map(|_| world.redeem(MIKE, &code)).collect();
    let replies = futures_util::future::join_all(tries).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    assert!(replies.iter().all(|reply| matches!(reply.status, 200 | 401)));
    let trail = world.trail_of(MIKE).await;
    assert_eq!(trail.iter().filter(|kind| *kind == "passcode.redeemed").count(), 1);
}

#[tokio::test]
async fn every_refusal_has_the_same_bytes_and_headers() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let superseded = ada.issues_a_code_to(MIKE).await;
    let code = ada.issues_a_code_to(MIKE).await;
    let wrong =
        world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected").without_request_id();
    let cases = [
        (MIKE, superseded.as_str()),
        (MIKE, "7K3M-9QXT-2BHW"),
        (MIKE, "not a code"),
        (MIKE, ""),
        ("nobody@northwind.example", code.as_str()),
        ("mıke@northwind.example", code.as_str()),
        ("not an address", code.as_str()),
        ("", code.as_str()),
        ("cleo@client.example", code.as_str()),
        ("dora@northwind.example", code.as_str()),
        ("ada@northwind.example", code.as_str()),
    ];
    for (email, typed) in cases {
        assert_eq!(world.redeem(email, typed).await.without_request_id(), wrong, "{email} {typed}");
    }
    world.redeem(MIKE, &code).await.is(200);
    assert_eq!(world.redeem(MIKE, &code).await.without_request_id(), wrong, "used");
}

#[tokio::test]
async fn a_body_that_is_none_is_a_problem() {
    let world = World::start().await;
    let send = |media_type: &'static str, body: Vec<u8>| {
        world.send(world.request(Method::POST, "/v1/passcodes/redeem").header("content-type", media_type).body(body))
    };
    let json = "application/json; charset=utf-8";
    send(json, b"{\"email\":\"a\",\"email\":\"b\"}".to_vec()).await.is_problem(400, "malformed_json");
    send(json, b"\xff\xfe".to_vec()).await.is_problem(400, "malformed_json");
    send(json, "[".repeat(5_000).into_bytes()).await.is_problem(400, "malformed_json");
    send("text/plain", b"{}".to_vec()).await.is_problem(415, "unsupported_media_type");
    send(json, vec![b' '; 16 * 1024 + 1]).await.is_problem(413, "body_too_large");
    send(json, Vec::new()).await.is_problem(422, "invalid_request");
    send(json, b"{\"email\":[],\"code\":\"x\"}".to_vec()).await.is_problem(422, "invalid_request");
    send(json, b"{\"email\":\"a\",\"code\":{}}".to_vec()).await.is_problem(422, "invalid_request");
    send(json, b"{\"email\":\"a\",\"code\":\"x\",\"to\":\"e\"}".to_vec()).await.is_problem(422, "invalid_request");
}
