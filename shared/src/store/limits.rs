//! Rate limits, in the limits table: when something happened, by subject.
//!
//! A row has a list of moments and not a counter, so that the limit holds for every span, whenever it begins. A refused attempt is not
//! added to the list, so that waiting helps.

use std::time::Duration;

use readmit_domain::limit::{Allowance, CODES_AN_ADMIN, CODES_AN_EMPLOYEE, LOCKED_FOR, Limit, Occurrences};
use readmit_domain::{AuditContext, EmployeeId, Event, Timestamp};
use serde::Deserialize;

use super::attributes::*;
use super::change::{Change, Item, key};
use super::send::{OnConditionFailure, UpdateOutcome};
use super::{Failures, IssueHistory, IssueView, Outcome, PasscodeRow, Store, StoreError};

/// How long a row is kept after it no longer counts.
pub(super) const KEPT_AFTER_END: Duration = Duration::from_secs(48 * 60 * 60);

/// A row of the limits table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LimitRow {
    /// Milliseconds since 1970.
    pub(super) happened_at: Vec<i64>,
    /// The failed sign-ins of an unknown address.
    #[serde(flatten)]
    pub(super) failures: Failures,
    /// When the last audit event was written that the limit was reached.
    throttled_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
pub struct Throttled {
    pub until: Timestamp,
    /// None if an audit event has already been written within this span.
    pub unreported: Option<UnreportedLimit>,
}

/// Whether the limits allow something.
#[derive(Clone, Debug)]
#[must_use]
pub enum Admission<T = ()> {
    Admitted(T),
    Throttled(Throttled),
}

impl<T> From<Result<T, Throttled>> for Admission<T> {
    fn from(admitted: Result<T, Throttled>) -> Self {
        match admitted {
            Ok(admitted) => Self::Admitted(admitted),
            Err(throttled) => Self::Throttled(throttled),
        }
    }
}

/// A limit that was reached and that has no audit event yet.
#[derive(Clone, Debug)]
pub struct UnreportedLimit {
    subject: String,
    since: Timestamp,
    delete_after: i64,
}

/// Places that were taken in a rate limit.
pub struct Places {
    pub count: usize,
    /// When there is another one. Always known if fewer were free than were wanted.
    pub more_at: Option<Timestamp>,
}

/// The write that takes a place in the admin's rate limit.
pub struct AdminsPlace(pub(super) Change);

pub(super) fn limit_key(subject: &str) -> Item {
    key([(SUBJECT, &subject)])
}

pub(super) fn issues_to(holder: EmployeeId) -> String {
    format!("codes to {holder}")
}

pub(super) fn issues_by(admin: EmployeeId) -> String {
    format!("codes by {admin}")
}

fn longest(limits: &[Limit]) -> Duration {
    limits.iter().map(|limit| limit.within).max().unwrap_or_default()
}

impl UnreportedLimit {
    fn new(subject: String, within: Duration, now: Timestamp) -> Self {
        let delete_after = now.after(within).after(KEPT_AFTER_END).seconds();
        let within = i64::try_from(within.as_millis()).unwrap_or(0);
        Self { subject, since: Timestamp::from_millis(now.millis() - within), delete_after }
    }
}

impl LimitRow {
    /// Whether it may happen once more after these `moments`.
    pub(super) fn admit(
        &self,
        moments: &[i64],
        subject: &str,
        limits: &[Limit],
        now: Timestamp,
    ) -> Result<(), Throttled> {
        Occurrences::from_millis(moments).admit(limits, now).map_err(|until| {
            let is_reported = self.throttled_at.is_some_and(|reported| now < reported.after(longest(limits)));
            let unreported = (!is_reported).then(|| UnreportedLimit::new(subject.to_owned(), longest(limits), now));
            Throttled { until, unreported }
        })
    }
}

