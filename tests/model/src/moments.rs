//! Time: a few moments, and two instances whose clocks have the largest allowed difference.

use std::time::Duration;

use readmit_domain::Timestamp;

/// The difference of the two clocks. Each can be wrong by 90 s.
const APART: Duration = Duration::from_secs(180);
/// The longest life of a process, after which Lambda ends it.
const PROCESS_LIVES: Duration = Duration::from_secs(15);
/// The lifetime of a code: the shortest that an admin can choose.
pub const CODE_LIVES: Duration = Duration::from_secs(10 * 60);

const fn at(minutes: i64, seconds: i64) -> Timestamp {
    Timestamp::from_millis((minutes * 60 + seconds) * 1000)
}

/// The moments of the model, by the early clock. They differ in their effects. For a code that was issued at the first moment:
///
/// - at 4:00 its mail has taken longer than five minutes by the late clock only;
/// - at 9:55 it has expired by the late clock only, and a code of the late instance has expired by neither clock;
/// - at 10:05 it has expired by both clocks, and a code of the late instance by the late clock only. A process that began before can still run;
/// - at 20:00 a recovery of the first moment has expired by both clocks, and one of 4:00 by the late clock only;
/// - at 40:00 everything has expired.
const MOMENTS: [Timestamp; 6] = [at(0, 0), at(4, 0), at(9, 55), at(10, 5), at(20, 0), at(40, 0)];

/// The index of a moment.
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
    /// The first moment.
    pub const FIRST: Self = Self(0);
    /// The number of moments.
    pub const COUNT: u8 = 6;

    /// The time of a clock at this moment.
    pub fn by(self, clock: Clock) -> Timestamp {
        let early = MOMENTS.get(usize::from(self.0)).copied().unwrap_or(at(40, 0));
        match clock {
            Clock::Early => early,
            Clock::Late => early.after(APART),
        }
    }

    /// The next moment, if it is one of the first `count`.
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
