//! Optimistic locking: an act reads data, decides, and writes on condition that the data has not changed. If it has changed, the act
//! starts again.

use std::time::Duration;

use rand::RngExt as _;

use super::{Store, StoreError};
use crate::random::Random;

/// The number of attempts, including the first.
const MAX_ATTEMPTS: u32 = 8;
/// The limit of the first pause. It doubles for each further pause.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// The attempts at an act: at most `MAX_ATTEMPTS`, with a pause before each one except the first.
pub struct Attempts {
    what: &'static str,
    made: u32,
    random: Random,
}

impl Store {
    /// The attempts at an act that must start again when `what` changes.
    pub fn attempts(&self, what: &'static str) -> Attempts {
        Attempts { what, made: 0, random: self.random.clone() }
    }
}

impl Attempts {
    /// Begins an attempt. The error after the last one is [`StoreError::Contended`].
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

/// Pauses for a random time, so that two conflicting requests do not try again at the same moment.
pub(super) async fn pause(round: u32, random: &mut Random) {
    let most = FIRST_PAUSE * 2_u32.saturating_pow(round);
    tokio::time::sleep(random.random_range(Duration::ZERO..most)).await;
}
