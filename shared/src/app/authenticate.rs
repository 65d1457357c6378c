//! Checks address, password and second factor, in the same steps for every kind of error.

use readmit_domain::{
    AuditContext, CompanyId, Employee, EmployeeId, EventType, KeyedHash, Password, PasswordHash, SealedTotpKey,
    SecondFactor, Timestamp, Versioned,
};

use super::passwords::{self, Comparison};
use super::{AppError, Services};
use crate::keyring::{Keyring, RootSecret};
use crate::store::{Account, Admission, Credentials, FactorUsed, SignInEffects, WrongFactor};

mod attempt;
mod proof;

pub use attempt::Attempt;
pub use proof::{Proof, prove};

/// A person whose password and second factor are right. Nothing is written yet.
pub struct VerifiedPerson {
    /// The credentials that were checked.
    pub credentials: Credentials,
    /// The person's row of the directory.
    pub employee: Employee,
    /// The changes that the sign-in must write, such as the used second factor.
    pub spent: SignInEffects,
}

/// Checks address, password and second factor. Every kind of error is [`AppError::SignInRejected`]; too many attempts are
/// [`AppError::Throttled`].
pub async fn verify(
    services: &Services,
    mut attempt: Attempt<'_>,
    act: &AuditContext,
) -> Result<VerifiedPerson, AppError> {
    let (account, counted) = count(services, &mut attempt, act.at).await?;
    let whose = account.credentials.as_ref().map(|known| (known.company_id, known.employee_id));
    let verified = match counted {
        Admission::Admitted(()) => compare(services, attempt, account, act.at).await?,
        Admission::Throttled(throttled) => Admission::Throttled(throttled),
    };
    match verified {
        Admission::Admitted(verified) => Ok(verified),
        Admission::Throttled(limit) => {
            Err(services.record_throttled(&limit, EventType::SessionThrottled, whose, act).await?)
        }
    }
}

/// The first round trip: counts the attempt before anything is compared, and reads the account at the same time. A second round trip
/// is needed if the account no longer knows the device, or if the window is full.
async fn count(
    services: &Services,
    attempt: &mut Attempt<'_>,
    now: Timestamp,
) -> Result<(Account, Admission), AppError> {
    let (store, source) = (&services.store, attempt.source());
    let counting = store.count_sign_in(&attempt.login, &source, now);
    let (account, full) = tokio::join!(store.account(&attempt.login), counting);
    let (account, mut full) = (account?, full?);
    let known = account.credentials.as_ref();
    let epoch = known.and_then(|known| known.device_epoch.as_ref());
    if attempt.device.as_ref().is_some_and(|device| epoch != Some(&device.epoch)) {
        attempt.device = None;
        full = store.count_sign_in(&attempt.login, &attempt.source(), now).await?;
    }
    let Some(full) = full else { return Ok((account, Admission::Admitted(()))) };
    let source = attempt.source();
    let last_success_at = known.and_then(|known| known.successes.last_from(&source, now));
    let counted = store.count_sign_in_again(&attempt.login, &source, full, last_success_at, now).await?;
    Ok((account, counted))
}

/// The second round trip: reads the employee and computes one hash at the same time, for known and unknown addresses alike. A failure is
/// counted before the answer is sent. If the account has reached its limit of failures, only a known device gets past 429.
async fn compare(
    services: &Services,
    attempt: Attempt<'_>,
    account: Account,
    now: Timestamp,
) -> Result<Admission<VerifiedPerson>, AppError> {
    let (source, is_known_device) = (attempt.source(), attempt.device.is_some());
    let login = attempt.login;
    let (company_id, employee_id) = owner(services, account.credentials.as_ref());
    let (checked, employee) = tokio::join!(
        passwords::compare(services, account.credentials.as_ref(), attempt.password, now),
        services.store.employee(company_id, employee_id)
    );
    let (checked, employee) = (checked?, employee?);
    match account.may_fail(&login, now) {
        // The account's limits do not touch a known device.
        Admission::Throttled(throttled) if !is_known_device => return Ok(Admission::Throttled(throttled)),
        Admission::Admitted(()) | Admission::Throttled(_) => {}
    }
    match check_all(services, checked, account.credentials.clone(), employee, attempt.factor, now).await? {
        Ok(Match { credentials, employee, factor, rehashed, resealed }) => {
            let spent = SignInEffects { factor, rehashed, resealed, source };
            Ok(Admission::Admitted(VerifiedPerson { credentials, employee, spent }))
        }
        Err((wrong, because)) => match services.store.count_failure(&login, &account, wrong, now).await? {
            Admission::Throttled(throttled) if !is_known_device => Ok(Admission::Throttled(throttled)),
            Admission::Admitted(()) | Admission::Throttled(_) => Err(AppError::SignInRejected(because)),
        },
    }
}

