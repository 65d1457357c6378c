//! Problems (RFC 9457): the answers that refuse a request.

use lambda_http::http::StatusCode;
use lambda_http::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use readmit_domain::{PasswordFault, RecoveryStep, Timestamp};
use serde::Serialize;

use crate::json::FieldError;

/// Seconds in `Retry-After` of a 503.
const TRY_AGAIN_SECONDS: u64 = 2;

/// RFC 9470, section 3; `max_age` is [`readmit_domain::RECENT_SIGN_IN`] in seconds.
const REAUTHENTICATE: &str = r#"Bearer error="insufficient_user_authentication", max_age=600"#;

/// A refusal of the contract, with its detail for people. No detail repeats a value from the request.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    #[error("The body is not well-formed JSON in UTF-8, names a key twice, or is nested too deep.")]
    MalformedJson,
    /// The cursor was altered, or belongs to another company or query.
    #[error("The cursor does not belong to this query. Start again without a cursor.")]
    InvalidCursor,
    #[error("This needs a valid token. Sign in, or start the recovery again.")]
    Unauthenticated,
    #[error(
        "This needs a sign-in with a second factor within the last ten minutes. Sign in again and repeat the request."
    )]
    ReauthenticationRequired,
    #[error("E-mail address, password and code do not match, or the code was used before.")]
    SignInRejected,
    #[error("This passcode does not open the account. Ask your Security Admin for a new one.")]
    PasscodeRejected,
    #[error("The code does not match the new authenticator. Wait for the next one and try again.")]
    TotpRejected,
    #[error("This link does not work or no longer works. A newer passcode may have replaced it.")]
    DisownRejected,
    #[error("Only a Security Admin of the company may do this.")]
    NotSecurityAdmin,
    #[error("The API accepts requests only through the portal's own address.")]
    EdgeRequired,
    #[error("You cannot do this for your own account. Ask another Security Admin.")]
    OwnAccount,
    #[error("There is no such employee in your company.")]
    EmployeeNotFound,
    #[error("The employee has no active passcode and no open recovery.")]
    PasscodeNotFound,
    #[error("The account is disabled. Enable it first.")]
    EmployeeDisabled,
    #[error("There is no open request with this id in your company.")]
    ApprovalNotFound,
    #[error("The person who asked for this is no longer a Security Admin. Cancel the request.")]
    RequesterNotSecurityAdmin,
    #[error("This address cannot be used. Choose another one, or ask Technical Support.")]
    AddressUnavailable,
    #[error("Somebody in your company has this external id.")]
    ExternalIdUnavailable,
    #[error("It was changed in the meantime. Read it again, and repeat your change.")]
    ChangedMeanwhile,
    #[error("The address is in none of your company's domains. Ask Technical Support to add a domain.")]
    DomainNotAllowed,
    #[error("A request with this Idempotency-Key is still under way. Try again shortly.")]
    RequestInProgress,
    #[error("This Idempotency-Key was used for another request. Use a new one.")]
    IdempotencyKeyReused,
    #[error("Some steps of the recovery are missing.")]
    RecoveryIncomplete(Vec<RecoveryStep>),
    #[error("The body has more than 16 KiB.")]
    BodyTooLarge,
    #[error("The body must be application/json.")]
    UnsupportedMediaType,
    #[error("Client accounts cannot receive a one-time passcode. Ask Technical Support.")]
    ClientAccount,
    #[error("Some fields are not valid; `errors` lists them.")]
    InvalidRequest(Vec<FieldError>),
    #[error("Choose another password.")]
    PasswordRejected(Vec<PasswordFault>),
    #[error("This was tried too often. Wait, then try again.")]
    TooManyRequests {
        /// When it may be tried again.
        until: Timestamp,
        /// When the limit was checked.
        now: Timestamp,
    },
    #[error("The mail could not be sent. The passcode was withdrawn; try again.")]
    EmailNotSent,
    #[error("This cannot be done at the moment. Try again shortly.")]
    TemporarilyUnavailable,
}

#[derive(Serialize)]
struct Reason {
    code: PasswordFault,
    detail: &'static str,
}

#[derive(Serialize)]
struct ProblemBody<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: String,
    code: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<&'a [FieldError]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<Reason>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<&'a [RecoveryStep]>,
}

impl Problem {
    /// When a limit allows the request again. None if no limit refused it.
    pub fn retry_at(&self) -> Option<Timestamp> {
        if let Self::TooManyRequests { until, .. } = self { Some(*until) } else { None }
    }

