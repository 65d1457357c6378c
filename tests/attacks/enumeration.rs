//! Account enumeration: refusals do not show whether an address has an account, neither by bytes, nor by headers, nor by the work done.

use readmit_tests::{PASSWORD, Reply, World};
use serde_json::json;

use crate::gateway::routes;

const MIKE: &str = "mike@northwind.example";

/// An account in every state, an unknown address, and texts that are no address.
const ADDRESSES: [&str; 9] = [
    MIKE,
    "sam@northwind.example",
    "grace@northwind.example",
    "cleo@client.example",
    "dora@northwind.example",
    "nobody@northwind.example",
    "mıke@northwind.example",
    "no address",
    "",
];

/// Mike is enrolled, Sam has a code, Grace an open recovery; Cleo is a client, Dora disabled.
async fn world_of_states() -> (World, String) {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    let graces = world.operator_mails_a_code_to("grace@northwind.example").await;
    world.recovers("grace@northwind.example", &graces).await;
    let sams = world.operator_mails_a_code_to("sam@northwind.example").await;
    (world, sams)
}

/// OWASP ASVS 5.0, 6.3.8, CVE-2024-45231 (S8): text or headers of a refusal differed between known and unknown addresses.
#[tokio::test]
async fn refusals_are_alike_in_bytes_and_headers_whoever_is_asked_about() {
    let (world, sams_code) = world_of_states().await;
    let mut sign_ins = Vec::new();
    let mut redemptions = Vec::new();
    for email in ADDRESSES {
        sign_ins.push(world.sign_in(email, PASSWORD, "000000").await.is_problem(401, "sign_in_rejected"));
        // Sam's code for the others, and a code with another selector for Sam.
        let code = if email.starts_with("sam") { "0000-0000-0000" } else { &sams_code };
        redemptions.push(world.redeem(email, code).await.is_problem(401, "passcode_rejected"));
    }
    redemptions.push(world.redeem("sam@northwind.example", &world.wrong_secret(&sams_code)).await);
    for replies in [sign_ins, redemptions] {
        let first = replies[0].without_request_id();
        assert!(replies.iter().all(|reply| reply.without_request_id() == first), "{replies:#?}");
        // The length also, because the request id is in the text.
        assert!(replies.iter().all(|reply| reply.text.len() == replies[0].text.len()));
    }
}

/// OWASP ASVS 5.0, 6.3.8 (S8): a throttle for known accounts only would disclose them.
#[tokio::test]
async fn throttles_are_alike_whoever_is_asked_about() {
    let (world, _) = world_of_states().await;
    world.stack.clock().hold();
    let alike = |reply: &Reply| {
        let (status, mut headers, text) = reply.without_request_id();
        headers.iter_mut().filter(|(name, _)| name == "retry-after").for_each(|(_, value)| value.clear());
        (status, headers, text)
    };
    let mut throttled = Vec::new();
    for email in ADDRESSES.into_iter().filter(|email| !["no address", ""].contains(email)).chain(["no address"]) {
        for _ in 0..10 {
            world.sign_in(email, "wrong", "000000").await.is_problem(401, "sign_in_rejected");
        }
        throttled.push(world.sign_in(email, "wrong", "000000").await.is_problem(429, "too_many_requests"));
        assert_eq!(throttled[throttled.len() - 1].header("retry-after"), "900", "{email}");
    }
    assert!(throttled.iter().all(|reply| alike(reply) == alike(&throttled[0])), "{throttled:#?}");
}

/// OWASP ASVS 5.0, 6.3.8 (S8): work for known accounts only would show in the time of the answer.
#[tokio::test]
async fn a_refusal_costs_the_same_requests_whoever_is_asked_about() {
    let (world, sams_code) = world_of_states().await;
    for email in ADDRESSES {
        world.store.record();
        world.sign_in(email, PASSWORD, "000000").await.is_problem(401, "sign_in_rejected");
        assert_eq!(world.store.trips(), ["BatchGetItem UpdateItem", "GetItem", "UpdateItem"], "sign-in, {email}");
    }
    for email in &ADDRESSES[..7] {
        let code = if email.starts_with("sam") { "0000-0000-0000" } else { &sams_code };
        world.store.record();
        world.redeem(email, code).await.is_problem(401, "passcode_rejected");
        assert_eq!(world.store.trips(), ["GetItem", "UpdateItem", "UpdateItem"], "redeem, {email}");
    }
}

/// OWASP ASVS 5.0, 6.3.8 (S8): the throttle makes the same requests too, the first time and every later time.
#[tokio::test]
async fn a_throttled_sign_in_costs_the_same_requests_whoever_is_asked_about() {
    let (world, _) = world_of_states().await;
    let mut costs = Vec::new();
    for email in [MIKE, "dora@northwind.example", "nobody@northwind.example"] {
        for _ in 0..10 {
            world.sign_in(email, "wrong", "000000").await.is_problem(401, "sign_in_rejected");
        }
        let mut of_this_one = Vec::new();
        for _ in 0..3 {
            world.store.record();
            world.sign_in(email, "wrong", "000000").await.is_problem(429, "too_many_requests");
            of_this_one.push(world.store.trips());
        }
        costs.push(of_this_one);
    }
    assert!(costs.iter().all(|cost| *cost == costs[0]), "{costs:?}");
}

/// CVE-2026-55610 (S8, S16): the answer differed between kinds of wrong ids.
#[tokio::test]
async fn every_id_that_is_nobodys_is_the_same_404_on_every_route() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    for route in routes().iter().filter(|route| route.names_somebody()) {
        let unknown = ada.calls(route.method(), &route.about("emp_01J00000000000000000000000"), None).await;
        let unknown = unknown.is_problem(404, "employee_not_found").without_request_id();
        let own = world.id(MIKE);
        let ids = [
            "x",
            "emp_",
            "0",
            "null",
            "%00",
            "%FF%FE",
            "%0D%0AX-Evil:%201",
            "..%2F..%2Fv1",
            "%E2%80%AE",
            "*",
            "%7B%7D",
            "emp_8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "emp_01J0000000000000000000000U",
            &own.to_lowercase(),
            &own[4..],
            &format!("%20{own}"),
            &format!("{own}%0A"),
            &own.replace("emp_", "pco_"),
            &"9".repeat(6_000),
        ];
        for id in ids {
            let reply = ada.calls(route.method(), &route.about(id), None).await;
            assert_eq!(reply.without_request_id(), unknown, "{} {id:.60}", route.key());
        }
        // Well-formed ids of every other kind.
        let passcode = world.enrolled("grace@northwind.example").await.sees("grace@northwind.example").await;
        let passcode = passcode["passcode"]["passcode_id"].as_str().unwrap();
        let others = [passcode, &world.companies["Northwind Partners"]];
        for id in others {
            let reply = ada.calls(route.method(), &route.about(id), Some(json!({}))).await;
            assert_eq!(reply.without_request_id(), unknown, "{} {id}", route.key());
        }
    }
}
