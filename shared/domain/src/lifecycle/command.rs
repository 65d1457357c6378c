//! The commands to a passcode, and their effects.

use super::judgement::MAX_TRIES;
use super::{CodeStatus, Phase, RecoveryStatus};
use crate::{DeliveryReport, EventType, Timestamp};

/// A command to a passcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// The mail service accepted the mail.
    MarkSent,
    /// The mail service reports the delivery of the mail.
    Report(DeliveryReport),
    /// The mail was not accepted: the code ends.
    Withdraw,
    /// A try is counted, before its secret is compared.
    CountTry,
    /// The right secret was typed: the code becomes a recovery.
    Redeem,
    /// A Security Admin ends it.
    Revoke,
    /// The holder says "this was not me". It ends the passcode, and is recorded even after the end.
    Disown,
    /// A newer code replaces it.
    Supersede,
    /// The cleanup ends it after its time.
    Expire,
    /// The fifth try failed: the code ends.
    Exhaust,
    /// The recovery's new password is stored.
    SetPassword,
    /// The recovery's new authenticator is stored and shown.
    ShowFactor,
    /// Password and authenticator are replaced.
    Complete,
    /// A recovery ends without a result.
    Abandon,
    /// The account was disabled, became a client's, changed its address, or was erased.
    EndWithAccount,
}

/// The state of a passcode, as far as it decides about commands.
#[derive(Clone, Copy, Debug)]
pub struct Passcode {
    /// The current phase.
    pub phase: Phase,
    /// When the code or the recovery expires.
    pub until: Timestamp,
    /// How many secrets were compared with the code.
    pub tries: u32,
}

/// The effects of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The phases in which the command has the same effects. The write must have the condition that the passcode is in one of them.
    pub from: Vec<Phase>,
    /// The new phase.
    pub to: Phase,
    /// The audit events, in this order.
    pub events: Vec<EventType>,
    /// The secrets that are deleted.
    pub wipes: Wipes,
}

/// Secrets that a transition deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wipes {
    /// No secrets: they are still needed, or were deleted before.
    Nothing,
    /// The code's selector and the hash of its secret.
    Code,
    /// The recovery's new password and new authenticator.
    Factors,
}

/// The command is not allowed, because of the passcode's phase or its expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{command:?} is not allowed in the phase {phase:?}")]
pub struct InvalidTransition {
    /// The passcode's phase.
    pub phase: Phase,
    /// The command that was refused.
    pub command: Command,
}

impl Command {
    /// The phases in which the command is allowed. A write that does not read first uses them as its condition.
    pub fn allowed(self) -> &'static [Phase] {
        match self {
            Self::MarkSent => &[Phase::SENDING],
            Self::Report(report) => report.moves(),
            Self::Withdraw => &Phase::PENDING,
            Self::CountTry | Self::Redeem | Self::Exhaust => &Phase::LIVE,
            Self::Revoke | Self::Supersede | Self::Expire | Self::EndWithAccount => &Phase::NOT_ENDED,
            Self::SetPassword | Self::ShowFactor | Self::Complete | Self::Abandon => &[Phase::OPEN],
            Self::Disown => &Phase::ALL,
        }
    }

    /// Whether the command is allowed at `now` for a passcode that expires at `until`.
    fn is_in_time(self, now: Timestamp, until: Timestamp) -> bool {
        match self {
            Self::CountTry | Self::Redeem | Self::Revoke => now < until,
            Self::SetPassword | Self::ShowFactor | Self::Complete => now < until,
            Self::Expire => now >= until,
            _ => true,
        }
    }
}

impl Passcode {
    /// The effects of the command at `now`; an error if it is not allowed.
    pub fn apply(&self, command: Command, now: Timestamp) -> Result<Transition, InvalidTransition> {
        let has_tries = command != Command::CountTry || self.tries < MAX_TRIES;
        if !(command.allowed().contains(&self.phase) && command.is_in_time(now, self.until) && has_tries) {
            return Err(InvalidTransition { phase: self.phase, command });
        }
        let to = self.leads_to(command, now);
        let alike = |phase: &Phase| {
            let other = Self { phase: *phase, ..*self };
            other.leads_to(command, now) == to && other.phase.is_ended() == self.phase.is_ended()
        };
        Ok(Transition {
            from: command.allowed().iter().copied().filter(alike).collect(),
            to,
            events: self.events(command, to),
            wipes: self.wipes(to),
        })
    }

