//! Whether address, password and second factor belong together, in the same steps whatever is wrong.

use readmit_domain::{
    Act, CompanyId, Employee, EmployeeId, EventType, HashMemory, HashingFailed, KeyedHash, Login, Password,
    PasswordHash, Pepper, Salt, SealedTotpKey, SecondFactor, Timestamp, Versioned,
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::http::{Failure, Problem};
use crate::keyring::Keyring;
use crate::services::Services;
use crate::store::{Credentials, FactorUsed, Spent, Throttled};

/// A login that nobody can have: RFC 2606 keeps `.invalid` empty. Impossible addresses are looked up as this one.
const NOBODY: &str = "nobody@readmit.invalid";

/// What was typed, and from where.
pub struct Attempt<'a> {
    login: Login,
    password: Password,
    factor: Option<SecondFactor>,
    source_ip: Option<&'a str>,
}

impl<'a> Attempt<'a> {
    /// Reads it. An address that nobody can have is looked up as one that nobody has.
    pub fn read(
        email: &str,
        password: &SecretString,
        code: &SecretString,
        source_ip: Option<&'a str>,
    ) -> Result<Self, Failure> {
        let nobody = || NOBODY.parse().map_err(|_| Failure::Fault("the login of nobody is none".to_owned()));
        Ok(Self {
            login: email.parse().or_else(|_| nobody())?,
            password: Password::new(password.expose_secret()),
            factor: SecondFactor::read(code.expose_secret()),
            source_ip,
        })
    }
}

/// Somebody who is who he says; what the sign-in spends is not spent yet.
pub struct Verified {
    /// As they were looked at.
    pub credentials: Credentials,
    /// As the directory has the person.
    pub employee: Employee,
    /// What is to be spent.
    pub spent: Spent,
}

