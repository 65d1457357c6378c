//! The steps of a recovery, each authorized by the recovery token only; and new backup codes.
//!
//! `PUT /v1/recovery/password`: 204; 422 `password_rejected` with reasons; 429 after ten.
//! `POST /v1/recovery/totp`: 200 the key of a new authenticator; each further request replaces it by another key.
//! `POST /v1/recovery/complete`: 200 a session and backup codes; 401 `totp_rejected`; 409 `recovery_incomplete`.
//! `POST /v1/backup-codes`, authorized by an access token: 200 ten new codes (`backup_codes.renewed`); 401 `sign_in_rejected`; 429.
//!
//! Effects: the old credentials stay valid until the completion, which replaces password, authenticator and backup codes and ends all
//! earlier sessions in one transaction.

use std::sync::Arc;

use readmit::Services;
use readmit::http::{ApiRequest as _, Body, Failure, JsonBody, Problem, Request, Response};
use readmit::keyring::{KeyNeeds, RecoveryClaims, RootSecret, TokenKind};
use serde::de::DeserializeOwned;

mod backup_codes;
mod complete;
mod password;
mod totp;

pub const KEYS: KeyNeeds = KeyNeeds {
    secrets: &[RootSecret::Sessions, RootSecret::Credentials, RootSecret::Authenticators],
    verifies: &[TokenKind::Recovery],
};

pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    match request.route_key() {
        "PUT /v1/recovery/password" => password::set(&services, &request).await,
        "POST /v1/recovery/totp" => totp::enrol(&services, &request).await,
        "POST /v1/recovery/complete" => complete::complete(&services, &request).await,
        "POST /v1/backup-codes" => backup_codes::renew(&services, &request).await,
        _ => Err(Failure::Fault("a route that is not this function's".to_owned())),
    }
}

/// The body of a step. Errors of the body are reported only while the recovery is open; after its end the answer is always 401.
async fn body_of_step<T: DeserializeOwned>(
    services: &Services,
    request: &Request,
    claims: &RecoveryClaims,
) -> Result<T, Failure> {
    match request.json().and_then(JsonBody::read) {
        Ok(body) => Ok(body),
        Err(problem) if services.store.open_recovery(claims, services.now()).await?.is_some() => Err(problem.into()),
        Err(_) => Err(Problem::Unauthenticated.into()),
    }
}
