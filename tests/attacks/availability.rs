//! Denial of service (S27): the effort to block one account, one company, or everybody. The table of docs/threat-model.md, row by row.
//!
//! The attacker knows addresses but no password. Each test counts how many of the attacker's requests are compared, and what the holder can
//! still do.

use std::time::Duration;

use readmit::domain::{Actor, AuditContext, Login, Origin};
use readmit::keyring::KeyNeeds;
use readmit::store::{Admission, AttemptSource, FactorUsed, Outcome, SignInEffects, WrongFactor};
use readmit::{Random, Services};
use readmit_local::functions;
use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::{event, http_answer, sign_in_from};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";
const ADMINS: [&str; 3] = [ADA, GRACE, SAM];

/// An address in the attacker's network `at`. Each network has its own /24.
fn network(at: u32) -> String {
    format!("198.{}.{}.9", 18 + at / 256, at % 256)
}

/// Fails to sign in until the answer is 429. Returns how many guesses were compared.
async fn guesses(world: &World, source_ip: &str, email: &str) -> u32 {
    let mut compared = 0;
    while sign_in_from(world, source_ip, email, "wrong", "000000").await.status == 401 {
        compared += 1;
    }
    compared
}

async fn redeems_from(world: &World, source_ip: &str, email: &str, code: &str) -> u64 {
    let body = json!({"email": email, "code": code});
    http_answer(&world.invoke("redeem-passcode", event("POST /v1/passcodes/redeem", source_ip, &body)).await).status
}

/// Uses up an account's limit of a day, from a hundred networks with one request each.
async fn shut(world: &World, email: &str) {
    for at in 0..100 {
        assert_eq!(sign_in_from(world, &network(at), email, "wrong", "000000").await.status, 401);
    }
    assert_eq!(sign_in_from(world, "192.0.2.1", email, "wrong", "000000").await.status, 429);
}

/// One /24 or /48 can use twenty of an account's hundred guesses a day, and ten in a quarter of an hour.
#[tokio::test]
async fn one_network_has_twenty_of_an_accounts_hundred_a_day() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    for addresses in [["203.0.113.9", "203.0.113.200"], ["2001:db8:7::1", "2001:db8:7:ffff::1"]] {
        let mut compared = 0;
        for quarter in 0..95 {
            for address in addresses {
                compared += guesses(&world, address, MIKE).await;
            }
            assert_eq!(compared, if quarter == 0 { 10 } else { 20 });
            world.advance(Duration::from_secs(901)).await;
        }
        let digits = mike.digits().await;
        assert_eq!(sign_in_from(&world, "192.0.2.44", MIKE, PASSWORD, &digits).await.status, 200, "from elsewhere");
        world.advance(Duration::from_secs(86_400)).await;
    }
}

/// A hundred networks with one request each block an account for a day, but not on a known device. A success on a known device
/// unblocks the account.
#[tokio::test]
async fn a_hundred_networks_shut_an_account_but_not_its_known_device() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    shut(&world, MIKE).await;
    let refused = mike.tries_to_sign_in().await.is_problem(429, "too_many_requests");
    assert!((86_000..=86_400).contains(&refused.header("retry-after").parse().unwrap()));
    mike.tries_on(&mike.device).await.is(200);
    mike.tries_to_sign_in().await.is(200);
}

/// An attacker with a hundred networks knows the addresses of all Security Admins of a company. The admins can still sign in on
/// known devices and issue codes.
#[tokio::test]
async fn a_companys_three_admins_go_on_letting_others_in() {
    let world = World::start().await;
    for email in [GRACE, SAM] {
        world.change(email, json!({"role": "security_admin"})).await;
    }
    for email in ADMINS {
        let mut admin = world.enrolled(email).await;
        shut(&world, email).await;
        admin.tries_to_sign_in().await.is_problem(429, "too_many_requests");
        admin.token = admin.tries_on(&admin.device).await.is(200).text_at("/access_token");
        let code = admin.issues_a_code_to(MIKE).await;
        world.recovers(MIKE, &code).await.completes(PASSWORD).await;
        world.advance(Duration::from_secs(901)).await;
    }
}

/// One network has a hundred refused redemptions in a quarter of an hour. Neither one network nor a hundred networks end the
/// holder's code: wrong selectors never do.
#[tokio::test]
async fn refused_redemptions_stop_their_own_network_and_nobody_else() {
    let world = World::start().await;
    world.stack.clock().hold();
    let code = world.operator_mails_a_code_to(MIKE).await;
    let mut compared = 0;
    while redeems_from(&world, "203.0.113.9", MIKE, "0000-0000-0000").await == 401 {
        compared += 1;
    }
    assert_eq!(compared, 100);
    for at in 0..100 {
        assert_eq!(redeems_from(&world, &network(at), MIKE, "0000-0000-0000").await, 401);
    }
    assert_eq!(world.items("passcodes").await[0]["try_count"]["N"], "0");
    assert_eq!(redeems_from(&world, "203.0.113.77", MIKE, &code).await, 429, "a neighbour of the stranger");
    assert_eq!(redeems_from(&world, "192.0.2.44", MIKE, &code).await, 200);

    let code = world.operator_mails_a_code_to(SAM).await;
    world.advance(Duration::from_secs(900)).await;
    assert_eq!(redeems_from(&world, "203.0.113.77", SAM, &code).await, 200);
}