/// When codes were issued to the holder of `replaced`, with a new one at `now` and without those that no longer count; or the limit that
/// was reached.
pub fn one_more_code(
    holder: EmployeeId,
    replaced: Option<&PasscodeRow>,
    now: Timestamp,
) -> Result<Vec<i64>, Throttled> {
    let codes = Occurrences::from_millis(replaced.map(|row| row.history.codes_at.as_slice()).unwrap_or_default());
    match codes.admit(&CODES_AN_EMPLOYEE, now) {
        Ok(()) => Ok(codes.with(&CODES_AN_EMPLOYEE, now).to_millis()),
        Err(until) => {
            let unreported = UnreportedLimit::new(issues_to(holder), longest(&CODES_AN_EMPLOYEE), now);
            Err(Throttled { until, unreported: Some(unreported) })
        }
    }
}

impl IssueView {
    /// Until when a limit refuses another code to the holder with this history, in the order in which an issue checks the limits. None if
    /// none is reached.
    pub fn refused_until(&self, history: &IssueHistory, now: Timestamp) -> Option<Timestamp> {
        let refused = |millis: &[i64], limits: &[Limit]| Occurrences::from_millis(millis).admit(limits, now).err();
        let by_admin = self.window.as_ref().map(|row| row.happened_at.as_slice()).unwrap_or_default();
        refused(&history.codes_at, &CODES_AN_EMPLOYEE)
            .or_else(|| refused(by_admin, &CODES_AN_ADMIN))
            .or_else(|| history.lock_end().filter(|until| now < *until))
    }

    /// When codes were issued to `holder`, including this one, and the write that takes a place of `admin`; or the limit that was reached.
    pub fn places(
        &self,
        store: &Store,
        (admin, holder): (EmployeeId, EmployeeId),
        replaced: Option<&PasscodeRow>,
        now: Timestamp,
    ) -> Result<(Vec<i64>, AdminsPlace), Throttled> {
        let codes_at = one_more_code(holder, replaced, now)?;
        let (_, change) = store.places(&issues_by(admin), self.window.as_ref(), &CODES_AN_ADMIN, 1, now)?;
        Ok((codes_at, AdminsPlace(change)))
    }
}

impl Store {
    pub(super) fn update_limit(&self, subject: &str, limits: &[Limit], now: Timestamp) -> Change {
        let delete_after = now.after(longest(limits)).after(KEPT_AFTER_END).seconds();
        Change::update(&self.tables.limits, limit_key(subject)).set(DELETE_AFTER, delete_after)
    }

    /// As many of `wanted` places as are free, at least one, and the write that takes them if the row is still as it was read. Moments up
    /// to `since` do not count.
    fn rewrite(
        &self,
        subject: &str,
        seen: Option<&LimitRow>,
        since: Option<Timestamp>,
        limits: &[Limit],
        wanted: usize,
        now: Timestamp,
    ) -> Result<(Places, Change), Throttled> {
        let row = seen.cloned().unwrap_or_default();
        let counts = |moment: &i64| since.is_none_or(|since| *moment > since.millis());
        let moments: Vec<i64> = row.happened_at.iter().copied().filter(counts).collect();
        row.admit(&moments, subject, limits, now)?;
        let (mut happened, mut count) = (Occurrences::from_millis(&moments), 0);
        while count < wanted && happened.admit(limits, now).is_ok() {
            happened = happened.with(limits, now);
            count += 1;
        }
        let change = self
            .update_limit(subject, limits, now)
            .set(HAPPENED_AT, happened.to_millis())
            .if_as_seen(HAPPENED_AT, seen.map(|row| &row.happened_at));
        Ok((Places { count, more_at: happened.admit(limits, now).err() }, change))
    }

    /// Does the same as [`Self::rewrite`], but appends to a list with room, so that several issues at the same time do not conflict.
    pub(super) fn places(
        &self,
        subject: &str,
        seen: Option<&LimitRow>,
        limits: &[Limit; 1],
        wanted: usize,
        now: Timestamp,
    ) -> Result<(Places, Change), Throttled> {
        let [Limit { most, .. }] = *limits;
        if seen.map_or(0, |row| row.happened_at.len()) + wanted > most {
            return self.rewrite(subject, seen, None, limits, wanted, now);
        }
        let change = self
            .update_limit(subject, limits, now)
            .append(HAPPENED_AT, &vec![now.millis(); wanted])
            .if_shorter(HAPPENED_AT, most + 1 - wanted);
        Ok((Places { count: wanted, more_at: None }, change))
    }

