//! Counts failed sign-ins by network, by known device and by account, and refused redemptions by network.
//!
//! Each sign-in is counted for its network or device before the password is compared. A failed sign-in is also counted for the
//! account, before the answer is sent: wrong passwords in one list, wrong second factors in another. Attempts before the last
//! success from the same network or device no longer count. So a success deletes no row, and a stranger cannot see from the
//! stranger's own limit when the owner signs in.
//!
//! Each network and each device has its own row in the limits table, so that a stranger's attempts do not make the owner's rows
//! longer. The failures of an account are in its credentials; those of an unknown address are in a row of the limits table.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use readmit_domain::limit::{
    Limit, Occurrences, REFUSED_REDEMPTIONS_A_NETWORK, SIGN_INS_A_DEVICE, SIGN_INS_A_NETWORK,
    WRONG_PASSWORDS_AN_ACCOUNT, WRONG_SECOND_FACTORS_AN_ACCOUNT, network_of,
};
use readmit_domain::{EmployeeId, Login, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::attributes::*;
use super::batch::ReadOptions;
use super::change::{Change, key};
use super::limits::{LimitRow, limit_key};
use super::send::{OnConditionFailure, UpdateOutcome, read};
use super::{Admission, Credentials, Store, StoreError, Throttled};

/// Where a sign-in comes from. Failures from the same source are counted together.
#[derive(Clone, Debug)]
pub enum AttemptSource {
    /// A network, by an address in it.
    Network(Option<String>),
    /// A device that the account was signed in on before.
    Device(String),
}

/// The factor that was wrong in a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongFactor {
    /// The password. An unknown address counts as a wrong password.
    Password,
    /// The second factor, with the right password; or the account is disabled or suspended.
    SecondFactor,
}

impl AttemptSource {
    fn subject(&self, login: &Login) -> String {
        match self {
            Self::Network(source_ip) => format!("sign-ins of {login} from {}", network_of(source_ip.as_deref())),
            Self::Device(id) => format!("sign-ins of {login} on {id}"),
        }
    }

    /// A short hash of the source. The network itself would say where a person signs in from.
    fn place(&self) -> String {
        let text = match self {
            Self::Network(source_ip) => network_of(source_ip.as_deref()),
            Self::Device(id) => id.clone(),
        };
        BASE64URL_NOPAD.encode(&Sha256::digest(text)[..6])
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

/// The failed sign-ins of an account by what was wrong, in milliseconds since 1970. A success removes them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Failures {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wrong_passwords_at: Vec<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wrong_second_factors_at: Vec<i64>,
}

/// The newest success from each of a few sources, in milliseconds since 1970, by a short hash of the source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Successes(BTreeMap<String, i64>);

/// How many sources are kept: enough for home, work and a phone. If a source is dropped, its older attempts count again until they are
/// a day old.
const PLACES: usize = 4;

impl Successes {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a success from this source at `now`.
    pub(super) fn with(&self, source: &AttemptSource, now: Timestamp) -> Self {
        let mut places: Vec<_> = self.0.clone().into_iter().filter(|(place, _)| *place != source.place()).collect();
        places.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        places.truncate(PLACES - 1);
        Self(places.into_iter().chain([(source.place(), now.millis())]).collect())
    }

    /// The last success from this source. A success later than `now`, written by an instance whose clock is ahead, is ignored: otherwise
    /// it would clear attempts that have not happened yet.
    pub fn last_from(&self, source: &AttemptSource, now: Timestamp) -> Option<Timestamp> {
        let at = self.0.get(&source.place()).copied().map(Timestamp::from_millis);
        at.filter(|at| *at <= now)
    }
}

/// The failures of an account or of an unknown address, which has no `employee_id`.
#[derive(Default, Deserialize)]
struct FailuresRow {
    employee_id: Option<EmployeeId>,
    #[serde(flatten)]
    failures: Failures,
}

/// The data that decides about a sign-in, for known and unknown addresses.
pub struct Account {
    pub credentials: Option<Credentials>,
    /// When an audit event of the account's limits was written; for an unknown address also the failures.
    row: LimitRow,
}

impl Failures {
    /// For each kind of failure: the attribute, the moments, and the limit.
    fn kinds(&self) -> [(WrongFactor, &'static str, &Vec<i64>, [Limit; 1]); 2] {
        [
            (WrongFactor::Password, WRONG_PASSWORDS_AT, &self.wrong_passwords_at, WRONG_PASSWORDS_AN_ACCOUNT),
            (
                WrongFactor::SecondFactor,
                WRONG_SECOND_FACTORS_AT,
                &self.wrong_second_factors_at,
                WRONG_SECOND_FACTORS_AN_ACCOUNT,
            ),
        ]
    }

    /// The condition that the account has not reached its limit since it was read: its lists have room, or have not changed.
    pub(super) fn still_stand(&self, change: Change) -> Change {
        self.kinds().into_iter().fold(change, |change, (_, attribute, seen, [Limit { most, .. }])| {
            if seen.len() < most { change.if_shorter(attribute, most) } else { change.if_equal(attribute, seen) }
        })
    }

    /// Adds a failure: appends it to a list with room, or rewrites a full list without the moments that no longer count.
    fn counted(&self, update: Change, wrong: WrongFactor, now: Timestamp) -> Change {
        self.kinds().into_iter().filter(|(kind, ..)| *kind == wrong).fold(
            self.still_stand(update),
            |update, (_, attribute, seen, limits @ [Limit { most, .. }])| {
                if seen.len() < most {
                    return update.append(attribute, &[now.millis()]);
                }
                update.set(attribute, Occurrences::from_millis(seen).with(&limits, now).to_millis())
            },
        )
    }
}

impl Account {
    pub fn failures(&self) -> &Failures {
        self.credentials.as_ref().map_or(&self.row.failures, |credentials| &credentials.failures)
    }

