//! Single faults, and the exact state after each.

use std::time::{Duration, Instant};

use readmit::keyring::RootSecret;
use readmit_tests::{Attempts, InjectedFault, PASSWORD, Recovery, World};
use reqwest::Method;

use crate::journey::{MIKE, come_back};

const ADA: &str = "ada@northwind.example";

#[tokio::test]
async fn a_journey_without_harm_makes_as_many_calls_as_are_harmed() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.store.inject(InjectedFault::Broken, 1_000, 1);
    come_back(&world, &ada).await;
    assert_eq!(world.store.heal(), crate::CALLS);
    world.reconcile().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_fails_in_whatever_way_leaves_no_live_code() {
    for fault in [
        InjectedFault::Throttled(Attempts::All),
        InjectedFault::Broken,
        InjectedFault::NotHeard(Attempts::All),
        InjectedFault::AnswerLost(Attempts::All),
        InjectedFault::Silent,
    ] {
        let world = World::start().await;
        let ada = world.enrolled(ADA).await;
        let mut mike = world.enrolled(MIKE).await;
        let mails = world.ses.recorded().len();
        world.ses.inject(fault, 0, 1);
        ada.issues(MIKE, None).await.is_problem(502, "email_not_sent");
        assert_eq!(world.ses.heal(), 1);
        let taken = world.ses.recorded().len() - mails;
        assert_eq!(
            taken,
            usize::from(fault == InjectedFault::AnswerLost(Attempts::All)),
            "one attempt: a second mails twice"
        );
        assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "failed");
        assert_eq!(world.trail_of(MIKE).await.last().unwrap(), "passcode.delivery_failed");
        if fault == InjectedFault::AnswerLost(Attempts::All) {
            // The mail was sent, and its code cannot be redeemed.
            let code = world.mailed_code(MIKE).await;
            world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
        }
        mike.signs_in().await;
        world.reconcile().await;
        come_back(&world, &ada).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_a_process_that_died_reads_as_failed_after_five_minutes_and_ends_with_its_time() {
    let world = World::start().await;
    world.stack.clock().hold();
    let ada = world.enrolled(ADA).await;
    // The last of the four calls is not received, as if the process had died after the mail.
    world.store.inject(InjectedFault::NotHeard(Attempts::All), 3, 1);
    ada.issues(MIKE, None).await.is_problem(503, "temporarily_unavailable");
    world.store.heal();
    let code = world.mailed_code(MIKE).await;
    world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "sending");
    world.advance(Duration::from_secs(300)).await;
    assert_eq!(ada.sees(MIKE).await["passcode"]["status"], "failed");
    assert_eq!(world.clean_up().await["withdrawn"], 0);
    world.advance(Duration::from_secs(3_300)).await;
    assert_eq!(world.clean_up().await["withdrawn"], 1);
    world.reconcile().await;
    come_back(&world, &ada).await;
}

/// A sign-in and a redemption cannot be repeated with the same code, so they must not fail for a logo.
#[tokio::test(flavor = "multi_thread")]
async fn a_company_that_cannot_be_read_keeps_nobody_outside() {
    let world = World::start().await;
    let mut mike = world.enrolled(MIKE).await;
    let harm = |before| world.store.inject_one(InjectedFault::Throttled(Attempts::All), "BatchGetItem", before);
    mike.signs_in().await;
    harm(0);
    let session = mike.calls(Method::GET, "/v1/session", None).await.is(200);
    world.advance(Duration::from_secs(30)).await;
    harm(1);
    let signed_in = mike.tries_to_sign_in().await.is(200);
    let code = world.operator_mails_a_code_to(MIKE).await;
    harm(0);
    let redeemed = world.redeem(MIKE, &code).await.is(200);
    let recovery = Recovery::new(&world, MIKE, redeemed.text_at("/recovery_token"));
    world.store.heal();
    recovery.sets_password(PASSWORD).await.is(204);
    let shown = recovery.asks_for_totp().await.is(200);
    harm(0);
    let completed = recovery.confirms(&recovery.digits_of(&shown)).await.is(200);
    assert_eq!(world.store.heal(), 1);
    for reply in [session, signed_in, redeemed, completed] {
        assert_eq!(reply.body["company"], serde_json::Value::Null, "{}", reply.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_store_does_a_request_is_answered_before_its_function_ends() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.store.inject(InjectedFault::Silent, 1, 100);
    let started = Instant::now();
    ada.issues(MIKE, None).await.is_problem(503, "temporarily_unavailable");
    assert!(started.elapsed() < Duration::from_secs(14), "{:?}", started.elapsed());
    world.store.heal();
    world.reconcile().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_root_secrets_nothing_is_said_but_503() {
    let world = World::start().await;
    for secret in RootSecret::ALL {
        world.stack.secrets().replace(secret, "{}", world.stack.clock().now()).unwrap();
    }
    world.call(Method::GET, "/.well-known/jwks.json", None, None).await.is_problem(503, "temporarily_unavailable");
    world.redeem(MIKE, "7K3M-9QXT-2BHW").await.is_problem(401, "passcode_rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cleanup_that_meets_harm_leaves_due_what_it_could_not_end() {
    let world = World::start().await;
    for email in [ADA, MIKE, "grace@northwind.example", "sam@northwind.example"] {
        world.operator_mails_a_code_to(email).await;
    }
    world.advance(Duration::from_secs(3_600)).await;
    world.store.inject_one(InjectedFault::Throttled(Attempts::All), "TransactWriteItems", 1);
    let reply = world.call(Method::POST, "/_local/schedule/cleanup-passcodes", None, None).await;
    assert_eq!(reply.status, 500, "the schedule is told, and tries again");
    world.store.heal();
    assert_eq!(world.clean_up().await["expired"], 1);
    world.reconcile().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_passes_is_not_noticed() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for first in [1, 2] {
        world.store.inject(InjectedFault::Conflicting, first, 1);
        ada.issues(MIKE, None).await.is(201);
        world.store.heal();
    }
    let code = world.mailed_code(MIKE).await;
    for first in [0, 1] {
        let (email, typed) = (MIKE, if first == 0 { world.wrong_secret(&code) } else { code.clone() });
        world.store.inject(InjectedFault::Conflicting, first, 1);
        assert!(matches!(world.redeem(email, &typed).await.status, 200 | 401));
        world.store.heal();
    }
    world.reconcile().await;
}
