//! Credentials: what proves that somebody is who he says. One item a login, which is also the claim that makes logins unique.

use std::collections::BTreeSet;

use readmit_domain::{
    AccountStatus, AuditContext, CompanyId, Employee, EmployeeId, EventType, KeyedHash, Login, PasswordHash,
    SealedTotpKey, SessionEpoch, Step, Timestamp, Versioned,
};
use serde::{Deserialize, Serialize};

use super::attributes::*;
use super::batch::ReadOptions;
use super::change::{Change, Item, key};
use super::directory::employee_key;
use super::send::read;
use super::{AttemptSource, Failures, Outcome, Store, StoreError, Successes};

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
    /// When password and second factor were last right, by where that came from. Attempts from there before do not count.
    #[serde(default, skip_serializing_if = "Successes::is_empty")]
    pub successes: Successes,
    /// What was wrong since the last success, wherever it came from.
    #[serde(flatten)]
    pub failures: Failures,
}

/// The second factor that a sign-in uses up.
pub enum FactorUsed {
    /// A step of the authenticator; it and all before it are spent.
    Totp(Step),
    /// A backup code, as it is stored.
    BackupCode(String),
}

/// What a sign-in spends and moves on.
pub struct SignInEffects {
    pub factor: FactorUsed,
    /// The password's hash with the current key and parameters, if the one there is older.
    pub rehashed: Option<Versioned<PasswordHash>>,
    /// The authenticator's key under the current seal, if the one there is older.
    pub resealed: Option<Versioned<SealedTotpKey>>,
    /// Where the sign-in came from. The failures of a known device are counted apart.
    pub source: AttemptSource,
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
        spent: &SignInEffects,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let credentials = match &spent.factor {
            FactorUsed::Totp(step) => self.spend_step(seen, *step),
            FactorUsed::BackupCode(stored) => self.update_seen(seen).take(BACKUP_CODES, stored),
        };
        let event = self
            .event(act, EventType::SessionStarted, employee.company_id, employee.employee_id)
            .with("factor", spent.factor.name());
        let changes = [moved_on(credentials, seen, spent, act.at), self.record(&event)?];
        let with = |directory: Change| changes.iter().cloned().chain([directory]).collect();
        let still_may = self.lasts(Change::check(&self.tables.employees, key_of(employee)), employee);
        if employee.last_signed_in_at.is_some_and(|at| at.day() >= act.at.day()) {
            return self.transact(with(still_may)).await;
        }
        // The first of the day is noted in the directory; a later one would change the lists for nothing.
        let first = self.lasts(Change::update(&self.tables.employees, key_of(employee)), employee);
        let first = first.set(LAST_SIGNED_IN_AT, act.at);
        let first = first.if_as_seen(LAST_SIGNED_IN_AT, employee.last_signed_in_at);
        match self.transact(with(first)).await? {
            Outcome::Done => Ok(Outcome::Done),
            // Perhaps because another one at the same time was first.
            Outcome::Refused => self.transact(with(still_may)).await,
        }
    }

    /// Account and session must be as they were looked at.
    fn lasts(&self, change: Change, employee: &Employee) -> Change {
        change.if_equal(ACCOUNT_STATUS, AccountStatus::Active).if_equal(SESSION_EPOCH, &employee.session_epoch)
    }

    /// Replaces the backup codes, and spends the second factor that was shown for it. Refused as a sign-in is.
    pub async fn renew_backup_codes(
        &self,
        seen: &Credentials,
        employee: &Employee,
        spent: &SignInEffects,
        backup_codes: &[Versioned<KeyedHash>],
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let credentials = match &spent.factor {
            FactorUsed::Totp(step) => self.spend_step(seen, *step),
            // It goes with the others: two renewals with it, and one of them wins.
            FactorUsed::BackupCode(stored) => self.update_seen(seen).if_contains(BACKUP_CODES, stored),
        };
        let renewed = moved_on(credentials, seen, spent, act.at)
            .set_strings(BACKUP_CODES, backup_codes.iter().map(ToString::to_string).collect());
        let session = self.lasts(Change::check(&self.tables.employees, key_of(employee)), employee);
        let event = self.event(act, EventType::BackupCodesRenewed, employee.company_id, employee.employee_id);
        self.transact(vec![renewed, session, self.record(&event)?]).await
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
        self.batch(&self.tables.credentials, keys, ReadOptions::CONSISTENT).await?.into_iter().map(read).collect()
    }
}

/// With the password's hash and the authenticator's seal of the current key. What failed before is forgotten: but of guesses that
/// are made at once, the right one must not be the hundred and first.
fn moved_on(credentials: Change, seen: &Credentials, spent: &SignInEffects, now: Timestamp) -> Change {
    let is_known_device = matches!(spent.source, AttemptSource::Device(_));
    let mut credentials = if is_known_device { credentials } else { seen.failures.still_stand(credentials) };
    if let Some(rehashed) = &spent.rehashed {
        credentials = credentials.set(PASSWORD_HASH, rehashed);
    }
    if let Some(resealed) = &spent.resealed {
        credentials = credentials.set(TOTP_KEY, resealed);
    }
    succeeded(credentials, &seen.successes.with(&spent.source, now))
}

/// Password and second factor were right: nothing of the account that failed before counts.
pub(super) fn succeeded(credentials: Change, successes: &Successes) -> Change {
    credentials.set(SUCCESSES, successes).remove(WRONG_PASSWORDS_AT).remove(WRONG_SECOND_FACTORS_AT)
}

fn key_of(employee: &Employee) -> Item {
    employee_key(employee.company_id, employee.employee_id)
}
