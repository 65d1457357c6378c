//! The acts by or about a person. Each is one request, during which the process may be killed.

use readmit_tests::Reply;

use crate::expected_state::{ExpectedState, Passcode};

/// An act, with everything that is needed to repeat it exactly.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// An operator's import issues a passcode.
    OperatorIssues,
    /// A Security Admin issues a passcode, perhaps with an `Idempotency-Key`.
    AdminIssues {
        suspend: bool,
        key: Option<String>,
    },
    Revoke,
    Redeem,
    /// Tries a wrong secret.
    Guess,
    Disown,
    MailArrives,
    MailBounces,
    ChoosePassword(String),
    Enrol,
    /// Completes with these digits.
    Complete(String),
    /// Signs in with these digits or this backup code.
    SignIn(String),
    SignOut,
    /// Replaces all backup codes, with this one as proof.
    RenewBackupCodes(String),
}

impl Act {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::OperatorIssues => "issue, by the operator",
            Self::AdminIssues { suspend: true, .. } => "issue, and suspend",
            Self::AdminIssues { key: Some(_), .. } => "issue, with a key",
            Self::AdminIssues { .. } => "issue, by an admin",
            Self::Revoke => "revoke",
            Self::Redeem => "redeem",
            Self::Guess => "redeem, a wrong code",
            Self::Disown => "disown",
            Self::MailArrives => "report of a delivery",
            Self::MailBounces => "report of a bounce",
            Self::ChoosePassword(_) => "set the password",
            Self::Enrol => "set up TOTP",
            Self::Complete(_) => "complete",
            Self::SignIn(_) => "sign in",
            Self::SignOut => "sign out",
            Self::RenewBackupCodes(_) => "new backup codes",
        }
    }

    pub(crate) fn issues(&self) -> bool {
        matches!(self, Self::OperatorIssues | Self::AdminIssues { .. })
    }

    /// The audit events of the act for a person in this state. An act without events shows only in the rows.
    pub(crate) fn events(&self, expected: &ExpectedState) -> Vec<&'static str> {
        let is_open = matches!(expected.passcode, Passcode::Open { .. });
        let ended = |of_code: &'static str| vec![if is_open { "recovery.abandoned" } else { of_code }];
        match self {
            Self::OperatorIssues | Self::AdminIssues { .. } => {
                let mut events = match expected.passcode {
                    Passcode::Over => Vec::new(),
                    _ if expected.has_lapsed => ended("passcode.expired"),
                    _ => ended("passcode.superseded"),
                };
                events.push("passcode.issued");
                if matches!(self, Self::AdminIssues { suspend: true, .. }) {
                    events.push("account.suspended");
                }
                events
            }
            Self::Revoke => ended("passcode.revoked"),
            Self::Redeem => vec!["passcode.redeemed"],
            Self::Guess if matches!(expected.passcode, Passcode::Live { wrong: 4, .. }) => vec!["passcode.exhausted"],
            Self::Disown if is_open => vec!["passcode.disowned", "recovery.abandoned"],
            Self::Disown => vec!["passcode.disowned"],
            Self::MailArrives => vec!["passcode.delivered"],
            Self::MailBounces => vec!["passcode.bounced"],
            Self::Complete(_) => vec!["recovery.completed"],
            Self::SignIn(_) => vec!["session.started"],
            Self::SignOut => vec!["session.ended"],
            Self::RenewBackupCodes(_) => vec!["backup_codes.renewed"],
            Self::Guess | Self::ChoosePassword(_) | Self::Enrol => Vec::new(),
        }
    }

    /// Panics unless the answer is a success.
    #[track_caller]
    pub(crate) fn succeeds(&self, reply: &Reply) {
        let (status, is_as_told) = match self {
            Self::AdminIssues { .. } => (201, true),
            Self::OperatorIssues => (200, reply.body["results"][0]["problem"].is_null()),
            Self::MailArrives | Self::MailBounces => (200, reply.body == "moved"),
            Self::Guess => (401, reply.body["code"] == "passcode_rejected"),
            Self::Revoke | Self::Disown | Self::ChoosePassword(_) | Self::SignOut => (204, true),
            Self::Redeem | Self::Enrol | Self::Complete(_) | Self::SignIn(_) | Self::RenewBackupCodes(_) => (200, true),
        };
        assert!(reply.status == status && is_as_told, "{self:?}: {} {}", reply.status, reply.text);
    }
}
