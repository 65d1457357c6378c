//! SES and Secrets Manager have their own listener, so that a page of the API's origin cannot read the secrets.

use axum::Router;
use axum::http::StatusCode;
use readmit::Clock;
use serde_json::json;

use crate::mailbox::Mailbox;
use crate::secrets::Secrets;
use crate::{answer, guard, ses};

pub fn router(mailbox: Mailbox, secrets: &Secrets, clock: Clock, port: u16) -> Router {
    let unknown = || async {
        let message = json!({"message": "The operation is not known here."});
        answer::aws_error(StatusCode::NOT_FOUND, "UnknownOperationException", message)
    };
    let services = ses::router(mailbox, clock).merge(secrets.router()).fallback(unknown);
    guard::loopback_only(services, port)
}
