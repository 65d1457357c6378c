//! The keys: seven root secrets, and the keys derived from them. Each function reads only the root secrets that it needs.
//!
//! A root secret is a JSON object in Secrets Manager ([`Root`]). HKDF-SHA256 (RFC 5869) derives each key from a version of its root
//! secret, with a label that names the key's purpose. A function that only verifies tokens needs no secret: it reads the public keys
//! from the keys table ([`PublicKeys`]).

mod claims;
mod devices;
mod disown;
mod ed25519;
mod key_store;
mod next_root;
mod public_keys;
mod root;
mod rotation;
mod sealing;
mod tokens;
mod versions;

use std::collections::BTreeMap;

use ed25519_dalek::SigningKey;
use readmit_domain::{HashKey, KeyVersion, Pepper, Timestamp};
use zeroize::Zeroizing;

pub use claims::{AccessClaims, AuthenticationMethod, RecoveryClaims};
pub use devices::Device;
pub use key_store::{KeyStore, KeyringUnavailable};
pub use public_keys::{JsonWebKey, PublicKeys, PublishedKey};
pub use root::{BadRootSecret, Root};
pub use rotation::{Rotation, RotationError};
pub use sealing::{Seal, SealError};
pub use tokens::{BadToken, Session, TokenKind, TokenNotSigned, Tokens};

/// The root secrets. Each one gives only the keys of its own purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RootSecret {
    Sessions,
    Recoveries,
    Passcodes,
    Credentials,
    Authenticators,
    Cursors,
    Disowning,
}

impl RootSecret {
    pub const ALL: [Self; 7] = [
        Self::Sessions,
        Self::Recoveries,
        Self::Passcodes,
        Self::Credentials,
        Self::Authenticators,
        Self::Cursors,
        Self::Disowning,
    ];

    /// The name that operators use: `sessions`.
    pub fn name(self) -> &'static str {
        self.name_and_variable().0
    }

    /// The environment variable that has the secret's id in Secrets Manager.
    pub fn variable(self) -> &'static str {
        self.name_and_variable().1
    }

    fn name_and_variable(self) -> (&'static str, &'static str) {
        match self {
            Self::Sessions => ("sessions", "READMIT_SESSIONS_SECRET_ID"),
            Self::Recoveries => ("recoveries", "READMIT_RECOVERIES_SECRET_ID"),
            Self::Passcodes => ("passcodes", "READMIT_PASSCODES_SECRET_ID"),
            Self::Credentials => ("credentials", "READMIT_CREDENTIALS_SECRET_ID"),
            Self::Authenticators => ("authenticators", "READMIT_AUTHENTICATORS_SECRET_ID"),
            Self::Cursors => ("cursors", "READMIT_CURSORS_SECRET_ID"),
            Self::Disowning => ("disowning", "READMIT_DISOWNING_SECRET_ID"),
        }
    }
}

/// The keys that a function needs. It cannot use any others, and its IAM policy does not allow it to read them.
#[derive(Clone, Copy, Debug)]
pub struct KeyNeeds {
    pub secrets: &'static [RootSecret],
    /// The kinds of tokens that it only verifies, with public keys.
    pub verifies: &'static [TokenKind],
}

impl KeyNeeds {
    pub const NONE: Self = Self { secrets: &[], verifies: &[] };
}

#[derive(Clone, Copy)]
enum Purpose {
    SignSessions,
    SignRecoveries,
    HashDevices,
    HashPasswords,
    HashPasscodes,
    HashBackupCodes,
    SealTotpKeys,
    SealCursors,
    SealDisownTokens,
}

impl Purpose {
    /// The root secret of the key, and the label for its derivation.
    fn derivation(self) -> (RootSecret, &'static str) {
        match self {
            Self::SignSessions => (RootSecret::Sessions, "readmit/sign-sessions/ed25519"),
            Self::SignRecoveries => (RootSecret::Recoveries, "readmit/sign-recoveries/ed25519"),
            Self::HashDevices => (RootSecret::Sessions, "readmit/hash-devices/hmac-sha256"),
            Self::HashPasswords => (RootSecret::Credentials, "readmit/hash-passwords/argon2id"),
            Self::HashPasscodes => (RootSecret::Passcodes, "readmit/hash-passcodes/hmac-sha256"),
            Self::HashBackupCodes => (RootSecret::Credentials, "readmit/hash-backup-codes/hmac-sha256"),
            Self::SealTotpKeys => (RootSecret::Authenticators, "readmit/seal-totp-keys/xchacha20poly1305"),
            Self::SealCursors => (RootSecret::Cursors, "readmit/seal-cursors/xchacha20poly1305"),
            Self::SealDisownTokens => (RootSecret::Disowning, "readmit/seal-disown-tokens/xchacha20poly1305"),
        }
    }

    fn secret(self) -> RootSecret {
        self.derivation().0
    }
}

pub struct Keyring {
    roots: BTreeMap<RootSecret, Root>,
    public: BTreeMap<TokenKind, PublicKeys>,
}

/// The keyring does not have this version of the root secret, or the function may not read that root secret.
#[derive(Debug, thiserror::Error)]
#[error("there is no version {1} of the root secret {name}", name = .0.name())]
pub struct UnknownVersion(RootSecret, KeyVersion);

