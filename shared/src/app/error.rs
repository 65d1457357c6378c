//! Why a use case came to nothing. What a client is told of it is decided in `http`.

use readmit_domain::{HashingFailed, IssueRefusal, Timestamp};

use crate::keyring::{KeyringUnavailable, SealError, TokenNotSigned, UnknownVersion};
use crate::mail::MailRefused;
use crate::store::StoreError;

/// Why a use case came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No passcode may be issued to this person.
    #[error("no passcode may be issued: {0:?}")]
    IssueRefused(IssueRefusal),
    /// A limit was reached.
    #[error("a limit was reached")]
    Throttled {
        /// From when on it may be tried again.
        until: Timestamp,
        /// When that was found.
        now: Timestamp,
    },
    /// Address, password and second factor are nobody's. Which of them it was, only the log is told.
    #[error("the sign-in was rejected: {0}")]
    SignInRejected(&'static str),
    /// The mail service did not take the mail; no code is live.
    #[error("the mail was not sent")]
    EmailNotSent(#[source] MailRefused),
    /// The tables.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys cannot be fetched.
    #[error(transparent)]
    KeyringUnavailable(#[from] KeyringUnavailable),
    /// A key that must be there is not.
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
    /// A hash was computed on a thread that ended.
    #[error(transparent)]
    ThreadEnded(#[from] tokio::task::JoinError),
    /// A fault of the program.
    #[error("{0}")]
    Fault(&'static str),
}

impl From<IssueRefusal> for AppError {
    fn from(refusal: IssueRefusal) -> Self {
        Self::IssueRefused(refusal)
    }
}
