//! The steps of a recovery. Each write has the condition that the recovery of this token is still open.

use readmit_domain::lifecycle::{Command, MAX_TRIES, Phase};
use readmit_domain::password::MAX_PASSWORDS_A_RECOVERY;
use readmit_domain::{
    AccountStatus, AccountType, AuditContext, EmployeeFilter, KeyedHash, NewCredentials, PasswordHash, RecoveryStep,
    SealedTotpKey, SessionEpoch, Step, Timestamp, TwoFactor, Versioned,
};

use super::attributes::*;
use super::change::{Change, key};
use super::credentials::succeeded;
use super::pages::filter_key;
use super::passcode_row::PasscodeRow;
use super::send::{OnConditionFailure, UpdateOutcome};
use super::transition::if_phase;
use super::{AttemptSource, Outcome, Store, StoreError, Successes};
use crate::keyring::RecoveryClaims;

pub enum PasswordTry {
    Counted(Box<PasscodeRow>),
    /// Ten passwords were tried. No other can be set before this moment, when the recovery ends.
    TooMany(Timestamp),
    /// The recovery does not exist or has ended.
    Ended,
}

pub enum CompletionTry {
    Counted(Box<PasscodeRow>),
    /// Steps are missing; nothing was counted.
    Incomplete(Vec<RecoveryStep>),
    /// The recovery does not exist or has ended.
    Ended,
}

impl Store {
    /// A write to the recovery of a token, on condition that it is open.
    fn update_recovery(&self, claims: &RecoveryClaims, step: Command, now: Timestamp) -> Change {
        let change = self
            .update_passcode(&claims.login)
            .if_equal(PASSCODE_ID, claims.passcode_id)
            .if_equal(COMPANY_ID, claims.company_id)
            .if_equal(EMPLOYEE_ID, claims.employee_id)
            .if_is(RECOVERY_UNTIL, ">", now);
        if_phase(change, step.allowed())
    }

    /// The recovery of a token, if it is open. One consistent read.
    pub async fn open_recovery(
        &self,
        claims: &RecoveryClaims,
        now: Timestamp,
    ) -> Result<Option<PasscodeRow>, StoreError> {
        Ok(self.passcode(&claims.login).await?.filter(|row| is_open(row, claims, now)))
    }

    /// Counts a password before it is hashed.
    pub async fn count_password(&self, claims: &RecoveryClaims, now: Timestamp) -> Result<PasswordTry, StoreError> {
        let count = self.update_recovery(claims, Command::SetPassword, now).count(PASSWORD_TRIES);
        let count = count.if_absent_or(PASSWORD_TRIES, "<", MAX_PASSWORDS_A_RECOVERY);
        Ok(match self.update(count, OnConditionFailure::ReturnItem).await? {
            UpdateOutcome::Done(row) => PasswordTry::Counted(Box::new(row)),
            UpdateOutcome::Refused(Some(row)) if is_open(&row, claims, now) => {
                PasswordTry::TooMany(row.recovery_until.unwrap_or(now))
            }
            UpdateOutcome::Refused(_) => PasswordTry::Ended,
        })
    }

    /// Stores the new password for the completion. One write.
    pub async fn set_password(
        &self,
        claims: &RecoveryClaims,
        password: &Versioned<PasswordHash>,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let pending = self.update_recovery(claims, Command::SetPassword, now);
        self.update_alone(pending.set(PENDING_PASSWORD, password).set(PASSWORD_SET_AT, now)).await
    }

    /// Stores the new authenticator's key for the completion, in place of an earlier one. One write.
    pub async fn set_totp_key(
        &self,
        claims: &RecoveryClaims,
        key: &Versioned<SealedTotpKey>,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        self.update_alone(self.update_recovery(claims, Command::ShowFactor, now).set(PENDING_TOTP_KEY, key)).await
    }

    /// Counts a completion, before the code is compared.
    pub async fn count_completion(&self, claims: &RecoveryClaims, now: Timestamp) -> Result<CompletionTry, StoreError> {
        let count = self
            .update_recovery(claims, Command::Complete, now)
            .count(COMPLETION_TRIES)
            .if_present(PENDING_PASSWORD)
            .if_present(PENDING_TOTP_KEY)
            .if_absent_or(COMPLETION_TRIES, "<", MAX_TRIES);
        Ok(match self.update::<PasscodeRow>(count, OnConditionFailure::ReturnItem).await? {
            UpdateOutcome::Done(row) => CompletionTry::Counted(Box::new(row)),
            UpdateOutcome::Refused(Some(row)) if is_open(&row, claims, now) => match row.pending.complete() {
                Ok(_) => CompletionTry::Ended,
                Err(missing) => CompletionTry::Incomplete(missing),
            },
            UpdateOutcome::Refused(_) => CompletionTry::Ended,
        })
    }

    /// Replaces password, authenticator and backup codes, ends every session and every known device, and starts a session. One
    /// transaction.
    pub async fn complete_recovery(
        &self,
        row: &PasscodeRow,
        new: &NewCredentials,
        confirmed: Step,
        backup_codes: &[Versioned<KeyedHash>],
        epoch: &SessionEpoch,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let Ok(transition) = row.lifecycle().apply(Command::Complete, act.at) else { return Ok(Outcome::Refused) };
        let mut writes = self.writes(&row.held, &transition, act);
        writes.passcode = writes
            .passcode
            .if_is(RECOVERY_UNTIL, ">", act.at)
            .if_equal(PENDING_PASSWORD, &new.password)
            .if_equal(PENDING_TOTP_KEY, &new.totp_key);
        let credentials = Change::update(&self.tables.credentials, key([(LOGIN, &row.held.login)]))
            .set(PASSWORD_HASH, &new.password)
            .set(TOTP_KEY, &new.totp_key)
            .set(TOTP_STEP, confirmed)
            .set(DEVICE_EPOCH, epoch)
            .remove(SUSPENDED_AT)
            .set_strings(BACKUP_CODES, backup_codes.iter().map(ToString::to_string).collect())
            .if_equal(EMPLOYEE_ID, row.held.employee_id);
        let directory = self
            .update_employee(row.held.company_id, row.held.employee_id)
            .set(TWO_FACTOR, TwoFactor::Enrolled)
            .remove(filter_key(EmployeeFilter::NoTwoFactor))
            .set(SESSION_EPOCH, epoch)
            .set(LAST_SIGNED_IN_AT, act.at)
            .if_equal(ACCOUNT_STATUS, AccountStatus::Active)
            .if_equal(ACCOUNT_TYPE, AccountType::Employee);
        let source = AttemptSource::Network(act.origin.source_ip.clone());
        let successes = Successes::default().with(&source, act.at);
        if let Some(set_at) = row.password_set_at {
            writes.events = writes.events.into_iter().map(|event| event.with("password_set_at", set_at)).collect();
        }
        let mut changes = self.changes(writes)?;
        changes.extend([succeeded(credentials, &successes), directory]);
        self.transact(changes).await
    }
}

/// Whether this is the recovery of the token, and it is open.
fn is_open(row: &PasscodeRow, claims: &RecoveryClaims, now: Timestamp) -> bool {
    row.held.passcode_id == claims.passcode_id
        && (row.held.company_id, row.held.employee_id) == (claims.company_id, claims.employee_id)
        && row.phase == Phase::OPEN
        && row.recovery_until.is_some_and(|until| now < until)
}
