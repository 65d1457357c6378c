//! Virtual time, which passes only while everybody waits, and random numbers from a seed.

use std::sync::Mutex;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use readmit::domain::Timestamp;
use readmit::{Clock, Random};
use tokio::time::Instant;

/// The start of a run: 2026-11-30, in the middle of the day.
const BEGIN: i64 = 1_796_040_000_000;

/// The time of a run. Clones share it.
#[derive(Clone, Copy)]
pub struct Time(Instant);

impl Time {
    /// The time at the start of a run.
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// The current time.
    pub fn now(self) -> Timestamp {
        let passed = Instant::now().duration_since(self.0).as_millis();
        Timestamp::from_millis(BEGIN + i64::try_from(passed).unwrap())
    }

    /// A clock that is ahead by `early_ms` milliseconds, or behind if negative.
    pub fn clock(self, early: i64) -> Clock {
        Clock::new(move || Timestamp::from_millis(self.now().millis() + early))
    }
}

/// Waits.
pub async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

/// The random generator for one purpose of a run. No other purpose uses it.
pub fn generator(seed: u64, of: &str, number: usize) -> StdRng {
    // FNV-1a mixes the name into the seed.
    let mixed = of
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    StdRng::seed_from_u64(mixed.wrapping_add((number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// The same as the random source of the functions.
pub fn random(generator: StdRng) -> Random {
    let generator = Mutex::new(generator);
    Random::new(move |bytes| generator.lock().unwrap().fill_bytes(bytes))
}
