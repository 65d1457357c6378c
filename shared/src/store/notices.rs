//! Notices, each once a recipient and address: a row of the limits table says how far it is. `mark` tells the notices of one event
//! from each other.
//!
//! SES has no idempotency. A process that dies between its answer and the mark leaves a notice that may have been sent: it is sent
//! once more, and no third time. Each attempt is a turn of its own name, so that a repeated write counts no second one.

use std::time::Duration;

use rand::RngExt as _;
use readmit_domain::{EventId, Login, Timestamp};
use serde::Deserialize;

use super::attributes::*;
use super::change::Change;
use super::limits::limit_key;
use super::send::{OnConditionFailure, UpdateOutcome};
use super::{Store, StoreError};
use crate::telemetry;

/// Mails of one notice to one recipient.
const MAX_ATTEMPTS: usize = 2;
/// Longer than the stream keeps a record.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// For so long behind an event it is certain what was mailed of it: an hour less than a mark is kept, for clocks differ.
pub const NOTICES_KNOWN_FOR: Duration = KEPT.saturating_sub(Duration::from_secs(60 * 60));

/// One attempt to send a notice.
#[derive(Debug)]
pub struct AttemptId(String);

#[derive(Debug)]
pub enum NoticeAttempt {
    Send(AttemptId),
    AlreadySent,
    /// It may have been sent twice, and nobody knows.
    GivenUp,
}

#[derive(Deserialize)]
struct NoticeRow {
    /// Those that were taken, and not given back.
    #[serde(default)]
    turns: Vec<String>,
    sent_at: Option<Timestamp>,
}

/// A person's address before the change that an event tells of. The event itself names no address.
#[derive(Deserialize)]
struct AddressBefore {
    login: Login,
}

fn address_before(event_id: EventId) -> String {
    format!("address before {event_id}")
}

impl Store {
    /// Keeps a person's old address for as long as the change may still have to be told there.
    pub(super) fn keep_address(&self, event_id: EventId, old: &Login, now: Timestamp) -> Change {
        Change::update(&self.tables.limits, limit_key(&address_before(event_id)))
            .set(LOGIN, old)
            .set(DELETE_AFTER, now.after(KEPT).seconds())
    }

    /// The address that `keep_address` has kept for an event. One consistent read.
    pub async fn address_before(&self, event_id: EventId) -> Result<Option<Login>, StoreError> {
        let row: Option<AddressBefore> = self.get(&self.tables.limits, limit_key(&address_before(event_id))).await?;
        Ok(row.map(|row| row.login))
    }

    fn update_notice(&self, event_id: EventId, mark: &str, now: Timestamp) -> Change {
        Change::update(&self.tables.limits, limit_key(&format!("notice {event_id} {mark}")))
            .set(DELETE_AFTER, now.after(KEPT).seconds())
    }

    /// Takes a turn to send. One write.
    pub async fn begin_notice(
        &self,
        event_id: EventId,
        mark: &str,
        now: Timestamp,
    ) -> Result<NoticeAttempt, StoreError> {
        let attempt = AttemptId(format!("{:016x}", self.random.clone().random::<u64>()));
        let begin = self
            .update_notice(event_id, mark, now)
            .add_to_set(TURNS, &attempt.0)
            .if_absent(SENT_AT)
            .if_contains_or_shorter(TURNS, &attempt.0, MAX_ATTEMPTS);
        let taken = self.update::<NoticeRow>(begin, OnConditionFailure::ReturnItem).await;
        if taken.is_err() {
            // It may be taken, its answer lost; nothing is mailed in it.
            self.notice_refused(event_id, mark, &attempt, now).await?;
        }
        match taken? {
            UpdateOutcome::Done(row) => {
                if row.turns.len() > 1 {
                    telemetry::count_event("notice.repeated");
                }
                Ok(NoticeAttempt::Send(attempt))
            }
            UpdateOutcome::Refused(Some(row)) if row.sent_at.is_some() => Ok(NoticeAttempt::AlreadySent),
            UpdateOutcome::Refused(_) => Ok(NoticeAttempt::GivenUp),
        }
    }

    /// The mail was accepted.
    pub async fn notice_sent(&self, event_id: EventId, mark: &str, now: Timestamp) -> Result<(), StoreError> {
        let sent = self.update_notice(event_id, mark, now).set(SENT_AT, now);
        self.update::<NoticeRow>(sent, OnConditionFailure::ReturnNothing).await?;
        telemetry::count_event("notice.sent");
        Ok(())
    }

    /// The mail was certainly not accepted: this turn does not count; one before it, of which nothing is known, does.
    pub async fn notice_refused(
        &self,
        event_id: EventId,
        mark: &str,
        attempt: &AttemptId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let refused = self.update_notice(event_id, mark, now).remove_from_set(TURNS, &attempt.0);
        self.update::<NoticeRow>(refused, OnConditionFailure::ReturnNothing).await.map(drop)
    }
}
