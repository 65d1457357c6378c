//! A whole recovery by an admin and an employee who try again after each error.

use std::time::Duration;

use readmit_tests::{Person, Recovery, Reply, World};

pub(crate) const MIKE: &str = "mike@northwind.example";
const NEW_PASSWORD: &str = "velvet compass orchard nine";

/// Calls to the store in a journey in which no fault is injected: issue 3, redeem 3, password 3, TOTP 1, complete 3, sign-in 5.
pub(crate) const CALLS: usize = 18;

/// How often a person tries again what is temporarily unavailable, and begins anew.
const PATIENCE: u32 = 4;

/// Whether the answer is one that a patient person tries again; any other must be a success, or the end of this way.
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

/// Mike comes back, whatever it takes: a code that cannot be used is replaced, a recovery that ended is begun anew.
pub(crate) async fn come_back(world: &World, ada: &Person<'_>) {
    for _ in 0..PATIENCE {
        if let Some((new_password, shown)) = try_once(world, ada).await {
            sign_in(world, new_password, &shown).await;
            return;
        }
        // Nobody may be stopped by the throttle for what the store did.
        world.advance(Duration::from_secs(15 * 60)).await;
    }
    panic!("Mike is locked out");
}

async fn try_once(world: &World, ada: &Person<'_>) -> Option<(&'static str, Reply)> {
    let issued = patiently(|| ada.issues(MIKE, None)).await;
    let code = match issued.status {
        201 => world.mailed_code(MIKE).await,
        // Ada's session is over, or her quota for Mike is: the operator helps.
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
    // 401 here may say that it was completed and the answer lost: the new credentials decide.
    assert!(matches!(completed.status, 200 | 401), "{}", completed.text);
    Some((NEW_PASSWORD, shown))
}

/// The answer, if it leads on; a 401 says to begin anew.
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
        // 401: the answer of a sign-in that spent the step was lost; the next step is good again.
        assert!(matches!(reply.status, 200 | 401), "{}", reply.text);
        if reply.status == 200 {
            return;
        }
    }
    panic!("Mike cannot sign in");
}
