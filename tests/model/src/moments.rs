//! Time: a few moments, and two instances whose clocks have the largest allowed difference.

use std::time::Duration;

use readmit_domain::Timestamp;

/// How far the two clocks are apart: each may be 90 s off.
const APART: Duration = Duration::from_secs(180);
/// How long a process lives at most: Lambda ends it then.
const PROCESS_LIVES: Duration = Duration::from_secs(15);
/// How long a code lives: the shortest that an admin may ask for.
pub const CODE_LIVES: Duration = Duration::from_secs(10 * 60);

const fn at(minutes: i64, seconds: i64) -> Timestamp {
    Timestamp::from_millis((minutes * 60 + seconds) * 1000)
}

/// The moments that can be told apart, by the early clock. For a code that was issued first:
///
/// - at 4:00 only the late clock says that its mail took longer than five minutes;
/// - at 9:55 it has expired by the late clock; a code that the late instance issued has expired by neither;
/// - at 10:05 it has expired by both, and so has one of the late instance by the late clock. A process can have begun before that;
/// - at 20:00 a recovery of the first moment is over by both clocks, one of 4:00 by the late clock alone;
/// - at 40:00 all is over.
const MOMENTS: [Timestamp; 6] = [at(0, 0), at(4, 0), at(9, 55), at(10, 5), at(20, 0), at(40, 0)];

/// Which of the moments it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment(u8);

/// An instance's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clock {
    /// Three minutes behind the other.
    Early,
    /// Three minutes ahead of the other.
    Late,
}

impl Moment {
    /// The first one.
    pub const FIRST: Self = Self(0);
    /// How many there are.
    pub const COUNT: u8 = 6;

    /// What a clock says.
    pub fn by(self, clock: Clock) -> Timestamp {
        let early = MOMENTS.get(usize::from(self.0)).copied().unwrap_or(at(40, 0));
        match clock {
            Clock::Early => early,
            Clock::Late => early.after(APART),
        }
    }

    /// The next one, if it is among the first `count`.
    pub fn next(self, count: u8) -> Option<Self> {
        let next = Self(self.0 + 1);
        (next.0 < count.min(Self::COUNT)).then_some(next)
    }

    /// Whether a process that runs now can still run at the next moment.
    pub fn is_outlived(self) -> bool {
        let next = Self(self.0 + 1);
        next.by(Clock::Early) < self.by(Clock::Early).after(PROCESS_LIVES)
    }
}
