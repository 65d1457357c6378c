//! Rate limits by network and by account, which nobody can use to lock out another person cheaply.

use std::time::Duration;

use readmit_tests::{PASSWORD, World};
use serde_json::json;

use crate::gateway::{HttpAnswer, sign_in_from};

const MIKE: &str = "mike@northwind.example";
const NOBODY: &str = "nobody@northwind.example";

fn outcome(http_answer: &HttpAnswer) -> (u64, Option<u64>, String) {
    (http_answer.status, http_answer.retry_after.map(|seconds| seconds / 60), http_answer.body["detail"].to_string())
}

/// NIST SP 800-63B-4, 3.2.2: an attacker with a /48 of IPv6 or a /24 evades a throttle by single address.
#[tokio::test]
async fn neighbours_in_a_network_share_its_ten_guesses() {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    world.stack.clock().hold();
    let networks = [
        |at: u32| format!("203.0.113.{at}"),
        |at: u32| format!("2001:db8:7:{:x}::{at:x}", at * 801),
        |at: u32| format!("::ffff:198.51.100.{at}"),
    ];
    for email in [MIKE, NOBODY] {
        for network in networks {
            for at in 1..=10 {
                assert_eq!(sign_in_from(&world, &network(at), email, "wrong", "000000").await.status, 401, "{email}");
            }
            let throttled = sign_in_from(&world, &network(77), email, "wrong", "000000").await;
            assert_eq!(throttled.status, 429, "{email} {}", network(77));
            assert_eq!(throttled.retry_after, Some(900));
        }
    }
    // The neighbouring networks are not throttled.
    for other in ["203.0.112.1", "2001:db8:8::1", "198.51.101.9"] {
        assert_eq!(sign_in_from(&world, other, MIKE, "wrong", "000000").await.status, 401, "{other}");
    }
}

/// OWASP ASVS 5.0, 6.3.1, CVE-2025-64101 (S19): a service that trusts forwarding headers lets a client choose any number of
/// addresses.
#[tokio::test]
async fn a_forwarded_address_opens_no_new_window() {
    let world = World::start().await;
    for at in 0..11_u16 {
        let address = format!("198.51.{at}.1");
        let request = world
            .request(reqwest::Method::POST, "/v1/sessions")
            .header("x-forwarded-for", &address)
            .header("forwarded", format!("for={address}"))
            .header("x-real-ip", &address)
            .header("cf-connecting-ip", &address)
            .json(&json!({"email": MIKE, "password": "wrong", "code": "000000"}));
        assert_eq!(world.send(request).await.status, if at < 10 { 401 } else { 429 }, "try {at}");
    }
}

/// NIST SP 800-63B-4, 3.2.2: guesses from many networks. Every address has a limit with the same answer, known or not.
#[tokio::test]
async fn a_hundred_guesses_a_day_from_many_networks_are_enough_known_or_not() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let mut refusals = Vec::new();
    for email in [MIKE, NOBODY, "not an address"] {
        for at in 0..100 {
            let http_answer = sign_in_from(&world, &format!("198.51.{at}.1"), email, "wrong", "000000").await;
            assert_eq!(http_answer.status, 401, "{email}, guess {at}");
        }
        let refused = sign_in_from(&world, "192.0.2.1", email, "wrong", "000000").await;
        assert!((86_000..=86_400).contains(&refused.retry_after.unwrap()), "{:?}", refused.retry_after);
        refusals.push(outcome(&refused));
    }
    assert!(refusals.iter().all(|refusal| refusal.0 == 429 && refusal.2 == refusals[0].2), "{refusals:?}");
    assert_eq!(world.counts_in_trail(MIKE, ["session.throttled"]).await, [1]);
    world.advance(Duration::from_secs(86_400)).await;
    mike.tries_to_sign_in().await.is(200);
}

/// OWASP ASVS 5.0, 6.1.1 (a lock-out as an attack): throttled guesses are not compared and must not count. Otherwise one network
/// could block the holder everywhere for a day with one burst.
#[tokio::test]
async fn throttled_guesses_of_one_network_do_not_shut_the_holder_out() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    for at in 0..120 {
        let http_answer = sign_in_from(&world, "203.0.113.9", MIKE, "wrong", "000000").await;
        assert_eq!(http_answer.status, if at < 10 { 401 } else { 429 }, "guess {at}");
    }
    let digits = mike.digits().await;
    let holder = sign_in_from(&world, "192.0.2.44", MIKE, PASSWORD, &digits).await;
    assert_eq!(holder.status, 200, "the holder, from another network, is told to wait {:?} s", holder.retry_after);
}

/// The reverse: a full account must not fill the window of the network from which the holder tries again.
#[tokio::test]
async fn waiting_for_retry_after_helps_even_after_more_attempts() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let mut wait = 0;
    for _ in 0..25 {
        let http_answer = sign_in_from(&world, "192.0.2.44", MIKE, "wrong", "000000").await;
        wait = http_answer.retry_after.unwrap_or(0);
        world.advance(Duration::from_secs(20)).await;
    }
    world.advance(Duration::from_secs(wait)).await;
    let digits = mike.digits().await;
    assert_eq!(sign_in_from(&world, "192.0.2.44", MIKE, PASSWORD, &digits).await.status, 200);
}

/// S8: if the holder's sign-in elsewhere reset a stranger's window, it would disclose that the account exists and is in use.
#[tokio::test]
async fn the_owners_success_elsewhere_opens_no_strangers_window_and_the_own_one_it_does() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let (strangers, own) = ("203.0.113.7", "198.51.100.7");
    for network in [strangers, own] {
        for _ in 0..9 {
            assert_eq!(sign_in_from(&world, network, MIKE, "wrong", "000000").await.status, 401);
        }
    }
    assert_eq!(sign_in_from(&world, strangers, MIKE, "wrong", "000000").await.status, 401);
    assert_eq!(sign_in_from(&world, own, MIKE, PASSWORD, &mike.backup_codes[0]).await.status, 200);
    assert_eq!(sign_in_from(&world, strangers, MIKE, "wrong", "000000").await.status, 429);
    for _ in 0..10 {
        assert_eq!(sign_in_from(&world, own, MIKE, "wrong", "000000").await.status, 401);
    }
    assert_eq!(sign_in_from(&world, own, MIKE, "wrong", "000000").await.status, 429);
}
