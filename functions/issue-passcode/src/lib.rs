//! `POST /v1/employees/{employee_id}/passcode`: a Security Admin has an employee mailed a one-time passcode.
//! `POST /v1/passcodes`: the same for up to 25 employees, a result each.
//!
//! Caller: a Security Admin of the employees' company, never for the own account.
//! Effects: the employee's earlier passcode is superseded, a recovery under way abandoned; one mail; `passcode.issued`; with
//! `suspend` sessions, password and second factor stop at once, also if the mail fails (`account.suspended`).
//! Answers: 201 the passcode, never its code, again for the same `Idempotency-Key`; 403 `own_account`, 404, 409
//! `employee_disabled`, `request_in_progress`, 422 `client_account`, `idempotency_key_reused`, 429 `too_many_requests`, 502
//! `email_not_sent`, 503; of several, 200 and what each came to.

use std::sync::Arc;

use readmit::Services;
use readmit::http::{ApiRequest as _, Body, Failure, Request, Response};
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::mail::Mail;

mod one;
mod several;

pub const KEYS: KeyNeeds =
    KeyNeeds { secrets: &[RootSecret::Passcodes, RootSecret::Disowning], verifies: &[TokenKind::Access] };

pub async fn handle(services: Arc<Services<Mail>>, request: Request) -> Result<Response<Body>, Failure> {
    match request.route_key() {
        "POST /v1/employees/{employee_id}/passcode" => one::issue(&services, &request).await,
        "POST /v1/passcodes" => several::issue(&services, &request).await,
        _ => Err(Failure::Fault("a route that is not this function's".to_owned())),
    }
}
