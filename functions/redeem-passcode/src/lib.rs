//! `POST /v1/passcodes/redeem`: the holder redeems a passcode and gets a recovery. Anyone may call.
//!
//! Effects: counts a try before it compares anything. The right secret, with the second proof if the company's policy asks for one,
//! opens the recovery, once (`passcode.redeemed`). The fifth failed try ends the code (`passcode.exhausted`). A refusal is counted for
//! the address and its network.
//! Answers: 200 the recovery token; 401 `passcode_rejected` for every kind of error, with the same bytes, headers and round
//! trips to the store; 429 `too_many_requests` after a hundred refusals.

use std::sync::Arc;

use readmit::Services;
use readmit::app::authenticate::{self, Proof};
use readmit::domain::lifecycle::{Command, Judgement, judge};
use readmit::domain::passcode::Code;
use readmit::domain::{Actor, Login, PasscodeRef, RECOVERY_LIFETIME, RecoveryStep};
use readmit::http::{ApiRequest as _, Body, CompanyView, Failure, Problem, Request, Response, answer, exposed};
use readmit::keyring::{KeyNeeds, RecoveryClaims, RootSecret, Tokens};
use readmit::store::{Admission, Credentials, Outcome, PasscodeRow, Throttled};
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
    company: Option<CompanyView<'a>>,
}

pub const KEYS: KeyNeeds =
    KeyNeeds { secrets: &[RootSecret::Recoveries, RootSecret::Passcodes, RootSecret::Credentials], verifies: &[] };

pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    let typed: Redeem = request.json()?.read()?;
    let (Ok(login), Some(code)) = (typed.email.parse::<Login>(), Code::read(typed.code.expose_secret())) else {
        return Err(rejected("malformed address or code"));
    };

    let source_ip = request.origin().source_ip.as_deref();
    let admission = services.store.may_redeem(&login, source_ip, services.now());
    let (admission, known) = tokio::join!(admission, known_for(&services, &login, typed.proof.as_ref()));
    if let Admission::Throttled(throttled) = admission? {
        return Err(too_many(&services, &throttled));
    }
    let known = known?;

    let selector = code.selector();
    let counting = services.store.count_try(&login, &selector, services.now());
    let proving = authenticate::prove(&services, known.as_ref(), typed.proof.as_ref(), services.now());
    let (counted, proof) = tokio::join!(counting, proving);
    let (Some(counted), proof) = (counted?, proof?) else {
        return Err(refuse(&services, &request, &login, "no live code for this address and selector").await?);
    };
    let matches = is_the_code(&services, &counted, &code).await?;
    let judgement = judge(counted.try_count, matches, proof.is_some() || !counted.proof_required);
    if judgement != Judgement::Accept {
        if judgement == Judgement::Exhaust {
            let act = request.act(Actor::Anonymous, services.now());
            services.store.end(&counted, Command::Exhaust, &act).await?;
        }
        let because = if matches { "second proof missing or wrong" } else { "wrong secret" };
        return Err(refuse(&services, &request, &login, because).await?);
    }

    let act = request.act(Actor::Employee { employee_id: counted.held.employee_id }, services.now());
    let spent = proof.and_then(Proof::backup_code).filter(|_| counted.proof_required);
    let company = services.shown_company(counted.held.company_id);
    let (redeemed, company) = tokio::join!(services.store.redeem(&counted, spent.as_deref(), &act), company);
    if redeemed? == Outcome::Refused {
        return Err(rejected("the code ended in the meantime"));
    }
    let PasscodeRef { employee_id, company_id, passcode_id, .. } = counted.held;
    let claims = RecoveryClaims { employee_id, company_id, login, passcode_id };
    let keyring = services.keyring().await?;
    let tokens = Tokens::new(&keyring, &services.portal_url);
    let recovery_token = &tokens.sign(claims, act.at, &mut services.random())?;
    let company = company.as_ref().map(CompanyView::from);
    answer::ok(&Recovery { recovery_token, expires_in: RECOVERY_LIFETIME.as_secs(), steps: RecoveryStep::ALL, company })
}

/// The credentials that a proof is compared with. Read only if a proof was sent, and for unknown addresses too.
async fn known_for(
    services: &Services,
    login: &Login,
    proof: Option<&SecretString>,
) -> Result<Option<Credentials>, Failure> {
    match proof {
        Some(_) => Ok(services.store.credentials(login).await?),
        None => Ok(None),
    }
}

/// Counts a refusal before the client gets its answer, so that every refusal is counted.
async fn refuse(
    services: &Services,
    request: &Request,
    login: &Login,
    because: &'static str,
) -> Result<Failure, Failure> {
    let source_ip = request.origin().source_ip.as_deref();
    Ok(match services.store.count_refusal(login, source_ip, services.now()).await? {
        Admission::Admitted(()) => rejected(because),
        Admission::Throttled(throttled) => too_many(services, &throttled),
    })
}

fn too_many(services: &Services, throttled: &Throttled) -> Failure {
    Problem::TooManyRequests { until: throttled.until, now: services.now() }.into()
}

/// The same problem for every kind of error. Only the log gets the reason.
fn rejected(because: &'static str) -> Failure {
    Failure::WithReason(Problem::PasscodeRejected, because)
}

/// Compares the secret, in constant time.
async fn is_the_code(services: &Services, row: &PasscodeRow, code: &Code) -> Result<bool, Failure> {
    let Some(stored) = &row.secret_hash else { return Ok(false) };
    let keyring = services.keyring_knowing(RootSecret::Passcodes, stored.version).await?;
    if !keyring.accepts(RootSecret::Passcodes, stored.version, services.now()) {
        return Ok(false);
    }
    Ok(code.hash(&keyring.passcode_key(stored.version)?, &row.held.login, row.held.passcode_id) == stored.value)
}
