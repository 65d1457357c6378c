//! Why a handler fails, and what the client gets to know.

use readmit_domain::{ApprovalRefusal, HashingFailed, IssueRefusal, PersonRefusal};

use super::Problem;
use crate::app::AppError;
use crate::app::people::Taken;
use crate::keyring::{KeyringUnavailable, SealError, TokenNotSigned, UnknownVersion};
use crate::store::StoreError;

/// Why a handler fails. The client gets a problem or the gateway's 500; the log gets the reason.
#[derive(Clone, Debug)]
pub enum Failure {
    Problem(Problem),
    /// The client gets the problem; the log also gets the specific reason.
    WithReason(Problem, &'static str),
    /// Another service failed. The client gets the problem; the log also gets the cause.
    Dependency(Problem, String),
    /// A bug or a wrong configuration: the invocation fails, and the gateway answers 500.
    Fault(String),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<IssueRefusal> for Problem {
    fn from(refusal: IssueRefusal) -> Self {
        match refusal {
            IssueRefusal::OwnAccount => Self::OwnAccount,
            IssueRefusal::ClientAccount => Self::ClientAccount,
            IssueRefusal::Disabled => Self::EmployeeDisabled,
        }
    }
}

impl From<PersonRefusal> for Problem {
    fn from(refusal: PersonRefusal) -> Self {
        match refusal {
            PersonRefusal::OwnAccount => Self::OwnAccount,
            PersonRefusal::DomainNotAllowed => Self::DomainNotAllowed,
        }
    }
}

impl From<ApprovalRefusal> for Problem {
    fn from(refusal: ApprovalRefusal) -> Self {
        match refusal {
            ApprovalRefusal::OwnAccount => Self::OwnAccount,
            ApprovalRefusal::NotOpen | ApprovalRefusal::NotDue => Self::ApprovalNotFound,
        }
    }
}

impl From<Taken> for Problem {
    fn from(taken: Taken) -> Self {
        match taken {
            Taken::Address => Self::AddressUnavailable,
            Taken::ExternalId => Self::ExternalIdUnavailable,
        }
    }
}

impl From<IssueRefusal> for Failure {
    fn from(refusal: IssueRefusal) -> Self {
        Self::Problem(refusal.into())
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            AppError::IssueRefused(refusal) => refusal.into(),
            AppError::Throttled { until, now } => Problem::TooManyRequests { until, now }.into(),
            AppError::SignInRejected(because) => Self::WithReason(Problem::SignInRejected, because),
            AppError::EmailNotSent(refused) => Self::Dependency(Problem::EmailNotSent, refused.to_string()),
            AppError::Store(error) => error.into(),
            AppError::KeyringUnavailable(error) => error.into(),
            AppError::UnknownVersion(_)
            | AppError::Seal(_)
            | AppError::TokenNotSigned(_)
            | AppError::HashingFailed(_)
            | AppError::ThreadEnded(_)
            | AppError::Fault(_) => Self::Fault(error.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Contended(_) => {
                Self::Dependency(Problem::TemporarilyUnavailable, error.to_string())
            }
            StoreError::Unfit(_) | StoreError::Refused(_) => Self::Fault(error.to_string()),
        }
    }
}

impl From<KeyringUnavailable> for Failure {
    fn from(error: KeyringUnavailable) -> Self {
        Self::Dependency(Problem::TemporarilyUnavailable, error.to_string())
    }
}

macro_rules! faults {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Fault(error.to_string())
            }
        }
    )+};
}

faults!(
    UnknownVersion,
    SealError,
    TokenNotSigned,
    HashingFailed,
    serde_json::Error,
    tokio::task::JoinError,
    totp_rs::TotpError
);
