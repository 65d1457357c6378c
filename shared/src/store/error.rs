//! What kept the store from answering.

use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::aws::describe;

/// Its texts are all that is kept of a cause: the SDK's own errors quote items.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// It throttles, does not answer, or conflicts outlast the retries: later it may work.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// Others changed what an act was decided by, each time that it was tried: later it may work.
    #[error("{0} kept changing")]
    Contended(&'static str),
    /// An item cannot be used as it lies there: each further attempt finds the same.
    #[error("the store's answer cannot be used: {0}")]
    Unfit(String),
    /// The store was asked what it refuses: a fault of the program or its set-up.
    #[error("the store's answer cannot be used: {0}")]
    Refused(String),
}

impl StoreError {
    pub(super) fn unfit(error: impl fmt::Display) -> Self {
        Self::Unfit(error.to_string())
    }

    /// By code, never by message.
    pub(super) fn of<E: ProvideErrorMetadata>(error: SdkError<E>) -> Self {
        let unavailable = match &error {
            SdkError::ServiceError(service) => {
                service.raw().status().is_server_error() || service.err().code().is_some_and(is_passing)
            }
            SdkError::ConstructionFailure(_) => false,
            _ => true,
        };
        let text = describe(&error);
        if unavailable { Self::Unavailable(text) } else { Self::Refused(text) }
    }
}

pub(super) fn is_passing(code: &str) -> bool {
    matches!(
        code,
        "ProvisionedThroughputExceededException"
            | "ProvisionedThroughputExceeded"
            | "RequestLimitExceeded"
            | "ThrottlingException"
            | "ThrottlingError"
            | "LimitExceededException"
            | "InternalServerError"
            | "ServiceUnavailable"
            | "TransactionConflict"
            | "TransactionConflictException"
            | "TransactionInProgressException"
            | "ReplicatedWriteConflictException"
    )
}
