//! The limits table: when things happened, by subject, so that they do not happen too often.
//!
//! A list of moments and not a counter: no span has more than its limit, wherever one lets it begin. Whoever is refused is not
//! added, so that waiting helps.

use readmit_domain::limit::{CODES_AN_ADMIN, CODES_AN_EMPLOYEE, LOCKED_FOR, Limit, Occurrences};
use readmit_domain::{Act, EmployeeId, Event, Timestamp};
use serde::{Deserialize, Serialize};

use super::attributes::*;
use super::change::{Change, Item, key};
use super::passcodes::KEPT_AFTER_END;
use super::send::{OnRefusal, Updated};
use super::{Outcome, Store, StoreError};

/// An item as the table holds it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LimitRow {
    #[serde(default)]
    subject: String,
    /// Milliseconds since 1970.
    #[serde(default)]
    pub(super) happened_at: Vec<i64>,
    /// Of an account's failed sign-ins, the wrong second factors; the wrong passwords are above.
    #[serde(default)]
    pub(super) second_factors_at: Vec<i64>,
    /// When the trail was last told that the limit was reached.
    #[serde(default)]
    throttled_at: Option<Timestamp>,
}

/// A limit was reached.
#[derive(Clone, Debug)]
pub struct Throttled {
    /// From when on it may be tried again.
    pub until: Timestamp,
    /// The subject to be told of, if the trail has not been told of it within this span.
    pub unreported: Option<UnreportedLimit>,
}

/// Whether the limits let something happen.
#[derive(Clone, Debug)]
#[must_use]
pub enum Admission<T = ()> {
    /// They do.
    Admitted(T),
    /// They do not, for a while.
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

/// A limit that was reached and that the trail does not know of yet.
#[derive(Clone, Debug)]
pub struct UnreportedLimit {
    subject: String,
    since: Timestamp,
}

/// The places that an issue takes in the windows of its admin and its holder.
#[derive(Default)]
pub struct Quota(pub(super) Vec<Change>);

/// How many of the places that were wanted there are, and the write that takes them.
struct Places {
    count: usize,
    change: Change,
}

pub(super) fn limit_key(subject: &str) -> Item {
    key([(SUBJECT, &subject)])
}

pub(super) fn issues_to(holder: EmployeeId) -> String {
    format!("codes to {holder}")
}

pub(super) fn issues_by(admin: EmployeeId) -> String {
    format!("codes by {admin}")
}

fn longest(limits: &[Limit]) -> std::time::Duration {
    limits.iter().map(|limit| limit.within).max().unwrap_or_default()
}

impl LimitRow {
    pub(super) fn seen(&self) -> Occurrences {
        Occurrences::from_millis(&self.happened_at)
    }

    pub(super) fn throttled(&self, subject: &str, until: Timestamp, limits: &[Limit], now: Timestamp) -> Throttled {
        let told = self.throttled_at.is_some_and(|told| now < told.after(longest(limits)));
        let since = Timestamp::from_millis(now.millis() - i64::try_from(longest(limits).as_millis()).unwrap_or(0));
        Throttled { until, unreported: (!told).then(|| UnreportedLimit { subject: subject.to_owned(), since }) }
    }
}

impl Store {
    pub(super) fn limit_keys(subjects: &[String]) -> Vec<Item> {
        subjects.iter().map(|subject| limit_key(subject)).collect()
    }

    pub(super) fn update_limit(&self, subject: &str, limits: &[Limit], now: Timestamp) -> Change {
        let delete_after = now.after(longest(limits)).after(KEPT_AFTER_END).seconds();
        Change::update(&self.tables.limits, limit_key(subject)).set(DELETE_AFTER, delete_after)
    }

    /// One more, if the row is still as it was seen.
    fn one_more(
        &self,
        subject: &str,
        seen: Option<&LimitRow>,
        limits: &[Limit],
        now: Timestamp,
    ) -> Result<Change, Throttled> {
        let row = seen.cloned().unwrap_or_default();
        row.seen().admit(limits, now).map_err(|until| row.throttled(subject, until, limits, now))?;
        Ok(self.rewrite(subject, seen, row.seen().with(limits, now), limits, now))
    }

    fn rewrite(
        &self,
        subject: &str,
        seen: Option<&LimitRow>,
        now_counting: Occurrences,
        limits: &[Limit],
        now: Timestamp,
    ) -> Change {
        self.update_limit(subject, limits, now)
            .set(HAPPENED_AT, now_counting.to_millis())
            .if_as_seen(HAPPENED_AT, seen.map(|row| &row.happened_at))
    }

