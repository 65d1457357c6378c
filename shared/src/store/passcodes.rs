//! The passcodes table: one item a login, the code and, once redeemed, the recovery it has become.

use std::time::Duration;

use readmit_domain::passcode::MAX_TRIES;
use readmit_domain::{
    AccountStatus, AccountType, Act, CompanyId, EmployeeId, Event, EventType, Filter, HeldPasscode, KeyedHash, Login,
    PasscodeId, PasscodeStatus, Pending, RECOVERY_LIFETIME, RecoveryState, Timestamp, Versioned,
};
use serde::{Deserialize, Serialize};

use super::change::{Change, Item, key};
use super::send::{OnRefusal, Updated, read};
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
    /// What became of the code.
    pub passcode_status: PasscodeStatus,
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
    /// How far the recovery has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_state: Option<RecoveryState>,
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
    pub fn held(&self) -> HeldPasscode {
        HeldPasscode {
            login: self.login.clone(),
            company_id: self.company_id,
            employee_id: self.employee_id,
            passcode_id: self.passcode_id,
        }
    }
}

pub(super) fn passcode_key(login: &Login) -> Item {
    key([("login", login)])
}

impl Store {
    pub(super) fn update_passcode(&self, login: &Login) -> Change {
        Change::update(&self.tables.passcodes, passcode_key(login))
    }

    /// The change of the directory that follows the passcode, as long as it is the person's latest.
    pub(super) fn update_latest(&self, held: &HeldPasscode) -> Change {
        self.update_employee(held.company_id, held.employee_id)
            .if_equal("latest_passcode.passcode_id", held.passcode_id)
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
            .count("try_count")
            .count("tries_without_success")
            .set("last_try_at", now)
            .if_equal("code_selector", selector)
            .if_one_of("passcode_status", PasscodeStatus::LIVE)
            .if_above("expires_at", now)
            .if_below("try_count", MAX_TRIES);
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
        let (held, until) = (&row.held(), act.at.after(RECOVERY_LIFETIME));
        let redeemed = self
            .move_code(held, &PasscodeStatus::LIVE, PasscodeStatus::Redeemed)
            .set("recovery_state", RecoveryState::Open)
            .set("recovery_until", until)
            .set("due_at", until)
            .remove("tries_without_success")
            .remove("last_try_at")
            .set("delete_after", until.after(KEPT_AFTER_END).seconds())
            .if_above("expires_at", act.at);
        let latest = self
            .update_latest(held)
            .set("latest_passcode.passcode_status", PasscodeStatus::Redeemed)
            .remove(Filter::PasscodePending.attribute())
            .set("latest_passcode.recovery_state", RecoveryState::Open)
            .if_equal("account_status", AccountStatus::Active)
            .if_equal("account_type", AccountType::Employee);
        let event = self.passcode_event(act, EventType::PasscodeRedeemed, held);
        let mut changes = vec![redeemed, latest, self.record(&event)?];
        changes.extend(backup_code.map(|stored| self.take_backup_code(&row.login, row.employee_id, stored)));
        self.transact(changes).await
    }

    /// Ends a code whose tries are spent.
    pub async fn exhaust(&self, held: &HeldPasscode, act: &Act) -> Result<Outcome, StoreError> {
        let (from, to) = (PasscodeStatus::LIVE, PasscodeStatus::Exhausted);
        self.end_code(held, &from, to, EventType::PasscodeExhausted, act).await
    }

    /// Ends a code, in passcodes, directory and trail. Refused if it has left the states `from`, or was replaced.
    pub(super) async fn end_code(
        &self,
        held: &HeldPasscode,
        from: &[PasscodeStatus],
        to: PasscodeStatus,
        kind: EventType,
        act: &Act,
    ) -> Result<Outcome, StoreError> {
        self.transact(self.end_of_code(held, from, to, kind, act)?).await
    }

    pub(super) fn end_of_code(
        &self,
        held: &HeldPasscode,
        from: &[PasscodeStatus],
        to: PasscodeStatus,
        kind: EventType,
        act: &Act,
    ) -> Result<Vec<Change>, StoreError> {
        let ended = self.move_code(held, from, to).remove("due_shard").remove("due_at");
        let latest = self
            .update_latest(held)
            .set("latest_passcode.passcode_status", to)
            .remove(Filter::PasscodePending.attribute());
        Ok(vec![ended, latest, self.record(&self.passcode_event(act, kind, held))?])
    }

    /// A code's way from which it does not come back: its secrets go.
    pub(super) fn move_code(&self, held: &HeldPasscode, from: &[PasscodeStatus], to: PasscodeStatus) -> Change {
        self.update_passcode(&held.login)
            .set("passcode_status", to)
            .remove("code_selector")
            .remove("secret_hash")
            .if_equal("passcode_id", held.passcode_id)
            .if_one_of("passcode_status", from)
    }

    pub(super) fn passcode_event(&self, act: &Act, kind: EventType, held: &HeldPasscode) -> Event {
        self.event(act, kind, held.company_id, held.employee_id).with("passcode_id", held.passcode_id)
    }
}
