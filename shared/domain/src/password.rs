//! New passwords: what is asked of them, and why one is refused.
//!
//! NIST SP 800-63B-4, section 3.1.1.2: length, a blocklist and the person's own words; no composition rules.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use crate::name::fold;
use crate::{Login, Name};

mod guessing;

/// The fewest code points. With a second factor NIST asks for 8; 12 keeps a stolen hash expensive as well.
pub const MIN_CHARS: usize = 12;
/// The most code points: passphrases fit, and hashing stays cheap.
pub const MAX_CHARS: usize = 256;
/// Passwords that may be tried in one recovery: each costs a hash.
pub const MAX_PASSWORDS_A_RECOVERY: u32 = 10;

/// A password as a person typed it, in NFC, so that it is the same from every keyboard. Cannot be printed.
pub struct Password(SecretString);

impl Password {
    /// The typed text in NFC.
    pub fn new(typed: &str) -> Self {
        Self(SecretString::from(typed.nfc().collect::<String>()))
    }

    /// What is hashed.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// All that speaks against this password for this person; empty if nothing does.
    pub fn faults(&self, person: &Person<'_>) -> Vec<PasswordFault> {
        let text = self.0.expose_secret();
        let length = text.chars().count();
        if length > MAX_CHARS {
            return vec![PasswordFault::TooLong];
        }
        let words = person.words();
        let mut faults = Vec::new();
        if length < MIN_CHARS {
            faults.push(PasswordFault::TooShort);
        }
        if guessing::bits(&fold(text), &words) < LEAST_BITS {
            faults.push(PasswordFault::TooCommon);
        }
        if contains_any(text, &words) {
            faults.push(PasswordFault::ContainsIdentity);
        }
        faults
    }
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordFault {
    /// Under [`MIN_CHARS`].
    TooShort,
    /// Over [`MAX_CHARS`].
    TooLong,
    /// On the blocklist, or guessed within 10⁸ tries.
    TooCommon,
    /// Has the person's name, address or company in it.
    ContainsIdentity,
}

impl PasswordFault {
    /// The reason as the person may read it.
    pub fn detail(self) -> &'static str {
        match self {
            Self::TooShort => "Use at least 12 characters.",
            Self::TooLong => "Use at most 256 characters.",
            Self::TooCommon => "This password is easy to guess. Try a few unrelated words.",
            Self::ContainsIdentity => "Leave out your name, your e-mail address and your company.",
        }
    }
}

/// Whose password it is to be.
pub struct Person<'a> {
    /// The person's name.
    pub name: &'a Name,
    /// The person's address.
    pub login: &'a Login,
    /// The company's name.
    pub company: &'a Name,
}

impl Person<'_> {
    /// The words of name, address and company that an attacker would try, folded. Short ones stand in too many
    /// innocent words (`ann` in `channel`); of scripts that say much in one character, two are enough.
    fn words(&self) -> Vec<String> {
        let texts = [
            self.name.folded(),
            self.company.folded(),
            self.login.local_part().to_owned(),
            self.login.domain().to_owned(),
        ];
        let mut words: Vec<String> = texts
            .iter()
            .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
            .filter(|word| word.chars().count() >= if word.is_ascii() { 4 } else { 2 })
            .map(str::to_owned)
            .collect();
        words.sort_unstable();
        words.dedup();
        words
    }
}

fn contains_any(password: &str, words: &[String]) -> bool {
    let folded = fold(password);
    words.iter().any(|word| folded.contains(word.as_str()))
}

/// What is guessed within 10⁸ tries, a throttled service would hold off, but a stolen table would not: 26.6 bits, and a little more,
/// so that two words of the lists, or one with a year or four digits, are not enough.
const LEAST_BITS: f64 = 27.5;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn faults(password: &str) -> Vec<PasswordFault> {
        let (name, company): (Name, Name) = ("Mike Brandt".parse().unwrap(), "Northwind Partners".parse().unwrap());
        let login: Login = "mike.b@northwind.example".parse().unwrap();
        Password::new(password).faults(&Person { name: &name, login: &login, company: &company })
    }

    #[test]
    fn a_passphrase_is_fine_without_digits_or_signs() {
        assert_eq!(faults("plum harbour ladder quartz"), []);
        assert_eq!(faults("сирень трамвай пуговица"), []);
        assert_eq!(faults("紫陽花の坂道を自転車で下る"), []);
    }

    #[test]
    fn each_reason_is_given() {
        assert_eq!(faults("k3J-vq9Tz!x"), [PasswordFault::TooShort]);
        assert_eq!(faults("passwordpassword"), [PasswordFault::TooCommon]);
        assert_eq!(faults("123456789012"), [PasswordFault::TooCommon]);
        assert!(faults("quartz BRANDT ladder plum").contains(&PasswordFault::ContainsIdentity));
        assert!(faults("quartz nörthwind ladder plum").contains(&PasswordFault::ContainsIdentity));
        assert_eq!(faults(&"plum harbour ".repeat(20)), [PasswordFault::TooLong]);
        assert_eq!(
            faults("mike"),
            [PasswordFault::TooShort, PasswordFault::TooCommon, PasswordFault::ContainsIdentity]
        );
    }

    #[test]
    fn length_is_counted_in_composed_code_points() {
        assert!(faults(&"e\u{301}".repeat(11)).contains(&PasswordFault::TooShort));
        assert!(!faults(&"e\u{301}".repeat(12)).contains(&PasswordFault::TooShort));
        assert!(!faults(&"😀".repeat(256)).contains(&PasswordFault::TooLong));
        assert!(faults(&"😀".repeat(257)).contains(&PasswordFault::TooLong));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_text_is_judged_without_panic(text in "\\PC{0,300}") {
            let faults = faults(&text);
            let length = Password::new(&text).0.expose_secret().chars().count();
            prop_assert_eq!(faults.contains(&PasswordFault::TooShort), length < MIN_CHARS);
            prop_assert_eq!(faults.contains(&PasswordFault::TooLong), length > MAX_CHARS);
        }

        #[test]
        fn composed_and_decomposed_are_one_password(text in "[àéîõüçñ]{12,30}") {
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(Password::new(&text).as_bytes().to_vec(), Password::new(&decomposed).as_bytes().to_vec());
        }
    }
}
