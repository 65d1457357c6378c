//! What the holder of an account does: redeems, recovers, signs in.

use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::Totp;

use crate::asking::{Asker, Reply, Request, while_between};
use crate::cast::{Cast, Code, Person, Session};
use crate::invocation::Claim;
use crate::time::pass;

/// The time step of an authenticator.
const STEP: Duration = Duration::from_secs(30);
/// Digits that are wrong, except in one of a million cases.
const NO_DIGITS: &str = "000000";

/// A client that acts for a person.
pub struct Holder<'a> {
    pub cast: &'a Cast,
    pub asker: &'a Asker,
    pub person: &'a Person,
}

impl Holder<'_> {
    fn request(&self, act: &'static str, method: Method, path: &str) -> Request {
        Request::new(act, method, path, self.person.number)
    }

    async fn redeems(&self, act: &'static str, code: &str, proof: Option<String>, claim: Claim) -> Option<Reply> {
        let mut body = json!({"email": self.person.email(), "code": code});
        if let Some(proof) = proof {
            body["proof"] = json!(proof);
        }
        self.asker.insists(&self.request(act, Method::POST, "/v1/passcodes/redeem").with(body).claiming(claim)).await
    }

    /// Tries a code with a wrong secret.
    pub async fn guesses(&self, code: &Code) {
        let claim = Claim { guess: Some(code.passcode_id.clone()), ..Claim::default() };
        self.redeems("redeem, wrong", &code.wrong(), None, claim).await;
    }

    /// Redeems the right code, with a second proof if the person has one. Returns the recovery token.
    pub async fn opens(&self, code: &Code) -> Option<String> {
        let known = self.person.credentials.lock().unwrap().clone();
        let newest = known.iter().rev().take(2);
        let passwords = newest.map(|number| Some(self.cast.credentials(*number).password));
        // Some people have forgotten the password too.
        let forgets = self.person.number.is_multiple_of(3);
        let backup_code = known.last().filter(|_| forgets).and_then(|number| self.cast.take_backup_code(*number));
        let mut proofs: Vec<Option<String>> = backup_code.clone().map(Some).into_iter().chain(passwords).collect();
        if proofs.is_empty() {
            proofs.push(None);
        }
        for proof in proofs {
            let factor = proof.clone().filter(|_| proof == backup_code);
            let claim = Claim { code: Some(code.passcode_id.clone()), factor, ..Claim::default() };
            let reply = self.redeems("redeem", &code.code, proof, claim).await?;
            if reply.status == 200 {
                let token = reply.body["recovery_token"].as_str()?;
                self.asker.world.oracle.keeps_secret(token);
                return Some(token.to_owned());
            }
        }
        None
    }

    /// Sets a password and an authenticator, and completes. Returns whether the answer was a success.
    pub async fn recovers(&self, token: &str) -> bool {
        let Some((number, authenticator)) = self.chooses(token).await else { return false };
        for _ in 0..4 {
            let Some(reply) = self.completes(token, &self.digits(&authenticator), Some(number)).await else {
                return false;
            };
            if reply.status == 200 {
                self.cast.set_backup_codes(number, codes(&reply.body));
                self.begins_a_session(&reply.body, false);
                return true;
            }
            if reply.body["code"] != "totp_rejected" {
                return false;
            }
            pass(STEP).await;
        }
        false
    }

    /// The same with typing errors and delays.
    pub async fn recovers_somehow(&self, token: &str, random: &mut StdRng) -> bool {
        if random.random_ratio(1, 6) {
            self.sets_password(token, "password").await;
        }
        if random.random_ratio(1, 4) && self.chooses(token).await.is_some() {
            self.completes(token, NO_DIGITS, None).await;
        }
        if random.random_ratio(1, 6) {
            while_between(random, 60, 1_100).await;
        }
        self.recovers(token).await
    }

    /// The number of the credentials that a completion sets.
    async fn chooses(&self, token: &str) -> Option<(usize, Totp)> {
        let password = self.cast.password_for(token);
        self.sets_password(token, &password).await.filter(|reply| reply.status == 204)?;
        let totp = self.request("set up TOTP", Method::POST, "/v1/recovery/totp").by(token);
        let shown = self.asker.insists(&totp).await.filter(|reply| reply.status == 200)?;
        self.asker.world.oracle.keeps_secret(shown.body["secret"].as_str()?);
        let authenticator = Totp::from_url(shown.body["otpauth_uri"].as_str()?).unwrap();
        let number = self.cast.add_credentials(&password, authenticator.clone());
        self.person.credentials.lock().unwrap().push(number);
        Some((number, authenticator))
    }

    async fn sets_password(&self, token: &str, password: &str) -> Option<Reply> {
        let request = self.request("set the password", Method::PUT, "/v1/recovery/password").by(token);
        self.asker.insists(&request.with(json!({"password": password}))).await
    }

    async fn completes(&self, token: &str, digits: &str, credentials: Option<usize>) -> Option<Reply> {
        let act = if credentials.is_some() { "complete" } else { "complete, wrong" };
        let request = self.request(act, Method::POST, "/v1/recovery/complete").by(token).with(json!({"code": digits}));
        let claim = Claim { credentials, factor: Some(digits.to_owned()), ..Claim::default() };
        self.asker.insists(&request.claiming(claim)).await
    }

    async fn tries(&self, act: &'static str, password: &str, code: &str, credentials: Option<usize>) -> Option<Reply> {
        let body = json!({"email": self.person.email(), "password": password, "code": code});
        let request = self.request(act, Method::POST, "/v1/sessions").with(body);
        let claim = Claim { credentials, factor: Some(code.to_owned()), ..Claim::default() };
        let reply = self.asker.insists(&request.claiming(claim)).await?;
        if reply.status == 200 {
            self.begins_a_session(&reply.body, true);
        }
        Some(reply)
    }

    /// Tries to complete with the digits of these credentials once. Returns the status.
    pub async fn tries_digits_of(&self, number: usize) -> Option<u64> {
        let credentials = self.cast.credentials(number);
        let digits = self.digits(&credentials.authenticator);
        Some(self.tries("sign in", &credentials.password, &digits, Some(number)).await?.status)
    }

    pub async fn tries_backup_code(&self, number: usize, code: &str) -> Option<u64> {
        let password = self.cast.credentials(number).password;
        Some(self.tries("sign in by a backup code", &password, code, Some(number)).await?.status)
    }

    /// Signs in with the person's credentials, the newest first. Returns whether it succeeded.
    pub async fn signs_in(&self, with_backup_code: bool) -> bool {
        let known = self.person.credentials.lock().unwrap().clone();
        for number in known.into_iter().rev().take(2) {
            let backup_code = if with_backup_code { self.cast.take_backup_code(number) } else { None };
            if let Some(code) = backup_code
                && self.tries_backup_code(number, &code).await == Some(200)
            {
                return true;
            }
            for _ in 0..3 {
                match self.tries_digits_of(number).await {
                    Some(200) => return true,
                    // The clock of the answering process may differ.
                    Some(401) => pass(STEP).await,
                    _ => return false,
                }
            }
        }
        false
    }

    /// Tries to sign in with a wrong password or a wrong second factor.
    pub async fn signs_in_wrongly(&self) {
        let Some(number) = self.person.credentials.lock().unwrap().last().copied() else { return };
        let credentials = self.cast.credentials(number);
        self.tries("sign in, wrong", &credentials.password, NO_DIGITS, None).await;
        self.tries("sign in, wrong", "plum harbour and not a ladder", &self.digits(&credentials.authenticator), None)
            .await;
    }

    /// A session that is valid for some more minutes, and from a recent sign-in if required.
    pub async fn session(&self, recent: bool) -> Option<Session> {
        let now = self.cast.world.time.now().millis();
        let lasts = |session: &Session| {
            now - session.since < if recent { 8 * 60_000 } else { 45 * 60_000 } && (session.signed_in || !recent)
        };
        let held = self.person.session.lock().unwrap().clone().filter(lasts);
        if held.is_none() && !self.signs_in(false).await {
            return None;
        }
        self.person.session.lock().unwrap().clone()
    }

    pub async fn signs_out(&self) {
        let Some(session) = self.session(false).await else { return };
        let request = self.request("sign out", Method::DELETE, "/v1/sessions").by(&session.token);
        if self.asker.insists(&request).await.is_some_and(|reply| reply.status == 204) {
            self.person.forgets(&session);
            let look = self.request("use an ended session", Method::GET, "/v1/session").by(&session.token);
            if self.asker.insists(&look).await.is_some_and(|reply| reply.status == 200) {
                self.asker.world.oracle.finds(format!("the session of {} lasts after its end", self.person.email()));
            }
        }
    }

    pub async fn renews_backup_codes(&self) {
        let Some(session) = self.session(false).await else { return };
        let number = self.person.credentials.lock().unwrap().last().copied();
        let code = number.and_then(|number| Some((number, self.cast.take_backup_code(number)?)));
        let Some((number, code)) = code else { return };
        let proof = json!({"password": self.cast.credentials(number).password, "code": code});
        let request = self.request("new backup codes", Method::POST, "/v1/backup-codes").by(&session.token);
        let reply = self.asker.insists(&request.with(proof)).await;
        if let Some(reply) = reply.filter(|reply| reply.status == 200) {
            self.cast.set_backup_codes(number, codes(&reply.body));
        }
    }

    fn begins_a_session(&self, body: &Value, signed_in: bool) {
        let token = body["access_token"].as_str().unwrap().to_owned();
        self.asker.world.oracle.keeps_secret(&token);
        let since = self.cast.world.time.now().millis();
        *self.person.session.lock().unwrap() = Some(Session { token, since, signed_in });
    }

    fn digits(&self, authenticator: &Totp) -> String {
        authenticator.generate(u64::try_from(self.cast.world.time.now().seconds()).unwrap()).to_string()
    }
}

fn codes(body: &Value) -> Vec<String> {
    body["backup_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}
