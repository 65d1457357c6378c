//! What shows, beside a mailed code, that it is the person who has it.

use readmit_domain::{Password, SecondFactor, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::factor_used;
use crate::app::passwords::{self, Comparison};
use crate::app::{AppError, Services};
use crate::store::{Credentials, FactorUsed};

/// What the person proved beside the passcode.
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

/// What the typed proof shows: the password, or a backup code of an account that is not suspended. Known and unknown accounts take
/// one hash each; without a proof there is none to take.
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
