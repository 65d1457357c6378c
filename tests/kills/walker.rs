//! A person who does one act after the other until the process dies.

use rand::RngExt as _;
use rand::rngs::StdRng;
use readmit_tests::Reply;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::act::Act;
use crate::expected_state::{ExpectedState, Passcode};
use crate::site::{Site, Unanswered, client_in_network};

/// Codes that admins may issue to one employee within a quarter of an hour.
const ADMINS_CODES: usize = 3;

pub(crate) struct Walker {
    pub(crate) email: String,
    pub(crate) expected: ExpectedState,
    /// The act that was not answered when the process died.
    pub(crate) in_flight: Option<Act>,
    /// The number of answered acts.
    pub(crate) answered: usize,
    pub(crate) random: StdRng,
    client: Client,
}

impl Walker {
    pub(crate) fn new(email: String, network: usize, random: StdRng) -> Self {
        let (expected, client) = (ExpectedState::of_newcomer(), client_in_network(network));
        Self { email, expected, in_flight: None, answered: 0, random, client }
    }

    /// Sends a request from the person's network.
    pub(crate) async fn asks(
        &self,
        site: &Site,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Result<Reply, Unanswered> {
        let mut request = site.request(&self.client, method, path);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        site.send(request).await
    }

    pub(crate) async fn signs_in(&self, site: &Site, password: &str, code: &str) -> Reply {
        let body = json!({"email": self.email, "password": password, "code": code});
        site.sure(self.asks(site, Method::POST, "/v1/sessions", None, Some(body))).await
    }

    pub(crate) async fn redeems(&self, site: &Site, code: &str) -> Reply {
        let body = json!({"email": self.email, "code": code});
        site.sure(self.asks(site, Method::POST, "/v1/passcodes/redeem", None, Some(body))).await
    }

    /// Does an act, which must succeed, and applies its answer. Without an answer it stays in flight.
    pub(crate) async fn does(&mut self, site: &Site, admin: &str, act: Act) -> Result<(), Unanswered> {
        // The reads before are not part of the act.
        let request = self.request(site, admin, &act).await.map_err(|_| Unanswered::NotSent)?;
        let answer = site.send(request).await;
        println!("{}: {act:?}, {:?}", self.email, answer.as_ref().map(|reply| reply.status));
        if let Err(Unanswered::InFlight) = answer {
            self.in_flight = Some(act.clone());
        }
        let reply = answer?;
        act.succeeds(&reply);
        self.expected.apply(&act, Some(&reply));
        self.answered += 1;
        if act.issues() {
            self.reads_the_mail(site).await.map_err(|_| Unanswered::NotSent)?;
        }
        Ok(())
    }

    /// The same without a kill.
    pub(crate) async fn surely_does(&mut self, site: &Site, admin: &str, act: Act) {
        let done = self.does(site, admin, act.clone()).await;
        done.unwrap_or_else(|why| panic!("{}: {act:?} is not answered: {why:?}", self.email));
    }

    /// Reads the code of a passcode that was answered as sent.
    pub(crate) async fn reads_the_mail(&mut self, site: &Site) -> Result<(), Unanswered> {
        let mail = site.passcode_mail(&self.email).await?.unwrap_or_else(|| panic!("no mail to {}", self.email));
        if let Passcode::Live { code, .. } = &mut self.expected.passcode {
            *code = Some(code_in(&mail));
        }
        Ok(())
    }

    pub(crate) async fn request(&self, site: &Site, admin: &str, act: &Act) -> Result<RequestBuilder, Unanswered> {
        let request = |method, path: &str| site.request(&self.client, method, path);
        let of_employee = || format!("/v1/employees/{}/passcode", site.id(&self.email));
        let recovery = match &self.expected.passcode {
            Passcode::Open { token: Some(token), .. } => token.as_str(),
            _ => "",
        };
        let session = self.expected.token.as_deref().unwrap_or_default();
        let password = self.expected.factors.as_ref().map(|factors| factors.password.as_str()).unwrap_or_default();
        let code = match &self.expected.passcode {
            Passcode::Live { code: Some(code), .. } => code.as_str(),
            _ => "",
        };
        Ok(match act {
            Act::OperatorIssues => {
                let company = json!({"company_id": site.company_id, "name": "Harbour"});
                let event = json!({"company": company, "employees": [], "issue_passcodes": [self.email]});
                request(Method::POST, "/2015-03-31/functions/import-employees/invocations").json(&event)
            }
            Act::AdminIssues { suspend, key } => {
                let issue = request(Method::POST, &of_employee()).bearer_auth(admin).json(&json!({"suspend": suspend}));
                key.iter().fold(issue, |issue, key| issue.header("idempotency-key", key))
            }
            Act::Revoke => request(Method::DELETE, &of_employee()).bearer_auth(admin),
            Act::Redeem => {
                request(Method::POST, "/v1/passcodes/redeem").json(&json!({"email": self.email, "code": code}))
            }
            Act::Guess => {
                let wrong = format!("{}{}", &code[..13], if code.ends_with('0') { '1' } else { '0' });
                request(Method::POST, "/v1/passcodes/redeem").json(&json!({"email": self.email, "code": wrong}))
            }
            Act::Disown => {
                let mail = site.passcode_mail(&self.email).await?.unwrap_or_default();
                let text = mail["text"].as_str().unwrap_or_default();
                let token = text.split_once("/#/disown/").and_then(|(_, rest)| rest.split_whitespace().next());
                request(Method::POST, "/v1/passcodes/disown").json(&json!({"token": token}))
            }
            Act::MailArrives | Act::MailBounces => {
                let mail = site.passcode_mail(&self.email).await?.unwrap_or_default();
                let event = if matches!(act, Act::MailArrives) { "delivery" } else { "bounce" };
                let report = json!({"message_id": mail["message_id"], "event": event});
                request(Method::POST, "/_local/delivery").json(&report)
            }
            Act::ChoosePassword(password) => {
                request(Method::PUT, "/v1/recovery/password").bearer_auth(recovery).json(&json!({"password": password}))
            }
            Act::Enrol => request(Method::POST, "/v1/recovery/totp").bearer_auth(recovery),
            Act::Complete(digits) => {
                request(Method::POST, "/v1/recovery/complete").bearer_auth(recovery).json(&json!({"code": digits}))
            }
            Act::SignIn(code) => request(Method::POST, "/v1/sessions")
                .json(&json!({"email": self.email, "password": password, "code": code})),
            Act::SignOut => request(Method::DELETE, "/v1/sessions").bearer_auth(session),
            Act::RenewBackupCodes(code) => request(Method::POST, "/v1/backup-codes")
                .bearer_auth(session)
                .json(&json!({"password": password, "code": code})),
        })
    }

    /// The person's next act: mostly the next step of a recovery, sometimes another act.
    pub(crate) fn chooses(&mut self, now: u64) -> Act {
        let leads_on = self.random.random_bool(0.7);
        match &self.expected.passcode {
            Passcode::Over if leads_on => self.issue(),
            Passcode::Live { code: Some(_), .. } if leads_on => Act::Redeem,
            Passcode::Open { token: Some(_), .. } if leads_on => self.step_of_recovery(now),
            _ => self.diversion(now),
        }
    }

    /// A random way to issue a code.
    pub(crate) fn issue(&mut self) -> Act {
        let key = self.random.random::<u64>();
        match self.random.random_range(0..5) {
            0 if self.expected.admins_codes < ADMINS_CODES => Act::AdminIssues { suspend: true, key: None },
            1 | 2 if self.expected.admins_codes < ADMINS_CODES => {
                Act::AdminIssues { suspend: false, key: Some(format!("{key:016x}")) }
            }
            3 if self.expected.admins_codes < ADMINS_CODES => Act::AdminIssues { suspend: false, key: None },
            _ => Act::OperatorIssues,
        }
    }

    /// A missing step of the recovery, in any order.
    pub(crate) fn step_of_recovery(&mut self, now: u64) -> Act {
        let number = self.random.random_range(10_000..100_000);
        let password_first = self.random.random_bool(0.5);
        let Passcode::Open { password, authenticator, .. } = &mut self.expected.passcode else {
            panic!("there is no recovery");
        };
        match (password, authenticator) {
            (None, authenticator) if password_first || authenticator.is_some() => {
                Act::ChoosePassword(format!("velvet compass orchard {number}"))
            }
            (Some(_), Some(authenticator)) => Act::Complete(authenticator.digits(now).expect("the app is new")),
            _ => Act::Enrol,
        }
    }

    fn diversion(&mut self, now: u64) -> Act {
        let is_live = matches!(self.expected.passcode, Passcode::Live { code: Some(_), .. });
        let is_pending = matches!(self.expected.passcode, Passcode::Live { code: Some(_), .. } | Passcode::Open { .. });
        let is_delivered = matches!(self.expected.passcode, Passcode::Live { is_delivered: true, .. });
        let backup_code = self.expected.backup_codes.last().cloned();
        match self.random.random_range(0..9) {
            0 if is_pending => Act::Revoke,
            1 if is_pending => Act::Disown,
            2 if is_live => Act::MailBounces,
            3 | 4 if is_live && !is_delivered => Act::MailArrives,
            5 if is_live => Act::Guess,
            6 if self.expected.token.is_some() => Act::SignOut,
            7 if self.expected.token.is_some() && backup_code.is_some() => {
                Act::RenewBackupCodes(backup_code.unwrap_or_default())
            }
            _ if self.expected.is_suspended => self.issue(),
            _ => {
                let digits = self.expected.factors.as_mut().and_then(|factors| factors.authenticator.digits(now));
                digits.or(backup_code).map_or_else(|| self.issue(), Act::SignIn)
            }
        }
    }
}

/// The code on a line of its own.
pub(crate) fn code_in(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap_or_default();
    let is_code = |line: &&str| line.len() == 14 && line.chars().filter(|c| *c == '-').count() == 2;
    text.lines().map(str::trim).find(is_code).expect("the mail has a code").to_owned()
}
