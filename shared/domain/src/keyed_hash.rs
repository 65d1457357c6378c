//! A keyed hash for random secrets, which need no slow hash.
//!
//! HMAC-SHA256 (RFC 2104) with a key that is not in the tables: an attacker who reads a table cannot test guesses. OWASP ASVS 5.0,
//! 6.5.2 requires a slow hash only for secrets of less than 112 bits that can be guessed offline, which is impossible without the key.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::text::serde_as_text;

/// The key of a keyed hash: 64 bytes, one block of SHA-256. It is in no table.
pub struct HashKey(SecretBox<[u8; 64]>);

impl From<[u8; 64]> for HashKey {
    fn from(bytes: [u8; 64]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }
}

/// An HMAC-SHA256, compared in constant time.
#[derive(Clone, Copy)]
pub struct KeyedHash([u8; 32]);

impl KeyedHash {
    /// The hash of `parts`. Each part is hashed after its length, so that two different lists never have the same input.
    pub fn of(key: &HashKey, parts: &[&[u8]]) -> Self {
        let mut mac = Hmac::<Sha256>::new(key.0.expose_secret().into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Self(mac.finalize().into_bytes().into())
    }
}

impl PartialEq for KeyedHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedHash(…)")
    }
}

impl fmt::Display for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(&self.0))
    }
}

impl FromStr for KeyedHash {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or("is not a keyed hash")
    }
}

serde_as_text!(KeyedHash);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let key = HashKey::from([1; 64]);
        assert!(KeyedHash::of(&key, &[b"ab", b"c"]) != KeyedHash::of(&key, &[b"a", b"bc"]));
    }

    #[test]
    fn a_stored_hash_keeps_its_meaning() {
        let hash = KeyedHash::of(&HashKey::from([1; 64]), &[b"login", b"secret"]);
        assert_eq!(hash.to_string(), "Pd-baNK0e29niWAxGI1aCEi_543EFW7oXYvI6sIL4_k");
        assert!(hash.to_string().parse::<KeyedHash>().unwrap() == hash);
        assert_eq!(format!("{hash:?}"), "KeyedHash(…)");
    }
}
