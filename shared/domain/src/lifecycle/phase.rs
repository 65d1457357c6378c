//! The phases of a passcode.

use serde::{Deserialize, Serialize};

/// The phase of a passcode: it is a code until it is redeemed, and a recovery afterwards.
///
/// The tables have it as two attributes, `passcode_status` and `recovery_state`. Impossible pairs are refused when they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Attributes", into = "Attributes")]
pub enum Phase {
    /// A code that is pending or has ended.
    Code(CodeStatus),
    /// A recovery that is open or has ended.
    Recovery(RecoveryStatus),
}

/// A code's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeStatus {
    /// Stored, but the mail is not accepted by the mail service yet. The code cannot be redeemed.
    Sending,
    /// The mail service has accepted the mail.
    Sent,
    /// Delivery is being tried again.
    Delayed,
    /// The receiving mail server accepted the mail.
    Delivered,
    /// The address does not accept mail.
    Bounced,
    /// The mail was reported as spam.
    Complained,
    /// The mail service refused the mail or gave no answer.
    Failed,
    /// Ended by a Security Admin, or with a change of the account.
    Revoked,
    /// Ended by its holder: "this was not me".
    Disowned,
    /// Replaced by a newer code.
    Superseded,
    /// Five wrong secrets were typed.
    Exhausted,
    /// The code was not redeemed before it expired.
    Expired,
}

/// A recovery's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryStatus {
    /// The recovery can be completed.
    Open,
    /// Password and authenticator were replaced.
    Completed,
    /// The recovery ended without a completion.
    Abandoned,
}

/// A passcode's status in the tables and for clients: the code's status, or `redeemed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasscodeStatus {
    /// The passcode is a recovery.
    Redeemed,
    /// The passcode is a code with this status.
    #[serde(untagged)]
    Code(CodeStatus),
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 15] = [
        Self::SENDING,
        Self::SENT,
        Self::DELAYED,
        Self::DELIVERED,
        Self::Code(CodeStatus::Bounced),
        Self::Code(CodeStatus::Complained),
        Self::Code(CodeStatus::Failed),
        Self::Code(CodeStatus::Revoked),
        Self::Code(CodeStatus::Disowned),
        Self::Code(CodeStatus::Superseded),
        Self::Code(CodeStatus::Exhausted),
        Self::Code(CodeStatus::Expired),
        Self::OPEN,
        Self::Recovery(RecoveryStatus::Completed),
        Self::Recovery(RecoveryStatus::Abandoned),
    ];
    /// The codes that can be redeemed until they expire.
    pub const LIVE: [Self; 3] = [Self::SENT, Self::DELAYED, Self::DELIVERED];
    /// The codes that were neither redeemed nor ended. A code that is `sending` cannot be redeemed yet.
    pub const PENDING: [Self; 4] = [Self::SENDING, Self::SENT, Self::DELAYED, Self::DELIVERED];
    /// The codes and recoveries that have not ended.
    pub const NOT_ENDED: [Self; 5] = [Self::SENDING, Self::SENT, Self::DELAYED, Self::DELIVERED, Self::OPEN];
    pub(crate) const SENDING: Self = Self::Code(CodeStatus::Sending);
    pub(crate) const SENT: Self = Self::Code(CodeStatus::Sent);
    pub(crate) const DELAYED: Self = Self::Code(CodeStatus::Delayed);
    const DELIVERED: Self = Self::Code(CodeStatus::Delivered);
    /// An open recovery.
    pub const OPEN: Self = Self::Recovery(RecoveryStatus::Open);

    /// Whether a code can be redeemed until it expires.
    pub fn is_live(self) -> bool {
        Self::LIVE.contains(&self)
    }

    /// Whether a code was neither redeemed nor ended.
    pub fn is_pending(self) -> bool {
        Self::PENDING.contains(&self)
    }

    /// Whether the code or the recovery has ended.
    pub fn is_ended(self) -> bool {
        !Self::NOT_ENDED.contains(&self)
    }

    /// The status in the tables and for clients.
    pub fn status(self) -> PasscodeStatus {
        match self {
            Self::Code(status) => PasscodeStatus::Code(status),
            Self::Recovery(_) => PasscodeStatus::Redeemed,
        }
    }

    /// The recovery's status. None if the passcode is a code.
    pub fn recovery(self) -> Option<RecoveryStatus> {
        match self {
            Self::Code(_) => None,
            Self::Recovery(status) => Some(status),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Attributes {
    passcode_status: PasscodeStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recovery_state: Option<RecoveryStatus>,
}

impl From<Phase> for Attributes {
    fn from(phase: Phase) -> Self {
        Self { passcode_status: phase.status(), recovery_state: phase.recovery() }
    }
}

impl TryFrom<Attributes> for Phase {
    type Error = &'static str;

    fn try_from(stored: Attributes) -> Result<Self, &'static str> {
        match (stored.passcode_status, stored.recovery_state) {
            (PasscodeStatus::Code(status), None) => Ok(Self::Code(status)),
            (PasscodeStatus::Redeemed, Some(status)) => Ok(Self::Recovery(status)),
            _ => Err("a passcode_status and a recovery_state that do not fit"),
        }
    }
}
