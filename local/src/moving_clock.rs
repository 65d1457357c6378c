//! The clock of the stack: the system's, moved forward on request.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use readmit::Clock;
use readmit::domain::Timestamp;

use crate::data_dir::{DataDir, DataDirError, PrivateFile};

/// The system's time is counted.
const RUNNING: i64 = i64::MIN;

/// A clock that can be moved forward. Clones share what they have been moved by.
#[derive(Clone)]
pub struct MovingClock {
    ahead_millis: Arc<AtomicI64>,
    /// When the system's time stopped counting, if it did; one more millisecond at each look.
    held_millis: Arc<AtomicI64>,
    clock: Clock,
    /// Where the data directory keeps it: used steps of authenticators and ends of codes must not lie in the future again.
    file: Option<PrivateFile>,
}

impl MovingClock {
    /// As far ahead as an earlier start has left it in the data directory, if there is one.
    pub(crate) fn open(data_dir: Option<&DataDir>) -> Result<Self, DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("clock-ahead-millis"));
        let kept = file.as_ref().map(PrivateFile::read).transpose()?.flatten();
        let ahead = match (&file, kept) {
            (Some(file), Some(text)) => text.trim().parse().map_err(|_| file.damaged("it holds no number"))?,
            _ => 0,
        };
        let ahead_millis = Arc::new(AtomicI64::new(ahead));
        let held_millis = Arc::new(AtomicI64::new(RUNNING));
        let (system, ahead, held) = (Clock::system(), Arc::clone(&ahead_millis), Arc::clone(&held_millis));
        let clock = Clock::new(move || {
            let held =
                held.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |held| (held != RUNNING).then_some(held + 1));
            let millis = held.unwrap_or_else(|_| system.now().millis());
            Timestamp::from_millis(millis.saturating_add(ahead.load(Ordering::SeqCst)))
        });
        Ok(Self { ahead_millis, held_millis, clock, file })
    }

    /// The clock that everything here is given.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// This moment, as moved.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass from now on only as it is moved, but for a millisecond at each look, which keeps events in order: a test
    /// of an exact moment does not depend on how busy the machine is.
    pub fn hold(&self) {
        self.held_millis.store(Clock::system().now().millis(), Ordering::SeqCst);
    }

    /// Moves the clock forward by `seconds` and tells the new time.
    pub fn advance(&self, seconds: u32) -> Result<Timestamp, DataDirError> {
        let by = i64::from(seconds) * 1000;
        let ahead = self.ahead_millis.fetch_add(by, Ordering::SeqCst) + by;
        if let Some(file) = &self.file {
            file.write(&ahead.to_string())?;
        }
        Ok(self.now())
    }
}
