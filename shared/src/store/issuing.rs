//! Issuing: a passcode is stored before it is mailed, and is good for nothing until the mail was accepted.

use readmit_domain::lifecycle::{Command, Passcode};
use readmit_domain::limit::{LOCKED_FOR, MAX_TRIES_WITHOUT_SUCCESS};
use readmit_domain::{
    AccountStatus, AccountType, AuditContext, Event, EventType, IssuedPasscode, KeyedHash, LatestPasscode, PasscodeRef,
    SessionEpoch, Versioned,
};

use super::attributes::*;
use super::change::Change;
use super::cleanup::due_shard;
use super::directory::employee_key;
use super::passcode_row::{PasscodeRow, delete_after};
use super::{AdminsPlace, Authority, Lease, Outcome, Store, StoreError, Throttled, transition};

/// A passcode that is stored and waits for its mail.
pub struct StoredPasscode {
    held: PasscodeRef,
    lifecycle: Passcode,
    lease: Option<Lease>,
}

/// What is committed together with a passcode: the places in the windows, the lease of its idempotency key, and the authority of
/// the admin who asked for it.
#[derive(Default)]
pub struct Reservations {
    /// The holder's passcode before, as it was read.
    pub replaced: Option<PasscodeRow>,
    /// When codes were issued to the holder, this one included if it counts.
    pub codes_at: Vec<i64>,
    pub admins_place: Option<AdminsPlace>,
    /// If the request had a key.
    pub lease: Option<Lease>,
    /// The admin's; the operator has none to lose.
    pub authority: Option<Authority>,
}

impl Reservations {
    /// Of the operator, whose codes count in no window.
    pub fn of_operator(replaced: Option<PasscodeRow>) -> Self {
        let codes_at = replaced.as_ref().map(|row| row.codes_at.clone()).unwrap_or_default();
        Self { replaced, codes_at, ..Self::default() }
    }
}

pub enum BeginOutcome {
    Stored(Box<StoredPasscode>),
    /// The holder, the passcode before or a window changed since it was decided: decide again.
    Changed,
    /// Too many wrong secrets without a success: no code for a while.
    Locked(Throttled),
}

impl Store {
    /// Stores the passcode, `sending`, in place of the one before it, and takes its places in the windows.
    ///
    /// The item is changed and not replaced: the count of wrong secrets goes on from code to code.
    pub async fn begin(
        &self,
        issued: &IssuedPasscode,
        secret_hash: &Versioned<KeyedHash>,
        reservations: Reservations,
        act: &AuditContext,
    ) -> Result<BeginOutcome, StoreError> {
        let code = self.put_code(issued, secret_hash, &reservations);
        let tries = |row: &PasscodeRow| row.tries_without_success.unwrap_or_default();
        let locked = reservations.replaced.as_ref().filter(|row| tries(row) >= MAX_TRIES_WITHOUT_SUCCESS);
        let code = match locked.and_then(|row| row.last_try_at) {
            None => code,
            Some(last_try_at) if act.at < last_try_at.after(LOCKED_FOR) => {
                let until = last_try_at.after(LOCKED_FOR);
                return Ok(BeginOutcome::Locked(Self::locked(issued.holder.employee_id, until, act.at)));
            }
            // Their time is over: they are forgotten with this code.
            Some(_) => code.remove(TRIES_WITHOUT_SUCCESS).remove(LAST_TRY_AT),
        };
        let mut changes = vec![code, self.holder(issued), self.record(&self.issued_event(issued, act))?];
        for event in self.superseded(reservations.replaced.as_ref(), act) {
            changes.push(self.record(&event)?);
        }
        if issued.suspend {
            changes.push(self.suspend(issued.login(), issued.holder.employee_id, act));
            let event = self.event(act, EventType::AccountSuspended, issued.company_id, issued.holder.employee_id);
            changes.push(self.record(&event)?);
        }
        changes.extend(reservations.admins_place.map(|place| place.0));
        changes.extend(reservations.lease.as_ref().map(|lease| self.take_lease(lease)));
        changes.extend(reservations.authority.as_ref().map(|authority| self.still_stands(authority)));
        Ok(match self.transact(changes).await? {
            Outcome::Done => BeginOutcome::Stored(Box::new(StoredPasscode {
                held: issued.holder.held(issued.latest.passcode_id),
                lifecycle: Passcode { phase: issued.latest.phase, until: issued.latest.expires_at, tries: 0 },
                lease: reservations.lease,
            })),
            Outcome::Refused => BeginOutcome::Changed,
        })
    }

