//! The root secret and every key derived from it.
//!
//! The root is a JSON object in Secrets Manager: `{"1":"<64 random characters>","signs_from":{"1":0}}`. Versions are only ever
//! added; each signs from the moment (seconds since 1970) that `signs_from` names. HKDF-SHA256 (RFC 5869) derives each key
//! from a version, with a label that says what for.

mod claims;
mod disown;
mod ed25519;
mod root_secret;
mod rotation;
mod sealing;
mod tokens;

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use readmit_domain::passcode::MAX_LIFETIME_MINUTES;
use readmit_domain::{HashKey, KeyVersion, Pepper, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use claims::{AccessClaims, AuthenticationMethod, RecoveryClaims};
pub use root_secret::{KeyringUnavailable, RootSecret};
pub use rotation::{Rotation, RotationError};
pub use sealing::{Seal, Unsealable};
pub use tokens::{BadToken, JsonWebKey, TokenNotSigned, Tokens};

/// Seconds: a passcode's longest life, 24 hours, and an hour for clocks that differ. A token lives an hour at most.
const LONGEST_LIFE: i64 = (MAX_LIFETIME_MINUTES as i64 + 60) * 60;

/// All versions of the root, and what may be derived from them.
pub struct Keyring {
    versions: BTreeMap<KeyVersion, RootVersion>,
}

struct RootVersion {
    material: SecretString,
    signs_from: i64,
}

/// The root secret is not of the form it must have.
#[derive(Debug, thiserror::Error)]
#[error("the root secret {0}")]
pub struct BadRootSecret(&'static str);

/// A record names a version of the root that the keyring does not have.
#[derive(Debug, thiserror::Error)]
#[error("the root secret has no version {0}")]
pub struct UnknownVersion(pub KeyVersion);

#[derive(serde::Deserialize)]
struct RootJson {
    #[serde(default)]
    signs_from: BTreeMap<String, i64>,
    #[serde(flatten)]
    versions: BTreeMap<String, SecretString>,
}

impl RootJson {
    fn read(json: &SecretString) -> Result<Self, BadRootSecret> {
        serde_json::from_str(json.expose_secret()).map_err(|_| BadRootSecret("is not an object of versions"))
    }
}

/// What a key is for: the label of its derivation.
#[derive(Clone, Copy)]
enum Purpose {
    SignTokens,
    HashPasswords,
    HashPasscodes,
    HashBackupCodes,
    SealTotpKeys,
    SealCursors,
    SealDisownTokens,
}

impl Purpose {
    fn label(self) -> &'static str {
        match self {
            Self::SignTokens => "readmit/sign-tokens/ed25519",
            Self::HashPasswords => "readmit/hash-passwords/argon2id",
            Self::HashPasscodes => "readmit/hash-passcodes/hmac-sha256",
            Self::HashBackupCodes => "readmit/hash-backup-codes/hmac-sha256",
            Self::SealTotpKeys => "readmit/seal-totp-keys/xchacha20poly1305",
            Self::SealCursors => "readmit/seal-cursors/xchacha20poly1305",
            Self::SealDisownTokens => "readmit/seal-disown-tokens/xchacha20poly1305",
        }
    }
}

impl Keyring {
    /// Reads the root secret.
    pub fn parse(json: &SecretString) -> Result<Self, BadRootSecret> {
        let root = RootJson::read(json)?;
        let mut versions = BTreeMap::new();
        for (name, material) in root.versions {
            let version: KeyVersion = name.parse().map_err(|_| BadRootSecret("has a version that is no number"))?;
            if material.expose_secret().len() < 43 {
                return Err(BadRootSecret("has a version of under 256 bits"));
            }
            let signs_from =
                *root.signs_from.get(&name).ok_or(BadRootSecret("does not say from when a version signs"))?;
            versions.insert(version, RootVersion { material, signs_from });
        }
        if versions.is_empty() { Err(BadRootSecret("has no version")) } else { Ok(Self { versions }) }
    }

    /// The version that new things are made with.
    pub fn current(&self, now: Timestamp) -> KeyVersion {
        let signing = self.versions.iter().rev().find(|(_, root)| root.signs_from <= now.seconds());
        let oldest = self.versions.first_key_value().map(|(version, _)| *version);
        signing.map(|(version, _)| *version).or(oldest).unwrap_or_default()
    }

    /// The version that was added last, whether it signs yet or not.
    fn newest(&self) -> KeyVersion {
        self.versions.last_key_value().map(|(version, _)| *version).unwrap_or_default()
    }

    /// Whether a short-lived thing (a token, a cursor, a passcode) made with `version` is still taken: as long as anything lives
    /// that was made with it before the next version took over, however many have come since. Later versions are taken too, for
    /// an instance whose clock runs ahead signs with them already.
    pub fn accepts(&self, version: KeyVersion, now: Timestamp) -> bool {
        let next = self.versions.range(version.saturating_add(1)..).next();
        let taken_until = next.map_or(i64::MAX, |(_, root)| root.signs_from.saturating_add(LONGEST_LIFE));
        self.knows(version) && now.seconds() < taken_until
    }

    /// Whether the keyring has this version.
    pub fn knows(&self, version: KeyVersion) -> bool {
        self.versions.contains_key(&version)
    }

    /// The pepper of passwords.
    pub fn password_pepper(&self, version: KeyVersion) -> Result<Pepper, UnknownVersion> {
        Ok(Pepper::from(*self.derive::<32>(Purpose::HashPasswords, version)?))
    }

    /// The key of passcode hashes.
    pub fn passcode_key(&self, version: KeyVersion) -> Result<HashKey, UnknownVersion> {
        Ok(HashKey::from(*self.derive::<64>(Purpose::HashPasscodes, version)?))
    }

    /// The key of backup-code hashes.
    pub fn backup_code_key(&self, version: KeyVersion) -> Result<HashKey, UnknownVersion> {
        Ok(HashKey::from(*self.derive::<64>(Purpose::HashBackupCodes, version)?))
    }

    fn signing_key(&self, version: KeyVersion) -> Result<SigningKey, UnknownVersion> {
        Ok(SigningKey::from_bytes(&*self.derive::<32>(Purpose::SignTokens, version)?))
    }

    fn derive<const N: usize>(
        &self,
        purpose: Purpose,
        version: KeyVersion,
    ) -> Result<Zeroizing<[u8; N]>, UnknownVersion> {
        let root = self.versions.get(&version).ok_or(UnknownVersion(version))?;
        let mut key = Zeroizing::new([0; N]);
        let label = format!("{}/{version}", purpose.label());
        // HKDF refuses only lengths over 255 hashes, which no key here has.
        Hkdf::<Sha256>::new(None, root.material.expose_secret().as_bytes())
            .expand(label.as_bytes(), key.as_mut_slice())
            .map_err(|_| UnknownVersion(version))?;
        Ok(key)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn keyring(json: &str) -> Keyring {
        Keyring::parse(&SecretString::from(json)).unwrap()
    }

    pub(crate) const ONE: &str = r#"{"1":"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ","signs_from":{"1":0}}"#;
    pub(crate) const TWO: &str = r#"{"1":"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
        "2":"1123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ","signs_from":{"1":0,"2":1000}}"#;

    #[test]
    fn a_version_signs_from_its_moment_and_the_one_before_is_taken_for_a_day() {
        let keyring = keyring(TWO);
        let (before, after) = (Timestamp::from_millis(999_000), Timestamp::from_millis(1_000_000));
        assert_eq!((keyring.current(before), keyring.current(after)), (1, 2));
        assert!(keyring.accepts(1, before) && keyring.accepts(2, before));
        assert!(keyring.accepts(1, after) && keyring.accepts(2, after));
        assert!(!keyring.accepts(3, after));

        let (almost, a_day_later) = ((1_000 + LONGEST_LIFE - 1) * 1_000, (1_000 + LONGEST_LIFE) * 1_000);
        assert!(keyring.accepts(1, Timestamp::from_millis(almost)));
        assert!(!keyring.accepts(1, Timestamp::from_millis(a_day_later)));
        assert!(keyring.accepts(2, Timestamp::from_millis(a_day_later)));
    }

    #[test]
    fn a_version_is_taken_however_many_have_come_since() {
        let keyring = keyring(
            &TWO.replace("\"2\":1000}", "\"2\":1000,\"3\":1001}")
                .replace("\"signs_from\"", "\"3\":\"2123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ\",\"signs_from\""),
        );
        let now = Timestamp::from_millis(1_001_000);
        assert_eq!(keyring.current(now), 3);
        assert!(keyring.accepts(1, now) && keyring.accepts(2, now));
    }

    #[test]
    fn a_root_that_is_not_one_is_refused() {
        for json in ["", "[]", "{}", r#"{"one":"x","signs_from":{}}"#, r#"{"1":"short","signs_from":{"1":0}}"#] {
            assert!(Keyring::parse(&SecretString::from(json)).is_err(), "{json}");
        }
    }

    #[test]
    fn keys_differ_by_purpose_and_version() {
        let keyring = keyring(TWO);
        let key = |purpose, version| keyring.derive::<32>(purpose, version).unwrap().to_vec();
        assert_ne!(key(Purpose::SignTokens, 1), key(Purpose::SealCursors, 1));
        assert_ne!(key(Purpose::SignTokens, 1), key(Purpose::SignTokens, 2));
    }
}
