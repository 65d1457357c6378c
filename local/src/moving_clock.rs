//! The clock of the stack: the system's, moved forward on request.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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
    moving: Arc<Mutex<()>>,
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
        Ok(Self { ahead_millis, held_millis, clock, moving: Arc::default(), file })
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

    /// Moves the clock forward by `seconds` and tells the new time. It is kept before anybody sees it: what a function has stored
    /// by it must not lie in the future if the process dies now.
    pub fn advance(&self, seconds: u32) -> Result<Timestamp, DataDirError> {
        // One at a time: two at once would write into one draft, and the smaller number could be the last.
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

    /// What a process that dies in between has let a function see must not lie in the future after the restart.
    #[test]
    fn nobody_sees_a_time_that_is_not_kept() {
        let (path, data_dir) = data_dir();
        let clock = MovingClock::open(Some(&data_dir)).unwrap();
        clock.advance(30).unwrap();
        // Where the draft would be written.
        std::fs::create_dir(path.join("clock-ahead-millis.new")).unwrap();
        assert!(clock.advance(30).is_err());
        assert_eq!(ahead(&clock), 30_000);
        std::fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn what_many_have_moved_at_once_is_kept_to_the_last_second() {
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
