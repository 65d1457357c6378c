//! Notices: mails about what happened to an account, so that it cannot happen unnoticed (NIST SP 800-63B-4, section 4.6).

use crate::{Employee, EventId, Login, Name, Origin, SecondProof, Timestamp};

/// One notice. It tells of one event of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The event.
    pub event_id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// From where, as far as it is known and meant for the reader.
    pub origin: Origin,
    /// What happened. The words of the mail are chosen by it.
    pub kind: NoticeKind,
}

/// The kinds of news that Readmit mails, each with words of its own. Kinds with a [`NoticeSubject`], and
/// [`NoticeKind::PolicyWeakened`], are for Security Admins. The others are for the owner of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A passcode of the reader's was used: a recovery is open.
    PasscodeRedeemed,
    /// The reader's password and authenticator were replaced.
    RecoveryCompleted,
    /// The reader's password, authenticator and sessions were stopped, before a passcode replaces them.
    AccountSuspended,
    /// The reader's account was disabled and is enabled again.
    AccountEnabled,
    /// The reader has new backup codes; the earlier ones have ended.
    BackupCodesRenewed,
    /// The reader's address was changed. This notice is mailed to both addresses.
    AddressChanged {
        /// The old address, masked by [`Login::masked`].
        from: String,
        /// The new address, masked by [`Login::masked`].
        to: String,
    },
    /// The reader became a Security Admin.
    RoleGiven,
    /// The reader is no longer a Security Admin.
    RoleTaken,
    /// Somebody said of a passcode: this was not me.
    PasscodeDisowned(NoticeSubject),
    /// The mail with a passcode cannot be delivered.
    PasscodeBounced(NoticeSubject),
    /// The mail with a passcode was reported as unwanted.
    PasscodeComplained(NoticeSubject),
    /// A passcode of a Security Admin's was used.
    AdminPasscodeRedeemed(NoticeSubject),
    /// A Security Admin's password and authenticator were replaced.
    AdminRecoveryCompleted(NoticeSubject),
    /// Somebody became a Security Admin.
    AdminRoleGiven(NoticeSubject),
    /// Somebody is no longer a Security Admin.
    AdminRoleTaken(NoticeSubject),
    /// An account was disabled and is enabled again.
    AdminAccountEnabled(NoticeSubject),
    /// A Security Admin suspended an account.
    AdminAccountSuspended(NoticeSubject),
    /// The company asks fewer people for a second proof than before.
    PolicyWeakened {
        /// The policy before.
        from: SecondProof,
        /// The policy now.
        to: SecondProof,
    },
}

/// Whose account a notice to Security Admins is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeSubject {
    /// The name.
    pub full_name: Name,
    /// The address.
    pub login: Login,
}

impl From<&Employee> for NoticeSubject {
    fn from(employee: &Employee) -> Self {
        Self { full_name: employee.full_name.clone(), login: employee.login.clone() }
    }
}

impl NoticeKind {
    /// Its name, and whose account it is about if it is a notice to Security Admins about an account.
    fn parts(&self) -> (&'static str, Option<&NoticeSubject>) {
        match self {
            Self::PasscodeRedeemed => ("passcode_redeemed", None),
            Self::RecoveryCompleted => ("recovery_completed", None),
            Self::AccountSuspended => ("account_suspended", None),
            Self::AccountEnabled => ("account_enabled", None),
            Self::BackupCodesRenewed => ("backup_codes_renewed", None),
            Self::AddressChanged { .. } => ("address_changed", None),
            Self::RoleGiven => ("role_given", None),
            Self::RoleTaken => ("role_taken", None),
            Self::PasscodeDisowned(subject) => ("passcode_disowned", Some(subject)),
            Self::PasscodeBounced(subject) => ("passcode_bounced", Some(subject)),
            Self::PasscodeComplained(subject) => ("passcode_complained", Some(subject)),
            Self::AdminPasscodeRedeemed(subject) => ("admin_passcode_redeemed", Some(subject)),
            Self::AdminRecoveryCompleted(subject) => ("admin_recovery_completed", Some(subject)),
            Self::AdminRoleGiven(subject) => ("admin_role_given", Some(subject)),
            Self::AdminRoleTaken(subject) => ("admin_role_taken", Some(subject)),
            Self::AdminAccountEnabled(subject) => ("admin_account_enabled", Some(subject)),
            Self::AdminAccountSuspended(subject) => ("admin_account_suspended", Some(subject)),
            Self::PolicyWeakened { .. } => ("policy_weakened", None),
        }
    }

    /// Its name, as mails are tagged with it: letters and `_` alone.
    pub fn name(&self) -> &'static str {
        self.parts().0
    }

    /// Whether it is for Security Admins, and not for the person whose account it is.
    pub fn is_for_admins(&self) -> bool {
        self.concerned().is_some() || matches!(self, Self::PolicyWeakened { .. })
    }

    /// Whose account a notice to Security Admins is about, if it is about one.
    pub fn concerned(&self) -> Option<&NoticeSubject> {
        self.parts().1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_about_others_and_about_the_policy_are_for_admins() {
        let (full_name, login) = ("Mike Brandt".parse().unwrap(), "mike@northwind.example".parse().unwrap());
        let subject = NoticeSubject { full_name, login };
        let of_other = NoticeKind::AdminRoleTaken(subject.clone());
        assert_eq!((of_other.name(), of_other.concerned()), ("admin_role_taken", Some(&subject)));
        let of_policy = NoticeKind::PolicyWeakened { from: SecondProof::Everyone, to: SecondProof::None };
        assert_eq!((of_policy.name(), of_policy.concerned()), ("policy_weakened", None));
        assert!(of_other.is_for_admins() && of_policy.is_for_admins() && !NoticeKind::RoleTaken.is_for_admins());
    }
}
