//! `POST /v1/sessions`: a person signs in with address, password and second factor. Anyone may call.
//! `DELETE /v1/sessions`: ends every session of the caller.
//! `GET /.well-known/jwks.json`: the public keys of the tokens, for other services that verify them.
//!
//! Effects: a sign-in uses up its second factor and writes `session.started`; a sign-out writes `session.ended`.
//! Answers: 200 the session, 401 `sign_in_rejected` for every kind of error, 429 `too_many_requests`; 204; 200 the keys.

use std::sync::Arc;

use readmit::Services;
use readmit::app::authenticate::{self, Attempt, VerifiedPerson};
use readmit::domain::Actor;
use readmit::http::answer::DEVICE_COOKIE;
use readmit::http::{
    ApiRequest as _, Body, Failure, Nothing, Problem, Request, Response, SessionView, access_claims, answer,
    live_caller,
};
use readmit::keyring::{AccessClaims, JsonWebKey, KeyNeeds, RootSecret, TokenKind, Tokens};
use readmit::store::Outcome;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

/// Other services may cache the keys for five minutes. A new version of the root secret signs at least ten minutes after it was added.
const KEYS_CACHE: &str = "public, max-age=300";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    email: String,
    password: SecretString,
    code: SecretString,
}

#[derive(Serialize)]
struct KeySet {
    keys: Vec<JsonWebKey>,
}

pub const KEYS: KeyNeeds =
    KeyNeeds { secrets: &[RootSecret::Sessions, RootSecret::Credentials, RootSecret::Authenticators], verifies: &[] };

pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    match request.route_key() {
        "POST /v1/sessions" => sign_in(&services, &request).await,
        "DELETE /v1/sessions" => sign_out(&services, &request).await,
        "GET /.well-known/jwks.json" => keys(&services).await,
        _ => Err(Failure::Fault("a route that is not this function's".to_owned())),
    }
}

async fn sign_in(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let typed: SignIn = request.json()?.read()?;
    let now = services.now();
    let source_ip = request.origin().source_ip.as_deref();
    let attempt = Attempt::read(&typed.email, &typed.password, &typed.code, source_ip)?;
    let attempt = attempt.on_device(&*services.keyring().await?, request.cookie(DEVICE_COOKIE), now);
    let verified = authenticate::verify(services, attempt, &request.act(Actor::Anonymous, now)).await?;
    let VerifiedPerson { credentials, mut employee, spent } = verified;
    let act = request.act(Actor::Employee { employee_id: employee.employee_id }, now);
    // The company is read only now, when everything typed was right, so that each refusal of what was typed makes the same requests.
    let company = services.shown_company(employee.company_id);
    let (signed_in, company) = tokio::join!(services.store.sign_in(&credentials, &employee, &spent, &act), company);
    if signed_in? == Outcome::Refused {
        return Err(Failure::WithReason(
            Problem::SignInRejected,
            "account changed, or second factor used, in the meantime",
        ));
    }

    employee.last_signed_in_at = employee.last_signed_in_at.filter(|at| at.day() >= now.day()).or(Some(now));
    let epoch = employee.session_epoch.clone();
    let claims = AccessClaims {
        employee_id: employee.employee_id,
        company_id: employee.company_id,
        epoch,
        auth_time: now.seconds(),
        amr: AccessClaims::SIGN_IN.to_vec(),
    };
    let keyring = services.keyring().await?;
    let token = Tokens::new(&keyring, &services.portal_url).sign(claims, now, &mut services.random())?;
    let answer = answer::ok(&SessionView::new(&token, &employee, company.as_ref()))?;
    // An account without a device epoch has never completed a recovery, so it has no password.
    let Some(epoch) = &credentials.device_epoch else { return Ok(answer) };
    answer::with_device(answer, &keyring.device_token(&employee.login, epoch, now, &mut services.random())?)
}

async fn sign_out(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let row = services.store.employee(claims.company_id, claims.employee_id).await?;
    let caller = live_caller(&claims, row.as_ref())?;
    let Nothing {} = request.json()?.read()?;
    let act = request.act(Actor::Employee { employee_id: caller.employee_id }, services.now());
    match services.store.end_sessions(caller, &act).await? {
        Outcome::Done => Ok(answer::no_content()),
        // Another sign-out or a recovery has ended this session.
        Outcome::Refused => Err(Problem::Unauthenticated.into()),
    }
}

async fn keys(services: &Services) -> Result<Response<Body>, Failure> {
    let keyring = services.keyring().await?;
    let keys = keyring.public_keys(TokenKind::Access).map(|keys| keys.to_json_web_keys(services.now()));
    answer::cacheable(&KeySet { keys: keys.unwrap_or_default() }, KEYS_CACHE)
}
