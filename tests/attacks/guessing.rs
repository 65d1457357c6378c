//! Guessing: what a wrong guess counts for, and how many guesses are compared.

use futures_util::future::join_all;
use futures_util::{StreamExt as _, stream};
use readmit_tests::{PASSWORD, World};
use serde_json::json;

use crate::gateway::{at_once, counts, sign_in_from};

const MIKE: &str = "mike@northwind.example";
const NOBODY: &str = "nobody@northwind.example";

/// The code with another selector.
fn wrong_selector(code: &str, at: usize) -> String {
    let symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let guess = format!("{}{}{}{}", &symbols[at..=at], &symbols[at..=at], &code[2..3], &code[3..4]);
    let guess = if guess == code[..4] { format!("{}0", &guess[..3]) } else { guess };
    format!("{guess}{}", &code[4..])
}

/// OWASP ASVS 5.0, 6.1.1 (S4): a lock-out by anybody who knows an address. Guesses without the selector from the mail do not count
/// against the code, in sequence or in parallel.
#[test]
fn thirty_wrong_selectors_cost_the_holder_nothing() {
    at_once(async {
        let world = World::start().await;
        let code = world.operator_mails_a_code_to(MIKE).await;
        for at in 0..30 {
            world.redeem(MIKE, &wrong_selector(&code, at)).await.is_problem(401, "passcode_rejected");
        }
        join_all((0..30).map(|at| {
            let (world, guess) = (&world, wrong_selector(&code, at));
            async move { world.redeem(MIKE, &guess).await.is_problem(401, "passcode_rejected") }
        }))
        .await;
        let row = &world.items("passcodes").await[0];
        assert_eq!(row["try_count"]["N"], "0");
        assert!(row.get("last_try_at").is_none());
        world.redeem(MIKE, &code).await.is(200);
    });
}

/// NIST SP 800-63B-4, 3.2.2 (S4): if a reissue reset the count, the number of guesses would have no limit.
#[tokio::test]
async fn a_reissue_does_not_set_the_count_of_wrong_secrets_back() {
    let world = World::start().await;
    for issued in 0..20 {
        let code = world.operator_mails_a_code_to(MIKE).await;
        // Selectors of earlier codes are wrong too.
        for _ in 0..5 {
            world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
        }
        let wrong = world.items("passcodes").await[0]["tries_without_success"]["N"].as_str().unwrap().to_owned();
        assert_eq!(wrong, ((issued + 1) * 5).to_string());
    }
    let mut rescue = world.northwind(json!([]));
    rescue["issue_passcodes"] = json!([MIKE]);
    assert_eq!(world.import(rescue).await.body["results"][0]["problem"]["code"], "too_many_requests");
}

/// NIST SP 800-63B-4, 3.2.2 (S12): guesses at the new authenticator's six digits. Five guesses are compared, also if all arrive in
/// parallel, and then the recovery has ended.
#[test]
fn forty_confirmations_at_once_are_compared_five_times() {
    at_once(async {
        let world = World::start().await;
        let code = world.operator_mails_a_code_to(MIKE).await;
        let recovery = world.recovers(MIKE, &code).await;
        recovery.sets_password(PASSWORD).await.is(204);
        let shown = recovery.asks_for_totp().await.is(200);
        let digits = recovery.digits_of(&shown);
        let wrong = if digits == "000000" { "000001" } else { "000000" };
        let replies = join_all((0..40).map(|_| recovery.confirms(wrong))).await;
        let codes = |wanted: &str| replies.iter().filter(|reply| reply.body["code"] == wanted).count();
        assert_eq!((codes("totp_rejected"), codes("unauthenticated")), (5, 35));
        recovery.confirms(&digits).await.is_problem(401, "unauthenticated");
        assert_eq!(world.counts_in_trail(MIKE, ["recovery.abandoned", "recovery.completed"]).await, [1, 0]);
    });
}

/// The 2021 Cognito race (S4) at the sign-in: all guesses read the count before any of them wrote it.
#[test]
fn of_sixty_guesses_at_once_ten_are_compared() {
    at_once(async {
        let world = World::start().await;
        let mike = world.enrolled(MIKE).await;
        for email in [MIKE, NOBODY] {
            let guesses =
                (0..60).map(|at| world.sign_in(email, PASSWORD, if at % 2 == 0 { "000000" } else { "111111" }));
            let statuses: Vec<u64> = join_all(guesses).await.iter().map(|reply| u64::from(reply.status)).collect();
            assert_eq!(counts(&statuses, [401, 429]), [10, 50], "{email}");
        }
        // The right second factor is not compared either.
        world.sign_in(MIKE, PASSWORD, &mike.digits().await).await.is_problem(429, "too_many_requests");
        assert_eq!(world.counts_in_trail(MIKE, ["session.throttled", "session.started"]).await, [1, 0]);
    });
}

/// The 2021 Cognito race (S4) from 150 networks: the account's limit holds for all of them together.
#[test]
fn of_guesses_from_many_networks_at_once_a_hundred_are_compared() {
    at_once(async {
        let world = World::start().await;
        world.enrolled(MIKE).await;
        let networks: Vec<String> = (0..150).map(|at| format!("198.{}.{at}.9", 18 + at % 2)).collect();
        let guesses = networks.iter().map(|network| sign_in_from(&world, network, MIKE, PASSWORD, "000000"));
        // Thirty at a time: each computes a hash, and a machine with two cores must answer before the callers time out.
        let told: Vec<_> = stream::iter(guesses.collect::<Vec<_>>()).buffered(30).collect().await;
        let statuses: Vec<u64> = told.iter().map(|told| told.status).collect();
        assert_eq!(counts(&statuses, [401, 429]), [100, 50]);
        for told in told.iter().filter(|told| told.status == 429) {
            assert!((86_300..=86_400).contains(&told.retry_after.unwrap()), "{:?}", told.retry_after);
        }
    });
}
