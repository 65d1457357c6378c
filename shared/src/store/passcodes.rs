//! The passcodes table: one item a login, the code and, once redeemed, the recovery it has become.

use std::time::Duration;

use readmit_domain::lifecycle::{Command, MAX_TRIES, Passcode, Phase};
use readmit_domain::{
    AccountStatus, AccountType, Act, CompanyId, EmployeeId, KeyedHash, Login, PasscodeId, PasscodeRef, Pending,
    RECOVERY_LIFETIME, Timestamp, Versioned,
};
use serde::{Deserialize, Serialize};

use super::attributes::*;
use super::change::{Change, Item, key};
use super::send::{OnRefusal, Updated, read};
use super::transition::{copy, if_phase};
use super::{Outcome, Store, StoreError};

/// How long after its end DynamoDB may delete an item by itself: the net behind the cleanup.
pub(super) const KEPT_AFTER_END: Duration = Duration::from_secs(48 * 60 * 60);

/// The item as the table holds it. Ended ones have lost their secrets and are due no more.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasscodeRow {
    /// The key.
    pub login: Login,
    /// Which passcode it is; a newer one replaces the item.
    pub passcode_id: PasscodeId,
    /// The holder's company.
    pub company_id: CompanyId,
    /// The holder.
    pub employee_id: EmployeeId,
    /// How far it has come.
    #[serde(flatten)]
    pub phase: Phase,
    /// The public part of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_selector: Option<String>,
    /// The keyed hash of its secret part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_hash: Option<Versioned<KeyedHash>>,
    /// Secrets compared so far, the one in hand included.
    #[serde(default)]
    pub try_count: u32,
    /// Secrets compared since the last success, over all codes of the login.
    #[serde(default)]
    pub tries_without_success: u32,
    /// When the last secret was compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_try_at: Option<Timestamp>,
    /// Until when the code can be redeemed.
    pub expires_at: Timestamp,
    /// Whether the code alone does not open the door.
    #[serde(default)]
    pub proof_required: bool,
    /// Until when the recovery can be completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_until: Option<Timestamp>,
    /// What was chosen in the recovery so far.
    #[serde(flatten)]
    pub pending: Pending,
    /// Passwords tried in the recovery.
    #[serde(default)]
    pub password_tries: u32,
    /// Completions tried in the recovery.
    #[serde(default)]
    pub completion_tries: u32,
    /// When its holder said that it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disowned_at: Option<Timestamp>,
    /// The cleanup's index: which of its sixteen shards, and from when on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_shard: Option<String>,
    /// From when on the cleanup must look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// When DynamoDB may delete it, in seconds since 1970.
    pub delete_after: i64,
}

impl PasscodeRow {
    /// Which passcode it is, and whose.
    pub fn held(&self) -> PasscodeRef {
        PasscodeRef {
            login: self.login.clone(),
            company_id: self.company_id,
            employee_id: self.employee_id,
            passcode_id: self.passcode_id,
        }
    }

    /// What decides about it.
    pub fn lifecycle(&self) -> Passcode {
        Passcode { phase: self.phase, until: self.recovery_until.unwrap_or(self.expires_at), tries: self.try_count }
    }
}

pub(super) fn passcode_key(login: &Login) -> Item {
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
            .if_above(EXPIRES_AT, now)
            .if_below(TRY_COUNT, MAX_TRIES);
        let count = if_phase(count, Command::CountTry.allowed());
        // A refusal brings no item along: known and unknown logins are the same work.
        match self.update(count, OnRefusal::TellNothing).await? {
            Updated::Done(row) => Ok(Some(row)),
            Updated::Refused(_) => Ok(None),
        }
    }

    /// The login's passcode as it is now. One consistent read.
    pub async fn passcode(&self, login: &Login) -> Result<Option<PasscodeRow>, StoreError> {
        let request = self.client.get_item().table_name(&self.tables.passcodes).consistent_read(true);
        let answer = request.set_key(Some(passcode_key(login))).send().await.map_err(StoreError::of)?;
        answer.item.map(read).transpose()
    }

    /// Turns the code into a recovery: once, while it lives and its holder may be let in. A backup code that was its proof is
    /// spent.
    pub async fn redeem(&self, row: &PasscodeRow, backup_code: Option<&str>, act: &Act) -> Result<Outcome, StoreError> {
        let Ok(transition) = row.lifecycle().apply(Command::Redeem, act.at) else { return Ok(Outcome::Refused) };
        let until = act.at.after(RECOVERY_LIFETIME);
        let mut writes = self.writes(&row.held(), &transition, act);
        writes.passcode = writes
            .passcode
            .set(RECOVERY_UNTIL, until)
            .remove(TRIES_WITHOUT_SUCCESS)
            .remove(LAST_TRY_AT)
            .set(DELETE_AFTER, until.after(KEPT_AFTER_END).seconds())
            .if_above(EXPIRES_AT, act.at);
        writes.directory = writes.directory.map(|directory| {
            directory.if_equal(ACCOUNT_STATUS, AccountStatus::Active).if_equal(ACCOUNT_TYPE, AccountType::Employee)
        });
        let mut changes = self.changes(writes)?;
        changes.extend(backup_code.map(|stored| self.take_backup_code(&row.login, row.employee_id, stored)));
        self.transact(changes).await
    }
}
