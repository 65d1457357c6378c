//! The passcodes table: one item a login, the code, the recovery that it becomes, and what admins see of both.

use std::collections::{BTreeSet, HashMap};

use readmit_domain::lifecycle::{Command, MAX_TRIES};
use readmit_domain::{AuditContext, EmployeeId, Issuer, LatestPasscode, Login, RECOVERY_LIFETIME, Timestamp};
use serde::Deserialize;

use super::attributes::*;
use super::batch::ReadOptions;
use super::change::{Change, Item};
use super::passcode_row::{PasscodeRow, passcode_key};
use super::send::{OnConditionFailure, UpdateOutcome, read};
use super::transition::{PHASE, if_phase};
use super::{Outcome, Store, StoreError};

/// The latest passcodes of some people, as admins see them.
#[derive(Default)]
pub struct LatestPasscodes(HashMap<EmployeeId, LatestPasscode>);

/// The attributes that [`LatestPasscodes`] is read from, and no others: who lists people may read no secret. The policy of
/// `list-employees` names the same ones.
const SHOWN: [&str; 8] = [EMPLOYEE_ID, PASSCODE_ID, PHASE[0], PHASE[1], SENT_TO, ISSUED_AT, EXPIRES_AT, ISSUED_BY];

#[derive(Deserialize)]
struct ShownRow {
    employee_id: EmployeeId,
    #[serde(flatten)]
    latest: LatestPasscode,
}

impl LatestPasscodes {
    /// The person's latest passcode, if there is one that is still shown.
    pub fn of(&self, holder: EmployeeId, now: Timestamp) -> Option<&LatestPasscode> {
        self.0.get(&holder).filter(|latest| latest.is_shown_at(now))
    }

    /// Who issued them.
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

    /// Counts a try at the login's live code, before anything is compared. None if there is no such code, it does not have this
    /// selector, it has expired, or its tries are spent; that costs the holder nothing. One write.
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
        // A refusal brings no item along: known and unknown logins are the same work.
        match self.update(count, OnConditionFailure::ReturnNothing).await? {
            UpdateOutcome::Done(row) => Ok(Some(row)),
            UpdateOutcome::Refused(_) => Ok(None),
        }
    }

    /// One consistent read.
    pub async fn passcode(&self, login: &Login) -> Result<Option<PasscodeRow>, StoreError> {
        self.get(&self.tables.passcodes, passcode_key(login)).await
    }

    /// The passcodes of these logins. One consistent request for each 100.
    pub async fn passcodes(&self, logins: &[Login]) -> Result<HashMap<Login, PasscodeRow>, StoreError> {
        let keys = logins.iter().map(passcode_key).collect();
        let rows = self.batch(&self.tables.passcodes, keys, ReadOptions::CONSISTENT).await?;
        rows.into_iter().map(|row| read(row).map(|row: PasscodeRow| (row.held.login.clone(), row))).collect()
    }

    /// What admins see of the passcodes of these logins: as it is now if `consistent`, else perhaps as it was a moment ago, at
    /// half the price. One request for each 100.
    pub async fn latest_passcodes(&self, logins: &[Login], consistent: bool) -> Result<LatestPasscodes, StoreError> {
        // A batch refuses a key named twice, as a list that is behind may have one.
        let distinct: BTreeSet<_> = logins.iter().collect();
        let keys: Vec<Item> = distinct.into_iter().map(passcode_key).collect();
        let rows = self.batch(&self.tables.passcodes, keys, ReadOptions { consistent, only: &SHOWN }).await?;
        let latest = rows.into_iter().map(|row| read(row).map(|row: ShownRow| (row.employee_id, row.latest)));
        Ok(LatestPasscodes(latest.collect::<Result<_, _>>()?))
    }

    /// Turns the code into a recovery: once, while it lives. A backup code that was its proof is spent. Its holder may be let in:
    /// whatever ends that ends the code in the same transaction.
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
