//! The clock of the stack: the system's, moved forward on request.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use readmit::Clock;
use readmit::domain::Timestamp;

/// A clock that can be moved forward. Clones share what they have been moved by.
#[derive(Clone)]
pub struct MovingClock {
    ahead_millis: Arc<AtomicI64>,
    clock: Clock,
}

impl MovingClock {
    pub(crate) fn new() -> Self {
        let ahead_millis = Arc::new(AtomicI64::new(0));
        let system = Clock::system();
        let ahead = Arc::clone(&ahead_millis);
        let clock = Clock::new(move || {
            Timestamp::from_millis(system.now().millis().saturating_add(ahead.load(Ordering::SeqCst)))
        });
        Self { ahead_millis, clock }
    }

    /// The clock that everything here is given.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// This moment, as moved.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock forward by `seconds` and tells the new time.
    pub fn advance(&self, seconds: u32) -> Timestamp {
        self.ahead_millis.fetch_add(i64::from(seconds) * 1000, Ordering::SeqCst);
        self.now()
    }
}