/// Every refusal makes the same writes: known or unknown address, right or wrong password, with or without a device token.
#[tokio::test]
async fn a_failed_sign_in_makes_the_same_writes_whatever_is_wrong() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let nobodys = mike.device.replace('.', ",");
    let mut writes = Vec::new();
    for (email, password) in [(MIKE, PASSWORD), (MIKE, "wrong"), ("nobody@northwind.example", PASSWORD)] {
        for device in ["theme=dark", &*nobodys, &*mike.device] {
            world.store.record();
            let refused = world.sign_in_on(device, email, password, "000000").await;
            refused.is_problem(401, "sign_in_rejected");
            writes.push(world.store.sum().writes);
        }
    }
    assert!(writes.iter().all(|units| *units == writes[0]), "{writes:?}");
    let mut redemptions = Vec::new();
    for email in [MIKE, SAM, "nobody@northwind.example"] {
        world.store.record();
        world.redeem(email, "0000-0000-0000").await.is_problem(401, "passcode_rejected");
        redemptions.push(world.store.sum().writes);
    }
    assert_eq!(redemptions, [redemptions[0]; 3]);
}

/// Wrong passwords and wrong second factors have separate counts, and neither uses up the other's limit.
#[tokio::test]
async fn wrong_passwords_and_wrong_second_factors_are_counted_apart() {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    for at in 0..99 {
        assert_eq!(sign_in_from(&world, &network(at), MIKE, "wrong", "000000").await.status, 401);
        assert_eq!(sign_in_from(&world, &network(at), MIKE, PASSWORD, "000000").await.status, 401);
    }
    let rows = world.items("credentials").await;
    let account = rows.iter().find(|row| row["login"]["S"] == MIKE).unwrap();
    let counted = |list: &str| account[list]["L"].as_array().unwrap().len();
    assert_eq!((counted("wrong_passwords_at"), counted("wrong_second_factors_at")), (99, 99));
    assert_eq!(sign_in_from(&world, &network(100), MIKE, PASSWORD, "000000").await.status, 401);
    // The limit of second factors is used up: nothing more is compared.
    for password in [PASSWORD, "wrong"] {
        assert_eq!(sign_in_from(&world, &network(101), MIKE, password, "000000").await.status, 429);
    }
}

/// The 2021 Cognito race (S4) at the sign-in: all guesses are compared before any is counted. A right guess after a hundred wrong
/// ones must fail, except on a known device, which has its own count.
#[tokio::test]
async fn the_right_guess_does_not_come_after_a_hundred_wrong_ones() {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    let clock = world.stack.clock().clock();
    let process = functions::process("sign-in", world.stack.environment(), &clock, &Random::system()).unwrap();
    let store = Services::new(process, KeyNeeds::NONE).unwrap().store;
    let (login, now): (Login, _) = (MIKE.parse().unwrap(), world.stack.clock().now());
    // Read once, before any failure is counted, as a hundred parallel requests would.
    let account = store.account(&login).await.unwrap();
    let credentials = account.credentials.clone().unwrap();
    let employee = store.employee(credentials.company_id, credentials.employee_id).await.unwrap().unwrap();
    let act = AuditContext::new(now, Actor::Employee { employee_id: employee.employee_id }, Origin::default());
    let spent = |source| SignInEffects {
        factor: FactorUsed::BackupCode(credentials.backup_codes[0].clone()),
        rehashed: None,
        resealed: None,
        source,
    };
    for _ in 0..100 {
        let counted = store.count_failure(&login, &account, WrongFactor::SecondFactor, now).await.unwrap();
        assert!(matches!(counted, Admission::Admitted(())));
    }
    let counted = store.count_failure(&login, &account, WrongFactor::SecondFactor, now).await.unwrap();
    assert!(matches!(counted, Admission::Throttled(_)));
    assert_eq!(
        store.sign_in(&credentials, &employee, &spent(AttemptSource::Network(None)), &act).await.unwrap(),
        Outcome::Refused
    );
    assert_eq!(
        store
            .sign_in(&credentials, &employee, &spent(AttemptSource::Device("a device".to_owned())), &act)
            .await
            .unwrap(),
        Outcome::Done
    );
}

/// A request that did not come through a required trusted proxy is refused before any other work.
#[tokio::test]
async fn nobody_walks_round_an_edge_that_is_required() {
    let world = World::start().await;
    let secret = "Zt5b0jQw8nYk2mLx7vRc4pHs9dGf1aTe6uXi3oBqZt5b0jQw8nYk2mLx7vRc4pHs";
    let told_so = [("READMIT_EDGE_SECRET", secret), ("READMIT_REQUIRE_EDGE", "true")];
    let functions = crate::edge::functions_with(&world, &told_so);
    let body = json!({"email": MIKE, "password": "wrong", "code": "000000"});
    for (shown, status) in [(None, 403), (Some("guessed"), 403), (Some(secret), 401)] {
        let mut event = event("POST /v1/sessions", "192.0.2.10", &body);
        event["headers"]["readmit-edge-secret"] = json!(shown.unwrap_or_default());
        world.store.record();
        let answer = functions.invoke("sign-in", event, "an invocation").await.unwrap();
        assert_eq!(answer["statusCode"], status, "{answer}");
        if status == 403 {
            let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
            assert_eq!(problem["code"], "edge_required");
            assert_eq!(world.store.recorded().len(), 0);
        }
    }
    let mut keys = event("GET /.well-known/jwks.json", "192.0.2.10", &json!(null));
    keys["requestContext"]["http"]["method"] = json!(Method::GET.as_str());
    let answer = functions.invoke("sign-in", keys, "an invocation").await.unwrap();
    assert_eq!(answer["statusCode"], 403);
}
