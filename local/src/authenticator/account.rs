//! An account of the authenticator page, and its codes at a given time.

use readmit::domain::Timestamp;
use serde::Serialize;
use totp_rs::{Builder, Secret, Totp, TotpError};

/// The longest step. Real apps use 30 or 60 seconds.
const LONGEST_PERIOD_SECONDS: u64 = 3600;

/// The codes of an account.
#[derive(Debug, Serialize)]
pub struct Reading {
    /// The name of the service, if the address has it.
    issuer: Option<String>,
    /// The name of the account. Empty if only a secret was given.
    account: String,
    digits: String,
    /// The code of the next step.
    next_digits: String,
    period_seconds: u64,
    /// The time until the next step begins. Never 0.
    remaining_millis: i64,
}

/// Why an address is refused, as a text for the person who typed it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    #[error("This is neither an otpauth:// address nor a secret in base32, the letters A to Z and the digits 2 to 7.")]
    NotAnAddress,
    #[error("This address is not one for an authenticator: it begins otpauth://totp/ and has a secret in base32.")]
    NotForAuthenticators,
    #[error("The secret is too short: it has at least 26 characters, which are 128 bits.")]
    TooShort,
    #[error("The digits of this address change too seldom: its period is an hour at most.")]
    TooSlow,
}

impl Reading {
    /// The codes at `now` of an `otpauth://` address, or of a secret in base32 with or without blanks.
    pub fn of(address: &str, now: Timestamp) -> Result<Self, Unusable> {
        let totp = account(address)?;
        let period = i64::try_from(totp.step()).map_err(|_| Unusable::TooSlow)? * 1000;
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        Ok(Self {
            issuer: totp.issuer().map(str::to_owned),
            account: totp.account_name().to_owned(),
            digits: totp.generate(seconds).to_string(),
            next_digits: totp.generate(seconds + totp.step()).to_string(),
            period_seconds: totp.step(),
            remaining_millis: period - now.millis().rem_euclid(period),
        })
    }
}

fn account(address: &str) -> Result<Totp, Unusable> {
    let address = address.trim();
    let totp = if address.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("otpauth:")) {
        Totp::from_url(address).map_err(|error| match error {
            TotpError::SecretTooShort { .. } => Unusable::TooShort,
            _ => Unusable::NotForAuthenticators,
        })?
    } else {
        let is_grouping = |c: &char| c.is_whitespace() || matches!(c, '-' | '=');
        let letters: String = address.chars().filter(|c| !is_grouping(c)).map(|c| c.to_ascii_uppercase()).collect();
        let secret = Secret::try_from_base32(letters).map_err(|_| Unusable::NotAnAddress)?;
        Builder::new().with_secret(secret).build().map_err(|_| Unusable::TooShort)?
    };
    if totp.step() > LONGEST_PERIOD_SECONDS { Err(Unusable::TooSlow) } else { Ok(totp) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6238, appendix B, for SHA-1: the ASCII digits 1 to 0, twice.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn reading(address: &str, seconds: i64) -> Result<Reading, Unusable> {
        Reading::of(address, Timestamp::from_millis(seconds * 1000 + 250))
    }

    #[test]
    fn the_digits_are_those_of_rfc_6238() {
        let address = format!("otpauth://totp/Portal:ada%40northwind.example?secret={SECRET}&digits=8&issuer=Portal");
        for (seconds, digits) in
            [(59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (20_000_000_000, "65353130")]
        {
            assert_eq!(reading(&address, seconds).unwrap().digits, digits);
        }
        let at = reading(&address, 59).unwrap();
        assert_eq!((at.issuer.as_deref(), at.account.as_str()), (Some("Portal"), "ada@northwind.example"));
        assert_eq!((at.period_seconds, at.remaining_millis), (30, 750));
        assert_eq!(at.next_digits, reading(&address, 60).unwrap().digits);
    }

    #[test]
    fn a_secret_is_enough_however_it_is_written() {
        let digits = reading(SECRET, 59).unwrap().digits;
        assert_eq!(digits, "287082");
        for written in ["gezd gnbv gy3t qojq gezd gnbv gy3t qojq", " GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ==\n"] {
            assert_eq!(reading(written, 59).unwrap().digits, digits);
        }
    }

    #[test]
    fn a_refusal_quotes_nothing_of_the_address() {
        let address = |query: &str| format!("otpauth://totp/a?{query}");
        let refused = [
            (String::new(), Unusable::TooShort),
            ("GEZDGNBV".to_owned(), Unusable::TooShort),
            ("1890".to_owned(), Unusable::NotAnAddress),
            ("https://portal.example".to_owned(), Unusable::NotAnAddress),
            (address(""), Unusable::NotForAuthenticators),
            (address("secret=GEZDGNBV"), Unusable::TooShort),
            (address(&format!("secret={SECRET}&digits=30")), Unusable::NotForAuthenticators),
            (address(&format!("secret={SECRET}&period=0")), Unusable::NotForAuthenticators),
            (address(&format!("secret={SECRET}&period=3601")), Unusable::TooSlow),
            (address(&format!("secret={SECRET}&period={}", u64::MAX)), Unusable::TooSlow),
            (format!("otpauth://hotp/a?secret={SECRET}&counter=1"), Unusable::NotForAuthenticators),
        ];
        for (address, expected) in refused {
            assert_eq!(reading(&address, 59).unwrap_err(), expected, "{address}");
        }
    }
}
