//! A whole recovery by an admin and an employee who try again after each error.

use std::time::Duration;

use readmit_tests::{Person, Recovery, Reply, World};

pub(crate) const MIKE: &str = "mike@northwind.example";
const NEW_PASSWORD: &str = "velvet compass orchard nine";

/// Calls to the store in a journey in which no fault is injected: issue 3, redeem 4, password 3, TOTP 1, complete 4, sign-in 6.
pub(crate) const CALLS: usize = 21;

/// How often a person repeats an unavailable request, and how often a person starts again.
const PATIENCE: u32 = 4;

/// Whether the person repeats the request after this answer. Any other answer must be a success or the end of the attempt.
fn is_passing(reply: &Reply) -> bool {
    match reply.status {
        503 => assert!(!reply.header("retry-after").is_empty()),
        502 => {}
        500.. => panic!("{}", reply.text),
        _ => return false,
    }
    true
}

async fn patiently(act: impl AsyncFn() -> Reply) -> Reply {
    for _ in 0..PATIENCE {
        let reply = act().await;
        if !is_passing(&reply) {
            return reply;
        }
    }
    panic!("unavailable for longer than anybody waits");
}

/// Mike recovers with any number of attempts: an unusable code is replaced, and an ended recovery is started again.
pub(crate) async fn come_back(world: &World, ada: &Person<'_>) {
    for _ in 0..PATIENCE {
        if let Some((new_password, shown)) = try_once(world, ada).await {
            sign_in(world, new_password, &shown).await;
            return;
        }
        // Faults of the store must not make the throttle refuse anybody.
        world.advance(Duration::from_secs(15 * 60)).await;
    }
    panic!("Mike is locked out");
}

async fn try_once(world: &World, ada: &Person<'_>) -> Option<(&'static str, Reply)> {
    let issued = patiently(|| ada.issues(MIKE, None)).await;
    let code = match issued.status {
        201 => world.mailed_code(MIKE).await,
        // Ada's session has ended or her limit for Mike is used up: the operator helps.
        401 | 429 => world.operator_mails_a_code_to(MIKE).await,
        _ => panic!("{}", issued.text),
    };
    let redeemed = patiently(|| world.redeem(MIKE, &code)).await;
    let token = way_on(redeemed)?.text_at("/recovery_token");
    let recovery = Recovery::new(world, MIKE, token);
    way_on(patiently(|| recovery.sets_password(NEW_PASSWORD)).await)?;
    let shown = way_on(patiently(|| recovery.asks_for_totp()).await)?;
    let digits = recovery.digits_of(&shown);
    let completed = patiently(|| recovery.confirms(&digits)).await;
    // A 401 can mean that the completion succeeded and its answer was lost. The new credentials show it.
    assert!(matches!(completed.status, 200 | 401), "{}", completed.text);
    Some((NEW_PASSWORD, shown))
}

/// The answer if it is a success. None for a 401, which means to start again.
fn way_on(reply: Reply) -> Option<Reply> {
    assert!(matches!(reply.status, 200 | 204 | 401), "{}", reply.text);
    (reply.status != 401).then_some(reply)
}

async fn sign_in(world: &World, password: &str, shown: &Reply) {
    let secret = shown.text_at("/otpauth_uri");
    for _ in 0..PATIENCE {
        world.advance(Duration::from_secs(30)).await;
        let digits = totp_rs::Totp::from_url(&secret).unwrap().generate(world.now()).to_string();
        let reply = patiently(|| world.sign_in(MIKE, password, &digits)).await;
        // 401: a sign-in used the step and its answer was lost. The next step works.
        assert!(matches!(reply.status, 200 | 401), "{}", reply.text);
        if reply.status == 200 {
            return;
        }
    }
    panic!("Mike cannot sign in");
}