/// Password and second factor are right.
struct Match {
    credentials: Credentials,
    employee: Employee,
    factor: FactorUsed,
    rehashed: Option<Versioned<PasswordHash>>,
    resealed: Option<Versioned<SealedTotpKey>>,
}

/// Checks password, second factor and account. The error says which factor is wrong, and why.
async fn check_all(
    services: &Services,
    Comparison { matches, password, keyring }: Comparison,
    credentials: Option<Credentials>,
    employee: Option<Employee>,
    factor: Option<SecondFactor>,
    now: Timestamp,
) -> Result<Result<Match, (WrongFactor, &'static str)>, AppError> {
    let (Some(credentials), Some(employee)) = (credentials, employee) else {
        return Ok(Err((WrongFactor::Password, "unknown address")));
    };
    if !matches {
        return Ok(Err((WrongFactor::Password, "wrong password")));
    }
    let rejected = |because| Ok(Err((WrongFactor::SecondFactor, because)));
    // The authenticator may be sealed with a key that this process has not fetched yet.
    let keyring = match &credentials.totp_key {
        Some(sealed) => services.keyring_knowing(RootSecret::Authenticators, sealed.version).await?,
        None => keyring,
    };
    let Some(factor) = factor else { return rejected("malformed second factor") };
    let Some(factor) = factor_used(&keyring, &credentials, &factor, now)? else {
        return rejected("wrong or used second factor");
    };
    if !employee.is_active() {
        return rejected("account disabled");
    }
    if credentials.suspended_at.is_some() {
        return rejected("account suspended");
    }
    let rehashed = rehashed(services, &keyring, &credentials, password, now).await?;
    let resealed = resealed(services, &keyring, &credentials, now)?;
    Ok(Ok(Match { credentials, employee, factor, rehashed, resealed }))
}

/// Hashes the password again if the stored hash has an older key or weaker parameters. Only a sign-in can do that, because only then
/// the password is known. It happens only after the second factor was checked: otherwise the time of a second hash would show that
/// the password is right.
async fn rehashed(
    services: &Services,
    keyring: &Keyring,
    credentials: &Credentials,
    password: Password,
    now: Timestamp,
) -> Result<Option<Versioned<PasswordHash>>, AppError> {
    let version = keyring.current(RootSecret::Credentials, now);
    let is_current = |hash: &Versioned<PasswordHash>| hash.version == version && hash.value.is_up_to_date();
    if credentials.password_hash.as_ref().is_some_and(is_current) {
        return Ok(None);
    }
    Ok(Some(passwords::hash(services, keyring, password, now).await?))
}

/// Seals the authenticator's key again if it is sealed with an older version. None if that version no longer exists.
fn resealed(
    services: &Services,
    keyring: &Keyring,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Option<Versioned<SealedTotpKey>>, AppError> {
    let (owner, current) = (credentials.employee_id, keyring.current(RootSecret::Authenticators, now));
    let Some(sealed) = credentials.totp_key.as_ref().filter(|sealed| sealed.version != current) else {
        return Ok(None);
    };
    let Some(key) = keyring.unseal_totp_key(owner, sealed)? else { return Ok(None) };
    Ok(Some(keyring.seal_totp_key(owner, &key, now, &mut services.random())?))
}

/// The ids of the directory row to read. For an unknown login they are random, so that the same request is made.
fn owner(services: &Services, credentials: Option<&Credentials>) -> (CompanyId, EmployeeId) {
    let (now, mut random) = (services.now(), services.random());
    credentials.map_or_else(
        || (CompanyId::new(now, &mut random), EmployeeId::new(now, &mut services.random())),
        |credentials| (credentials.company_id, credentials.employee_id),
    )
}

fn factor_used(
    keyring: &Keyring,
    credentials: &Credentials,
    factor: &SecondFactor,
    now: Timestamp,
) -> Result<Option<FactorUsed>, AppError> {
    match factor {
        SecondFactor::Totp(code) => {
            let Some(sealed) = &credentials.totp_key else { return Ok(None) };
            let key = keyring.unseal_totp_key(credentials.employee_id, sealed)?;
            let step = key.and_then(|key| key.matching_step(code, now));
            let unused = step.filter(|step| credentials.totp_step.is_none_or(|last| *step > last));
            Ok(unused.map(FactorUsed::Totp))
        }
        SecondFactor::Backup(code) => {
            for stored in &credentials.backup_codes {
                let Ok(kept) = stored.parse::<Versioned<KeyedHash>>() else { continue };
                let Ok(key) = keyring.backup_code_key(kept.version) else { continue };
                if code.hash(&key, credentials.employee_id) == kept.value {
                    return Ok(Some(FactorUsed::BackupCode(stored.clone())));
                }
            }
            Ok(None)
        }
    }
}
