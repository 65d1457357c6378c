//! The passcode and the recovery that it becomes: which command leads from which phase to which, and with which audit events.
//!
//! The rules stand here and nowhere else. The store writes a [`Transition`], on the condition that what decided it still holds.

mod command;
mod judgement;
mod phase;
#[cfg(test)]
mod tests;

pub use command::{Command, InvalidTransition, Passcode, Transition, Wipes};
pub use judgement::{Judgement, MAX_TRIES, judge};
pub use phase::{CodeStatus, PasscodeStatus, Phase, RecoveryStatus};
