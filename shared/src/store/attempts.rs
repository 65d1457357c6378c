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
    /// The failures of an account by what was wrong: the attribute, when they happened, and how many there may be.
    fn failures(&self) -> [(Wrong, &'static str, &Vec<i64>, [Limit; 1]); 2] {
        [
            (Wrong::Password, HAPPENED_AT, &self.happened_at, WRONG_PASSWORDS_AN_ACCOUNT),
            (Wrong::SecondFactor, SECOND_FACTORS_AT, &self.second_factors_at, WRONG_SECOND_FACTORS_AN_ACCOUNT),
        ]
    }

    /// Whether the account may fail once more, in either way.
    fn may_fail(&self, subject: &str, now: Timestamp) -> Result<(), Throttled> {
        self.failures().iter().try_for_each(|(_, _, moments, limits)| self.admit(moments, subject, limits, now))
    }
}

/// The failed sign-ins of an account that may still fail, as they were looked at.
#[derive(Clone, Debug, Default)]
pub struct Failures(LimitRow);

impl Failures {
    /// The account may still fail if its lists are short, or still what they were when all that counts of them was few.
    fn still_stand(&self, change: Change) -> Change {
        self.0.failures().into_iter().fold(change, |change, (_, attribute, seen, [Limit { most, .. }])| {
            if seen.len() < most { change.if_shorter(attribute, most) } else { change.if_equal(attribute, seen) }
        })
    }
}

/// The account's row with one more failure and without those that no longer count, if it is still as it was seen.
fn rewritten(update: Change, row: &LimitRow, wrong: Wrong, now: Timestamp) -> Change {
    row.failures().into_iter().fold(update, |update, (counts, attribute, seen, limits)| {
        let happened = Occurrences::from_millis(seen);
        let now_counting = if counts == wrong { happened.with(&limits, now) } else { happened.counting(&limits, now) };
        let update = update.set(attribute, now_counting.to_millis());
        if seen.is_empty() { update.if_absent_or(attribute, "=", seen) } else { update.if_equal(attribute, seen) }
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
        let row: LimitRow = self.get(&self.tables.limits, limit_key(&subject)).await?.unwrap_or_default();
        Ok(row.may_fail(&subject, now).map(|()| Failures(row)).into())
    }

    /// Counts what was wrong, if the account may still fail. One write, and a second one where the window is full of what no
    /// longer counts.
    pub async fn count_failure(&self, login: &Login, wrong: Wrong, now: Timestamp) -> Result<Admission, StoreError> {
        let subject = sign_ins_of(login);
        let update = self.update_limit(&subject, &WRONG_PASSWORDS_AN_ACCOUNT, now);
        let attribute = match wrong {
            Wrong::Password => HAPPENED_AT,
            Wrong::SecondFactor => SECOND_FACTORS_AT,
        };
        let append = Failures::default().still_stand(update.clone().append(attribute, &[now.millis()]));
        let rewrite = |row: &LimitRow| {
            row.may_fail(&subject, now)?;
            Ok(rewritten(update.clone(), row, wrong, now))
        };
        self.append_or_rewrite("an account's failures", append, rewrite).await
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
        let row: LimitRow = self.get(&self.tables.limits, limit_key(&subject)).await?.unwrap_or_default();
        Ok(row.admit(&row.happened_at, &subject, limits, now).into())
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
}
