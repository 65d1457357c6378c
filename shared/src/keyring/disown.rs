//! Disown tokens, for the link "This was not me" in a mail. A token names a passcode; only this service can read it.

use rand::CryptoRng;
use readmit_domain::{CompanyId, EmployeeId, Login, PasscodeId, PasscodeRef, Timestamp};
use secrecy::SecretString;

use super::{Keyring, Seal, SealError};

/// The sealed form. It has no field names, to keep the link in the mail short.
type Row = (CompanyId, EmployeeId, Login, PasscodeId);

impl Keyring {
    /// Makes a token: the key's version, a dot, the seal in base64url. It must appear in the mail only.
    pub fn seal_disown(
        &self,
        held: &PasscodeRef,
        now: Timestamp,
        random: &mut impl CryptoRng,
    ) -> Result<SecretString, SealError> {
        let PasscodeRef { company_id, employee_id, login, passcode_id } = held;
        let row = serde_json::to_vec(&(company_id, employee_id, login, passcode_id)).map_err(|_| SealError)?;
        self.seal_as_text(&Seal::Disown, &row, now, random).map(SecretString::from)
    }

    /// Reads a token. Returns None for every kind of error. A token is accepted as long as other short-lived data of its key version.
    /// The caller must check whether the passcode still exists.
    pub fn open_disown(&self, token: &str, now: Timestamp) -> Option<PasscodeRef> {
        let plain = self.open_text(&Seal::Disown, token, now)?;
        let (company_id, employee_id, login, passcode_id): Row = serde_json::from_slice(&plain).ok()?;
        Some(PasscodeRef { company_id, employee_id, login, passcode_id })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ONE, TWO, altered, keyring, random};
    use super::*;
    use crate::Random;
    use proptest::prelude::*;
    use secrecy::ExposeSecret as _;

    const NOW: Timestamp = Timestamp::from_millis(500_000);

    fn claims() -> PasscodeRef {
        let mut random = random();
        PasscodeRef {
            company_id: CompanyId::new(NOW, &mut random),
            employee_id: EmployeeId::new(NOW, &mut random),
            login: "mike@northwind.example".parse().unwrap(),
            passcode_id: PasscodeId::new(NOW, &mut random),
        }
    }

    fn token(keyring: &Keyring, now: Timestamp) -> String {
        keyring.seal_disown(&claims(), now, &mut random()).unwrap().expose_secret().to_owned()
    }

    #[test]
    fn a_token_reads_back_and_shows_nothing_of_what_it_names() {
        let keyring = keyring(ONE);
        let token = token(&keyring, NOW);
        assert_eq!(keyring.open_disown(&token, NOW), Some(claims()));
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)), "{token}");
        assert!(token.len() < 300, "{} characters", token.len());
        let other = keyring.seal_disown(&claims(), NOW, &mut Random::system()).unwrap();
        assert_ne!(other.expose_secret()[..40], token[..40]);
        assert!(!format!("{other:?}").contains(other.expose_secret()));
    }

    #[test]
    fn an_altered_or_cut_token_is_refused() {
        let keyring = keyring(TWO);
        let token = token(&keyring, NOW);
        let cut = (0..token.len()).map(|length| token[..length].to_owned());
        let longer = [format!("{token}A"), format!("{token}="), format!(" {token}"), token.replacen("1.", "01.", 1)];
        for other in altered(&token).chain(cut).chain(longer) {
            assert_eq!(keyring.open_disown(&other, NOW), None, "{other}");
        }
    }

    #[test]
    fn what_was_sealed_for_something_else_is_no_token() {
        let keyring = keyring(ONE);
        let PasscodeRef { company_id, employee_id, login, passcode_id } = claims();
        let row = serde_json::to_vec(&(company_id, employee_id, login, passcode_id)).unwrap();
        let seal = Seal::Cursor("disown");
        let cursor = keyring.seal_as_text(&seal, &row, NOW, &mut random()).unwrap();
        assert!(keyring.open_text(&seal, &cursor, NOW).is_some());
        assert_eq!(keyring.open_disown(&cursor, NOW), None);
    }

    #[test]
    fn a_token_is_taken_as_long_as_its_key_and_no_longer() {
        let (before, after) = (keyring(ONE), keyring(TWO));
        let token = token(&before, NOW);
        let last = (1_000 + super::super::versions::LONGEST_LIFE) * 1_000;
        assert!(after.open_disown(&token, Timestamp::from_millis(last - 1)).is_some());
        assert_eq!(after.open_disown(&token, Timestamp::from_millis(last)), None);
        let newer = self::token(&after, Timestamp::from_millis(1_000_000));
        assert!(newer.starts_with("2."));
        assert_eq!(before.open_disown(&newer, Timestamp::from_millis(1_000_000)), None, "a version it does not know");
    }

    proptest! {
        #[test]
        fn anything_else_is_none(text in "\\PC{0,80}", version in "[0-3]\\.[A-Za-z0-9_-]{0,120}") {
            let keyring = keyring(TWO);
            prop_assert_eq!(keyring.open_disown(&text, NOW), None);
            prop_assert_eq!(keyring.open_disown(&version, NOW), None);
        }
    }
}
