//! The caller: who the token names, as the directory knows the person now.

use lambda_http::Request;
use readmit_domain::{Admin, Employee, Timestamp};

use super::request::single_header;
use super::{ApiRequest as _, Failure, JsonBody, Problem};
use crate::app::Services;
use crate::keyring::{AccessClaims, RecoveryClaims, Session, TokenKind, Tokens};

/// What a valid access token says. Whether the session still lasts, [`live_caller`] tells.
pub async fn access_claims<M>(services: &Services<M>, request: &Request) -> Result<AccessClaims, Failure> {
    access_session(services, request).await.map(|session| session.claims)
}

/// As [`access_claims`], with the moment at which the token expires.
pub async fn access_session<M>(services: &Services<M>, request: &Request) -> Result<Session, Failure> {
    let token = bearer_token(request).ok_or(Problem::Unauthenticated)?;
    let keyring = services.keyring_for_token(TokenKind::Access, token).await?;
    let session = Tokens::new(&keyring, &services.portal_url).read_access(token, services.now());
    Ok(session.map_err(|_| Problem::Unauthenticated)?)
}

/// What a valid recovery token says. Whether the recovery is still open, each of its steps tells.
pub async fn recovery_claims(services: &Services, request: &Request) -> Result<RecoveryClaims, Failure> {
    let token = bearer_token(request).ok_or(Problem::Unauthenticated)?;
    let keyring = services.keyring_for_token(TokenKind::Recovery, token).await?;
    let claims = Tokens::new(&keyring, &services.portal_url).read_recovery(token, services.now());
    Ok(claims.map_err(|_| Problem::Unauthenticated)?)
}

/// RFC 6750, section 2.1: the header, and no other place.
fn bearer_token(request: &Request) -> Option<&str> {
    let (scheme, token) = single_header(request, "authorization")?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// The employee that the token names, if the account is active and the session has not ended.
pub fn live_caller<'a>(claims: &AccessClaims, row: Option<&'a Employee>) -> Result<&'a Employee, Problem> {
    let employee = row.ok_or(Problem::Unauthenticated)?;
    let lasts = employee.session_epoch == claims.epoch && employee.employee_id == claims.employee_id;
    if lasts && employee.is_active() { Ok(employee) } else { Err(Problem::Unauthenticated) }
}

/// The caller as a Security Admin, and the body, whose shape is not looked at yet. The checks stand in the contract's order: session
/// 401, JSON 400, role 403.
pub fn admit_admin<'a>(
    claims: &AccessClaims,
    row: Option<&'a Employee>,
    request: &Request,
) -> Result<(Admin<'a>, JsonBody), Problem> {
    let caller = live_caller(claims, row)?;
    let body = request.json()?;
    let admin = Admin::of(caller).ok_or(Problem::NotSecurityAdmin)?;
    Ok((admin, body))
}

/// Lets through whose session began with a second factor within the last ten minutes.
pub fn require_recent_sign_in(claims: &AccessClaims, now: Timestamp) -> Result<(), Problem> {
    if claims.is_recent_sign_in(now) { Ok(()) } else { Err(Problem::ReauthenticationRequired) }
}
