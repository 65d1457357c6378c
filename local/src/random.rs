//! The one random source of the stack: whoever needs chance is given it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use data_encoding::{BASE64URL, HEXLOWER};
use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};

/// A cryptographic random source, seeded by the operating system. Clones share their state.
#[derive(Clone)]
pub struct Random(Arc<Mutex<StdRng>>);

/// The operating system has no randomness to give.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no random bytes")]
pub struct NoRandomness;

impl Random {
    pub fn from_system() -> Result<Self, NoRandomness> {
        let source = StdRng::try_from_rng(&mut SysRng).map_err(|_| NoRandomness)?;
        Ok(Self(Arc::new(Mutex::new(source))))
    }

    /// `length` letters and digits.
    pub fn alphanumeric(&self, length: usize) -> String {
        Alphanumeric.sample_string(&mut *self.source(), length)
    }

    /// `N` bytes in lower-case hexadecimal.
    pub fn hex<const N: usize>(&self) -> String {
        HEXLOWER.encode(&self.bytes::<N>())
    }

    /// A UUID of version 4, as Lambda names an invocation and Secrets Manager a version.
    pub fn uuid(&self) -> String {
        let mut bytes = self.bytes::<16>();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = HEXLOWER.encode(&bytes);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// A request's id as API Gateway writes it: 11 bytes in base64, with the one sign of padding.
    pub fn gateway_request_id(&self) -> String {
        BASE64URL.encode(&self.bytes::<11>())
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.source().fill_bytes(&mut bytes);
        bytes
    }

    fn source(&self) -> MutexGuard<'_, StdRng> {
        // A panic elsewhere leaves the state of a generator as good as any.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_aws() {
        let random = Random::from_system().unwrap();
        let uuid = random.uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        let request_id = random.gateway_request_id();
        assert_eq!(request_id.len(), 16);
        assert!(request_id.ends_with('='));
        assert_ne!(request_id, random.gateway_request_id());
    }
}
