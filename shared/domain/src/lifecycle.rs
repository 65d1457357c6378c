//! The passcode and the recovery that it becomes: which command leads from which phase to which, and which audit
//! events it writes.
//!
//! The rules stand here and nowhere else. The store writes a [`Transition`]; whatever must still hold when it does is a
//! condition of that write.

mod command;
mod judgement;
mod phase;
#[cfg(test)]
mod tests;

pub use command::{Command, InvalidTransition, Passcode, Transition, Wipes};
pub use judgement::{Judgement, MAX_TRIES, judge};
pub use phase::{CodeStatus, PasscodeStatus, Phase, RecoveryStatus};
