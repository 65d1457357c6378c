//! Notices: each one is sent once to each recipient and address. A row of the limits table has its state. `mark` distinguishes the
//! notices of one event.
//!
//! SES has no idempotency. If the process dies after SES's answer and before the notice is marked as sent, the notice is sent once more,
//! but never a third time. Each attempt has an id, so that a repeated write of the same attempt is not counted twice.

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
/// How long the state of a notice is kept: longer than the stream keeps a record.
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long after an event it is known which notices were sent: an hour less than their state is kept, because clocks differ.
pub const NOTICES_KNOWN_FOR: Duration = KEPT.saturating_sub(Duration::from_secs(60 * 60));

/// The id of an attempt to send a notice.
#[derive(Debug)]
pub struct AttemptId(String);

#[derive(Debug)]
pub enum NoticeAttempt {
    Send(AttemptId),
    AlreadySent,
    /// There were two attempts, and the result of both is unknown.
    GivenUp,
}

#[derive(Deserialize)]
struct NoticeRow {
    /// The attempts that were begun, without those that SES certainly refused.
    #[serde(default)]
    turns: Vec<String>,
    sent_at: Option<Timestamp>,
}

/// A person's address before a change. The audit event of the change contains no address.
#[derive(Deserialize)]
struct AddressBefore {
    login: Login,
}

fn address_before(event_id: EventId) -> String {
    format!("address before {event_id}")
}

impl Store {
    /// Keeps a person's old address as long as a notice to it may still have to be sent.
    pub(super) fn keep_address(&self, event_id: EventId, old: &Login, now: Timestamp) -> Change {
        Change::update(&self.tables.limits, limit_key(&address_before(event_id)))
            .set(LOGIN, old)
            .set(DELETE_AFTER, now.after(KEPT).seconds())
    }

    /// The old address of an event, stored by `keep_address`. One consistent read.
    pub async fn address_before(&self, event_id: EventId) -> Result<Option<Login>, StoreError> {
        let row: Option<AddressBefore> = self.get(&self.tables.limits, limit_key(&address_before(event_id))).await?;
        Ok(row.map(|row| row.login))
    }

    fn update_notice(&self, event_id: EventId, mark: &str, now: Timestamp) -> Change {
        Change::update(&self.tables.limits, limit_key(&format!("notice {event_id} {mark}")))
            .set(DELETE_AFTER, now.after(KEPT).seconds())
    }

    /// Begins an attempt to send a notice, if it may be sent. One write.
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
            // The write may have succeeded without an answer. This attempt sends nothing, so it must not count.
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

    /// SES certainly refused the mail, so this attempt does not count. An earlier attempt with an unknown result still counts.
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
