//! `DELETE /v1/employees/{employee_id}/passcode`: a Security Admin revokes an employee's passcode.
//! `POST /v1/passcodes/disown`: the holder says "this was not me", by the link in the mail. Anyone with that link may call.
//!
//! Caller of the first: a Security Admin of the employee's company, never for their own account.
//! Effects: ends the code (`passcode.revoked`, `passcode.disowned`) or the recovery that it has become (`recovery.abandoned`). A code
//! can be disowned once, even after its end; every Security Admin of the company is notified.
//! Answers: 204; 403 `own_account`, 404 `employee_not_found`, `passcode_not_found`; 401 `disown_rejected`; 503.

use std::sync::Arc;

use readmit::Services;
use readmit::domain::Actor;
use readmit::domain::lifecycle::Command;
use readmit::http::{
    ApiRequest as _, Body, Failure, Nothing, Problem, Request, Response, access_claims, admit_admin, answer,
};
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::store::{Authority, Outcome};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disown {
    token: SecretString,
}

pub const KEYS: KeyNeeds = KeyNeeds { secrets: &[RootSecret::Disowning], verifies: &[TokenKind::Access] };

pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    match request.route_key() {
        "DELETE /v1/employees/{employee_id}/passcode" => revoke(&services, &request).await,
        "POST /v1/passcodes/disown" => disown(&services, &request).await,
        _ => Err(Failure::Fault("a route that is not this function's".to_owned())),
    }
}

async fn revoke(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let wanted = request.employee_id();
    let people: Vec<_> = [Some(claims.employee_id), wanted].into_iter().flatten().collect();

    let mut attempts = services.store.attempts("the passcode");
    loop {
        attempts.begin().await?;
        let rows = services.store.directory(claims.company_id, &people).await?;
        let (admin, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
        let Nothing {} = body.read()?;
        let holder = wanted.and_then(|wanted| rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
        if holder.employee_id == claims.employee_id {
            return Err(Problem::OwnAccount.into());
        }

        let act = request.act(Actor::Employee { employee_id: claims.employee_id }, services.now());
        let row = services.store.passcode(&holder.login).await?;
        let row = row.filter(|row| row.held.employee_id == holder.employee_id).ok_or(Problem::PasscodeNotFound)?;
        let revoked = row.lifecycle().apply(Command::Revoke, act.at).map_err(|_| Problem::PasscodeNotFound)?;
        if services.store.revoke(&row.held, &revoked, &Authority::of(admin), &act).await? == Outcome::Done {
            return Ok(answer::no_content());
        }
    }
}

async fn disown(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let typed: Disown = request.json()?.read()?;
    let held = services.keyring().await?.open_disown(typed.token.expose_secret(), services.now());
    let held = held.ok_or_else(|| rejected("unknown or expired token"))?;

    let mut attempts = services.store.attempts("the passcode");
    loop {
        attempts.begin().await?;
        let row = services.store.passcode(&held.login).await?;
        let row = row.filter(|row| row.held == held).ok_or_else(|| rejected("the passcode was replaced or deleted"))?;
        if row.disowned_at.is_some() {
            return Ok(answer::no_content());
        }
        // Only the mail has the token, so the caller counts as the holder.
        let act = request.act(Actor::Employee { employee_id: held.employee_id }, services.now());
        if services.store.disown(&row, &act).await? == Outcome::Done {
            return Ok(answer::no_content());
        }
    }
}

/// The same problem for every kind of error. Only the log gets the reason.
fn rejected(because: &'static str) -> Failure {
    Failure::WithReason(Problem::DisownRejected, because)
}
