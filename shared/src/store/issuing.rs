//! Issuing: a passcode is stored before it is mailed, and is good for nothing until the mail was accepted.

use readmit_domain::passcode::SENDING_LIMIT;
use readmit_domain::{
    AccountStatus, AccountType, Act, Event, EventType, IssuedPasscode, KeyedHash, LatestPasscode, PasscodeId,
    PasscodeStatus, Pending, RecoveryState, Versioned,
};

use super::change::{Change, item};
use super::passcodes::{KEPT_AFTER_END, PasscodeRow};
use super::{Outcome, Store, StoreError};

/// A passcode that is stored and waits for its mail.
pub struct Begun(PasscodeRow);

/// One of the sixteen shards of the cleanup's index. The last symbol of an id is random.
fn due_shard(passcode_id: PasscodeId) -> String {
    let last = passcode_id.to_string().bytes().last().unwrap_or_default();
    format!("{:x}", last % 16)
}

impl Store {
    /// Stores the passcode, `sending`, in place of the one before it. Refused if the holder, or the holder's latest passcode, is
    /// no longer as it was when this was decided: then it must be decided again.
    pub async fn begin(
        &self,
        issued: &IssuedPasscode,
        secret_hash: Versioned<KeyedHash>,
        act: &Act,
    ) -> Result<Option<Begun>, StoreError> {
        let row = PasscodeRow {
            login: issued.login().clone(),
            passcode_id: issued.latest.passcode_id,
            company_id: issued.company_id,
            employee_id: issued.holder.employee_id,
            passcode_status: PasscodeStatus::Sending,
            code_selector: Some(issued.code.selector()),
            secret_hash: Some(secret_hash),
            try_count: 0,
            expires_at: issued.latest.expires_at,
            recovery_state: None,
            recovery_until: None,
            pending: Pending::default(),
            password_tries: 0,
            completion_tries: 0,
            due_shard: Some(due_shard(issued.latest.passcode_id)),
            due_at: Some(issued.latest.issued_at.after(SENDING_LIMIT)),
            delete_after: issued.latest.expires_at.after(KEPT_AFTER_END).seconds(),
        };
        let seen = issued.holder.latest_passcode.as_ref();
        let stored = Change::put(&self.tables.passcodes, item(&row)?);
        let stored = match seen {
            Some(seen) => stored.if_absent_or_equal("passcode_id", seen.passcode_id),
            None => stored.if_absent("passcode_id"),
        };
        let mut changes = vec![stored, self.show_latest(issued, seen), self.record(&self.issued_event(issued, act))?];
        if let Some(seen) = seen
            && let Some(kind) = end_of_replaced(seen, act)
        {
            let event = self.event(act, kind, issued.company_id, issued.holder.employee_id);
            changes.push(self.record(&event.with("passcode_id", seen.passcode_id))?);
        }
        let outcome = self.transact(changes).await?;
        Ok((outcome == Outcome::Done).then_some(Begun(row)))
    }

    fn show_latest(&self, issued: &IssuedPasscode, seen: Option<&LatestPasscode>) -> Change {
        let change = self
            .update_employee(issued.company_id, issued.holder.employee_id)
            .set("latest_passcode", &issued.latest)
            .if_equal("account_status", AccountStatus::Active)
            .if_equal("account_type", AccountType::Employee)
            .if_equal("login", issued.login());
        change.if_latest_as_seen(seen)
    }

    fn issued_event(&self, issued: &IssuedPasscode, act: &Act) -> Event {
        let event = self
            .event(act, EventType::PasscodeIssued, issued.company_id, issued.holder.employee_id)
            .with("passcode_id", issued.latest.passcode_id)
            .with("expires_at", issued.latest.expires_at);
        match &issued.reason {
            Some(reason) => event.with("reason", reason.as_str()),
            None => event,
        }
    }

    /// The mail was accepted: the code opens the door from now on. Refused if it was replaced or ended meanwhile.
    pub async fn sent(&self, begun: &Begun) -> Result<Outcome, StoreError> {
        let row = &begun.0;
        let sent = self
            .update_passcode(&row.login)
            .set("passcode_status", PasscodeStatus::Sent)
            .set("due_at", row.expires_at)
            .if_equal("passcode_id", row.passcode_id)
            .if_equal("passcode_status", PasscodeStatus::Sending);
        let latest = self.update_latest(row).set("latest_passcode.passcode_status", PasscodeStatus::Sent);
        self.transact(vec![sent, latest]).await
    }

    /// The mail was not accepted: nothing is left that could be redeemed. Refused if it was replaced or ended meanwhile.
    pub async fn withdraw(&self, begun: &Begun, act: &Act) -> Result<Outcome, StoreError> {
        self.withdraw_row(&begun.0, act).await
    }

    pub(super) async fn withdraw_row(&self, row: &PasscodeRow, act: &Act) -> Result<Outcome, StoreError> {
        let (from, to) = ([PasscodeStatus::Sending], PasscodeStatus::Failed);
        self.end_code(row, &from, to, EventType::PasscodeDeliveryFailed, act).await
    }
}

/// What the trail must say of the passcode that is replaced: it may have run out without the cleanup having come round.
fn end_of_replaced(seen: &LatestPasscode, act: &Act) -> Option<EventType> {
    if seen.recovery_state == Some(RecoveryState::Open) {
        return Some(EventType::RecoveryAbandoned);
    }
    match (seen.passcode_status.is_pending(), seen.status_at(act.at)) {
        (true, PasscodeStatus::Expired) => Some(EventType::PasscodeExpired),
        (true, _) => Some(EventType::PasscodeSuperseded),
        (false, _) => None,
    }
}