    /// Whether, at `now`, the mail is being sent, the code can be redeemed, or the recovery can be completed.
    pub fn is_usable_at(&self, now: Timestamp) -> bool {
        !self.phase.is_ended() && now < self.until
    }

    fn leads_to(&self, command: Command, now: Timestamp) -> Phase {
        let is_over = now >= self.until;
        match command {
            Command::MarkSent => Phase::SENT,
            Command::Report(report) => Phase::Code(report.leads_to()),
            Command::Withdraw => Phase::Code(CodeStatus::Failed),
            Command::Redeem => Phase::OPEN,
            Command::CountTry | Command::SetPassword | Command::ShowFactor => self.phase,
            Command::Revoke => self.ended(CodeStatus::Revoked),
            Command::Disown => self.ended(CodeStatus::Disowned),
            Command::Supersede | Command::EndWithAccount if is_over => self.ended(CodeStatus::Expired),
            Command::Supersede => self.ended(CodeStatus::Superseded),
            Command::EndWithAccount => self.ended(CodeStatus::Revoked),
            Command::Expire => self.ended(self.expired()),
            Command::Exhaust => Phase::Code(CodeStatus::Exhausted),
            Command::Complete => Phase::Recovery(RecoveryStatus::Completed),
            Command::Abandon => Phase::Recovery(RecoveryStatus::Abandoned),
        }
    }

    /// The phase after an end: a code gets this status, a recovery is abandoned, and an ended passcode stays as it is.
    fn ended(&self, code: CodeStatus) -> Phase {
        match self.phase {
            phase if phase.is_ended() => phase,
            Phase::Code(_) => Phase::Code(code),
            Phase::Recovery(_) => Phase::Recovery(RecoveryStatus::Abandoned),
        }
    }

    /// The status that the cleanup gives to a code. If a process died, the code may still be `sending`, or may have five tries without
    /// being exhausted.
    fn expired(&self) -> CodeStatus {
        match self.phase {
            Phase::Code(CodeStatus::Sending) => CodeStatus::Failed,
            _ if self.tries >= MAX_TRIES => CodeStatus::Exhausted,
            _ => CodeStatus::Expired,
        }
    }

    fn events(&self, command: Command, to: Phase) -> Vec<EventType> {
        let of_command = match command {
            Command::Disown => Some(EventType::PasscodeDisowned),
            _ => None,
        };
        of_command.into_iter().chain((to != self.phase).then(|| event_of(to)).flatten()).collect()
    }

    fn wipes(&self, to: Phase) -> Wipes {
        match to {
            _ if to == self.phase || to.is_pending() => Wipes::Nothing,
            Phase::Code(_) | Phase::OPEN => Wipes::Code,
            Phase::Recovery(_) => Wipes::Factors,
        }
    }
}

/// The audit event for entering a phase.
fn event_of(phase: Phase) -> Option<EventType> {
    match phase {
        Phase::Code(CodeStatus::Sending | CodeStatus::Sent | CodeStatus::Delayed) => None,
        Phase::Code(CodeStatus::Delivered) => Some(EventType::PasscodeDelivered),
        Phase::Code(CodeStatus::Bounced) => Some(EventType::PasscodeBounced),
        Phase::Code(CodeStatus::Complained) => Some(EventType::PasscodeComplained),
        Phase::Code(CodeStatus::Failed) => Some(EventType::PasscodeDeliveryFailed),
        Phase::Code(CodeStatus::Revoked) => Some(EventType::PasscodeRevoked),
        // The command writes this event, because it also applies to recoveries and ended passcodes.
        Phase::Code(CodeStatus::Disowned) => None,
        Phase::Code(CodeStatus::Superseded) => Some(EventType::PasscodeSuperseded),
        Phase::Code(CodeStatus::Exhausted) => Some(EventType::PasscodeExhausted),
        Phase::Code(CodeStatus::Expired) => Some(EventType::PasscodeExpired),
        Phase::OPEN => Some(EventType::PasscodeRedeemed),
        Phase::Recovery(RecoveryStatus::Completed) => Some(EventType::RecoveryCompleted),
        Phase::Recovery(RecoveryStatus::Abandoned) => Some(EventType::RecoveryAbandoned),
    }
}