impl Keyring {
    /// A keyring of root secrets, and of public keys for the root secrets that the function may not read.
    pub fn new(
        roots: BTreeMap<RootSecret, Root>,
        mut public: BTreeMap<TokenKind, PublicKeys>,
    ) -> Result<Self, UnknownVersion> {
        for kind in TokenKind::ALL {
            if let Some(root) = roots.get(&kind.purpose().secret()) {
                public.insert(kind, PublicKeys::of(root, kind)?);
            }
        }
        Ok(Self { roots, public })
    }

    /// The version for new tokens, hashes and seals.
    pub fn current(&self, secret: RootSecret, now: Timestamp) -> KeyVersion {
        self.roots.get(&secret).map(|root| root.versions.current(now)).unwrap_or_default()
    }

    /// Whether tokens, cursors and passcodes made with `version` are still accepted.
    pub fn accepts(&self, secret: RootSecret, version: KeyVersion, now: Timestamp) -> bool {
        self.roots.get(&secret).is_some_and(|root| root.versions.accepts(version, now))
    }

    pub fn knows(&self, secret: RootSecret, version: KeyVersion) -> bool {
        self.roots.get(&secret).is_some_and(|root| root.versions.get(version).is_some())
    }

    /// Whether the version leaked or does not exist.
    fn is_void(&self, secret: RootSecret, version: KeyVersion) -> bool {
        self.roots.get(&secret).is_none_or(|root| version < root.versions.voided_before())
    }

    pub fn public_keys(&self, kind: TokenKind) -> Option<&PublicKeys> {
        self.public.get(&kind)
    }

    pub fn password_pepper(&self, version: KeyVersion) -> Result<Pepper, UnknownVersion> {
        Ok(Pepper::from(*self.derive::<32>(Purpose::HashPasswords, version)?))
    }

    pub fn passcode_key(&self, version: KeyVersion) -> Result<HashKey, UnknownVersion> {
        Ok(HashKey::from(*self.derive::<64>(Purpose::HashPasscodes, version)?))
    }

    pub fn backup_code_key(&self, version: KeyVersion) -> Result<HashKey, UnknownVersion> {
        Ok(HashKey::from(*self.derive::<64>(Purpose::HashBackupCodes, version)?))
    }

    fn signing_key(&self, kind: TokenKind, version: KeyVersion) -> Result<SigningKey, UnknownVersion> {
        Ok(SigningKey::from_bytes(&*self.derive::<32>(kind.purpose(), version)?))
    }

    fn derive<const N: usize>(
        &self,
        purpose: Purpose,
        version: KeyVersion,
    ) -> Result<Zeroizing<[u8; N]>, UnknownVersion> {
        let secret = purpose.secret();
        self.roots.get(&secret).ok_or(UnknownVersion(secret, version))?.derive(purpose, version)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use readmit_domain::{CompanyId, EmployeeId, SessionEpoch};
    use secrecy::SecretString;

    /// A keyring with the same JSON for all seven root secrets.
    pub(crate) fn keyring(json: &str) -> Keyring {
        let root = |secret| (secret, Root::parse(&SecretString::from(json)).unwrap());
        Keyring::new(RootSecret::ALL.map(root).into_iter().collect(), BTreeMap::new()).unwrap()
    }

    pub(crate) fn random() -> StdRng {
        StdRng::seed_from_u64(1)
    }

    /// The claims of a sign-in.
    pub(crate) fn access_claims(at: Timestamp) -> AccessClaims {
        let mut random = random();
        AccessClaims {
            employee_id: EmployeeId::new(at, &mut random),
            company_id: CompanyId::new(at, &mut random),
            epoch: SessionEpoch::generate(&mut random),
            auth_time: at.seconds(),
            amr: AccessClaims::SIGN_IN.to_vec(),
        }
    }

    /// Copies of the token, each with one byte changed.
    pub(crate) fn altered(token: &str) -> impl Iterator<Item = String> {
        token.char_indices().map(|(at, byte)| {
            let other = if byte == 'A' { 'B' } else { 'A' };
            format!("{}{other}{}", &token[..at], &token[at + 1..])
        })
    }

    pub(crate) const ONE: &str = r#"{"1":"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ","signs_from":{"1":0}}"#;
    pub(crate) const TWO: &str = r#"{"1":"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
        "2":"1123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJ","signs_from":{"1":0,"2":1000}}"#;

    #[test]
    fn keys_differ_by_purpose_and_version() {
        let keyring = keyring(TWO);
        let key = |purpose, version| keyring.derive::<32>(purpose, version).unwrap().to_vec();
        assert_ne!(key(Purpose::HashPasswords, 1), key(Purpose::HashBackupCodes, 1));
        assert_ne!(key(Purpose::SignSessions, 1), key(Purpose::SignRecoveries, 1));
        assert_ne!(key(Purpose::SignSessions, 1), key(Purpose::SignSessions, 2));
    }

    #[test]
    fn a_root_secret_that_was_not_read_gives_no_key() {
        let cursors = (RootSecret::Cursors, Root::parse(&SecretString::from(ONE)).unwrap());
        let keyring = Keyring::new(BTreeMap::from([cursors]), BTreeMap::new()).unwrap();
        assert!(keyring.derive::<32>(Purpose::SealCursors, 1).is_ok());
        let error = keyring.signing_key(TokenKind::Access, 1).unwrap_err().to_string();
        assert_eq!(error, "there is no version 1 of the root secret sessions");
        assert!(keyring.public_keys(TokenKind::Access).is_none());
    }
}
