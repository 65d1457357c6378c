//! The expected state of a person: from all answers so far and, after a kill, from the tables.

use readmit_tests::Reply;
use serde_json::Value;

use crate::act::Act;
use crate::factors::{Authenticator, Factors};
use crate::site::Events;

/// The state of a person's passcode.
#[derive(Clone)]
pub(crate) enum Passcode {
    /// There is no passcode, or it has ended.
    Over,
    /// The code can be redeemed. The holder knows it after reading the mail. After five wrong tries it can no longer be redeemed.
    Live { code: Option<String>, wrong: u32, is_delivered: bool },
    /// The process died before it could record that the mail was accepted. The code cannot be redeemed, even if it was mailed.
    Stuck,
    /// The code was redeemed. If the process died before it answered, the holder has no token.
    Open { token: Option<String>, password: Option<String>, authenticator: Option<Authenticator> },
}

#[derive(Clone)]
pub(crate) struct ExpectedState {
    /// The factors for a sign-in, if the person has completed a recovery.
    pub(crate) factors: Option<Factors>,
    /// The unused backup codes that the person knows.
    pub(crate) backup_codes: Vec<String>,
    /// The factors that the last completion replaced.
    pub(crate) replaced: Option<Factors>,
    /// The token of a valid session.
    pub(crate) token: Option<String>,
    /// Tokens of sessions that were ended before they expired.
    pub(crate) ended: Vec<String>,
    pub(crate) is_suspended: bool,
    pub(crate) passcode: Passcode,
    /// Whether the passcode has expired, but the cleanup has not run.
    pub(crate) has_lapsed: bool,
    /// Codes that Security Admins issued since the clock was last moved by a day.
    pub(crate) admins_codes: usize,
    pub(crate) events: Events,
}

impl ExpectedState {
    /// The state after the import.
    pub(crate) fn of_newcomer() -> Self {
        Self {
            factors: None,
            backup_codes: Vec::new(),
            replaced: None,
            token: None,
            ended: Vec::new(),
            is_suspended: false,
            passcode: Passcode::Over,
            has_lapsed: false,
            admins_codes: 0,
            events: Events::from([("employee.imported".to_owned(), 1)]),
        }
    }

    /// The counts of audit events after these are added.
    pub(crate) fn events_with(&self, added: &[&str]) -> Events {
        let mut events = self.events.clone();
        for kind in added {
            *events.entry((*kind).to_owned()).or_default() += 1;
        }
        events
    }

    /// Applies the effects of an act. Without an answer, values that are only in the answer stay unknown.
    pub(crate) fn apply(&mut self, act: &Act, answer: Option<&Reply>) {
        self.events = self.events_with(&act.events(self));
        let text = |name: &str| answer.map(|answer| answer.text_at(name));
        match act {
            Act::OperatorIssues => self.has_a_new_code(),
            Act::AdminIssues { suspend, .. } => {
                self.admins_codes += 1;
                if *suspend {
                    self.is_suspended = true;
                    self.end_session();
                }
                self.has_a_new_code();
            }
            Act::Revoke | Act::Disown | Act::MailBounces => self.passcode = Passcode::Over,
            Act::Redeem => {
                let token = text("/recovery_token");
                self.passcode = Passcode::Open { token, password: None, authenticator: None };
            }
            Act::Guess => match &mut self.passcode {
                Passcode::Live { wrong, .. } if *wrong < 4 => *wrong += 1,
                passcode => *passcode = Passcode::Over,
            },
            Act::MailArrives => {
                if let Passcode::Live { is_delivered, .. } = &mut self.passcode {
                    *is_delivered = true;
                }
            }
            Act::ChoosePassword(chosen) => {
                if let Passcode::Open { password, .. } = &mut self.passcode {
                    *password = Some(chosen.clone());
                }
            }
            Act::Enrol => {
                if let Passcode::Open { authenticator, .. } = &mut self.passcode {
                    *authenticator = text("/otpauth_uri").map(|uri| Authenticator::new(&uri));
                }
            }
            Act::Complete(_) => self.is_in_anew(answer),
            Act::SignIn(code) => {
                self.backup_codes.retain(|expected| expected != code);
                self.token = text("/access_token").or(self.token.take());
            }
            Act::SignOut => self.end_session(),
            Act::RenewBackupCodes(_) => self.backup_codes = backup_codes(answer),
        }
    }

    fn has_a_new_code(&mut self) {
        self.passcode = Passcode::Live { code: None, wrong: 0, is_delivered: false };
        self.has_lapsed = false;
    }

    fn is_in_anew(&mut self, answer: Option<&Reply>) {
        let passcode = std::mem::replace(&mut self.passcode, Passcode::Over);
        let Passcode::Open { password: Some(password), authenticator: Some(authenticator), .. } = passcode else {
            panic!("a recovery was completed that had not all of its steps");
        };
        self.replaced = self.factors.replace(Factors { password, authenticator });
        self.end_session();
        self.token = answer.map(|answer| answer.text_at("/access_token"));
        self.backup_codes = backup_codes(answer);
        self.is_suspended = false;
    }

    fn end_session(&mut self) {
        self.ended.extend(self.token.take());
    }

    /// More than a day passes.
    pub(crate) fn day_passes(&mut self) {
        (self.token, self.admins_codes) = (None, 0);
        self.ended.clear();
        self.has_lapsed = !matches!(self.passcode, Passcode::Over);
    }
}

fn backup_codes(answer: Option<&Reply>) -> Vec<String> {
    let codes = answer.and_then(|answer| answer.body["backup_codes"].as_array()).into_iter().flatten();
    codes.filter_map(Value::as_str).map(str::to_owned).collect()
}
