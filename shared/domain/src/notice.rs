//! Notices: mails that tell of something that has happened to an account, so that it cannot happen unnoticed
//! (NIST SP 800-63B-4, section 4.6).

use crate::{Employee, EventId, Login, Name, Origin, Timestamp};

/// One notice. It tells of one event of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The event.
    pub event_id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// From where, as far as it is known and meant for the reader.
    pub origin: Origin,
    /// What happened.
    pub kind: NoticeKind,
}

/// What happened. What has somebody concerned is for Security Admins; the rest is for the one whose account it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A passcode of the reader's was used: a recovery is open.
    PasscodeRedeemed,
    /// The reader's password and authenticator were replaced.
    RecoveryCompleted,
    /// The reader's password, authenticator and sessions were stopped, before a passcode replaces them.
    AccountSuspended,
    /// The reader has new backup codes; the earlier ones have ended.
    BackupCodesRenewed,
    /// Somebody said of a passcode: this was not me.
    PasscodeDisowned(Concerned),
    /// The mail with a passcode cannot be delivered.
    PasscodeBounced(Concerned),
    /// The mail with a passcode was reported as unwanted.
    PasscodeComplained(Concerned),
    /// A passcode of a Security Admin's was used.
    AdminPasscodeRedeemed(Concerned),
    /// A Security Admin's password and authenticator were replaced.
    AdminRecoveryCompleted(Concerned),
}

/// Whose account a notice to Security Admins is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concerned {
    /// The name.
    pub full_name: Name,
    /// The address.
    pub login: Login,
}

impl From<&Employee> for Concerned {
    fn from(employee: &Employee) -> Self {
        Self { full_name: employee.full_name.clone(), login: employee.login.clone() }
    }
}

impl NoticeKind {
    /// Its name, as mails are tagged with it: letters and `_` alone.
    pub fn name(&self) -> &'static str {
        match self {
            Self::PasscodeRedeemed => "passcode_redeemed",
            Self::RecoveryCompleted => "recovery_completed",
            Self::AccountSuspended => "account_suspended",
            Self::BackupCodesRenewed => "backup_codes_renewed",
            Self::PasscodeDisowned(_) => "passcode_disowned",
            Self::PasscodeBounced(_) => "passcode_bounced",
            Self::PasscodeComplained(_) => "passcode_complained",
            Self::AdminPasscodeRedeemed(_) => "admin_passcode_redeemed",
            Self::AdminRecoveryCompleted(_) => "admin_recovery_completed",
        }
    }

    /// Whom it is about, if it is for Security Admins.
    pub fn concerned(&self) -> Option<&Concerned> {
        match self {
            Self::PasscodeRedeemed | Self::RecoveryCompleted | Self::AccountSuspended | Self::BackupCodesRenewed => {
                None
            }
            Self::PasscodeDisowned(concerned)
            | Self::PasscodeBounced(concerned)
            | Self::PasscodeComplained(concerned)
            | Self::AdminPasscodeRedeemed(concerned)
            | Self::AdminRecoveryCompleted(concerned) => Some(concerned),
        }
    }
}
