//! Sessions. All sessions of a person end together, because each access token contains the session epoch.

use std::str::FromStr;
use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use rand::CryptoRng;

use crate::text::text_type;

/// How long an access token is valid.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How long a device is known after a sign-in.
pub const DEVICE_LIFETIME: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long after a sign-in the most sensitive acts are allowed without another sign-in (RFC 9470).
pub const RECENT_SIGN_IN: Duration = Duration::from_secs(10 * 60);
/// How long a recovery is open after the redemption, even if the code would have expired before.
pub const RECOVERY_LIFETIME: Duration = Duration::from_secs(15 * 60);

text_type!(
    /// A random text in an employee's directory row and in each of the employee's access tokens. A new epoch ends all sessions.
    /// After a restore the row has its old epoch, so old tokens are valid again until they expire (docs/operating.md, "Restoring").
    /// An epoch is random and not a counter, so that no new epoch is equal to one that was lost in a restore.
    SessionEpoch
);

impl SessionEpoch {
    /// A new epoch of 80 random bits.
    pub fn generate(random: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 10];
        random.fill_bytes(&mut bytes);
        Self(BASE32_NOPAD.encode(&bytes))
    }
}

impl FromStr for SessionEpoch {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let fits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits { Ok(Self(text.to_owned())) } else { Err("is not a session epoch") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    #[test]
    fn lifetimes_are_those_of_the_threat_model() {
        let spans = [SESSION_LIFETIME, DEVICE_LIFETIME, RECENT_SIGN_IN, RECOVERY_LIFETIME].map(|span| span.as_secs());
        assert_eq!(spans, [3_600, 7_776_000, 600, 900]);
    }

    #[test]
    fn an_epoch_has_sixteen_letters_and_digits() {
        let mut random = StdRng::seed_from_u64(1);
        let [one, other] = [0; 2].map(|_| SessionEpoch::generate(&mut random));
        assert_ne!(one, other);
        assert_eq!(one.as_str().parse::<SessionEpoch>(), Ok(one));
        for text in ["AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA-"] {
            assert!(text.parse::<SessionEpoch>().is_err(), "{text}");
        }
    }
}
