//! Which credentials are valid, derived from the person's audit events.

use std::collections::BTreeSet;

use crate::invocation::Claim;

/// An account.
#[derive(Default)]
pub struct Account {
    /// The number of the valid credentials.
    pub credentials: Option<usize>,
    /// Sessions that began before this time have ended.
    pub sessions_since: i64,
    /// Digits and backup codes that were accepted.
    spent: BTreeSet<String>,
}

impl Account {
    /// Adds an event about the person. Returns the broken rule, if any.
    pub fn goes_on(&mut self, kind: &str, claim: &Claim, now: i64) -> Option<String> {
        match kind {
            "recovery.completed" => {
                *self = Self { credentials: claim.credentials, sessions_since: now, ..Self::default() }
            }
            "account.suspended" => *self = Self { sessions_since: now, ..Self::default() },
            "session.ended" => self.sessions_since = now,
            "session.started" if self.credentials.is_none() || self.credentials != claim.credentials => {
                return Some(format!(
                    "signed in by the credentials {:?}, and has {:?}",
                    claim.credentials, self.credentials
                ));
            }
            _ => {}
        }
        let spends = ["recovery.completed", "session.started"].contains(&kind);
        let factor = claim.factor.clone().filter(|_| spends)?;
        (!self.spent.insert(factor)).then(|| format!("{kind} with a second factor that was spent"))
    }
}
