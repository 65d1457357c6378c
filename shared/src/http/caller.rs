//! The caller: the person that the token names, as the directory has the person now.

use lambda_http::Request;
use readmit_domain::{Admin, Employee, Timestamp};

use super::request::single_header;
use super::{ApiRequest as _, Failure, JsonBody, Problem};
use crate::app::Services;
use crate::keyring::{AccessClaims, RecoveryClaims, Session, TokenKind, Tokens};

/// The claims of a valid access token. [`live_caller`] checks whether the session has ended.
pub async fn access_claims<M>(services: &Services<M>, request: &Request) -> Result<AccessClaims, Failure> {
    access_session(services, request).await.map(|session| session.claims)
}

/// The claims of a valid access token, and when it expires.
pub async fn access_session<M>(services: &Services<M>, request: &Request) -> Result<Session, Failure> {
    let token = bearer_token(request).ok_or(Problem::Unauthenticated)?;
    let keyring = services.keyring_for_token(TokenKind::Access, token).await?;
    let session = Tokens::new(&keyring, &services.portal_url).read_access(token, services.now());
    Ok(session.map_err(|_| Problem::Unauthenticated)?)
}

/// The claims of a valid recovery token. Each step of the recovery checks whether it is still open.
pub async fn recovery_claims(services: &Services, request: &Request) -> Result<RecoveryClaims, Failure> {
    let token = bearer_token(request).ok_or(Problem::Unauthenticated)?;
    let keyring = services.keyring_for_token(TokenKind::Recovery, token).await?;
    let claims = Tokens::new(&keyring, &services.portal_url).read_recovery(token, services.now());
    Ok(claims.map_err(|_| Problem::Unauthenticated)?)
}

/// The token of the `Authorization` header (RFC 6750, section 2.1). No other place is accepted.
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

/// The caller as a Security Admin, and the body, whose fields are not checked yet. The checks are in the contract's order: session 401,
/// JSON 400, role 403.
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

/// Refuses a session that did not begin with a second factor within the last ten minutes.
pub fn require_recent_sign_in(claims: &AccessClaims, now: Timestamp) -> Result<(), Problem> {
    if claims.is_recent_sign_in(now) { Ok(()) } else { Err(Problem::ReauthenticationRequired) }
}
