//! The one source of randomness. Everything that needs it is given it.

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
    /// A source that `fill` fills bytes from: one with a seed, for tests that must be repeated.
    pub fn new(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    /// The operating system's generator, asked each time: an instance that was frozen and copied cannot repeat itself. It panics
    /// if the system has no randomness to give, which ends the invocation before anything weak is made.
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
    fn a_source_with_a_seed_gives_the_same_again_and_its_clones_go_on() {
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
