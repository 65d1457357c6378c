//! Credentials: what proves that somebody is who he says. One item a login, which is also the claim that makes logins unique.

use std::collections::BTreeSet;

use readmit_domain::{
    AccountStatus, AuditContext, CompanyId, Employee, EmployeeId, EventType, KeyedHash, Login, PasswordHash,
    SealedTotpKey, SessionEpoch, Step, Timestamp, Versioned,
};
use serde::{Deserialize, Serialize};

use super::attributes::*;
use super::change::{Change, key};
use super::send::read;
use super::{AttemptSource, Failures, Outcome, Store, StoreError};

/// The item as the table holds it. An imported person's has no secrets yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Credentials {
    pub login: Login,
    pub company_id: CompanyId,
    pub employee_id: EmployeeId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<Versioned<PasswordHash>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totp_key: Option<Versioned<SealedTotpKey>>,
    /// The last step of the authenticator that was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totp_step: Option<Step>,
    /// Backup codes that are left, each `version:hash`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backup_codes: Vec<String>,
    /// Since when password and second factor open nothing, until a recovery is completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
    /// What the tokens of known devices must repeat. A new one ends them all: a recovery, a suspension, "this was not me".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_epoch: Option<SessionEpoch>,
}

/// The second factor that a sign-in uses up.
pub enum FactorUsed {
    /// A step of the authenticator; it and all before it are spent.
    Totp(Step),
    /// A backup code, as it is stored.
    BackupCode(String),
}

/// What a sign-in spends and moves on.
pub struct Spent {
    pub factor: FactorUsed,
    /// The password's hash with the current key and parameters, if the one there is older.
    pub rehashed: Option<Versioned<PasswordHash>>,
    /// The authenticator's key under the current seal, if the one there is older.
    pub resealed: Option<Versioned<SealedTotpKey>>,
    /// Where the sign-in came from: its failures are forgotten.
    pub source: AttemptSource,
    /// The account's failures, where they count: a known device has its own.
    pub failures: Option<Failures>,
}

impl FactorUsed {
    fn name(&self) -> &'static str {
        match self {
            Self::Totp(_) => "totp",
            Self::BackupCode(_) => "backup_code",
        }
    }
}

impl Store {
    /// One consistent read.
    pub async fn credentials(&self, login: &Login) -> Result<Option<Credentials>, StoreError> {
        self.get(&self.tables.credentials, key([(LOGIN, login)])).await
    }

    /// Spends the second factor and tells directory and trail. Refused if the factor was spent, the password replaced or the
    /// account shut since it was looked at. Two sign-ins with one factor: one of them wins.
    pub async fn sign_in(
        &self,
        seen: &Credentials,
        employee: &Employee,
        spent: &Spent,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let credentials = match &spent.factor {
            FactorUsed::Totp(step) => self.spend_step(seen, *step),
            FactorUsed::BackupCode(stored) => self.update_seen(seen).take(BACKUP_CODES, stored),
        };
        let event = self
            .event(act, EventType::SessionStarted, employee.company_id, employee.employee_id)
            .with("factor", spent.factor.name());
        let mut changes = vec![moved_on(credentials, spent), self.record(&event)?];
        changes.extend(self.forget_sign_ins(&seen.login, &spent.source, spent.failures.as_ref()));
        let with = |directory: Change| changes.iter().cloned().chain([directory]).collect();
        let latest = self.signed_in(employee).set(LAST_SIGNED_IN_AT, act.at);
        let latest = latest.if_absent_or(LAST_SIGNED_IN_AT, "<=", act.at);
        if self.transact(with(latest)).await? == Outcome::Done {
            return Ok(Outcome::Done);
        }
        // A sign-in that began later may have been faster; its moment stays.
        let crossed = self.signed_in(employee).set(SESSION_EPOCH, &employee.session_epoch);
        self.transact(with(crossed.if_is(LAST_SIGNED_IN_AT, ">", act.at))).await
    }

