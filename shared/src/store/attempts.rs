//! Attempts to get in: failed sign-ins by network, by known device and by account, refused redemptions by network.
//!
//! What is counted before anything is compared bounds what a network or a device may ask; what is counted of the account is told
//! apart by what was wrong, and counted before anybody is told that it was.

use readmit_domain::limit::{
    Limit, Occurrences, REFUSED_REDEMPTIONS_A_NETWORK, SIGN_INS_A_DEVICE, SIGN_INS_A_NETWORK,
    WRONG_PASSWORDS_AN_ACCOUNT, WRONG_SECOND_FACTORS_AN_ACCOUNT, network_of,
};
use readmit_domain::{Login, Timestamp};

use super::attributes::*;
use super::change::Change;
use super::limits::{LimitRow, limit_key};
use super::send::{OnRefusal, Updated, read};
use super::{Admission, Store, StoreError, Throttled};

/// Where a sign-in comes from: whose failures there are counted together.
#[derive(Clone, Debug)]
pub enum AttemptSource {
    /// A network, by an address in it.
    Network(Option<String>),
    /// A device that the account was signed in on before.
    Device(String),
}

/// What of a sign-in was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The password; of an unknown address whatever was typed.
    Password,
    /// The second factor beside the right password, or the account is shut.
    SecondFactor,
}

impl AttemptSource {
    fn subject(&self, login: &Login) -> String {
        match self {
            Self::Network(source_ip) => format!("sign-ins of {login} from {}", network_of(source_ip.as_deref())),
            Self::Device(id) => format!("sign-ins of {login} on {id}"),
        }
    }

    fn limits(&self) -> &'static [Limit] {
        match self {
            Self::Network(_) => &SIGN_INS_A_NETWORK,
            Self::Device(_) => &SIGN_INS_A_DEVICE,
        }
    }
}

fn sign_ins_of(login: &Login) -> String {
    format!("sign-ins of {login}")
}

fn refusals(login: &Login, source_ip: Option<&str>) -> String {
    format!("refused redemptions of {login} from {}", network_of(source_ip))
}

impl LimitRow {
    /// Whether the account may fail once more, in either way.
    fn may_fail(&self, subject: &str, now: Timestamp) -> Result<(), Throttled> {
        let (passwords, factors) = (WRONG_PASSWORDS_AN_ACCOUNT, WRONG_SECOND_FACTORS_AN_ACCOUNT);
        self.seen().admit(&passwords, now).map_err(|until| self.throttled(subject, until, &passwords, now))?;
        self.second_factors().admit(&factors, now).map_err(|until| self.throttled(subject, until, &factors, now))
    }

    fn second_factors(&self) -> Occurrences {
        Occurrences::from_millis(&self.second_factors_at)
    }
}

/// The failed sign-ins of an account that may still fail, as they were looked at.
#[derive(Clone, Debug, Default)]
pub struct Failures(LimitRow);

impl Failures {
    /// The account may still fail if its lists are short, or still what they were when all that counts of them was few.
    fn still_stand(&self, change: Change) -> Change {
        let lists = [
            (HAPPENED_AT, &self.0.happened_at, WRONG_PASSWORDS_AN_ACCOUNT),
            (SECOND_FACTORS_AT, &self.0.second_factors_at, WRONG_SECOND_FACTORS_AN_ACCOUNT),
        ];
        lists.into_iter().fold(change, |change, (attribute, seen, [Limit { most, .. }])| match seen.len() < most {
            true => change.if_shorter(attribute, most),
            false => change.if_equal(attribute, seen),
        })
    }
}

/// The account's row with one more failure and without those that no longer count, if it is still as it was seen.
fn rewritten(update: Change, row: &LimitRow, wrong: Wrong, now: Timestamp) -> Change {
    let lists = [
        (HAPPENED_AT, &row.happened_at, &WRONG_PASSWORDS_AN_ACCOUNT, Wrong::Password),
        (SECOND_FACTORS_AT, &row.second_factors_at, &WRONG_SECOND_FACTORS_AN_ACCOUNT, Wrong::SecondFactor),
    ];
    lists.into_iter().fold(update, |update, (attribute, seen, limits, counts)| {
        let happened = Occurrences::from_millis(seen);
        let now_counting = if counts == wrong { happened.with(limits, now) } else { happened.counting(limits, now) };
        let update = update.set(attribute, now_counting.to_millis());
        if seen.is_empty() { update.if_absent_or_equal(attribute, seen) } else { update.if_equal(attribute, seen) }
    })
}