/// Why nobody is signed in.
pub enum Rejected {
    /// Too many attempts.
    Throttled(Throttled),
    /// Something does not fit; which it was, the log alone is told.
    Because(&'static str),
}

/// The first trip: the attempt is counted before anything is compared, beside the reading of the credentials.
pub async fn count(
    services: &Services,
    attempt: &Attempt<'_>,
    now: Timestamp,
) -> Result<(Option<Credentials>, Result<(), Throttled>), Failure> {
    let counting = services.store.count_from_network(&attempt.login, attempt.source_ip, now);
    let (credentials, counted) = tokio::join!(services.store.credentials(&attempt.login), counting);
    Ok((credentials?, counted?))
}

/// Tells the trail of a known account, once a span, that its limit was reached; for an unknown one, the same request.
pub async fn throttled(
    services: &Services,
    throttled: &Throttled,
    known: Option<&Credentials>,
    act: &Act,
) -> Result<Problem, Failure> {
    if let Some(untold) = &throttled.untold {
        let event = known
            .map(|known| services.store.event(act, EventType::SessionThrottled, known.company_id, known.employee_id));
        services.store.tell_throttled(untold, event, act).await?;
    }
    Ok(Problem::too_many_until(throttled.until, act.at))
}

/// The second trip: the account's own count and the directory, beside one hash, known or unknown alike. Nothing of the hash is
/// told when the account's count was full.
pub async fn verify(
    services: &Services,
    attempt: Attempt<'_>,
    credentials: Option<Credentials>,
    now: Timestamp,
) -> Result<Result<Verified, Rejected>, Failure> {
    let hash = credentials.as_ref().and_then(|credentials| credentials.password_hash.clone());
    let keyring = match &hash {
        Some(hash) => services.keyring_knowing(hash.version).await?,
        None => services.keyring().await?,
    };
    let pepper = keyring.password_pepper(hash.as_ref().map_or(keyring.current(now), |hash| hash.version))?;
    let (company_id, employee_id) = owner(services, credentials.as_ref());
    let password = attempt.password;
    let memory = services.hash_memory();
    let hashing = tokio::task::spawn_blocking(move || {
        let matches = verify_password(&password, hash.as_ref(), &pepper, &memory)?;
        Ok::<_, HashingFailed>((matches, password))
    });
    let (checked, employee, counted) = tokio::join!(
        hashing,
        services.store.employee(company_id, employee_id),
        services.store.count_of_account(&attempt.login, now)
    );
    let ((matches, password), employee) = (checked??, employee?);
    if let Err(throttled) = counted? {
        return Ok(Err(Rejected::Throttled(throttled)));
    }

    let rejected = |because| Ok(Err(Rejected::Because(because)));
    let (Some(credentials), Some(employee)) = (credentials, employee) else {
        return rejected("nobody of this address");
    };
    if !matches {
        return rejected("a wrong password");
    }
    let Some(factor) = attempt.factor else { return rejected("a second factor that cannot be") };
    let Some(used) = factor_used(&keyring, &credentials, &factor, now)? else {
        return rejected("a wrong or used second factor");
    };
    if !employee.is_active() {
        return rejected("a disabled account");
    }
    if credentials.suspended_at.is_some() {
        return rejected("a suspended account");
    }
    let spent = Spent {
        factor: used,
        rehashed: rehashed(services, &keyring, &credentials, password, now).await?,
        resealed: resealed(services, &keyring, &credentials, now)?,
        source_ip: attempt.source_ip.map(str::to_owned),
    };
    Ok(Ok(Verified { credentials, employee, spent }))
}

/// What shows, beside a mailed code, that it is the person who has it.
pub enum Proof {
    /// The password, also of a suspended account: it opens nothing there, but nobody else knows it.
    Password,
    /// A backup code, as it is stored; it is spent with the redemption.
    BackupCode(String),
}

impl Proof {
    /// The backup code, if it was one.
    pub fn backup_code(self) -> Option<String> {
        match self {
            Self::Password => None,
            Self::BackupCode(stored) => Some(stored),
        }
    }
}

/// Whether what was typed is the password, or a backup code of an account that is not suspended. One hash, whatever there is to compare with.
pub async fn prove(
    services: &Services,
    credentials: Option<&Credentials>,
    typed: &SecretString,
    now: Timestamp,
) -> Result<Option<Proof>, Failure> {
    let hash = credentials.and_then(|credentials| credentials.password_hash.clone());
    let keyring = match &hash {
        Some(hash) => services.keyring_knowing(hash.version).await?,
        None => services.keyring().await?,
    };
    let pepper = keyring.password_pepper(hash.as_ref().map_or(keyring.current(now), |hash| hash.version))?;
    let password = Password::new(typed.expose_secret());
    let memory = services.hash_memory();
    let matches =
        tokio::task::spawn_blocking(move || verify_password(&password, hash.as_ref(), &pepper, &memory)).await??;
    let Some(credentials) = credentials else { return Ok(None) };
    if matches {
        return Ok(Some(Proof::Password));
    }
    // The codes may lie on the device for whose loss the account was suspended.
    if credentials.suspended_at.is_some() {
        return Ok(None);
    }
    let Some(factor @ SecondFactor::Backup(_)) = SecondFactor::read(typed.expose_secret()) else { return Ok(None) };
    Ok(match factor_used(&keyring, credentials, &factor, now)? {
        Some(FactorUsed::BackupCode(stored)) => Some(Proof::BackupCode(stored)),
        _ => None,
    })
}

fn verify_password(
    password: &Password,
    hash: Option<&Versioned<PasswordHash>>,
    pepper: &Pepper,
    memory: &HashMemory,
) -> Result<bool, HashingFailed> {
    match hash {
        Some(hash) => hash.value.verify(password, pepper, memory),
        None => PasswordHash::verify_nobody(password, pepper, memory),
    }
}

/// The password hashed anew, if its hash was made with an older key or weaker parameters: this is the one time that it can be.
/// Only behind the second factor: the time of a second hash would tell that the password is right.
async fn rehashed(
    services: &Services,
    keyring: &Keyring,
    credentials: &Credentials,
    password: Password,
    now: Timestamp,
) -> Result<Option<Versioned<PasswordHash>>, Failure> {
    let version = keyring.current(now);
    let is_current = |hash: &Versioned<PasswordHash>| hash.version == version && hash.value.is_up_to_date();
    if credentials.password_hash.as_ref().is_some_and(is_current) {
        return Ok(None);
    }
    let (pepper, salt) = (keyring.password_pepper(version)?, Salt::generate(&mut services.random()));
    let memory = services.hash_memory();
    let value = tokio::task::spawn_blocking(move || PasswordHash::of(&password, &pepper, salt, &memory)).await??;
    Ok(Some(Versioned { version, value }))
}

/// The authenticator's key under the current seal, if its seal is older.
fn resealed(
    services: &Services,
    keyring: &Keyring,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<Option<Versioned<SealedTotpKey>>, Failure> {
    let owner = credentials.employee_id;
    let Some(sealed) = credentials.totp_key.as_ref().filter(|sealed| sealed.version != keyring.current(now)) else {
        return Ok(None);
    };
    let key = keyring.unseal_totp_key(owner, sealed)?;
    Ok(Some(keyring.seal_totp_key(owner, &key, now, &mut services.random())?))
}

/// Whose directory row is read; for an unknown login, one that does not exist.
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
) -> Result<Option<FactorUsed>, Failure> {
    match factor {
        SecondFactor::Totp(code) => {
            let Some(sealed) = &credentials.totp_key else { return Ok(None) };
            let step = keyring.unseal_totp_key(credentials.employee_id, sealed)?.matching_step(code, now);
            let unused = step.filter(|step| credentials.totp_step.is_none_or(|last| *step > last));
            Ok(unused.map(FactorUsed::Totp))
        }
        SecondFactor::Backup(code) => {
            for stored in &credentials.backup_codes {
                let Ok(kept) = stored.parse::<Versioned<KeyedHash>>() else { continue };
                if code.hash(&keyring.backup_code_key(kept.version)?, credentials.employee_id) == kept.value {
                    return Ok(Some(FactorUsed::BackupCode(stored.clone())));
                }
            }
            Ok(None)
        }
    }
}
