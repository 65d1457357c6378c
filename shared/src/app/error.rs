//! Why a use case failed. `http` decides what the client gets to know.

use readmit_domain::{HashingFailed, IssueRefusal, Timestamp};

use crate::keyring::{KeyringUnavailable, SealError, TokenNotSigned, UnknownVersion};
use crate::mail::MailRefused;
use crate::store::StoreError;

/// Why a use case failed.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No passcode may be issued to this person.
    #[error("no passcode may be issued: {0:?}")]
    IssueRefused(IssueRefusal),
    /// A limit was reached.
    #[error("a limit was reached")]
    Throttled {
        /// When it may be tried again.
        until: Timestamp,
        /// When the limit was checked.
        now: Timestamp,
    },
    /// Address, password or second factor is wrong. The text is the reason, for the log only.
    #[error("the sign-in was rejected: {0}")]
    SignInRejected(&'static str),
    /// The mail service did not accept the mail; no code is live.
    #[error("the mail was not sent")]
    EmailNotSent(#[source] MailRefused),
    /// DynamoDB failed or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys cannot be fetched.
    #[error(transparent)]
    KeyringUnavailable(#[from] KeyringUnavailable),
    /// A required key does not exist.
    #[error(transparent)]
    UnknownVersion(#[from] UnknownVersion),
    /// A seal cannot be made or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A token cannot be signed.
    #[error(transparent)]
    TokenNotSigned(#[from] TokenNotSigned),
    /// A hash cannot be made.
    #[error(transparent)]
    HashingFailed(#[from] HashingFailed),
    /// The thread that computed a hash ended.
    #[error(transparent)]
    ThreadEnded(#[from] tokio::task::JoinError),
    /// A bug.
    #[error("{0}")]
    Fault(&'static str),
}

impl From<IssueRefusal> for AppError {
    fn from(refusal: IssueRefusal) -> Self {
        Self::IssueRefused(refusal)
    }
}
