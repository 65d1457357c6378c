//! Rate limits: when they are reached, and when they end.

use std::time::Duration;

use readmit_tests::{PASSWORD, Reply, World};
use serde_json::json;

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

fn retry_after(reply: &Reply) -> u64 {
    reply.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn an_employee_gets_three_codes_in_a_quarter_of_an_hour() {
    let world = World::start().await;
    world.stack.clock().hold();
    let ada = world.enrolled(ADA).await;
    for _ in 0..3 {
        ada.issues(MIKE, None).await.is(201);
        world.advance(Duration::from_secs(60)).await;
    }
    let refused = ada.issues(MIKE, None).await.is_problem(429, "too_many_requests");
    let seconds = retry_after(&refused);
    assert!((710..=720).contains(&seconds), "{seconds}");
    ada.issues("sam@northwind.example", None).await.is(201);
    world.advance(Duration::from_secs(seconds - 5)).await;
    ada.issues(MIKE, None).await.is_problem(429, "too_many_requests");
    world.advance(Duration::from_secs(5)).await;
    ada.issues(MIKE, None).await.is(201);
    assert_eq!(world.mails_to(MIKE).await.len(), 4);
    // One audit event per window, for any number of attempts.
    assert_eq!(world.trail_of(MIKE).await.iter().filter(|kind| *kind == "passcode.throttled").count(), 1);
}

#[tokio::test]
async fn an_employee_gets_ten_codes_a_day() {
    let world = World::start().await;
    world.stack.clock().hold();
    let mut ada = world.enrolled(ADA).await;
    for _ in 0..10 {
        ada.issues(MIKE, None).await.is(201);
        world.advance(Duration::from_secs(15 * 60)).await;
        ada.signs_in().await;
    }
    let refused = ada.issues(MIKE, None).await.is_problem(429, "too_many_requests");
    assert!((77_000..=77_400).contains(&retry_after(&refused)), "{}", retry_after(&refused));
    // The operator's codes do not count for any limit.
    world.operator_mails_a_code_to(MIKE).await;
}

#[tokio::test]
async fn an_admin_issues_sixty_codes_an_hour() {
    let world = World::start().await;
    let people: Vec<_> =
        (0..61).map(|n| json!({"email": format!("p{n}@northwind.example"), "name": format!("Person {n}")})).collect();
    let company = json!({"company_id": world.companies["Northwind Partners"], "name": "Northwind Partners"});
    let imported = world.import(json!({"company": company, "employees": people})).await;
    let ada = world.enrolled(ADA).await;
    let paths: Vec<String> = (0..61)
        .map(|n| format!("/v1/employees/{}/passcode", imported.text_at(&format!("/results/{n}/employee_id"))))
        .collect();
    for path in &paths[..60] {
        ada.calls(reqwest::Method::POST, path, None).await.is(201);
    }
    let refused = ada.calls(reqwest::Method::POST, &paths[60], None).await.is_problem(429, "too_many_requests");
    world.advance(Duration::from_secs(retry_after(&refused))).await;
    let mut ada = ada;
    ada.signs_in().await;
    ada.calls(reqwest::Method::POST, &paths[60], None).await.is(201);
}

#[tokio::test]
async fn ten_failed_sign_ins_from_a_network_are_enough_known_or_not() {
    let world = World::start().await;
    world.stack.clock().hold();
    let mike = world.enrolled(MIKE).await;
    let mut refusals = Vec::new();
    for email in [MIKE, "nobody@northwind.example", "not an address"] {
        for _ in 0..10 {
            world.sign_in(email, "wrong", "000000").await.is_problem(401, "sign_in_rejected");
        }
        refusals.push(world.sign_in(email, "wrong", "000000").await.is_problem(429, "too_many_requests"));
    }
    let alike = |reply: &Reply| {
        (reply.body["detail"].clone(), reply.headers.keys().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert!(refusals.iter().all(|reply| alike(reply) == alike(&refusals[0])));
    assert_eq!(world.trail_of(MIKE).await.iter().filter(|kind| *kind == "session.throttled").count(), 1);

    let seconds =
        retry_after(&world.sign_in(MIKE, PASSWORD, &mike.digits().await).await.is_problem(429, "too_many_requests"));
    assert!((890..=900).contains(&seconds));
    world.advance(Duration::from_secs(seconds)).await;
    mike.tries_to_sign_in().await.is(200);
}

#[tokio::test]
async fn a_success_forgets_the_failures() {
    let world = World::start().await;
    let mut mike = world.enrolled(MIKE).await;
    for _ in 0..3 {
        for _ in 0..9 {
            world.sign_in(MIKE, "wrong", "000000").await.is_problem(401, "sign_in_rejected");
        }
        mike.signs_in().await;
    }
}

#[tokio::test]
async fn a_recovery_forgets_the_failures() {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    for _ in 0..11 {
        world.sign_in(MIKE, "wrong", "000000").await;
    }
    world.sign_in(MIKE, "wrong", "000000").await.is_problem(429, "too_many_requests");
    let mut mike = world.enrolled(MIKE).await;
    mike.signs_in().await;
}

#[tokio::test]
async fn a_hundred_wrong_secrets_stop_issuing_for_a_day() {
    let world = World::start().await;
    world.stack.clock().hold();
    let ada = world.enrolled(ADA).await;
    for _ in 0..20 {
        let code = world.operator_mails_a_code_to(MIKE).await;
        for _ in 0..5 {
            world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
        }
    }
    let refused = ada.issues(MIKE, None).await.is_problem(429, "too_many_requests");
    assert!((86_380..=86_400).contains(&retry_after(&refused)));
    let company = json!({"company_id": world.companies["Northwind Partners"], "name": "Northwind Partners"});
    let operators = world.import(json!({"company": company, "employees": [], "issue_passcodes": [MIKE]})).await;
    assert_eq!(operators.body["results"][0]["problem"]["code"], "too_many_requests");

    world.advance(Duration::from_secs(86_400)).await;
    let mut ada = ada;
    ada.signs_in().await;
    let code = ada.issues_a_code_to(MIKE).await;
    world.recovers(MIKE, &code).await.completes(PASSWORD).await;
    // The code after the lock counts in the window. Two more fill it.
    for _ in 0..2 {
        ada.issues(MIKE, None).await.is(201);
    }
    ada.issues(MIKE, None).await.is_problem(429, "too_many_requests");
}

#[tokio::test]
async fn a_success_starts_the_count_of_wrong_secrets_anew() {
    let world = World::start().await;
    for _ in 0..21 {
        let code = world.operator_mails_a_code_to(MIKE).await;
        for _ in 0..4 {
            world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
        }
        world.redeem(MIKE, &code).await.is(200);
    }
    for _ in 0..2 {
        let code = world.operator_mails_a_code_to(MIKE).await;
        world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
    }
}