    /// How many codes an admin may still issue. One consistent read.
    pub async fn issuing_allowance(&self, admin: EmployeeId, now: Timestamp) -> Result<Allowance, StoreError> {
        let row: Option<LimitRow> = self.get(&self.tables.limits, limit_key(&issues_by(admin))).await?;
        let [limit] = CODES_AN_ADMIN;
        Ok(Occurrences::from_millis(&row.unwrap_or_default().happened_at).allowance(limit, now))
    }

    /// Takes as many of `wanted` places of an admin as are free, in one write.
    pub async fn reserve(
        &self,
        admin: EmployeeId,
        wanted: usize,
        now: Timestamp,
    ) -> Result<Admission<Places>, StoreError> {
        let by = issues_by(admin);
        let mut seen = None::<LimitRow>;
        let mut attempts = self.attempts("an admin's window");
        loop {
            attempts.begin().await?;
            let (places, change) = match self.places(&by, seen.as_ref(), &CODES_AN_ADMIN, wanted, now) {
                Ok(places) => places,
                Err(throttled) => return Ok(Admission::Throttled(throttled)),
            };
            match self.update::<LimitRow>(change, OnConditionFailure::ReturnItem).await? {
                UpdateOutcome::Done(_) => return Ok(Admission::Admitted(places)),
                UpdateOutcome::Refused(row) => seen = row,
            }
        }
    }

    /// Adds one moment to a list with room.
    pub(super) fn appended(&self, subject: &str, limits: &[Limit], now: Timestamp) -> Change {
        // A list shorter than the smallest limit cannot reach any of the limits.
        let least = limits.iter().map(|limit| limit.most).min().unwrap_or_default();
        self.update_limit(subject, limits, now).append(HAPPENED_AT, &[now.millis()]).if_shorter(HAPPENED_AT, least)
    }

    /// Adds one moment to a full list, and removes those that no longer count. One write, unless others write the row at the same time.
    pub(super) async fn rewrite_until_counted(
        &self,
        subject: &str,
        limits: &[Limit],
        full: LimitRow,
        since: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        let mut seen = Some(full);
        let mut attempts = self.attempts("a limit");
        loop {
            attempts.begin().await?;
            let change = match self.rewrite(subject, seen.as_ref(), since, limits, 1, now) {
                Ok((_, change)) => change,
                Err(throttled) => return Ok(Admission::Throttled(throttled)),
            };
            match self.update::<LimitRow>(change, OnConditionFailure::ReturnItem).await? {
                UpdateOutcome::Done(_) => return Ok(Admission::Admitted(())),
                UpdateOutcome::Refused(row) => seen = row,
            }
        }
    }

    /// Writes the audit event that a limit was reached, once in each span. For an unknown account it makes the same request without an
    /// event.
    pub async fn record_throttled(
        &self,
        unreported: &UnreportedLimit,
        event: Option<Event>,
        act: &AuditContext,
    ) -> Result<(), StoreError> {
        let mark = Change::update(&self.tables.limits, limit_key(&unreported.subject))
            .set(THROTTLED_AT, act.at)
            .set(DELETE_AFTER, unreported.delete_after)
            .if_absent_or(THROTTLED_AT, "<=", unreported.since);
        let mut changes = vec![mark];
        changes.extend(event.map(|event| self.record(&event)).transpose()?);
        // Refused: another request has written the event.
        let _: Outcome = self.transact(changes).await?;
        Ok(())
    }

    /// The limit of wrong secrets without a success, as a limit that was reached.
    pub(super) fn locked(holder: EmployeeId, until: Timestamp, now: Timestamp) -> Throttled {
        let subject = format!("codes to {holder} after too many wrong secrets");
        Throttled { until, unreported: Some(UnreportedLimit::new(subject, LOCKED_FOR, now)) }
    }
}