    /// As many of `wanted` places as there are, at least one.
    ///
    /// The window is appended to while it has room, so that issues to different people do not stand in each other's way.
    fn places(
        &self,
        subject: &str,
        seen: Option<&LimitRow>,
        limits: &[Limit; 1],
        wanted: usize,
        now: Timestamp,
    ) -> Result<Places, Throttled> {
        let [Limit { most, .. }] = *limits;
        let row = seen.cloned().unwrap_or_default();
        row.seen().admit(limits, now).map_err(|until| row.throttled(subject, until, limits, now))?;
        if row.happened_at.len() + wanted <= most {
            let change = self
                .update_limit(subject, limits, now)
                .append(HAPPENED_AT, &vec![now.millis(); wanted])
                .if_shorter(HAPPENED_AT, most + 1 - wanted);
            return Ok(Places { count: wanted, change });
        }
        let mut counting = row.seen();
        let mut count = 0;
        while count < wanted && counting.admit(limits, now).is_ok() {
            counting = counting.with(limits, now);
            count += 1;
        }
        Ok(Places { count, change: self.rewrite(subject, seen, counting, limits, now) })
    }

    /// The places of an issue to `holder`, and by `admin` unless those are taken already; or which limit was reached.
    pub(super) fn quota(
        &self,
        holder: EmployeeId,
        admin: Option<EmployeeId>,
        seen: &[LimitRow],
        now: Timestamp,
    ) -> Result<Quota, Throttled> {
        let row = |subject: &str| seen.iter().find(|row| row.subject == subject);
        let to = issues_to(holder);
        let mut places = vec![self.one_more(&to, row(&to), &CODES_AN_EMPLOYEE, now)?];
        if let Some(by) = admin.map(issues_by) {
            places.push(self.places(&by, row(&by), &CODES_AN_ADMIN, 1, now)?.change);
        }
        Ok(Quota(places))
    }

    /// Takes as many of `wanted` places of an admin as there are, in one write: for several issues at once.
    pub async fn reserve(
        &self,
        admin: EmployeeId,
        wanted: usize,
        now: Timestamp,
    ) -> Result<Admission<usize>, StoreError> {
        let by = issues_by(admin);
        let mut seen = None::<LimitRow>;
        let mut attempts = self.attempts("an admin's window");
        loop {
            attempts.begin().await?;
            let Places { count, change } = match self.places(&by, seen.as_ref(), &CODES_AN_ADMIN, wanted, now) {
                Ok(places) => places,
                Err(throttled) => return Ok(Admission::Throttled(throttled)),
            };
            match self.update::<LimitRow>(change, OnRefusal::TellTheItem).await? {
                Updated::Done(_) => return Ok(Admission::Admitted(count)),
                Updated::Refused(row) => seen = row,
            }
        }
    }

    /// One more, if there is room. One write, and a second one where the window is full of what no longer counts.
    pub(super) async fn count_one(
        &self,
        subject: &str,
        limits: &[Limit],
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        // With fewer than the least no limit is reached, whenever they happened.
        let least = limits.iter().map(|limit| limit.most).min().unwrap_or_default();
        let mut attempts = self.attempts("a limit");
        loop {
            attempts.begin().await?;
            let append = self
                .update_limit(subject, limits, now)
                .append(HAPPENED_AT, &[now.millis()])
                .if_shorter(HAPPENED_AT, least);
            let row = match self.update::<LimitRow>(append, OnRefusal::TellTheItem).await? {
                Updated::Done(_) => return Ok(Admission::Admitted(())),
                // Deleted in between, by a success: there is room again.
                Updated::Refused(None) => continue,
                Updated::Refused(Some(row)) => row,
            };
            let change = match self.one_more(subject, Some(&row), limits, now) {
                Ok(change) => change,
                Err(throttled) => return Ok(Admission::Throttled(throttled)),
            };
            if let Updated::Done(_) = self.update::<LimitRow>(change, OnRefusal::TellNothing).await? {
                return Ok(Admission::Admitted(()));
            }
        }
    }

    /// Tells the trail that a limit was reached, once a span. For an unknown account there is no event, and the same request.
    pub async fn tell_throttled(
        &self,
        unreported: &UnreportedLimit,
        event: Option<Event>,
        act: &Act,
    ) -> Result<(), StoreError> {
        let mark = Change::update(&self.tables.limits, limit_key(&unreported.subject))
            .set(THROTTLED_AT, act.at)
            .if_absent_or_at_most(THROTTLED_AT, unreported.since);
        let mut changes = vec![mark];
        changes.extend(event.map(|event| self.record(&event)).transpose()?);
        // Refused: somebody else told it.
        let _: Outcome = self.transact(changes).await?;
        Ok(())
    }

    /// The limit of secrets without a success as a limit that was reached, to be told of once.
    pub(super) fn locked(holder: EmployeeId, until: Timestamp, now: Timestamp) -> Throttled {
        let subject = format!("codes to {holder} after too many wrong secrets");
        let since = Timestamp::from_millis(now.millis() - i64::try_from(LOCKED_FOR.as_millis()).unwrap_or(0));
        Throttled { until, unreported: Some(UnreportedLimit { subject, since }) }
    }
}
