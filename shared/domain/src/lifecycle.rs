//! The lifecycle of a passcode and of the recovery that it becomes: which commands are allowed in which phase, which phase follows, and
//! which audit events are written.
//!
//! No other module has such rules. The store writes a [`Transition`] on condition that the passcode has not changed since.

mod command;
mod judgement;
mod phase;
#[cfg(test)]
mod tests;

pub use command::{Command, InvalidTransition, Passcode, Transition, Wipes};
pub use judgement::{Judgement, MAX_TRIES, judge};
pub use phase::{CodeStatus, PasscodeStatus, Phase, RecoveryStatus};
