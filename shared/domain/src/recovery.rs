//! A recovery, which a redeemed passcode becomes. It has two steps, in any order, before its completion.

use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::text::text_type;
use crate::{PasswordHash, Versioned};

text_type!(
    /// A sealed TOTP key: encrypted (AEAD), bound to its owner, in base64url.
    SealedTotpKey
);

impl SealedTotpKey {
    /// The sealed bytes as text.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(BASE64URL_NOPAD.encode(bytes))
    }

    /// The sealed bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Never fails: only valid base64url is accepted.
        BASE64URL_NOPAD.decode(self.0.as_bytes()).unwrap_or_default()
    }
}

impl FromStr for SealedTotpKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        BASE64URL_NOPAD.decode(text.as_bytes()).map(|_| Self(text.to_owned())).or(Err("is not a sealed key"))
    }
}

/// A step of a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryStep {
    /// A new password.
    Password,
    /// A new authenticator, which is shown but not confirmed yet.
    Totp,
}

impl RecoveryStep {
    /// All steps.
    pub const ALL: [Self; 2] = [Self::Password, Self::Totp];
}

/// The new credentials as far as they are set. They are not valid before the completion.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The new password's hash.
    #[serde(rename = "pending_password", default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Versioned<PasswordHash>>,
    /// The new authenticator's key.
    #[serde(rename = "pending_totp_key", default, skip_serializing_if = "Option::is_none")]
    pub totp_key: Option<Versioned<SealedTotpKey>>,
}

/// The new credentials of a completed recovery.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCredentials {
    /// The new password's hash.
    pub password: Versioned<PasswordHash>,
    /// The new authenticator's key.
    pub totp_key: Versioned<SealedTotpKey>,
}

impl Pending {
    /// The new credentials, or the missing steps.
    pub fn complete(self) -> Result<NewCredentials, Vec<RecoveryStep>> {
        match self {
            Self { password: Some(password), totp_key: Some(totp_key) } => Ok(NewCredentials { password, totp_key }),
            Self { password, totp_key } => {
                let missing = [(password.is_none(), RecoveryStep::Password), (totp_key.is_none(), RecoveryStep::Totp)];
                Err(missing.into_iter().filter_map(|(is_missing, step)| is_missing.then_some(step)).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_key_reads_back() {
        let sealed = SealedTotpKey::from_bytes(b"sealed");
        assert_eq!(sealed.as_str().parse::<SealedTotpKey>().unwrap().to_bytes(), b"sealed");
        assert!("se led".parse::<SealedTotpKey>().is_err());
    }

    #[test]
    fn missing_steps_are_named() {
        let totp_key = Some(Versioned { version: 1, value: SealedTotpKey::from_bytes(b"sealed") });
        assert_eq!(Pending::default().complete(), Err(RecoveryStep::ALL.to_vec()));
        assert_eq!(Pending { password: None, totp_key }.complete(), Err(vec![RecoveryStep::Password]));
    }
}
