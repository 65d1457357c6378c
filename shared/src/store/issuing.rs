//! Issuing: a passcode is stored before it is mailed, and cannot be redeemed until the mail service has accepted the mail.

use readmit_domain::lifecycle::{Command, Passcode};
use readmit_domain::{
    AccountStatus, AccountType, AuditContext, Event, EventType, IssuedPasscode, KeyedHash, LatestPasscode, PasscodeRef,
    SessionEpoch, Versioned,
};

use super::attributes::*;
use super::change::Change;
use super::cleanup::due_shard;
use super::directory::employee_key;
use super::passcode_row::{PasscodeRow, delete_after};
use super::{AdminsPlace, Approved, Authority, Lease, Outcome, Store, StoreError, Throttled, transition};

/// A passcode that is stored and not mailed yet.
pub struct StoredPasscode {
    held: PasscodeRef,
    lifecycle: Passcode,
    lease: Option<Lease>,
}

/// What is committed together with a passcode: places in the rate limits, the lease of the idempotency key, and the condition that the
/// admin is still a Security Admin.
#[derive(Default)]
pub struct Reservations {
    /// The holder's earlier passcode, as it was read.
    pub replaced: Option<PasscodeRow>,
    /// When codes were issued to the holder, including this one if it counts.
    pub codes_at: Vec<i64>,
    pub admins_place: Option<AdminsPlace>,
    /// None if the request had no idempotency key.
    pub lease: Option<Lease>,
    /// None if the operator issues.
    pub authority: Option<Authority>,
    /// The approved request for this passcode.
    pub approved: Option<Approved>,
}

impl Reservations {
    /// For the operator, whose codes are not limited.
    pub fn of_operator(replaced: Option<PasscodeRow>) -> Self {
        let codes_at = replaced.as_ref().map(|row| row.history.codes_at.clone()).unwrap_or_default();
        Self { replaced, codes_at, ..Self::default() }
    }
}

pub enum BeginOutcome {
    Stored(Box<StoredPasscode>),
    /// The holder, the earlier passcode or a rate limit changed after the decision: decide again.
    Changed,
    /// There were too many wrong secrets without a success, so no code is issued for a day.
    Locked(Throttled),
}

impl Store {
    /// Stores the passcode with the status `sending` in place of the earlier one, and takes its places in the rate limits.
    ///
    /// The item is updated and not replaced, so that the count of wrong secrets continues from code to code.
    pub async fn begin(
        &self,
        issued: &IssuedPasscode,
        secret_hash: &Versioned<KeyedHash>,
        reservations: Reservations,
        act: &AuditContext,
    ) -> Result<BeginOutcome, StoreError> {
        let code = self.put_code(issued, secret_hash, &reservations);
        let code = match reservations.replaced.as_ref().and_then(|row| row.history.lock_end()) {
            None => code,
            Some(until) if act.at < until => {
                return Ok(BeginOutcome::Locked(Self::locked(issued.holder.employee_id, until, act.at)));
            }
            // The lock has expired: this code resets the count.
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
        if let Some(approved) = &reservations.approved {
            changes.extend(self.approve(
                approved,
                reservations.authority.as_ref().map(|admin| admin.employee_id),
                act,
            )?);
        }
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

    /// The condition that the holder's row is as it was at the decision. With `suspend` it also ends every session.
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

    /// The mail was accepted: the code can be redeemed from now on, and `answer` is stored for the idempotency key. Refused if the code
    /// was replaced or ended, or SES reported its delivery, in the meantime.
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

    /// Stores the answer for the idempotency key, for a code that is no longer `sending`.
    pub async fn keep(&self, stored: &StoredPasscode, answer: &LatestPasscode) -> Result<(), StoreError> {
        if let Some(lease) = &stored.lease {
            // Refused: the lease expired, and another request has taken it.
            let _: Outcome = self.transact(vec![self.keep_answer(lease, answer)]).await?;
        }
        Ok(())
    }

    /// The mail was not accepted: ends the code and frees the idempotency key.
    ///
    /// SES may have reported a delivery even though its answer to the mail was lost. The code ends anyway, because the client gets the
    /// answer that the mail failed.
    pub async fn withdraw(&self, stored: &StoredPasscode, act: &AuditContext) -> Result<(), StoreError> {
        if let Ok(withdrawn) = stored.lifecycle.apply(Command::Withdraw, act.at) {
            // Refused: the code was replaced or has ended in the meantime.
            let _: Outcome = self.transact(self.changes(self.writes(&stored.held, &withdrawn, act))?).await?;
        }
        if let Some(lease) = &stored.lease {
            // Refused: the lease expired, and another request has taken it.
            let _: Outcome = self.transact(vec![self.free_lease(lease)]).await?;
        }
        Ok(())
    }
}
