//! Sends requests, and retries them after a conflict.
//!
//! The SDK retries throttling and broken connections (three attempts). A transaction has a token, so that a retry does not execute it
//! twice. The SDK does not retry a conflict with another transaction; this file does.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::transact_write_items::builders::TransactWriteItemsFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{CancellationReason, ReturnValuesOnConditionCheckFailure};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::change::{Change, Item};
use super::error::{StoreError, is_passing};
use super::retry::pause;
use super::{Outcome, Store};
use crate::telemetry;

/// Further attempts after a conflict. The other transaction takes only a few milliseconds.
const CONFLICT_RETRIES: u32 = 3;

/// What a refused update returns.
#[derive(Clone, Copy)]
pub(super) enum OnConditionFailure {
    ReturnItem,
    ReturnNothing,
}

/// The outcome of an update outside a transaction.
pub(super) enum UpdateOutcome<T> {
    /// The new item.
    Done(T),
    /// A condition did not hold. The current item, if it exists and was requested.
    Refused(Option<T>),
}

impl Store {
    /// The item with this key, if it exists. One consistent read.
    pub(super) async fn get<T: DeserializeOwned>(&self, table: &str, key: Item) -> Result<Option<T>, StoreError> {
        let request = self.client.get_item().table_name(table).consistent_read(true).set_key(Some(key));
        request.send().await.map_err(StoreError::of)?.item.map(read).transpose()
    }

    /// Writes all changes or none.
    pub(super) async fn transact(&self, changes: Vec<Change>) -> Result<Outcome, StoreError> {
        let events = changes.iter().filter_map(|change| change.event.clone()).collect();
        let items = changes.into_iter().map(Change::into_transact_item).collect::<Result<Vec<_>, _>>()?;
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        let outcome = self.retry_conflicts(|| attempt_transaction(request.clone())).await?;
        if outcome == Outcome::Done {
            telemetry::count_events(events);
        }
        Ok(outcome)
    }

    /// Sends one update, and returns the item.
    pub(super) async fn update<T: DeserializeOwned>(
        &self,
        change: Change,
        on_refusal: OnConditionFailure,
    ) -> Result<UpdateOutcome<T>, StoreError> {
        let request = change.into_update(&self.client)?;
        let request = match on_refusal {
            OnConditionFailure::ReturnItem => {
                request.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            }
            OnConditionFailure::ReturnNothing => request,
        };
        self.retry_conflicts(|| attempt_update(request.clone())).await
    }

    /// Sends one update, and ignores the new item.
    pub(super) async fn update_alone(&self, change: Change) -> Result<Outcome, StoreError> {
        Ok(match self.update::<IgnoredAny>(change, OnConditionFailure::ReturnNothing).await? {
            UpdateOutcome::Done(_) => Outcome::Done,
            UpdateOutcome::Refused(_) => Outcome::Refused,
        })
    }

    /// Repeats `attempt` while it returns `None`, which means a conflict with another transaction.
    async fn retry_conflicts<T, F>(&self, mut attempt: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<Option<T>, StoreError>>,
    {
        for round in 0..=CONFLICT_RETRIES {
            if let Some(outcome) = attempt().await? {
                return Ok(outcome);
            }
            telemetry::count(|tally| &tally.conflicts);
            if round < CONFLICT_RETRIES {
                pause(round, &mut self.random.clone()).await;
            }
        }
        Err(StoreError::Unavailable("still in conflict with another transaction after all retries".to_owned()))
    }
}

async fn attempt_transaction(request: TransactWriteItemsFluentBuilder) -> Result<Option<Outcome>, StoreError> {
    match request.send().await {
        Ok(_) => Ok(Some(Outcome::Done)),
        Err(error) => match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                outcome_of_cancellation(cancelled.cancellation_reasons())
            }
            _ => Err(StoreError::of(error)),
        },
    }
}

async fn attempt_update<T: DeserializeOwned>(
    request: UpdateItemFluentBuilder,
) -> Result<Option<UpdateOutcome<T>>, StoreError> {
    match request.send().await {
        Ok(output) => {
            let item = output.attributes.ok_or_else(|| StoreError::unfit("an update returned no item"))?;
            Ok(Some(UpdateOutcome::Done(read(item)?)))
        }
        Err(error) => match error.as_service_error() {
            Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                let item = failed.item().cloned().filter(|item| !item.is_empty());
                Ok(Some(UpdateOutcome::Refused(item.map(read).transpose()?)))
            }
            Some(UpdateItemError::TransactionConflictException(_)) => Ok(None),
            _ => Err(StoreError::of(error)),
        },
    }
}

/// Reads an item as its struct. The error names only the struct, because serde's message would quote the item.
pub(super) fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item)
        .map_err(|_| StoreError::unfit(format!("an item is no {}", std::any::type_name::<T>())))
}

/// The outcome of a cancelled transaction; None for a conflict. A failed condition counts more than a conflict, because it would fail
/// again.
fn outcome_of_cancellation(reasons: &[CancellationReason]) -> Result<Option<Outcome>, StoreError> {
    let codes: Vec<_> = reasons.iter().filter_map(CancellationReason::code).collect();
    let mut causes = codes.iter().filter(|code| **code != "None").peekable();
    if codes.contains(&"ConditionalCheckFailed") {
        Ok(Some(Outcome::Refused))
    } else if codes.contains(&"TransactionConflict") {
        Ok(None)
    } else if causes.peek().is_some() && causes.all(|code| is_passing(code)) {
        Err(StoreError::Unavailable("the transaction was throttled".to_owned()))
    } else {
        Err(StoreError::Refused(format!("the transaction was cancelled: {}", codes.join(", "))))
    }
}
