//! The factors of a sign-in: a password and an authenticator.

use totp_rs::Totp;

const STEP_SECONDS: u64 = 30;

/// An authenticator that never shows the digits of a step twice.
#[derive(Clone)]
pub(crate) struct Authenticator {
    totp: Totp,
    shown: u64,
}

impl Authenticator {
    pub(crate) fn new(otpauth_uri: &str) -> Self {
        Self { totp: Totp::from_url(otpauth_uri).unwrap(), shown: 0 }
    }

    /// Digits of a new step that the service accepts. None if there is no such step yet.
    pub(crate) fn digits(&mut self, now: u64) -> Option<String> {
        let step = (now / STEP_SECONDS).max(self.shown + 1);
        // The service accepts the next step too. It is used only close to the end of this one.
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