    /// The directory's part of a sign-in: account and session must be as they were looked at.
    fn signed_in(&self, employee: &Employee) -> Change {
        self.update_employee(employee.company_id, employee.employee_id)
            .if_equal(ACCOUNT_STATUS, AccountStatus::Active)
            .if_equal(SESSION_EPOCH, &employee.session_epoch)
    }

    /// Replaces the backup codes, and spends the second factor that was shown for it. Refused as a sign-in is.
    pub async fn renew_backup_codes(
        &self,
        seen: &Credentials,
        employee: &Employee,
        spent: &Spent,
        backup_codes: &[Versioned<KeyedHash>],
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let credentials = match &spent.factor {
            FactorUsed::Totp(step) => self.spend_step(seen, *step),
            // It goes with the others: two renewals with it, and one of them wins.
            FactorUsed::BackupCode(stored) => self.update_seen(seen).if_contains(BACKUP_CODES, stored),
        };
        let renewed = moved_on(credentials, spent)
            .set_strings(BACKUP_CODES, backup_codes.iter().map(ToString::to_string).collect());
        // An update must set something; what matters is that the session still lasts.
        let directory = self.signed_in(employee).set(SESSION_EPOCH, &employee.session_epoch);
        let event = self.event(act, EventType::BackupCodesRenewed, employee.company_id, employee.employee_id);
        let mut changes = vec![renewed, directory, self.record(&event)?];
        changes.extend(self.forget_sign_ins(&seen.login, &spent.source, spent.failures.as_ref()));
        self.transact(changes).await
    }

    /// Stops password, second factor and known devices until a recovery is completed.
    pub(super) fn suspend(&self, login: &Login, employee_id: EmployeeId, act: &AuditContext) -> Change {
        self.forget_devices(login, employee_id).set(SUSPENDED_AT, act.at)
    }

    /// Ends the tokens of all known devices.
    pub(super) fn forget_devices(&self, login: &Login, employee_id: EmployeeId) -> Change {
        Change::update(&self.tables.credentials, key([(LOGIN, login)]))
            .set(DEVICE_EPOCH, SessionEpoch::generate(&mut self.random.clone()))
            .if_equal(EMPLOYEE_ID, employee_id)
    }

    /// Takes a backup code out; refused if it is not there.
    pub(super) fn take_backup_code(&self, login: &Login, owner: EmployeeId, stored: &str) -> Change {
        Change::update(&self.tables.credentials, key([(LOGIN, login)]))
            .take(BACKUP_CODES, stored)
            .if_equal(EMPLOYEE_ID, owner)
            .if_absent(SUSPENDED_AT)
    }

    /// The credentials as they were looked at, of an account that is not stopped.
    fn update_seen(&self, seen: &Credentials) -> Change {
        Change::update(&self.tables.credentials, key([(LOGIN, &seen.login)]))
            .if_equal(EMPLOYEE_ID, seen.employee_id)
            .if_as_seen(PASSWORD_HASH, seen.password_hash.as_ref())
            .if_as_seen(TOTP_KEY, seen.totp_key.as_ref())
            .if_absent(SUSPENDED_AT)
    }

    fn spend_step(&self, seen: &Credentials, step: Step) -> Change {
        self.update_seen(seen).set(TOTP_STEP, step).if_absent_or(TOTP_STEP, "<", step)
    }

    pub async fn credentials_of(&self, logins: &[Login]) -> Result<Vec<Credentials>, StoreError> {
        // A batch refuses a key named twice.
        let distinct: BTreeSet<_> = logins.iter().collect();
        let keys = distinct.into_iter().map(|login| key([(LOGIN, login)])).collect();
        self.batch(&self.tables.credentials, keys).await?.into_iter().map(read).collect()
    }
}

/// With the password's hash and the authenticator's seal of the current key.
fn moved_on(mut credentials: Change, spent: &Spent) -> Change {
    if let Some(rehashed) = &spent.rehashed {
        credentials = credentials.set(PASSWORD_HASH, rehashed);
    }
    if let Some(resealed) = &spent.resealed {
        credentials = credentials.set(TOTP_KEY, resealed);
    }
    credentials
}
