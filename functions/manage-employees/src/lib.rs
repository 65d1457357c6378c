//! `POST /v1/employees`: a Security Admin adds a person to the company.
//! `PATCH /v1/employees/{employee_id}`: changes a person. `DELETE` on the same path: erases the person.
//! `DELETE /v1/employees/{employee_id}/sessions`: ends the person's sessions.
//! `GET /v1/company`: the company's settings. `PATCH /v1/company`: changes them.
//! `GET /v1/approvals`: the acts that wait. `POST` and `DELETE /v1/approvals/{approval_id}`: approves or cancels one.
//!
//! Caller: a Security Admin of the company, who must still be one when the change is committed. Nobody decides about their own access.
//! Effects: one transaction each, with `employee.added`, `.changed`, `.erased`, `session.ended` or `company.changed`. Disabling an
//! account, or changing its address or type, ends its code, recovery and sessions. A change that changes nothing writes nothing.
//! If the company lets sensitive acts wait, a new Security Admin, another address of one and a weaker policy are only requested.
//! Answers: 202 the request that waits, 201 the person, 200 the person or the settings, 204; 401, 403 `own_account`, 404, 409 `address_unavailable`,
//! `external_id_unavailable`, `requester_not_security_admin`, 412 `changed_meanwhile`, 422 `domain_not_allowed`, 429, 503.

use std::sync::Arc;

use readmit::Services;
use readmit::http::{ApiRequest as _, Body, Failure, Request, Response};
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::mail::Mail;

mod add;
mod approvals;
mod approved;
mod change;
mod company;
mod end;
mod first_passcode;

use end::{End, end};

pub const KEYS: KeyNeeds =
    KeyNeeds { secrets: &[RootSecret::Passcodes, RootSecret::Disowning], verifies: &[TokenKind::Access] };

pub async fn handle(services: Arc<Services<Mail>>, request: Request) -> Result<Response<Body>, Failure> {
    match request.route_key() {
        "POST /v1/employees" => add::employee(&services, &request).await,
        "PATCH /v1/employees/{employee_id}" => change::employee(&services, &request).await,
        "DELETE /v1/employees/{employee_id}" => end(&services, &request, End::Employee).await,
        "DELETE /v1/employees/{employee_id}/sessions" => end(&services, &request, End::Sessions).await,
        "GET /v1/company" => company::settings(&services, &request).await,
        "GET /v1/approvals" => approvals::open(&services, &request).await,
        "POST /v1/approvals/{approval_id}" => approvals::approve(&services, &request).await,
        "DELETE /v1/approvals/{approval_id}" => approvals::cancel(&services, &request).await,
        "PATCH /v1/company" => company::change(&services, &request).await,
        _ => Err(Failure::Fault("a route that is not this function's".to_owned())),
    }
}