    /// Status, code and title.
    fn describe(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::MalformedJson => (StatusCode::BAD_REQUEST, "malformed_json", "Malformed JSON"),
            Self::InvalidCursor => (StatusCode::BAD_REQUEST, "invalid_cursor", "Invalid cursor"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "Not authenticated"),
            Self::ReauthenticationRequired => (StatusCode::UNAUTHORIZED, "reauthentication_required", "Sign in again"),
            Self::SignInRejected => (StatusCode::UNAUTHORIZED, "sign_in_rejected", "Sign-in rejected"),
            Self::PasscodeRejected => (StatusCode::UNAUTHORIZED, "passcode_rejected", "Passcode rejected"),
            Self::TotpRejected => (StatusCode::UNAUTHORIZED, "totp_rejected", "Code rejected"),
            Self::DisownRejected => (StatusCode::UNAUTHORIZED, "disown_rejected", "Link rejected"),
            Self::NotSecurityAdmin => (StatusCode::FORBIDDEN, "not_security_admin", "Not a Security Admin"),
            Self::EdgeRequired => (StatusCode::FORBIDDEN, "edge_required", "Wrong address"),
            Self::OwnAccount => (StatusCode::FORBIDDEN, "own_account", "Own account"),
            Self::EmployeeNotFound => (StatusCode::NOT_FOUND, "employee_not_found", "Employee not found"),
            Self::PasscodeNotFound => (StatusCode::NOT_FOUND, "passcode_not_found", "No passcode to revoke"),
            Self::EmployeeDisabled => (StatusCode::CONFLICT, "employee_disabled", "Employee disabled"),
            Self::ApprovalNotFound => (StatusCode::NOT_FOUND, "approval_not_found", "Approval not found"),
            Self::RequesterNotSecurityAdmin => {
                (StatusCode::CONFLICT, "requester_not_security_admin", "Requester not a Security Admin")
            }
            Self::AddressUnavailable => (StatusCode::CONFLICT, "address_unavailable", "Address unavailable"),
            Self::ExternalIdUnavailable => (StatusCode::CONFLICT, "external_id_unavailable", "External id unavailable"),
            Self::ChangedMeanwhile => (StatusCode::PRECONDITION_FAILED, "changed_meanwhile", "Changed meanwhile"),
            Self::DomainNotAllowed => (StatusCode::UNPROCESSABLE_ENTITY, "domain_not_allowed", "Domain not allowed"),
            Self::RequestInProgress => (StatusCode::CONFLICT, "request_in_progress", "Request in progress"),
            Self::IdempotencyKeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", "Idempotency key reused")
            }
            Self::RecoveryIncomplete(_) => (StatusCode::CONFLICT, "recovery_incomplete", "Recovery incomplete"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Unsupported media type")
            }
            Self::ClientAccount => (StatusCode::UNPROCESSABLE_ENTITY, "client_account", "Client account"),
            Self::InvalidRequest(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_request", "Invalid request"),
            Self::PasswordRejected(_) => (StatusCode::UNPROCESSABLE_ENTITY, "password_rejected", "Password rejected"),
            Self::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests"),
            Self::EmailNotSent => (StatusCode::BAD_GATEWAY, "email_not_sent", "E-mail not sent"),
            Self::TemporarilyUnavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "Temporarily unavailable")
            }
        }
    }

    /// Stable: clients branch on it, and the log has it.
    pub fn code(&self) -> &'static str {
        self.describe().1
    }

    pub(super) fn status(&self) -> StatusCode {
        self.describe().0
    }

    pub(super) fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Unauthenticated => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Self::ReauthenticationRequired => Some((WWW_AUTHENTICATE, HeaderValue::from_static(REAUTHENTICATE))),
            Self::TooManyRequests { until, now } => Some((RETRY_AFTER, seconds(*until, *now).into())),
            Self::TemporarilyUnavailable => Some((RETRY_AFTER, TRY_AGAIN_SECONDS.into())),
            _ => None,
        }
    }

    pub(super) fn body(&self, request_id: &str) -> Result<String, serde_json::Error> {
        let (status, code, title) = self.describe();
        serde_json::to_string(&ProblemBody {
            kind: format!("urn:readmit:problem:{code}"),
            title,
            status: status.as_u16(),
            detail: self.to_string(),
            code,
            request_id,
            errors: if let Self::InvalidRequest(errors) = self { Some(errors) } else { None },
            reasons: if let Self::PasswordRejected(faults) = self {
                Some(faults.iter().map(|fault| Reason { code: *fault, detail: fault.detail() }).collect())
            } else {
                None
            },
            missing: if let Self::RecoveryIncomplete(missing) = self { Some(missing) } else { None },
        })
    }
}

/// Whole seconds from `now` to `until`, at least one.
fn seconds(until: Timestamp, now: Timestamp) -> u64 {
    let millis = u64::try_from(until.millis() - now.millis()).unwrap_or(0);
    millis.div_ceil(1000).max(1)
}
