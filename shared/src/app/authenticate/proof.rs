//! The second proof of a redemption: it shows that the person who types the mailed code is its holder.

use readmit_domain::{Password, SecondFactor, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::factor_used;
use crate::app::passwords::{self, Comparison};
use crate::app::{AppError, Services};
use crate::store::{Credentials, FactorUsed};

/// What was proved in addition to the code.
pub enum Proof {
    /// The password. It counts for a suspended account too: it cannot be used to sign in, but only the holder knows it.
    Password,
    /// A backup code, in its stored form. The redemption uses it up.
    BackupCode(String),
}

impl Proof {
    /// The backup code, if the proof was one.
    pub fn backup_code(self) -> Option<String> {
        match self {
            Self::Password => None,
            Self::BackupCode(stored) => Some(stored),
        }
    }
}

/// Checks a typed proof: the password, or a backup code of an account that is not suspended. It computes one hash for known and
/// unknown accounts, and none if there is no proof.
pub async fn prove(
    services: &Services,
    credentials: Option<&Credentials>,
    typed: Option<&SecretString>,
    now: Timestamp,
) -> Result<Option<Proof>, AppError> {
    let Some(typed) = typed else { return Ok(None) };
    let password = Password::new(typed.expose_secret());
    let Comparison { matches, keyring, .. } = passwords::compare(services, credentials, password, now).await?;
    let Some(credentials) = credentials else { return Ok(None) };
    if matches {
        return Ok(Some(Proof::Password));
    }
    // The backup codes may be stored on the stolen device for which the account was suspended.
    if credentials.suspended_at.is_some() {
        return Ok(None);
    }
    let Some(factor @ SecondFactor::Backup(_)) = SecondFactor::read(typed.expose_secret()) else { return Ok(None) };
    Ok(match factor_used(&keyring, credentials, &factor, now)? {
        Some(FactorUsed::BackupCode(stored)) => Some(Proof::BackupCode(stored)),
        _ => None,
    })
}
