//! Errors of the store.

use std::fmt;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::aws::describe;

/// Has only a text of the cause, because the SDK's own errors quote items.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB throttles or does not answer, or a write still conflicted after all retries. It may succeed later.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// In every attempt another request changed the data first. It may succeed later.
    #[error("{0} kept changing")]
    Contended(&'static str),
    /// An item is malformed. Further attempts would fail too.
    #[error("the store's answer cannot be used: {0}")]
    Unfit(String),
    /// DynamoDB refused the request: a bug or a wrong configuration.
    #[error("the store's answer cannot be used: {0}")]
    Refused(String),
}

impl StoreError {
    pub(super) fn unfit(error: impl fmt::Display) -> Self {
        Self::Unfit(error.to_string())
    }

    /// Keeps the error's code, never its message.
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
