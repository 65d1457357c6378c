//! Passwords at rest: Argon2id (RFC 9106), keyed with a pepper that no table holds.

use std::fmt;
use std::str::FromStr;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::CryptoRng;
use secrecy::{ExposeSecret as _, SecretBox};

use crate::Password;
use crate::text::serde_as_text;

/// OWASP's Password Storage Cheat Sheet, first choice of Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The key of all password hashes of one version of the root.
pub struct Pepper(SecretBox<[u8; 32]>);

impl From<[u8; 32]> for Pepper {
    fn from(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }
}

/// An Argon2id hash in the PHC string format. Cannot be printed by accident.
#[derive(Clone, PartialEq)]
pub struct PasswordHash(phc::PasswordHash);

/// Hashing failed: out of memory, or parameters that Argon2 refuses.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingFailed(String);

fn argon2<'key>(pepper: &'key Pepper) -> Result<Argon2<'key>, HashingFailed> {
    let failed = |error: argon2::Error| HashingFailed(error.to_string());
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(failed)?;
    Argon2::new_with_secret(pepper.0.expose_secret(), Algorithm::Argon2id, Version::V0x13, params).map_err(failed)
}

impl PasswordHash {
    /// Hashes a password with a salt of 128 random bits. Takes about 17 ms of CPU and 19 MiB.
    pub fn of(password: &Password, pepper: &Pepper, salt: Salt) -> Result<Self, HashingFailed> {
        let hash = argon2(pepper)?.hash_password_with_salt(password.as_bytes(), &salt.0);
        hash.map(Self).map_err(|error| HashingFailed(error.to_string()))
    }

    /// Whether this is the hash of `password`; as slow as [`Self::of`].
    pub fn verify(&self, password: &Password, pepper: &Pepper) -> Result<bool, HashingFailed> {
        Ok(argon2(pepper)?.verify_password(password.as_bytes(), &self.0).is_ok())
    }

    /// Whether it was made with the parameters of today.
    pub fn is_up_to_date(&self) -> bool {
        Params::try_from(&self.0)
            .is_ok_and(|params| (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES))
    }

    /// Spends the time of a verification on nobody's hash, so that an unknown address answers as slowly as a known one.
    pub fn verify_nobody(password: &Password, pepper: &Pepper) -> Result<bool, HashingFailed> {
        Self::of(password, pepper, Salt([0; 16])).map(|_| false)
    }
}

/// A salt of 128 bits.
pub struct Salt([u8; 16]);

impl Salt {
    /// A new one.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        let mut salt = [0; 16];
        random.fill_bytes(&mut salt);
        Self(salt)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl fmt::Display for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is not a PHC string.
#[derive(Debug, thiserror::Error)]
#[error("is not a password hash")]
pub struct NotAPasswordHash;

impl FromStr for PasswordHash {
    type Err = NotAPasswordHash;

    fn from_str(text: &str) -> Result<Self, NotAPasswordHash> {
        phc::PasswordHash::new(text).map(Self).map_err(|_| NotAPasswordHash)
    }
}

serde_as_text!(PasswordHash);

#[cfg(test)]
mod tests {
    use super::*;

    fn pepper() -> Pepper {
        Pepper::from([9; 32])
    }

    #[test]
    fn a_stored_hash_keeps_its_meaning() {
        let password = Password::new("plum harbour ladder quartz");
        let hash = PasswordHash::of(&password, &pepper(), Salt([1; 16])).unwrap();
        assert_eq!(
            hash.to_string(),
            "$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$2Zk7dMbanNEpGipS2e51qdboc/6/gMnaSFYoOpMb6Ys"
        );
    }

    #[test]
    fn only_the_password_with_its_pepper_verifies() {
        let password = Password::new("plum harbour ladder quartz");
        let hash: PasswordHash =
            PasswordHash::of(&password, &pepper(), Salt([1; 16])).unwrap().to_string().parse().unwrap();
        assert!(hash.verify(&password, &pepper()).unwrap());
        assert!(!hash.verify(&Password::new("plum harbour ladder quartZ"), &pepper()).unwrap());
        assert!(!hash.verify(&password, &Pepper::from([8; 32])).unwrap());
        assert!(!PasswordHash::verify_nobody(&password, &pepper()).unwrap());
    }

    #[test]
    fn a_hash_of_weaker_parameters_is_out_of_date() {
        let now = PasswordHash::of(&Password::new("plum harbour ladder quartz"), &pepper(), Salt([1; 16])).unwrap();
        assert!(now.is_up_to_date());
        let weaker: PasswordHash = now.to_string().replace("t=2", "t=1").parse().unwrap();
        assert!(!weaker.is_up_to_date());
    }

    #[test]
    fn a_hash_is_not_printed_by_accident() {
        let hash = PasswordHash::of(&Password::new("plum harbour ladder quartz"), &pepper(), Salt([1; 16])).unwrap();
        assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
    }
}
