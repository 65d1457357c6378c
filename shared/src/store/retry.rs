//! Optimistic locking: an act is decided by what was read, and its write holds only if that has not changed. If it has, the act is
//! read, decided and written again.

use std::time::Duration;

use rand::RngExt as _;

use super::{Store, StoreError};
use crate::random::Random;

/// How often an act is tried in all.
const MAX_ATTEMPTS: u32 = 8;
/// The first pause is up to this long, each further one up to twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// The attempts at an act: eight at most, with a pause before each but the first.
pub struct Attempts {
    what: &'static str,
    made: u32,
    random: Random,
}

impl Store {
    /// The attempts at an act that is refused when `what` changes meanwhile.
    pub fn attempts(&self, what: &'static str) -> Attempts {
        Attempts { what, made: 0, random: self.random.clone() }
    }
}

impl Attempts {
    /// Begins an attempt. After the eighth the error is [`StoreError::Contended`].
    pub async fn begin(&mut self) -> Result<(), StoreError> {
        if self.made == MAX_ATTEMPTS {
            return Err(StoreError::Contended(self.what));
        }
        if let Some(round) = self.made.checked_sub(1) {
            pause(round, &mut self.random).await;
        }
        self.made += 1;
        Ok(())
    }
}

/// A random pause, so that those who met do not meet again.
pub(super) async fn pause(round: u32, random: &mut Random) {
    let most = FIRST_PAUSE * 2_u32.saturating_pow(round);
    tokio::time::sleep(random.random_range(Duration::ZERO..most)).await;
}
