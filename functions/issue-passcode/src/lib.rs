//! `POST /v1/employees/{employee_id}/passcode`: a Security Admin mails a one-time passcode to an employee.
//! `POST /v1/passcodes`: the same for up to 25 employees, with one result for each.
//!
//! Caller: a Security Admin of the employees' company, never for their own account.
//! Effects: supersedes the employee's earlier passcode, abandons an open recovery, sends one mail, writes `passcode.issued`. With
//! `suspend` it also stops sessions, password and second factor at once, even if the mail fails (`account.suspended`).
//! Answers: 201 the passcode without its code, and the same answer again for the same `Idempotency-Key`; 403 `own_account`, 404, 409
//! `employee_disabled`, `request_in_progress`, 422 `client_account`, `idempotency_key_reused`, 429 `too_many_requests`, 502
//! `email_not_sent`, 503. For several employees: 200 and a result for each.

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
