//! `POST /v1/passcodes/redeem`: whoever was mailed a passcode turns it into a recovery. Anyone may call.
//!
//! Effects: a try is counted before anything is compared; a right secret, and the proof that the company's policy asks beside it,
//! open the recovery, once (`passcode.redeemed`); the fifth try that does not ends the code (`passcode.exhausted`).
//! Answers: 200 the recovery token; 401 `passcode_rejected` for whatever is wrong, alike in bytes, headers and trips.

use std::sync::Arc;

use readmit::Services;
use readmit::domain::passcode::{Code, MAX_TRIES};
use readmit::domain::{Actor, Login, RECOVERY_LIFETIME, RecoveryStep};
use readmit::http::{ApiRequest as _, Body, Failure, Problem, Request, Response, answer, exposed};
use readmit::keyring::{RecoveryClaims, Tokens};
use readmit::store::{Outcome, PasscodeRow};
use readmit::verifying::{self, Proof};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Redeem {
    email: String,
    code: SecretString,
    /// The password or a backup code.
    #[serde(default)]
    proof: Option<SecretString>,
}

#[derive(Serialize)]
struct Recovery<'a> {
    #[serde(serialize_with = "exposed")]
    recovery_token: &'a SecretString,
    expires_in: u64,
    steps: [RecoveryStep; 2],
}

/// The function's one route.
pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    let typed: Redeem = request.json()?.read()?;
    let (Ok(login), Some(code)) = (typed.email.parse::<Login>(), Code::read(typed.code.expose_secret())) else {
        return Err(rejected("an address or a code that cannot be"));
    };

    let selector = code.selector();
    let counting = services.store.count_try(&login, &selector, services.now());
    let (counted, proof) = tokio::join!(counting, proven(&services, &login, typed.proof.as_ref()));
    let (counted, proof) = (counted?, proof?);
    let counted = counted.ok_or_else(|| rejected("no live code of this address and selector"))?;
    let because = match is_the_code(&services, &counted, &code).await? {
        false => Some("a wrong secret"),
        true if counted.proof_required && proof.is_none() => Some("the proof is missing, or wrong"),
        true => None,
    };
    if let Some(because) = because {
        if counted.try_count >= MAX_TRIES {
            let act = request.act(Actor::Anonymous, services.now());
            // Refused: it ended otherwise in the meantime.
            let _: Outcome = services.store.exhaust(&counted.held(), &act).await?;
        }
        return Err(rejected(because));
    }

    let act = request.act(Actor::Employee { employee_id: counted.employee_id }, services.now());
    let spent = proof.and_then(Proof::backup_code).filter(|_| counted.proof_required);
    if services.store.redeem(&counted, spent.as_deref(), &act).await? == Outcome::Refused {
        return Err(rejected("it ended, or its holder was disabled, in the meantime"));
    }
    let claims = RecoveryClaims {
        employee_id: counted.employee_id,
        company_id: counted.company_id,
        login,
        passcode_id: counted.passcode_id,
    };
    let recovery_token = &Tokens::new(&*services.keyring().await?, &services.portal_url).recovery(
        claims,
        act.at,
        &mut services.random(),
    )?;
    answer::ok(&Recovery { recovery_token, expires_in: RECOVERY_LIFETIME.as_secs(), steps: RecoveryStep::ALL })
}

/// What the proof shows, if one was sent: the same requests and the same hash, whoever is known.
async fn proven(services: &Services, login: &Login, proof: Option<&SecretString>) -> Result<Option<Proof>, Failure> {
    let Some(proof) = proof else { return Ok(None) };
    let credentials = services.store.credentials(login).await?;
    verifying::prove(services, credentials.as_ref(), proof, services.now()).await
}

/// One problem for whatever is wrong; which it was, the log alone is told.
fn rejected(because: &'static str) -> Failure {
    Failure::Because(Problem::PasscodeRejected, because)
}

/// Compares the secret, in constant time.
async fn is_the_code(services: &Services, row: &PasscodeRow, code: &Code) -> Result<bool, Failure> {
    let Some(stored) = &row.secret_hash else { return Ok(false) };
    let keyring = services.keyring_knowing(stored.version).await?;
    if !keyring.accepts(stored.version, services.now()) {
        return Ok(false);
    }
    Ok(code.hash(&keyring.passcode_key(stored.version)?, &row.login, row.passcode_id) == stored.value)
}
