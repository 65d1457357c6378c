//! Problems (RFC 9457): what a client is told when the answer is no.

use lambda_http::http::StatusCode;
use lambda_http::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use readmit_domain::{PasswordFault, RecoveryStep, Timestamp};
use serde::Serialize;

use super::FieldError;

/// Seconds after which a client may try again what was temporarily unavailable.
const TRY_AGAIN_SECONDS: u64 = 2;

/// RFC 9470, section 3; `max_age` is [`readmit_domain::RECENT_SIGN_IN`] in seconds.
const REAUTHENTICATE: &str = r#"Bearer error="insufficient_user_authentication", max_age=600"#;

/// A refusal that the contract knows. None of them repeats a value that was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// Not JSON, not UTF-8, a key twice, or nested too deep.
    MalformedJson,
    /// The cursor is altered, or of another company or query.
    InvalidCursor,
    /// No token, or none that opens this route now.
    Unauthenticated,
    /// The act needs a recent sign-in, and the session is older or began with a recovery (RFC 9470).
    ReauthenticationRequired,
    /// Address, password and second factor do not belong together.
    SignInRejected,
    /// The passcode does not open the door.
    PasscodeRejected,
    /// The authenticator's code is wrong.
    TotpRejected,
    /// The token of a mail's link is none, or its passcode is no more.
    DisownRejected,
    /// For Security Admins alone.
    NotSecurityAdmin,
    /// The request did not come through the edge, and has to.
    EdgeRequired,
    /// Not for the own account.
    OwnAccount,
    /// There is no such employee in the company.
    EmployeeNotFound,
    /// The employee has no passcode that could be taken back.
    PasscodeNotFound,
    /// The account is disabled.
    EmployeeDisabled,
    /// The request that came before with the same key is still under way.
    RequestInProgress,
    /// The key came before with another request.
    IdempotencyKeyReused,
    /// Steps are missing.
    RecoveryIncomplete(Vec<RecoveryStep>),
    /// Over 16 KiB.
    BodyTooLarge,
    /// A body that does not say that it is JSON.
    UnsupportedMediaType,
    /// A client's account.
    ClientAccount,
    /// Well-formed JSON of the wrong shape.
    InvalidRequest(Vec<FieldError>),
    /// A password that is too weak.
    PasswordRejected(Vec<PasswordFault>),
    /// Too often; seconds until it may be tried again.
    TooManyRequests(u64),
    /// The mail service did not take the mail; the code is withdrawn.
    EmailNotSent,
    /// Store or keys do not answer.
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
    detail: &'a str,
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
    /// The whole seconds from `now` after which it is `until`, at least one: the time that `Retry-After` names.
    pub fn too_many_until(until: Timestamp, now: Timestamp) -> Self {
        let millis = u64::try_from(until.millis() - now.millis()).unwrap_or(0);
        Self::TooManyRequests(millis.div_ceil(1000).max(1))
    }

    /// Status, code, title and detail.
    fn describe(&self) -> (StatusCode, &'static str, &'static str, &'static str) {
        match self {
            Self::MalformedJson => (
                StatusCode::BAD_REQUEST,
                "malformed_json",
                "Malformed JSON",
                "The body is not well-formed JSON in UTF-8, names a key twice, or is nested too deep.",
            ),
            Self::InvalidCursor => (
                StatusCode::BAD_REQUEST,
                "invalid_cursor",
                "Invalid cursor",
                "The cursor does not belong to this query. Begin again without one.",
            ),
            Self::Unauthenticated => (
                StatusCode::UNAUTHORIZED,
                "unauthenticated",
                "Not authenticated",
                "This needs a valid token. Sign in, or begin the recovery again.",
            ),
            Self::ReauthenticationRequired => (
                StatusCode::UNAUTHORIZED,
                "reauthentication_required",
                "Sign in again",
                "This needs a sign-in with a second factor within the last ten minutes. Sign in again and repeat the request.",
            ),
            Self::SignInRejected => (
                StatusCode::UNAUTHORIZED,
                "sign_in_rejected",
                "Sign-in rejected",
                "E-mail address, password and code do not belong together, or the code was used before.",
            ),
            Self::PasscodeRejected => (
                StatusCode::UNAUTHORIZED,
                "passcode_rejected",
                "Passcode rejected",
                "This passcode does not open the account. Ask your Security Admin for a new one.",
            ),
            Self::TotpRejected => (
                StatusCode::UNAUTHORIZED,
                "totp_rejected",
                "Code rejected",
                "The code does not match the new authenticator. Wait for the next one and try again.",
            ),
            Self::DisownRejected => (
                StatusCode::UNAUTHORIZED,
                "disown_rejected",
                "Not taken back",
                "This link is not, or no longer, one of a passcode. A newer passcode may have replaced it.",
            ),
            Self::NotSecurityAdmin => (
                StatusCode::FORBIDDEN,
                "not_security_admin",
                "Not a Security Admin",
                "Only a Security Admin of the company may do this.",
            ),
            Self::EdgeRequired => (
                StatusCode::FORBIDDEN,
                "edge_required",
                "Not by this address",
                "The API takes requests only through the portal's own address.",
            ),
            Self::OwnAccount => (
                StatusCode::FORBIDDEN,
                "own_account",
                "Own account",
                "This is not for the own account. Ask another Security Admin.",
            ),
            Self::EmployeeNotFound => (
                StatusCode::NOT_FOUND,
                "employee_not_found",
                "Employee not found",
                "There is no such employee in your company.",
            ),
            Self::PasscodeNotFound => (
                StatusCode::NOT_FOUND,
                "passcode_not_found",
                "No passcode to take back",
                "The employee has no passcode that waits to be used, and no recovery under way.",
            ),
            Self::EmployeeDisabled => (
                StatusCode::CONFLICT,
                "employee_disabled",
                "Employee disabled",
                "The account is disabled. Enable it first.",
            ),
            Self::RequestInProgress => (
                StatusCode::CONFLICT,
                "request_in_progress",
                "Request in progress",
                "A request with this Idempotency-Key is still under way. Try again shortly.",
            ),
            Self::IdempotencyKeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "Idempotency key reused",
                "This Idempotency-Key was used for another request. Use a new one.",
            ),
            Self::RecoveryIncomplete(_) => (
                StatusCode::CONFLICT,
                "recovery_incomplete",
                "Recovery incomplete",
                "Not all steps of the recovery have been taken.",
            ),
            Self::BodyTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large", "The body has more than 16 KiB.")
            }
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "Unsupported media type",
                "The body must be application/json.",
            ),
            Self::ClientAccount => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "client_account",
                "Client account",
                "Client accounts cannot receive a one-time passcode. Ask Technical Support.",
            ),
            Self::InvalidRequest(_) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid_request",
                "Invalid request",
                "The request does not have the form that it must have.",
            ),
            Self::PasswordRejected(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "password_rejected", "Password rejected", "Choose another password.")
            }
            Self::TooManyRequests(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                "Too many requests",
                "This was tried too often. Wait, then try again.",
            ),
            Self::EmailNotSent => (
                StatusCode::BAD_GATEWAY,
                "email_not_sent",
                "E-mail not sent",
                "The mail could not be sent. The passcode was withdrawn; try again.",
            ),
            Self::TemporarilyUnavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "Temporarily unavailable",
                "This cannot be done at the moment. Try again shortly.",
            ),
        }
    }

    /// The stable word for clients and logs.
    pub fn code(&self) -> &'static str {
        self.describe().1
    }

    /// The text for a person.
    pub fn detail(&self) -> &'static str {
        self.describe().3
    }

    pub(super) fn status(&self) -> StatusCode {
        self.describe().0
    }

    /// The header that goes with it, if there is one.
    pub(super) fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        match self {
            Self::Unauthenticated => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Self::ReauthenticationRequired => Some((WWW_AUTHENTICATE, HeaderValue::from_static(REAUTHENTICATE))),
            Self::TooManyRequests(seconds) => Some((RETRY_AFTER, (*seconds).into())),
            Self::TemporarilyUnavailable => Some((RETRY_AFTER, TRY_AGAIN_SECONDS.into())),
            _ => None,
        }
    }

    pub(super) fn body(&self, request_id: &str) -> Result<String, serde_json::Error> {
        let (status, code, title, detail) = self.describe();
        serde_json::to_string(&ProblemBody {
            kind: format!("urn:readmit:problem:{code}"),
            title,
            status: status.as_u16(),
            detail,
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
