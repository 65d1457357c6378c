//! Issuing: a passcode is stored before it is mailed, and is good for nothing until the mail was accepted.

use readmit_domain::lifecycle::{Command, Passcode, Phase};
use readmit_domain::limit::{LOCKED_FOR, MAX_TRIES_WITHOUT_SUCCESS};
use readmit_domain::passcode::SENDING_LIMIT;
use readmit_domain::{
    AccountStatus, AccountType, AuditContext, Employee, Event, EventType, IssuedPasscode, KeyedHash, LatestPasscode,
    PasscodeRef, SessionEpoch, Versioned,
};

use super::attributes::*;
use super::change::Change;
use super::cleanup::due_shard;
use super::passcodes::KEPT_AFTER_END;
use super::{Authority, Lease, Outcome, Quota, Store, StoreError, Throttled, transition};

/// A passcode that is stored and waits for its mail.
pub struct StoredPasscode {
    held: PasscodeRef,
    lifecycle: Passcode,
    lease: Option<Lease>,
}

/// What is committed together with a passcode: its places in the windows, the lease of its idempotency key, and the authority
/// of the admin who asked for it.
#[derive(Default)]
pub struct Reservations {
    pub quota: Quota,
    /// If the request had a key.
    pub lease: Option<Lease>,
    /// The admin's; the operator has none to lose.
    pub authority: Option<Authority>,
}

pub enum BeginOutcome {
    Stored(Box<StoredPasscode>),
    /// The holder, the latest passcode or a window changed since it was decided: decide again.
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
        let code = self.put_code(issued, secret_hash);
        let fresh = code.clone().if_absent_or(TRIES_WITHOUT_SUCCESS, "<", MAX_TRIES_WITHOUT_SUCCESS);
        let mut outcome = self.begin_with(fresh, issued, &reservations, act).await?;
        if outcome == Outcome::Refused {
            // Perhaps for too many wrong secrets: if their time is over, they are forgotten with this code.
            let there = self.passcode(issued.login()).await?;
            let there = there.filter(|there| there.tries_without_success >= MAX_TRIES_WITHOUT_SUCCESS);
            let Some(last_try_at) = there.and_then(|there| there.last_try_at) else {
                return Ok(BeginOutcome::Changed);
            };
            let until = last_try_at.after(LOCKED_FOR);
            if act.at < until {
                return Ok(BeginOutcome::Locked(Self::locked(issued.holder.employee_id, until, act.at)));
            }
            let forgiven = code.remove(TRIES_WITHOUT_SUCCESS).remove(LAST_TRY_AT).if_equal(LAST_TRY_AT, last_try_at);
            outcome = self.begin_with(forgiven, issued, &reservations, act).await?;
        }
        Ok(match outcome {
            Outcome::Done => BeginOutcome::Stored(Box::new(StoredPasscode {
                held: issued.holder.held(issued.latest.passcode_id),
                lifecycle: issued.latest.lifecycle(),
                lease: reservations.lease,
            })),
            Outcome::Refused => BeginOutcome::Changed,
        })
    }

    /// Writes the code, the directory and the trail of it, and the end of the code before it.
    async fn begin_with(
        &self,
        code: Change,
        issued: &IssuedPasscode,
        reservations: &Reservations,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let mut changes = vec![self.show_latest(issued), self.record(&self.issued_event(issued, act))?];
        for event in self.superseded(&issued.holder, act) {
            changes.push(self.record(&event)?);
        }
        if issued.suspend {
            changes.push(self.suspend(issued.login(), issued.holder.employee_id, act));
            let event = self.event(act, EventType::AccountSuspended, issued.company_id, issued.holder.employee_id);
            changes.push(self.record(&event)?);
        }
        changes.push(code);
        changes.extend(reservations.quota.0.iter().cloned());
        changes.extend(reservations.lease.as_ref().map(|lease| self.take_lease(lease)));
        changes.extend(reservations.authority.as_ref().map(|authority| self.still_stands(authority)));
        self.transact(changes).await
    }

    fn put_code(&self, issued: &IssuedPasscode, secret_hash: &Versioned<KeyedHash>) -> Change {
        let latest = &issued.latest;
        let change = self
            .update_passcode(issued.login())
            .set(PASSCODE_ID, latest.passcode_id)
            .set(COMPANY_ID, issued.company_id)
            .set(EMPLOYEE_ID, issued.holder.employee_id)
            .set(CODE_SELECTOR, issued.code.selector())
            .set(SECRET_HASH, secret_hash)
            .set(TRY_COUNT, 0)
            .set(EXPIRES_AT, latest.expires_at)
            .set("proof_required", issued.proof_required)
            .set(DUE_SHARD, due_shard(latest.passcode_id))
            .set(DUE_AT, latest.issued_at.after(SENDING_LIMIT))
            .set(DELETE_AFTER, latest.expires_at.after(KEPT_AFTER_END).seconds());
        let gone = [RECOVERY_UNTIL, PENDING_PASSWORD, PENDING_TOTP_KEY, PASSWORD_TRIES, COMPLETION_TRIES, DISOWNED_AT];
        let change = transition::begin(gone.into_iter().fold(change, Change::remove), latest.phase);
        match &issued.holder.latest_passcode {
            Some(seen) => change.if_absent_or(PASSCODE_ID, "=", seen.passcode_id),
            None => change.if_absent(PASSCODE_ID),
        }
    }

    fn show_latest(&self, issued: &IssuedPasscode) -> Change {
        let shown = Employee { latest_passcode: Some(issued.latest.clone()), ..issued.holder.clone() };
        let change = self.update_employee(issued.company_id, issued.holder.employee_id);
        let change = transition::show(change, Some(&issued.latest))
            .set_filters(&shown)
            .if_equal(FULL_NAME, &issued.holder.full_name)
            .if_equal(GRANTED_ROLE, issued.holder.granted_role)
            .if_equal(TWO_FACTOR, issued.holder.two_factor)
            .if_equal(ACCOUNT_STATUS, AccountStatus::Active)
            .if_equal(ACCOUNT_TYPE, AccountType::Employee)
            .if_equal(LOGIN, issued.login());
        let change = if issued.suspend {
            change.set(SESSION_EPOCH, SessionEpoch::generate(&mut self.random.clone()))
        } else {
            change
        };
        change.if_latest_as_seen(issued.holder.latest_passcode.as_ref())
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
        let mut changes = self.changes(self.writes(&stored.held, &sent, act))?;
        changes.extend(stored.lease.as_ref().map(|lease| self.keep_answer(lease, answer)));
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
        // None: it was replaced or ended meanwhile.
        let _: Option<Phase> = self.end(&stored.held, &stored.lifecycle, Command::Withdraw, act).await?;
        if let Some(lease) = &stored.lease {
            // Refused: the lease ran out, and another request has taken it.
            let _: Outcome = self.transact(vec![self.free_lease(lease)]).await?;
        }
        Ok(())
    }
}