    /// Whether the account may fail once more, by password and by second factor.
    pub fn may_fail(&self, login: &Login, now: Timestamp) -> Admission {
        self.admits(self.failures(), &sign_ins_of(login), now).into()
    }

    fn admits(&self, failures: &Failures, subject: &str, now: Timestamp) -> Result<(), Throttled> {
        failures.kinds().iter().try_for_each(|(_, _, moments, limits)| self.row.admit(moments, subject, limits, now))
    }
}

impl Store {
    /// The credentials of an address, and its failures. One consistent request, for known and unknown addresses.
    pub async fn account(&self, login: &Login) -> Result<Account, StoreError> {
        let keys = vec![
            (self.tables.credentials.clone(), key([(LOGIN, login)])),
            (self.tables.limits.clone(), limit_key(&sign_ins_of(login))),
        ];
        let mut items = self.batches(keys, ReadOptions::CONSISTENT).await?;
        let mut first = |table: &str| items.remove(table).and_then(|items| items.into_iter().next());
        let (credentials, row) = (first(&self.tables.credentials), first(&self.tables.limits));
        Ok(Account {
            credentials: credentials.map(read).transpose()?,
            row: row.map(read).transpose()?.unwrap_or_default(),
        })
    }

    /// Counts a sign-in for its source, before anything else, for known and unknown addresses. One write. If the row is full, nothing is
    /// counted and the row is returned; some of its attempts may no longer count.
    pub async fn count_sign_in(
        &self,
        login: &Login,
        source: &AttemptSource,
        now: Timestamp,
    ) -> Result<Option<LimitRow>, StoreError> {
        let append = self.appended(&source.subject(login), source.limits(), now);
        Ok(match self.update::<LimitRow>(append, OnConditionFailure::ReturnItem).await? {
            UpdateOutcome::Done(_) => None,
            UpdateOutcome::Refused(row) => Some(row.unwrap_or_default()),
        })
    }

    /// Counts a sign-in in a full row, without the attempts before the last success from this source. One write.
    pub async fn count_sign_in_again(
        &self,
        login: &Login,
        source: &AttemptSource,
        full: LimitRow,
        last_success_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        self.rewrite_until_counted(&source.subject(login), source.limits(), full, last_success_at, now).await
    }

    /// Counts a failure, if the account has not reached its limit. One write, unless others fail at the same time.
    pub async fn count_failure(
        &self,
        login: &Login,
        account: &Account,
        wrong: WrongFactor,
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        let subject = sign_ins_of(login);
        let update = match &account.credentials {
            Some(known) => {
                Change::update(&self.tables.credentials, key([(LOGIN, login)])).if_equal(EMPLOYEE_ID, known.employee_id)
            }
            None => self.update_limit(&subject, &WRONG_PASSWORDS_AN_ACCOUNT, now),
        };
        let mut failures = account.failures().clone();
        let mut attempts = self.attempts("an account's failures");
        loop {
            attempts.begin().await?;
            if let Err(throttled) = account.admits(&failures, &subject, now) {
                return Ok(Admission::Throttled(throttled));
            }
            let counted = failures.counted(update.clone(), wrong, now);
            let row = match self.update::<FailuresRow>(counted, OnConditionFailure::ReturnItem).await? {
                UpdateOutcome::Done(_) => return Ok(Admission::Admitted(())),
                UpdateOutcome::Refused(row) => row.unwrap_or_default(),
            };
            if row.employee_id != account.credentials.as_ref().map(|known| known.employee_id) {
                // In the meantime the address was given up or got another owner, so there is no account to count for.
                return Ok(Admission::Admitted(()));
            }
            failures = row.failures;
        }
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

    /// Counts a refused redemption, if this network may have another. One write, and a second one if the row is full of refusals that no
    /// longer count.
    pub async fn count_refusal(
        &self,
        login: &Login,
        source_ip: Option<&str>,
        now: Timestamp,
    ) -> Result<Admission, StoreError> {
        let (subject, limits) = (refusals(login, source_ip), &REFUSED_REDEMPTIONS_A_NETWORK);
        let append = self.appended(&subject, limits, now);
        match self.update::<LimitRow>(append, OnConditionFailure::ReturnItem).await? {
            UpdateOutcome::Done(_) => Ok(Admission::Admitted(())),
            UpdateOutcome::Refused(row) => {
                self.rewrite_until_counted(&subject, limits, row.unwrap_or_default(), None, now).await
            }
        }
    }
}
