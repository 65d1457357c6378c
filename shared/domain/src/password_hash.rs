//! Password hashes: Argon2id (RFC 9106), with a pepper as its key, which is in no table.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rand::CryptoRng;
use secrecy::{ExposeSecret as _, SecretBox};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize as _;

use crate::Password;
use crate::text::serde_as_text;

/// OWASP's Password Storage Cheat Sheet, first choice of Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The key of all password hashes of one version of the root secret.
pub struct Pepper(SecretBox<[u8; 32]>);

impl From<[u8; 32]> for Pepper {
    fn from(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }
}

/// An Argon2id hash in the PHC string format. Its `Debug` output does not contain the hash.
#[derive(Clone, PartialEq)]
pub struct PasswordHash(phc::PasswordHash);

/// Hashing failed: out of memory, or parameters that Argon2 refuses.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashingFailed(String);

impl HashingFailed {
    fn because(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// The memory that hashes reuse. Fresh memory pages would add half of the hash's own time.
///
/// The memory is wiped after each hash, which takes half a millisecond. Otherwise it would contain data for fast guesses: the second pass
/// of Argon2 only XORs into the result of the first (RFC 9106, section 3.2, step 6), so an attacker could compute the first blocks, which
/// are fast hashes of password, salt and pepper.
#[derive(Default)]
pub struct HashMemory(Mutex<Vec<Vec<Block>>>);

/// How many memories are kept. A function computes one hash at a time, the local stack a few.
const KEPT: usize = 4;

impl HashMemory {
    fn with<T>(&self, blocks: usize, hash: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut memory = self.kept().pop().unwrap_or_default();
        memory.resize(blocks, Block::default());
        let hashed = hash(&mut memory);
        memory.iter_mut().for_each(Block::zeroize);
        let mut kept = self.kept();
        if kept.len() < KEPT {
            kept.push(memory);
        }
        hashed
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Block>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn today() -> Result<Params, HashingFailed> {
    Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(HashingFailed::because)
}

/// The output of Argon2id (version 1.3), of the default length.
fn compute(
    password: &Password,
    pepper: &Pepper,
    salt: &[u8],
    params: Params,
    memory: &HashMemory,
) -> Result<[u8; Params::DEFAULT_OUTPUT_LEN], HashingFailed> {
    let (blocks, secret) = (params.block_count(), pepper.0.expose_secret());
    let argon2 = Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params);
    let argon2 = argon2.map_err(HashingFailed::because)?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    memory
        .with(blocks, |blocks| argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut output, blocks))
        .map_err(HashingFailed::because)?;
    Ok(output)
}

impl PasswordHash {
    /// Hashes a password. Takes about 17 ms of CPU time and 19 MiB.
    pub fn of(password: &Password, pepper: &Pepper, salt: Salt, memory: &HashMemory) -> Result<Self, HashingFailed> {
        let params = today()?;
        let output = compute(password, pepper, &salt.0, params.clone(), memory)?;
        Ok(Self(phc::PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: phc::ParamsString::try_from(&params).map_err(HashingFailed::because)?,
            salt: Some(phc::Salt::new(&salt.0).map_err(HashingFailed::because)?),
            hash: Some(phc::Output::new(&output).map_err(HashingFailed::because)?),
        }))
    }

    /// Whether this is the hash of `password`. Takes as long as [`Self::of`].
    pub fn verify(&self, password: &Password, pepper: &Pepper, memory: &HashMemory) -> Result<bool, HashingFailed> {
        let params = Params::try_from(&self.0).map_err(HashingFailed::because)?;
        let (salt, hash) = (self.0.salt.as_ref(), self.0.hash.as_ref());
        let (Some(salt), Some(hash)) = (salt, hash) else { return Err(HashingFailed::because("it has no hash")) };
        let output = compute(password, pepper, salt, params, memory)?;
        Ok(output.ct_eq(hash.as_bytes()).into())
    }

    /// Whether the hash was made with the current parameters.
    pub fn is_up_to_date(&self) -> bool {
        Params::try_from(&self.0)
            .is_ok_and(|params| (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES))
    }

    /// Takes as long as a verification, for an unknown address, and returns `false`.
    pub fn verify_nobody(password: &Password, pepper: &Pepper, memory: &HashMemory) -> Result<bool, HashingFailed> {
        compute(password, pepper, &[0; 16], today()?, memory).map(|_| false)
    }
}

/// A salt of 128 bits.
pub struct Salt([u8; 16]);

impl Salt {
    /// A new random salt.
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

impl FromStr for PasswordHash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        phc::PasswordHash::new(text).map(Self).or(Err("is not a password hash"))
    }
}

serde_as_text!(PasswordHash);

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "plum harbour ladder quartz";

    fn pepper() -> Pepper {
        Pepper::from([9; 32])
    }

    fn hash(memory: &HashMemory) -> PasswordHash {
        PasswordHash::of(&Password::new(PASSWORD), &pepper(), Salt([1; 16]), memory).unwrap()
    }

    #[test]
    fn a_stored_hash_keeps_its_meaning_and_is_not_printed_by_accident() {
        let hash = hash(&HashMemory::default());
        let stored =
            "$argon2id$v=19$m=19456,t=2,p=1$AQEBAQEBAQEBAQEBAQEBAQ$2Zk7dMbanNEpGipS2e51qdboc/6/gMnaSFYoOpMb6Ys";
        assert_eq!(hash.to_string(), stored);
        assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
    }

    #[test]
    fn the_memory_of_four_hashes_is_kept() {
        fn nest(memory: &HashMemory, depth: usize) {
            memory.with(1, |_| {
                if depth > 1 {
                    nest(memory, depth - 1)
                }
            });
        }
        let memory = HashMemory::default();
        for (depth, kept) in [(3, 3), (6, KEPT)] {
            nest(&memory, depth);
            assert_eq!(memory.kept().len(), kept);
        }
    }

    #[test]
    fn only_the_password_with_its_pepper_verifies() {
        let (password, memory) = (Password::new(PASSWORD), HashMemory::default());
        let hash: PasswordHash = hash(&memory).to_string().parse().unwrap();
        assert!(hash.verify(&password, &pepper(), &memory).unwrap());
        assert!(!hash.verify(&Password::new("plum harbour ladder quartZ"), &pepper(), &memory).unwrap());
        assert!(!hash.verify(&password, &Pepper::from([8; 32]), &memory).unwrap());
    }

    #[test]
    fn an_unknown_address_costs_a_hash_as_well() {
        let memory = HashMemory::default();
        assert!(!PasswordHash::verify_nobody(&Password::new(PASSWORD), &pepper(), &memory).unwrap());
        assert_eq!(memory.kept().iter().map(Vec::len).collect::<Vec<_>>(), [MEMORY_KIB as usize]);
    }

    #[test]
    fn nothing_of_a_hash_stays_in_its_memory() {
        let memory = HashMemory::default();
        hash(&memory);
        let kept = memory.kept();
        assert_eq!(kept.iter().map(Vec::len).collect::<Vec<_>>(), [MEMORY_KIB as usize]);
        assert!(kept.iter().flatten().all(|block| block.as_ref().iter().all(|word| *word == 0)));
    }

    #[test]
    fn a_hash_of_weaker_parameters_is_out_of_date() {
        let now = hash(&HashMemory::default());
        assert!(now.is_up_to_date());
        let weaker: PasswordHash = now.to_string().replace("t=2", "t=1").parse().unwrap();
        assert!(!weaker.is_up_to_date());
    }
}
