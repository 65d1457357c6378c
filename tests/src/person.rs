//! People who are signed in, and people in a recovery.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::Totp;

use crate::{Reply, World};

/// An enrolled person.
pub struct Person<'w> {
    world: &'w World,
    /// The address.
    pub email: String,
    /// The password.
    pub password: String,
    /// The access token of the latest session.
    pub token: String,
    /// The backup codes.
    pub backup_codes: Vec<String>,
    /// The cookie of the device on which the recovery was completed, as a browser sends it.
    pub device: String,
    authenticator: Authenticator,
}

/// An authenticator app. It never shows the code of a step twice.
struct Authenticator {
    totp: Totp,
    last_step: AtomicU64,
}

impl Authenticator {
    fn new(otpauth_uri: &str) -> Self {
        Self { totp: Totp::from_url(otpauth_uri).unwrap(), last_step: AtomicU64::new(0) }
    }

    /// The code of this step, or of the next one if this step's code was used.
    fn digits(&self, now: u64) -> String {
        let step = (now / 30).max(self.last_step.load(Ordering::Relaxed) + 1);
        self.last_step.store(step, Ordering::Relaxed);
        self.totp.generate(step * 30).to_string()
    }
}

impl Person<'_> {
    /// An unused code. Moves the clock until the service accepts it.
    pub async fn digits(&self) -> String {
        while self.authenticator.last_step.load(Ordering::Relaxed) > self.world.now() / 30 {
            self.world.advance(Duration::from_secs(30)).await;
        }
        self.authenticator.digits(self.world.now())
    }

    /// Tries to sign in with password and authenticator.
    pub async fn tries_to_sign_in(&self) -> Reply {
        self.world.sign_in(&self.email, &self.password, &self.digits().await).await
    }

    /// Signs in and keeps the session.
    pub async fn signs_in(&mut self) {
        self.token = self.tries_to_sign_in().await.is(200).text_at("/access_token");
    }

    /// Tries to sign in with password and authenticator, with this device cookie.
    pub async fn tries_on(&self, device: &str) -> Reply {
        let digits = self.digits().await;
        self.world.sign_in_on(device, &self.email, &self.password, &digits).await
    }

    /// Calls a route with the access token.
    pub async fn calls(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.world.call(method, path, Some(&self.token), body).await
    }

    /// Whether the session is valid.
    pub async fn has_a_session(&self) -> bool {
        let reply = self.calls(Method::GET, "/v1/employees", None).await;
        assert!(matches!(reply.status, 200 | 401 | 403), "{}", reply.text);
        reply.status != 401
    }

    /// Issues a passcode to an employee of the world.
    pub async fn issues(&self, email: &str, body: Option<Value>) -> Reply {
        let path = format!("/v1/employees/{}/passcode", self.world.id(email));
        self.calls(Method::POST, &path, body).await
    }

    /// Issues a passcode, and returns the code of the mail.
    pub async fn issues_a_code_to(&self, email: &str) -> String {
        self.issues(email, None).await.is(201);
        self.world.mailed_code(email).await
    }

    /// The employee as the list shows it.
    pub async fn sees(&self, email: &str) -> Value {
        self.calls(Method::GET, &format!("/v1/employees/{}", self.world.id(email)), None).await.is(200).body
    }
}

/// A person who has redeemed a code.
pub struct Recovery<'w> {
    world: &'w World,
    email: String,
    /// The recovery token.
    pub token: String,
}

impl<'w> Recovery<'w> {
    /// The recovery of this token.
    pub fn new(world: &'w World, email: &str, token: String) -> Self {
        Self { world, email: email.to_owned(), token }
    }

    /// Calls a route with the recovery token.
    pub async fn calls(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        self.world.call(method, path, Some(&self.token), body).await
    }

    /// Chooses a password.
    pub async fn sets_password(&self, password: &str) -> Reply {
        self.calls(Method::PUT, "/v1/recovery/password", Some(json!({"password": password}))).await
    }

    /// Gets the key of a new authenticator.
    pub async fn asks_for_totp(&self) -> Reply {
        self.calls(Method::POST, "/v1/recovery/totp", None).await
    }

    /// Completes the recovery with a code.
    pub async fn confirms(&self, code: &str) -> Reply {
        self.calls(Method::POST, "/v1/recovery/complete", Some(json!({"code": code}))).await
    }

    /// A code of the new authenticator.
    pub fn digits_of(&self, shown: &Reply) -> String {
        Authenticator::new(&shown.text_at("/otpauth_uri")).digits(self.world.now())
    }

    /// Does all steps.
    pub async fn completes(self, password: &str) -> Person<'w> {
        self.sets_password(password).await.is(204);
        let shown = self.asks_for_totp().await.is(200);
        let authenticator = Authenticator::new(&shown.text_at("/otpauth_uri"));
        let done = self.confirms(&authenticator.digits(self.world.now())).await.is(200);
        let backup_codes = done.body["backup_codes"].as_array().unwrap();
        Person {
            world: self.world,
            email: self.email,
            password: password.to_owned(),
            token: done.text_at("/access_token"),
            backup_codes: backup_codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect(),
            device: done.cookie(),
            authenticator,
        }
    }
}
