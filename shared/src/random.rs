//! The only source of randomness. Code that needs random numbers gets a [`Random`].

use std::convert::Infallible;
use std::sync::Arc;

pub use rand::CryptoRng;
use rand::Rng as _;
use rand::rand_core::{TryCryptoRng, TryRng, UnwrapErr};
#[expect(clippy::disallowed_types, reason = "this is the one place that asks the system's generator")]
use rand::rngs::SysRng;

/// A source of randomness. Cheap to clone; clones draw from the same source.
#[derive(Clone)]
pub struct Random(Arc<Fill>);

type Fill = dyn Fn(&mut [u8]) + Send + Sync;

impl Random {
    /// A source that gets its bytes from `fill`, such as a generator with a seed for repeatable tests.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// The operating system's generator. It is called each time, so that a frozen and copied instance cannot repeat its numbers. It
    /// panics if the system has no randomness, which ends the invocation before it makes a weak secret.
    pub fn system() -> Self {
        Self::new(|bytes| UnwrapErr(SysRng).fill_bytes(bytes))
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        (self.0)(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Random {}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use rand::rngs::StdRng;
    use rand::{RngExt as _, SeedableRng as _};

    use super::*;

    #[test]
    fn a_seeded_source_is_repeatable_and_its_clones_share_one_sequence() {
        let seeded = || {
            let generator = Mutex::new(StdRng::seed_from_u64(7));
            Random::new(move |bytes| generator.lock().unwrap().fill_bytes(bytes))
        };
        let draw = |mut from: Random| (from.clone().random::<u64>(), from.random::<u64>());
        assert_eq!(draw(seeded()), draw(seeded()));
        let (first, second) = draw(seeded());
        assert_ne!(first, second);
    }
}
