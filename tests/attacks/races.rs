//! Races: the same code, authenticator step or backup code used many times at the same time.

use futures_util::future::join_all;
use readmit_tests::{PASSWORD, Reply, World};
use serde_json::Value;

use crate::gateway::{at_once, counts, sign_in_from};

const MIKE: &str = "mike@northwind.example";

fn statuses(replies: &[Reply]) -> Vec<u64> {
    replies.iter().map(|reply| u64::from(reply.status)).collect()
}

/// CVE-2026-43930, CVE-2026-31875 (S3): several parallel requests could each redeem the same code or token.
#[test]
fn of_a_hundred_redemptions_at_once_one_succeeds_thirty_times_over() {
    at_once(async {
        let world = World::start().await;
        for round in 0..30 {
            world.forget_refusals().await;
            let code = world.operator_mails_a_code_to(MIKE).await;
            let replies = join_all((0..100).map(|_| world.redeem(MIKE, &code))).await;
            assert_eq!(counts(&statuses(&replies), [200, 401]), [1, 99], "round {round}");
            for refused in replies.into_iter().filter(|reply| reply.status == 401) {
                refused.is_problem(401, "passcode_rejected");
            }
        }
        let events = ["passcode.issued", "passcode.redeemed", "recovery.abandoned", "passcode.exhausted"];
        assert_eq!(world.counts_in_trail(MIKE, events).await, [30, 30, 29, 0]);
    });
}

/// The 2021 Cognito race (S4): 1,587 guesses were compared where 20 were allowed, because the count came after the comparison.
#[test]
fn forty_wrong_secrets_at_once_shut_the_door_to_the_right_one() {
    at_once(async {
        let world = World::start().await;
        for round in 0..5 {
            world.forget_refusals().await;
            let code = world.operator_mails_a_code_to(MIKE).await;
            let wrong = world.wrong_secret(&code);
            let replies = join_all((0..40).map(|_| world.redeem(MIKE, &wrong))).await;
            assert_eq!(counts(&statuses(&replies), [401]), [40], "round {round}");
            world.redeem(MIKE, &code).await.is_problem(401, "passcode_rejected");
            let row = &world.items("passcodes").await[0];
            assert_eq!(
                (&row["try_count"]["N"], &row["tries_without_success"]["N"]),
                (&Value::from("5"), &Value::from(((round + 1) * 5).to_string()))
            );
        }
        assert_eq!(world.counts_in_trail(MIKE, ["passcode.exhausted", "passcode.redeemed"]).await, [5, 0]);
    });
}

/// The 2021 Cognito race (S4), with the right secret among the wrong ones: it is accepted only if it is one of the five that
/// are compared. The code then has exactly one end.
#[test]
fn the_right_secret_among_wrong_ones_opens_the_door_or_the_code_is_exhausted() {
    at_once(async {
        let world = World::start().await;
        let (mut opened, mut exhausted) = (0, 0);
        for round in 0..12 {
            world.forget_refusals().await;
            let code = world.operator_mails_a_code_to(MIKE).await;
            let wrong = world.wrong_secret(&code);
            let tries = (0..16).map(|at| world.redeem(MIKE, if at == round { &code } else { &wrong }));
            let [right] = counts(
                &statuses(&join_all(tries).await[..]).into_iter().filter(|s| *s != 401).collect::<Vec<_>>(),
                [200],
            );
            opened += right;
            let before = exhausted;
            [exhausted] = world.counts_in_trail(MIKE, ["passcode.exhausted"]).await;
            assert_eq!(right + exhausted - before, 1, "round {round}: one end for one code");
            let tries: u32 = world.items("passcodes").await[0]["try_count"]["N"].as_str().unwrap().parse().unwrap();
            assert!(tries <= 5, "round {round}: {tries} compared");
        }
        assert_eq!(world.counts_in_trail(MIKE, ["passcode.redeemed"]).await, [opened]);
    });
}

/// RFC 6238, section 5.2, NIST SP 800-63B-4, 3.1.4.2 (S12): two requests both read before either wrote, and a step was accepted
/// twice. The requests come from ten networks, so that the throttle does not hide a defect.
#[test]
fn one_step_of_the_authenticator_is_one_sign_in_of_fifty_at_once() {
    at_once(async {
        let world = World::start().await;
        let mike = world.enrolled(MIKE).await;
        let digits = mike.digits().await;
        assert_eq!(fifty_sign_ins(&world, &digits).await, [1, 49, 0]);
        assert_eq!(world.counts_in_trail(MIKE, ["session.started"]).await, [1]);
    });
}

/// NIST SP 800-63B-4, 3.1.2 (S3): parallel sign-ins could each use the same look-up secret.
#[test]
fn one_backup_code_is_one_sign_in_of_fifty_at_once() {
    at_once(async {
        let world = World::start().await;
        let mike = world.enrolled(MIKE).await;
        assert_eq!(fifty_sign_ins(&world, &mike.backup_codes[4]).await, [1, 49, 0]);
        assert_eq!(
            world.items("credentials").await.iter().find_map(|row| row["backup_codes"]["SS"].as_array()).unwrap().len(),
            9
        );
        assert_eq!(world.counts_in_trail(MIKE, ["session.started"]).await, [1]);
    });
}

/// Makes fifty parallel sign-ins, five from each network. Returns how many are 200, 401 and 429.
async fn fifty_sign_ins(world: &World, code: &str) -> [usize; 3] {
    let networks: Vec<String> = (0..50).map(|at| format!("203.0.{}.7", at / 5)).collect();
    let tries = networks.iter().map(|network| sign_in_from(world, network, MIKE, PASSWORD, code));
    let statuses: Vec<u64> = join_all(tries).await.iter().map(|told| told.status).collect();
    counts(&statuses, [200, 401, 429])
}

/// S12: a step that confirmed an enrolment was accepted for a sign-in too, also from somebody who had read it.
#[tokio::test]
async fn the_step_that_confirmed_the_enrolment_opens_no_session() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let recovery = world.recovers(MIKE, &code).await;
    recovery.sets_password(PASSWORD).await.is(204);
    let shown = recovery.asks_for_totp().await.is(200);
    let digits = recovery.digits_of(&shown);
    recovery.confirms(&digits).await.is(200);
    world.sign_in(MIKE, PASSWORD, &digits).await.is_problem(401, "sign_in_rejected");
}

/// CVE-2025-64103, CVE-2026-22706 (S9, S10): parallel requests completed a recovery twice, with two sets of backup codes and
/// two sessions.
#[test]
fn of_five_completions_at_once_one_succeeds() {
    at_once(async {
        let world = World::start().await;
        for round in 1..=5 {
            world.forget_refusals().await;
            let code = world.operator_mails_a_code_to(MIKE).await;
            let recovery = world.recovers(MIKE, &code).await;
            recovery.sets_password(PASSWORD).await.is(204);
            let shown = recovery.asks_for_totp().await.is(200);
            let digits = recovery.digits_of(&shown);
            let replies = join_all((0..5).map(|_| recovery.confirms(&digits))).await;
            assert_eq!(counts(&statuses(&replies), [200, 401]), [1, 4], "round {round}");
            let events = ["recovery.completed", "recovery.abandoned"];
            assert_eq!(world.counts_in_trail(MIKE, events).await, [round, 0]);
        }
    });
}
