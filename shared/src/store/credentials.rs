//! Credentials: password, authenticator and backup codes. There is one item for each login, which also makes logins unique.

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

/// An item of the credentials table. After an import it has no secrets yet.
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
    /// The unused backup codes, each as `version:hash`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backup_codes: Vec<String>,
    /// When the account was suspended. Until a recovery is completed, password and second factor are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<Timestamp>,
    /// The epoch in the tokens of known devices. A recovery, a suspension and "this was not me" set a new one, which ends all tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_epoch: Option<SessionEpoch>,
    /// The last successful sign-in of each source. Earlier attempts from the same source do not count.
    #[serde(default, skip_serializing_if = "Successes::is_empty")]
    pub successes: Successes,
    /// The failures since the last success, from all sources.
    #[serde(flatten)]
    pub failures: Failures,
}

/// The second factor of a sign-in, which uses it up.
pub enum FactorUsed {
    /// A step of the authenticator. This step and all earlier ones are used up.
    Totp(Step),
    /// A backup code, in its stored form.
    BackupCode(String),
}

/// The changes to the credentials that a sign-in makes.
pub struct SignInEffects {
    pub factor: FactorUsed,
    /// The password's new hash, if the stored one has an older key or weaker parameters.
    pub rehashed: Option<Versioned<PasswordHash>>,
    /// The authenticator's key, sealed again, if the stored seal has an older version.
    pub resealed: Option<Versioned<SealedTotpKey>>,
    /// Where the sign-in came from. The failures of a known device are counted separately.
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

    /// Uses up the second factor, updates the directory and writes the audit event. Refused if, since the check, the factor was used, the
    /// password replaced or the account disabled or suspended. So of two sign-ins with the same factor only one succeeds.
    pub async fn sign_in(
        &self,
        seen: &Credentials,
        employee: &Employee,
        spent: &SignInEffects,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let credentials = match &spent.factor {
            FactorUsed::Totp(step) => self.spend_step(seen, *step),
            FactorUsed::BackupCode(stored) => self.update_seen(seen).remove_existing(BACKUP_CODES, stored),
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
        // Only the first sign-in of a day updates the directory; a later one would only cost writes.
        let first = self.lasts(Change::update(&self.tables.employees, key_of(employee)), employee);
        let first = first.set(LAST_SIGNED_IN_AT, act.at);
        let first = first.if_as_seen(LAST_SIGNED_IN_AT, employee.last_signed_in_at);
        match self.transact(with(first)).await? {
            Outcome::Done => Ok(Outcome::Done),
            // Another sign-in at the same time may have been the first of the day.
            Outcome::Refused => self.transact(with(still_may)).await,
        }
    }

    /// The condition that the account is active and the session has not ended.
    fn lasts(&self, change: Change, employee: &Employee) -> Change {
        change.if_equal(ACCOUNT_STATUS, AccountStatus::Active).if_equal(SESSION_EPOCH, &employee.session_epoch)
    }

    /// Replaces the backup codes, and uses up the second factor. Refused in the same cases as a sign-in.
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
            // The new set replaces this code too, so of two renewals with the same code only one succeeds.
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

    /// Uses up a backup code. Refused if it does not exist.
    pub(super) fn take_backup_code(&self, login: &Login, owner: EmployeeId, stored: &str) -> Change {
        Change::update(&self.tables.credentials, key([(LOGIN, login)]))
            .remove_existing(BACKUP_CODES, stored)
            .if_equal(EMPLOYEE_ID, owner)
            .if_absent(SUSPENDED_AT)
    }

    /// An update of the credentials, on condition that they are as they were checked and the account is not suspended.
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

/// Adds the new hash and the new seal, and clears the failures. The condition on the failures makes sure that of many guesses at the same
/// time, a right one after the hundredth wrong one is refused.
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

/// Clears the account's failures after a success.
pub(super) fn succeeded(credentials: Change, successes: &Successes) -> Change {
    credentials.set(SUCCESSES, successes).remove(WRONG_PASSWORDS_AT).remove(WRONG_SECOND_FACTORS_AT)
}

fn key_of(employee: &Employee) -> Item {
    employee_key(employee.company_id, employee.employee_id)
}
