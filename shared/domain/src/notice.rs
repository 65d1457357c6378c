//! Notices: mails that inform people about events of their account (NIST SP 800-63B-4, section 4.6).

use crate::{ApprovalStatus, Employee, EmployeeId, EventId, Login, Name, Origin, SecondProof, SensitiveAct, Timestamp};

/// A notice about one audit event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The audit event.
    pub event_id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Where the request came from. Empty if unknown, or if the recipient must not see it.
    pub origin: Origin,
    /// What happened. It selects the text of the mail.
    pub kind: NoticeKind,
}

/// The kinds of notices. Each has its own text. Kinds with a [`NoticeSubject`], [`NoticeKind::PolicyWeakened`] and
/// [`NoticeKind::Approval`] are for Security Admins. The others are for the owner of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// The recipient's passcode was redeemed: a recovery is open.
    PasscodeRedeemed,
    /// The recipient's password and authenticator were replaced.
    RecoveryCompleted,
    /// The recipient's account was suspended: password, authenticator and sessions are invalid.
    AccountSuspended,
    /// The recipient's account was disabled and is enabled again.
    AccountEnabled,
    /// The recipient has new backup codes; the earlier ones are invalid.
    BackupCodesRenewed,
    /// The recipient's address was changed. This notice is mailed to both addresses.
    AddressChanged {
        /// The old address, masked by [`Login::masked`].
        from: String,
        /// The new address, masked by [`Login::masked`].
        to: String,
    },
    /// The recipient became a Security Admin.
    RoleGiven,
    /// The recipient is no longer a Security Admin.
    RoleTaken,
    /// A holder said of a passcode: this was not me.
    PasscodeDisowned(NoticeSubject),
    /// The mail with a passcode cannot be delivered.
    PasscodeBounced(NoticeSubject),
    /// The mail with a passcode was reported as spam.
    PasscodeComplained(NoticeSubject),
    /// A Security Admin's passcode was redeemed.
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
    /// The company's policy now requires a second proof from fewer people.
    PolicyWeakened {
        /// The policy before.
        from: SecondProof,
        /// The policy now.
        to: SecondProof,
    },
    /// A sensitive act waits for an approval, or waits no longer.
    Approval {
        /// The act.
        act: SensitiveAct,
        /// What became of the request; open if it was made now.
        status: ApprovalStatus,
        /// The name of the Security Admin who asked for the act. None if erased since.
        requester: Option<Name>,
    },
}

/// The person whose account a notice to Security Admins is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeSubject {
    /// The person's id, for the link to the portal.
    pub employee_id: EmployeeId,
    /// The person's name.
    pub full_name: Name,
    /// The person's address.
    pub login: Login,
}

impl From<&Employee> for NoticeSubject {
    fn from(employee: &Employee) -> Self {
        Self { employee_id: employee.employee_id, full_name: employee.full_name.clone(), login: employee.login.clone() }
    }
}

impl NoticeKind {
    /// The name of the kind; and the person, for notices to Security Admins about an account.
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
            Self::Approval { status, .. } => match status {
                ApprovalStatus::Open => ("approval_requested", None),
                ApprovalStatus::Approved => ("approval_approved", None),
                ApprovalStatus::Cancelled => ("approval_cancelled", None),
                ApprovalStatus::Expired => ("approval_expired", None),
            },
        }
    }

    /// The name of the kind, which is also a tag of the mail: only letters and `_`.
    pub fn name(&self) -> &'static str {
        self.parts().0
    }

    /// Whether the notice is for Security Admins, and not for the owner of the account.
    pub fn is_for_admins(&self) -> bool {
        self.concerned().is_some() || matches!(self, Self::PolicyWeakened { .. } | Self::Approval { .. })
    }

    /// The person whose account a notice to Security Admins is about, if it is about an account.
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
        let employee_id = "emp_01J00000000000000000000001".parse().unwrap();
        let subject = NoticeSubject { employee_id, full_name, login };
        let of_other = NoticeKind::AdminRoleTaken(subject.clone());
        assert_eq!((of_other.name(), of_other.concerned()), ("admin_role_taken", Some(&subject)));
        let of_policy = NoticeKind::PolicyWeakened { from: SecondProof::Everyone, to: SecondProof::None };
        assert_eq!((of_policy.name(), of_policy.concerned()), ("policy_weakened", None));
        assert!(of_other.is_for_admins() && of_policy.is_for_admins() && !NoticeKind::RoleTaken.is_for_admins());
    }
}
