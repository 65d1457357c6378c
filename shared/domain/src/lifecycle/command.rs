//! What may be done to a passcode, and what comes of it.

use super::judgement::MAX_TRIES;
use super::{CodeStatus, Phase, RecoveryStatus};
use crate::{DeliveryReport, EventType, Timestamp};

/// What is done to a passcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// The mail service accepted the mail.
    MarkSent,
    /// The mail service reports of the mail.
    Report(DeliveryReport),
    /// The mail was not accepted: the code ends.
    Withdraw,
    /// A try is counted, before its secret is compared.
    CountTry,
    /// The right secret was typed: the code becomes a recovery.
    Redeem,
    /// A Security Admin ends it.
    Revoke,
    /// Its holder did not ask for it: it ends. That is noted even if it has ended already.
    Disown,
    /// A newer code takes its place.
    Supersede,
    /// Its time is over: the cleanup ends it.
    Expire,
    /// A code's tries are spent.
    Exhaust,
    /// The recovery's new password is kept.
    SetPassword,
    /// The recovery's new authenticator is kept.
    ShowFactor,
    /// Password and authenticator are replaced.
    Complete,
    /// A recovery ends without a result.
    Abandon,
    /// The account was disabled, became a client's, changed its address, or was erased.
    EndWithAccount,
}

/// What decides about a passcode.
#[derive(Clone, Copy, Debug)]
pub struct Passcode {
    /// How far it has come.
    pub phase: Phase,
    /// Until when the code can be redeemed, or the recovery completed.
    pub until: Timestamp,
    /// Secrets compared with the code so far.
    pub tries: u32,
}

/// What a command does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The phases from which the command does the same. The write holds only in one of these.
    pub from: Vec<Phase>,
    /// The phase that it leads to.
    pub to: Phase,
    /// The audit events, in this order.
    pub events: Vec<EventType>,
    /// The secrets that are deleted.
    pub wipes: Wipes,
}

/// Secrets that a transition deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wipes {
    /// The secrets are still needed, or are gone already.
    Nothing,
    /// The code's selector and the hash of its secret.
    Code,
    /// The recovery's new password and new authenticator.
    Factors,
}

/// The command cannot be given: the passcode has moved on, or its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{command:?} cannot be given in the phase {phase:?}")]
pub struct InvalidTransition {
    /// The phase that the passcode was in.
    pub phase: Phase,
    /// The command that was given.
    pub command: Command,
}

impl Command {
    /// The phases in which the command can be given: the condition of a write that does not read first.
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

    /// Whether the command can be given at `now` to a passcode whose time is over at `until`.
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
    /// What the command does at `now`.
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

    /// Whether the code can be redeemed, or the recovery completed, at `now`, or the mail is on its way.
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

    /// A code ends as said, a recovery is abandoned, and what has ended stays as it is.
    fn ended(&self, code: CodeStatus) -> Phase {
        match self.phase {
            phase if phase.is_ended() => phase,
            Phase::Code(_) => Phase::Code(code),
            Phase::Recovery(_) => Phase::Recovery(RecoveryStatus::Abandoned),
        }
    }

    /// How the cleanup ends a code. A process that died may have left it `sending`, or with five tries that it did not end.
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

/// The audit event of a passcode that comes to this phase.
fn event_of(phase: Phase) -> Option<EventType> {
    match phase {
        Phase::Code(CodeStatus::Sending | CodeStatus::Sent | CodeStatus::Delayed) => None,
        Phase::Code(CodeStatus::Delivered) => Some(EventType::PasscodeDelivered),
        Phase::Code(CodeStatus::Bounced) => Some(EventType::PasscodeBounced),
        Phase::Code(CodeStatus::Complained) => Some(EventType::PasscodeComplained),
        Phase::Code(CodeStatus::Failed) => Some(EventType::PasscodeDeliveryFailed),
        Phase::Code(CodeStatus::Revoked) => Some(EventType::PasscodeRevoked),
        // `Command::Disown` tells it, of recoveries and of what has ended too.
        Phase::Code(CodeStatus::Disowned) => None,
        Phase::Code(CodeStatus::Superseded) => Some(EventType::PasscodeSuperseded),
        Phase::Code(CodeStatus::Exhausted) => Some(EventType::PasscodeExhausted),
        Phase::Code(CodeStatus::Expired) => Some(EventType::PasscodeExpired),
        Phase::OPEN => Some(EventType::PasscodeRedeemed),
        Phase::Recovery(RecoveryStatus::Completed) => Some(EventType::RecoveryCompleted),
        Phase::Recovery(RecoveryStatus::Abandoned) => Some(EventType::RecoveryAbandoned),
    }
}
