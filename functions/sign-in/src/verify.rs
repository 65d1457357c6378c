//! Whether address, password and second factor belong together, in the same steps whatever is wrong.

use readmit::Services;
use readmit::domain::{
    CompanyId, Employee, EmployeeId, Login, Password, PasswordHash, Pepper, SecondFactor, Timestamp, Versioned,
};
use readmit::http::Failure;
use readmit::keyring::Keyring;
use readmit::store::{Credentials, FactorUsed};

/// Somebody who is who he says; the second factor is not spent yet.
pub(crate) struct Verified {
    pub(crate) credentials: Credentials,
    pub(crate) employee: Employee,
    pub(crate) factor: FactorUsed,
}

/// A login that nobody can have: RFC 2606 keeps `.invalid` empty. Impossible addresses are looked up as this one.
const NOBODY: &str = "nobody@readmit.invalid";

/// Two trips and one hash, known or unknown alike: the credentials, then the hash beside the directory.
pub(crate) async fn verify(
    services: &Services,
    login: Option<Login>,
    password: Password,
    factor: Option<SecondFactor>,
    now: Timestamp,
) -> Result<Option<Verified>, Failure> {
    let nobody = || NOBODY.parse().map_err(|_| Failure::Fault("the login of nobody is none".to_owned()));
    let login = login.map_or_else(nobody, Ok)?;
    let (credentials, keyring) = tokio::join!(services.store.credentials(&login), services.keyring());
    let (credentials, keyring) = (credentials?, keyring?);

    let hash = credentials.as_ref().and_then(|credentials| credentials.password_hash.clone());
    let keyring = match &hash {
        Some(hash) if !keyring.knows(hash.version) => services.keyring_knowing(hash.version).await?,
        _ => keyring,
    };
    let pepper = keyring.password_pepper(hash.as_ref().map_or(keyring.current(now), |hash| hash.version))?;
    let (company_id, employee_id) = owner(services, credentials.as_ref());
    let hashing = tokio::task::spawn_blocking(move || verify_password(&password, hash.as_ref(), &pepper));
    let (matches, employee) = tokio::join!(hashing, services.store.employee(company_id, employee_id));
    let (matches, employee) = (matches??, employee?);

    let (Some(credentials), Some(employee), Some(factor), true) = (credentials, employee, factor, matches) else {
        return Ok(None);
    };
    if !employee.is_active() {
        return Ok(None);
    }
    let factor = match factor_used(&keyring, &credentials, &factor, now)? {
        Some(factor) => factor,
        None => return Ok(None),
    };
    Ok(Some(Verified { credentials, employee, factor }))
}

fn verify_password(
    password: &Password,
    hash: Option<&Versioned<PasswordHash>>,
    pepper: &Pepper,
) -> Result<bool, readmit::domain::HashingFailed> {
    match hash {
        Some(hash) => hash.value.verify(password, pepper),
        None => PasswordHash::verify_nobody(password, pepper),
    }
}

/// Whose directory row is read; for an unknown login, one that does not exist.
fn owner(services: &Services, credentials: Option<&Credentials>) -> (CompanyId, EmployeeId) {
    let nobody = || {
        (
            CompanyId::new(services.now(), &mut services.random()),
            EmployeeId::new(services.now(), &mut services.random()),
        )
    };
    credentials.map_or_else(nobody, |credentials| (credentials.company_id, credentials.employee_id))
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
                let Ok(kept) = stored.parse::<Versioned<readmit::domain::KeyedHash>>() else { continue };
                if code.hash(&keyring.backup_code_key(kept.version)?, credentials.employee_id) == kept.value {
                    return Ok(Some(FactorUsed::BackupCode(stored.clone())));
                }
            }
            Ok(None)
        }
    }
}