    fn put_code(
        &self,
        issued: &IssuedPasscode,
        secret_hash: &Versioned<KeyedHash>,
        reservations: &Reservations,
    ) -> Change {
        let latest = &issued.latest;
        let change = self
            .update_passcode(issued.login())
            .set(PASSCODE_ID, latest.passcode_id)
            .set(COMPANY_ID, issued.company_id)
            .set(EMPLOYEE_ID, issued.holder.employee_id)
            .set(SENT_TO, &latest.sent_to)
            .set(ISSUED_AT, latest.issued_at)
            .set(ISSUED_BY, &latest.issued_by)
            .set(CODES_AT, &reservations.codes_at)
            .set(CODE_SELECTOR, issued.code.selector())
            .set(SECRET_HASH, secret_hash)
            .set(TRY_COUNT, 0)
            .set(EXPIRES_AT, latest.expires_at)
            .set("proof_required", issued.proof_required)
            .set(DUE_SHARD, due_shard(latest.passcode_id))
            .set(DUE_AT, latest.expires_at)
            .set(DELETE_AFTER, delete_after(latest.expires_at));
        let gone = [
            RECOVERY_UNTIL,
            PENDING_PASSWORD,
            PENDING_TOTP_KEY,
            PASSWORD_SET_AT,
            PASSWORD_TRIES,
            COMPLETION_TRIES,
            DISOWNED_AT,
        ];
        let change = gone.into_iter().fold(change, Change::remove);
        transition::begin(change, &issued.holder.held(latest.passcode_id), latest.phase, reservations.replaced.as_ref())
    }

    /// The holder's row must still be what the issue was decided by. With `suspend` every session ends.
    fn holder(&self, issued: &IssuedPasscode) -> Change {
        let key = employee_key(issued.company_id, issued.holder.employee_id);
        let row = if issued.suspend {
            let epoch = SessionEpoch::generate(&mut self.random.clone());
            Change::update(&self.tables.employees, key).set(SESSION_EPOCH, epoch)
        } else {
            Change::check(&self.tables.employees, key)
        };
        row.if_equal(GRANTED_ROLE, issued.holder.granted_role)
            .if_equal(TWO_FACTOR, issued.holder.two_factor)
            .if_equal(ACCOUNT_STATUS, AccountStatus::Active)
            .if_equal(ACCOUNT_TYPE, AccountType::Employee)
            .if_equal(LOGIN, issued.login())
    }

    fn issued_event(&self, issued: &IssuedPasscode, act: &AuditContext) -> Event {
        let event = self
            .event(act, EventType::PasscodeIssued, issued.company_id, issued.holder.employee_id)
            .with("passcode_id", issued.latest.passcode_id)
            .with("expires_at", issued.latest.expires_at);
        match &issued.reason {
            Some(reason) => event.with("reason", reason.as_str()),
            None => event,
        }
    }

    /// The mail was accepted: the code opens the door from now on, and `answer` is kept for the key. Refused if it was replaced,
    /// ended or reported of meanwhile.
    pub async fn sent(
        &self,
        stored: &StoredPasscode,
        answer: &LatestPasscode,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let Ok(sent) = stored.lifecycle.apply(Command::MarkSent, act.at) else { return Ok(Outcome::Refused) };
        let writes = self.writes(&stored.held, &sent, act);
        let Some(lease) = &stored.lease else { return self.update_alone(writes.passcode).await };
        let mut changes = self.changes(writes)?;
        changes.push(self.keep_answer(lease, answer));
        self.transact(changes).await
    }

    /// Keeps the answer to a mail that was accepted for a code that is no longer `sending`.
    pub async fn keep(&self, stored: &StoredPasscode, answer: &LatestPasscode) -> Result<(), StoreError> {
        if let Some(lease) = &stored.lease {
            // Refused: the lease ran out, and another request has taken it.
            let _: Outcome = self.transact(vec![self.keep_answer(lease, answer)]).await?;
        }
        Ok(())
    }

    /// The mail was not accepted: nothing is left that could be redeemed, and the key is free. Refused if it was replaced or
    /// ended meanwhile.
    ///
    /// An event of SES may have moved it on, although the answer to the mail never came: the client is told that it failed.
    pub async fn withdraw(&self, stored: &StoredPasscode, act: &AuditContext) -> Result<(), StoreError> {
        if let Ok(withdrawn) = stored.lifecycle.apply(Command::Withdraw, act.at) {
            // Refused: it was replaced or ended meanwhile.
            let _: Outcome = self.transact(self.changes(self.writes(&stored.held, &withdrawn, act))?).await?;
        }
        if let Some(lease) = &stored.lease {
            // Refused: the lease ran out, and another request has taken it.
            let _: Outcome = self.transact(vec![self.free_lease(lease)]).await?;
        }
        Ok(())
    }
}
