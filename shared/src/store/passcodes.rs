//! The passcodes table. It has one item for each login, with the code and the recovery that it becomes.

use std::collections::{BTreeSet, HashMap};

use readmit_domain::lifecycle::{Command, MAX_TRIES};
use readmit_domain::{AuditContext, EmployeeId, Issuer, LatestPasscode, Login, RECOVERY_LIFETIME, Timestamp};
use serde::Deserialize;

use super::attributes::*;
use super::batch::ReadOptions;
use super::change::{Change, Item};
use super::passcode_row::{IssueHistory, PasscodeRow, passcode_key};
use super::send::{OnConditionFailure, UpdateOutcome, read};
use super::transition::{PHASE, if_phase};
use super::{Outcome, Store, StoreError};

/// The latest passcodes of some people, as admins see them.
#[derive(Default)]
pub struct LatestPasscodes(HashMap<EmployeeId, LatestPasscode>);

/// The attributes of [`LatestPasscodes`]. No others are read, because a function that lists people must not read secrets. The IAM policy
/// of `list-employees` names the same attributes.
const SHOWN: [&str; 8] = [EMPLOYEE_ID, PASSCODE_ID, PHASE[0], PHASE[1], SENT_TO, ISSUED_AT, EXPIRES_AT, ISSUED_BY];
/// [`SHOWN`] and the attributes of [`IssueHistory`].
const SHOWN_WITH_HISTORY: [&str; 11] = [
    EMPLOYEE_ID,
    PASSCODE_ID,
    PHASE[0],
    PHASE[1],
    SENT_TO,
    ISSUED_AT,
    EXPIRES_AT,
    ISSUED_BY,
    CODES_AT,
    TRIES_WITHOUT_SUCCESS,
    LAST_TRY_AT,
];

#[derive(Deserialize)]
struct ShownRow {
    employee_id: EmployeeId,
    #[serde(flatten)]
    latest: LatestPasscode,
    #[serde(flatten)]
    history: IssueHistory,
}

impl LatestPasscodes {
    /// The person's latest passcode, if it is still shown.
    pub fn of(&self, holder: EmployeeId, now: Timestamp) -> Option<&LatestPasscode> {
        self.0.get(&holder).filter(|latest| latest.is_shown_at(now))
    }

    /// The Security Admins who issued the passcodes.
    pub fn issuers(&self) -> impl Iterator<Item = EmployeeId> {
        self.0.values().filter_map(|latest| match latest.issued_by {
            Issuer::Admin(employee_id) => Some(employee_id),
            Issuer::Operator(_) => None,
        })
    }
}

impl Store {
    pub(super) fn update_passcode(&self, login: &Login) -> Change {
        Change::update(&self.tables.passcodes, passcode_key(login))
    }

    /// Counts a try for the login's live code, before anything is compared. None if there is no live code, its selector differs, it has
    /// expired, or it has had five tries; then nothing is counted. One write.
    pub async fn count_try(
        &self,
        login: &Login,
        selector: &str,
        now: Timestamp,
    ) -> Result<Option<PasscodeRow>, StoreError> {
        let count = self
            .update_passcode(login)
            .count(TRY_COUNT)
            .count(TRIES_WITHOUT_SUCCESS)
            .set(LAST_TRY_AT, now)
            .if_equal(CODE_SELECTOR, selector)
            .if_is(EXPIRES_AT, ">", now)
            .if_is(TRY_COUNT, "<", MAX_TRIES);
        let count = if_phase(count, Command::CountTry.allowed());
        // A refusal does not return the item, so that known and unknown logins take the same time.
        match self.update(count, OnConditionFailure::ReturnNothing).await? {
            UpdateOutcome::Done(row) => Ok(Some(row)),
            UpdateOutcome::Refused(_) => Ok(None),
        }
    }

    /// One consistent read.
    pub async fn passcode(&self, login: &Login) -> Result<Option<PasscodeRow>, StoreError> {
        self.get(&self.tables.passcodes, passcode_key(login)).await
    }

    /// The passcodes of these logins. One consistent request for each 100 logins.
    pub async fn passcodes(&self, logins: &[Login]) -> Result<HashMap<Login, PasscodeRow>, StoreError> {
        let keys = logins.iter().map(passcode_key).collect();
        let rows = self.batch(&self.tables.passcodes, keys, ReadOptions::CONSISTENT).await?;
        rows.into_iter().map(|row| read(row).map(|row: PasscodeRow| (row.held.login.clone(), row))).collect()
    }

    /// The passcodes of these logins, as admins see them in a list: an eventually consistent read. One request for each 100 logins.
    pub async fn latest_passcodes(&self, logins: &[Login]) -> Result<LatestPasscodes, StoreError> {
        // A batch refuses duplicate keys, and an eventually consistent list can have duplicates.
        let distinct: BTreeSet<_> = logins.iter().collect();
        let keys: Vec<Item> = distinct.into_iter().map(passcode_key).collect();
        let rows = self.batch(&self.tables.passcodes, keys, ReadOptions { consistent: false, only: &SHOWN }).await?;
        let latest = rows.into_iter().map(|row| read(row).map(|row: ShownRow| (row.employee_id, row.latest)));
        Ok(LatestPasscodes(latest.collect::<Result<_, _>>()?))
    }

    /// The passcode of one login, as admins see it, and what counts for the limits of its holder. One consistent request.
    pub async fn latest_passcode(&self, login: &Login) -> Result<(LatestPasscodes, IssueHistory), StoreError> {
        let options = ReadOptions { consistent: true, only: &SHOWN_WITH_HISTORY };
        let rows = self.batch(&self.tables.passcodes, vec![passcode_key(login)], options).await?;
        let row: Option<ShownRow> = rows.into_iter().next().map(read).transpose()?;
        let Some(ShownRow { employee_id, latest, history }) = row else { return Ok(Default::default()) };
        Ok((LatestPasscodes(HashMap::from([(employee_id, latest)])), history))
    }

    /// Turns a live code into a recovery, once. Uses up the backup code if it was the second proof. The holder's account is not checked
    /// here: every change that ends access also ends the code, in the same transaction.
    pub async fn redeem(
        &self,
        row: &PasscodeRow,
        backup_code: Option<&str>,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let Ok(transition) = row.lifecycle().apply(Command::Redeem, act.at) else { return Ok(Outcome::Refused) };
        let mut writes = self.writes(&row.held, &transition, act);
        writes.passcode = writes
            .passcode
            .set(RECOVERY_UNTIL, act.at.after(RECOVERY_LIFETIME))
            .remove(TRIES_WITHOUT_SUCCESS)
            .remove(LAST_TRY_AT)
            .if_is(EXPIRES_AT, ">", act.at);
        let mut changes = self.changes(writes)?;
        changes.extend(backup_code.map(|stored| self.take_backup_code(&row.held.login, row.held.employee_id, stored)));
        self.transact(changes).await
    }
}
