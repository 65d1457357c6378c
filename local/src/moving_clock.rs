//! The clock of the stack: the system's clock, which can be moved forward.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use readmit::Clock;
use readmit::domain::Timestamp;

use crate::data_dir::{DataDir, DataDirError, PrivateFile};

/// The clock is not held.
const RUNNING: i64 = i64::MIN;

/// A clock that can be moved forward. Clones share one clock.
#[derive(Clone)]
pub struct MovingClock {
    ahead_millis: Arc<AtomicI64>,
    /// The time at which the clock is held, or `RUNNING`. Each reading adds a millisecond.
    held_millis: Arc<AtomicI64>,
    clock: Clock,
    moving: Arc<Mutex<()>>,
    /// The file that keeps the offset. Otherwise, after a restart, stored times such as used steps of authenticators would be in the future.
    file: Option<PrivateFile>,
}

impl MovingClock {
    /// A clock with the offset of the data directory, if there is one.
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
        Ok(Self { ahead_millis, held_millis, clock, moving: Arc::default(), file })
    }

    /// The clock for the functions and services.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// The moved time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Stops the clock, so that a test of an exact time does not depend on the machine's speed. Only `advance` moves it, and each reading adds
    /// one millisecond, which keeps events in order.
    pub fn hold(&self) {
        self.held_millis.store(Clock::system().now().millis(), Ordering::SeqCst);
    }

    /// Moves the clock forward by `seconds`, and returns the new time. The offset is stored first: otherwise, if the process died, times that
    /// functions have stored could be in the future.
    pub fn advance(&self, seconds: u32) -> Result<Timestamp, DataDirError> {
        // One move at a time: two moves at the same time could store the smaller offset last.
        let _alone = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = self.ahead_millis.load(Ordering::SeqCst) + i64::from(seconds) * 1000;
        if let Some(file) = &self.file {
            file.write(&ahead.to_string())?;
        }
        self.ahead_millis.store(ahead, Ordering::SeqCst);
        Ok(self.now())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::aws_ids;

    fn data_dir() -> (PathBuf, DataDir) {
        let path = std::env::temp_dir().join(aws_ids::uuid());
        let data_dir = DataDir::open(&path).unwrap();
        (path, data_dir)
    }

    fn ahead(clock: &MovingClock) -> i64 {
        clock.ahead_millis.load(Ordering::SeqCst)
    }

    /// If the process dies in between, no time that a function has seen may be in the future after the restart.
    #[test]
    fn a_time_is_stored_before_it_is_visible() {
        let (path, data_dir) = data_dir();
        let clock = MovingClock::open(Some(&data_dir)).unwrap();
        clock.advance(30).unwrap();
        // The directory blocks the temporary file.
        std::fs::create_dir(path.join("clock-ahead-millis.new")).unwrap();
        assert!(clock.advance(30).is_err());
        assert_eq!(ahead(&clock), 30_000);
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn moves_at_the_same_time_are_all_stored() {
        let (path, data_dir) = data_dir();
        let clock = MovingClock::open(Some(&data_dir)).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        clock.advance(1).unwrap();
                    }
                });
            }
        });
        let again = MovingClock::open(Some(&data_dir)).unwrap();
        assert_eq!((ahead(&clock), ahead(&again)), (160_000, 160_000));
        std::fs::remove_dir_all(path).unwrap();
    }
}
