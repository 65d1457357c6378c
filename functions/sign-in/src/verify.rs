//! Whether address, password and second factor belong together, in the same steps whatever is wrong.

use readmit::Services;
use readmit::domain::{
    Act, CompanyId, Employee, EmployeeId, EventType, HashingFailed, KeyedHash, Login, Password, PasswordHash, Pepper,
    Salt, SealedTotpKey, SecondFactor, Timestamp, Versioned,
};
use readmit::http::{Failure, Problem};
use readmit::keyring::Keyring;
use readmit::store::{Credentials, FactorUsed, Spent, Throttled};
use secrecy::{ExposeSecret as _, SecretString};

/// A login that nobody can have: RFC 2606 keeps `.invalid` empty. Impossible addresses are looked up as this one.
const NOBODY: &str = "nobody@readmit.invalid";

/// What was typed, and from where.
pub(crate) struct Attempt<'a> {
    login: Login,
    password: Password,
    factor: Option<SecondFactor>,
    source_ip: Option<&'a str>,
}

impl<'a> Attempt<'a> {
    pub(crate) fn read(
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
pub(crate) struct Verified {
    pub(crate) credentials: Credentials,
    pub(crate) employee: Employee,
    pub(crate) spent: Spent,
}

/// Why nobody is signed in.
pub(crate) enum Rejected {
    /// Too many attempts.
    Throttled(Throttled),
    /// Something does not fit; which it was, the log alone is told.
    Because(&'static str),
}

/// The first trip: the attempt is counted before anything is compared, beside the reading of the credentials.
pub(crate) async fn count(
    services: &Services,
    attempt: &Attempt<'_>,
    now: Timestamp,
) -> Result<(Option<Credentials>, Result<(), Throttled>), Failure> {
    let counting = services.store.count_from_network(&attempt.login, attempt.source_ip, now);
    let (credentials, counted) = tokio::join!(services.store.credentials(&attempt.login), counting);
    Ok((credentials?, counted?))
}

/// Tells the trail of a known account, once a span, that its limit was reached; for an unknown one, the same request.
pub(crate) async fn throttled(
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
pub(crate) async fn verify(
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
    let hashing = tokio::task::spawn_blocking(move || {
        let matches = verify_password(&password, hash.as_ref(), &pepper)?;
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
    let spent = Spent {
        factor: used,
        rehashed: rehashed(services, &keyring, &credentials, password, now).await?,
        resealed: resealed(services, &keyring, &credentials, now)?,
        source_ip: attempt.source_ip.map(str::to_owned),
    };
    Ok(Ok(Verified { credentials, employee, spent }))
}

fn verify_password(
    password: &Password,
    hash: Option<&Versioned<PasswordHash>>,
    pepper: &Pepper,
) -> Result<bool, HashingFailed> {
    match hash {
        Some(hash) => hash.value.verify(password, pepper),
        None => PasswordHash::verify_nobody(password, pepper),
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
    let value = tokio::task::spawn_blocking(move || PasswordHash::of(&password, &pepper, salt)).await??;
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
