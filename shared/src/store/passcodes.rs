//! The passcodes table: one item a login, the code and, once redeemed, the recovery it has become.

use std::time::Duration;

use readmit_domain::lifecycle::{Command, MAX_TRIES, Passcode, Phase};
use readmit_domain::{
    AccountStatus, AccountType, AuditContext, KeyedHash, Login, PasscodeRef, Pending, RECOVERY_LIFETIME, Timestamp,
    Versioned,
};
use serde::Deserialize;

use super::attributes::*;
use super::change::{Change, Item, key};
use super::send::{OnRefusal, Updated};
use super::transition::{copy, if_phase};
use super::{Outcome, Store, StoreError};

/// How long after its end DynamoDB may delete an item by itself: the net behind the cleanup.
pub(super) const KEPT_AFTER_END: Duration = Duration::from_secs(48 * 60 * 60);

/// The item as the table holds it, without what only the table and its indexes need. Ended ones have lost their secrets.
#[derive(Clone, Debug, Deserialize)]
pub struct PasscodeRow {
    /// A newer passcode of the login replaces the item.
    #[serde(flatten)]
    pub held: PasscodeRef,
    #[serde(flatten)]
    pub phase: Phase,
    pub secret_hash: Option<Versioned<KeyedHash>>,
    /// Secrets compared so far, the one in hand included.
    #[serde(default)]
    pub try_count: u32,
    /// Secrets compared since the last success, over all codes of the login.
    #[serde(default)]
    pub tries_without_success: u32,
    /// When the last secret was compared.
    pub last_try_at: Option<Timestamp>,
    /// Until when the code can be redeemed.
    pub expires_at: Timestamp,
    /// Whether the code alone does not open the door.
    #[serde(default)]
    pub proof_required: bool,
    /// Until when the recovery can be completed.
    pub recovery_until: Option<Timestamp>,
    /// What was chosen in the recovery so far.
    #[serde(flatten)]
    pub pending: Pending,
    /// Completions tried in the recovery.
    #[serde(default)]
    pub completion_tries: u32,
    /// When its holder said that it was not asked for.
    pub disowned_at: Option<Timestamp>,
}

impl PasscodeRow {
    pub fn lifecycle(&self) -> Passcode {
        Passcode { phase: self.phase, until: self.recovery_until.unwrap_or(self.expires_at), tries: self.try_count }
    }
}

fn passcode_key(login: &Login) -> Item {
    key([(LOGIN, login)])
}

impl Store {
    pub(super) fn update_passcode(&self, login: &Login) -> Change {
        Change::update(&self.tables.passcodes, passcode_key(login))
    }

    /// The change of the directory that follows the passcode, as long as it is the person's latest.
    pub(super) fn update_latest(&self, held: &PasscodeRef) -> Change {
        self.update_employee(held.company_id, held.employee_id).if_equal(&copy(PASSCODE_ID), held.passcode_id)
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
        match self.update(count, OnRefusal::TellNothing).await? {
            Updated::Done(row) => Ok(Some(row)),
            Updated::Refused(_) => Ok(None),
        }
    }

    /// One consistent read.
    pub async fn passcode(&self, login: &Login) -> Result<Option<PasscodeRow>, StoreError> {
        self.get(&self.tables.passcodes, passcode_key(login)).await
    }

    /// Turns the code into a recovery: once, while it lives and its holder may be let in. A backup code that was its proof is
    /// spent.
    pub async fn redeem(
        &self,
        row: &PasscodeRow,
        backup_code: Option<&str>,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let Ok(transition) = row.lifecycle().apply(Command::Redeem, act.at) else { return Ok(Outcome::Refused) };
        let until = act.at.after(RECOVERY_LIFETIME);
        let mut writes = self.writes(&row.held, &transition, act);
        writes.passcode = writes
            .passcode
            .set(RECOVERY_UNTIL, until)
            .remove(TRIES_WITHOUT_SUCCESS)
            .remove(LAST_TRY_AT)
            .set(DELETE_AFTER, until.after(KEPT_AFTER_END).seconds())
            .if_is(EXPIRES_AT, ">", act.at);
        writes.directory = writes.directory.map(|directory| {
            directory.if_equal(ACCOUNT_STATUS, AccountStatus::Active).if_equal(ACCOUNT_TYPE, AccountType::Employee)
        });
        let mut changes = self.changes(writes)?;
        changes.extend(backup_code.map(|stored| self.take_backup_code(&row.held.login, row.held.employee_id, stored)));
        self.transact(changes).await
    }
}
