//! The factors of a sign-in: a password and an authenticator.

use totp_rs::Totp;

const STEP_SECONDS: u64 = 30;

/// An app that never shows the digits of a step twice.
#[derive(Clone)]
pub(crate) struct Authenticator {
    totp: Totp,
    shown: u64,
}

impl Authenticator {
    pub(crate) fn new(otpauth_uri: &str) -> Self {
        Self { totp: Totp::from_url(otpauth_uri).unwrap(), shown: 0 }
    }

    /// Digits of a step that was not shown yet and that the service takes; none if time must pass first.
    pub(crate) fn digits(&mut self, now: u64) -> Option<String> {
        let step = (now / STEP_SECONDS).max(self.shown + 1);
        // The service takes the next step too; that is kept in reserve for what happens at the end of this one.
        (step <= now / STEP_SECONDS).then(|| {
            self.shown = step;
            self.totp.generate(step * STEP_SECONDS).to_string()
        })
    }
}

/// A password and an authenticator.
#[derive(Clone)]
pub(crate) struct Factors {
    pub(crate) password: String,
    pub(crate) authenticator: Authenticator,
}
