//! "Sign in as Ada": address, password and unused digits of the Security Admin whom the stack has enrolled.

use std::sync::{Arc, Mutex, PoisonError};

use readmit::domain::Timestamp;
use serde::Serialize;
use totp_rs::Totp;

use crate::seed::enrolment::Admin;

/// The steps of the digits that were given. Clones share them.
#[derive(Clone, Default)]
pub struct GivenDigits {
    /// The last step, counted since 1970. 0 at the start.
    last_step: Arc<Mutex<u64>>,
}

/// What the sign-in form needs, or how long to wait for it.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SignIn {
    Form { email: String, password: String, code: String },
    Wait { wait_millis: u64 },
}

impl GivenDigits {
    /// Digits that were not given before. The service accepts those of the current step and of the next one; if both were given, the
    /// caller must wait. None if the key cannot be read.
    pub fn sign_in(&self, admin: &Admin, now: Timestamp) -> Option<SignIn> {
        let totp = Totp::from_url(&admin.otpauth_uri).ok()?;
        let period = totp.step();
        let millis = u64::try_from(now.millis()).ok()?;
        let current = millis / 1000 / period;
        let mut last = self.last_step.lock().unwrap_or_else(PoisonError::into_inner);
        let step = current.max(*last + 1);
        if step > current + 1 {
            return Some(SignIn::Wait { wait_millis: (step - 1) * period * 1000 - millis });
        }
        *last = step;
        let code = totp.generate(step * period).to_string();
        Some(SignIn::Form { email: admin.email.clone(), password: admin.password.clone(), code })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6238, appendix B, for SHA-1.
    const URI: &str = "otpauth://totp/Portal:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Portal";

    #[test]
    fn no_digits_are_given_twice_and_none_that_the_service_refuses() {
        let admin = Admin { email: "ada".to_owned(), password: "p".to_owned(), otpauth_uri: URI.to_owned() };
        let given = GivenDigits::default();
        let at = |millis| given.sign_in(&admin, Timestamp::from_millis(millis)).unwrap();
        let form =
            |code: &str| SignIn::Form { email: "ada".to_owned(), password: "p".to_owned(), code: code.to_owned() };
        assert_eq!(at(59_000), form("287082"));
        let totp = Totp::from_url(URI).unwrap();
        assert_eq!(at(59_500), form(&totp.generate(60).to_string()));
        assert_eq!(at(59_750), SignIn::Wait { wait_millis: 250 });
        assert_eq!(at(60_000), form(&totp.generate(90).to_string()));
        assert_eq!(at(60_000), SignIn::Wait { wait_millis: 30_000 });
        assert_eq!(at(3_600_000), form(&totp.generate(3_600).to_string()));
    }

    #[test]
    fn the_answer_has_the_form_or_the_time_to_wait() {
        let json = |answer| serde_json::to_string(&answer).unwrap();
        assert_eq!(json(SignIn::Wait { wait_millis: 1 }), r#"{"wait_millis":1}"#);
        let form = SignIn::Form { email: "a".to_owned(), password: "b".to_owned(), code: "c".to_owned() };
        assert_eq!(json(form), r#"{"email":"a","password":"b","code":"c"}"#);
    }
}