impl Store {
    /// Counts a sign-in where it comes from, known or not, before anything else. One write, and a second one where the window is
    /// full of what no longer counts.
    pub async fn count_sign_in(
        &self,
        login: &Login,
        source: &AttemptSource,
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        self.count_one(&source.subject(login), source.limits(), now).await
    }

    /// The account's failures, if it may still fail, from anywhere. One consistent read.
    pub async fn failures(&self, login: &Login, now: Timestamp) -> Result<Admission<Failures>, StoreError> {
        let subject = sign_ins_of(login);
        let row = self.limit_row(&subject).await?.unwrap_or_default();
        Ok(row.may_fail(&subject, now).map(|()| Failures(row)).into())
    }

    /// Counts what was wrong, if the account may still fail. One write, and a second one where the window is full of what no
    /// longer counts.
    pub async fn count_failure(&self, login: &Login, wrong: Wrong, now: Timestamp) -> Result<Admission, StoreError> {
        let subject = sign_ins_of(login);
        let update = || self.update_limit(&subject, &WRONG_PASSWORDS_AN_ACCOUNT, now);
        let attribute = match wrong {
            Wrong::Password => HAPPENED_AT,
            Wrong::SecondFactor => SECOND_FACTORS_AT,
        };
        let mut attempts = self.attempts("an account's failures");
        loop {
            attempts.begin().await?;
            let append = Failures::default().still_stand(update().append(attribute, &[now.millis()]));
            let row = match self.update::<LimitRow>(append, OnRefusal::TellTheItem).await? {
                Updated::Done(_) => return Ok(Admission::Admitted(())),
                // Deleted in between, by a success: there is room again.
                Updated::Refused(None) => continue,
                Updated::Refused(Some(row)) => row,
            };
            if let Err(throttled) = row.may_fail(&subject, now) {
                return Ok(Admission::Throttled(throttled));
            }
            let rewritten = rewritten(update(), &row, wrong, now);
            if let Updated::Done(_) = self.update::<LimitRow>(rewritten, OnRefusal::TellNothing).await? {
                return Ok(Admission::Admitted(()));
            }
        }
    }

    /// Forgets the failed sign-ins of the account, and where this success comes from. With `failures`, only if the account may
    /// still fail: of guesses that are made at once, the right one must not be the hundred and first.
    pub(super) fn forget_sign_ins(
        &self,
        login: &Login,
        source: &AttemptSource,
        failures: Option<&Failures>,
    ) -> [Change; 2] {
        let forget = |subject: &str| Change::delete(&self.tables.limits, limit_key(subject));
        let of_account = forget(&sign_ins_of(login));
        let of_account = match failures {
            Some(failures) => failures.still_stand(of_account),
            None => of_account,
        };
        [of_account, forget(&source.subject(login))]
    }

    /// Whether this network may have another redemption refused. One consistent read.
    pub async fn may_redeem(
        &self,
        login: &Login,
        source_ip: Option<&str>,
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        let (subject, limits) = (refusals(login, source_ip), &REFUSED_REDEMPTIONS_A_NETWORK);
        let row = self.limit_row(&subject).await?.unwrap_or_default();
        let admitted = row.seen().admit(limits, now);
        Ok(admitted.map_err(|until| row.throttled(&subject, until, limits, now)).into())
    }

    /// Counts a refused redemption, if this network may have another. One write, and a second one where the window is full of what
    /// no longer counts.
    pub async fn count_refusal(
        &self,
        login: &Login,
        source_ip: Option<&str>,
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        self.count_one(&refusals(login, source_ip), &REFUSED_REDEMPTIONS_A_NETWORK, now).await
    }

    async fn limit_row(&self, subject: &str) -> Result<Option<LimitRow>, StoreError> {
        let request = self.client.get_item().table_name(&self.tables.limits).consistent_read(true);
        let answer = request.set_key(Some(limit_key(subject))).send().await.map_err(StoreError::of)?;
        answer.item.map(read).transpose()
    }
}
