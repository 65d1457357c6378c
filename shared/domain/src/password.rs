//! The rules for new passwords.
//!
//! NIST SP 800-63B-4, section 3.1.1.2: minimal length, no breached passwords, an estimate of the guesses (zxcvbn), nothing from the
//! person's name, address or company. There are no composition rules.

use std::collections::BTreeSet;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::{Score, zxcvbn};

use crate::name::fold;
use crate::{Login, Name};

mod breached;

/// The minimal length in code points. With a second factor NIST requires 8; with 12 a stolen hash is expensive to guess, too.
pub const MIN_CHARS: usize = 12;
/// The maximal length in code points: long enough for passphrases, short enough for cheap hashing.
pub const MAX_CHARS: usize = 256;
/// How many passwords may be tried in one recovery. Each one costs a hash.
pub const MAX_PASSWORDS_A_RECOVERY: u32 = 10;

/// A typed password in NFC, so that it is the same from every keyboard. It cannot be printed.
pub struct Password(SecretString);

impl Password {
    /// The typed text in NFC.
    pub fn new(typed: &str) -> Self {
        Self(SecretString::from(typed.nfc().collect::<String>()))
    }

    /// The bytes to hash.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }

    /// The reasons to refuse this password for this person. Empty if it is accepted.
    pub fn faults(&self, person: &Person<'_>) -> Vec<PasswordFault> {
        let text = self.0.expose_secret();
        let length = text.chars().count();
        if length > MAX_CHARS {
            return vec![PasswordFault::TooLong];
        }
        let (folded, words) = (fold(text), person.words());
        let is_common = breached::is_breached(text) || strength(&folded, &words) < LEAST_STRENGTH;
        let faults = [
            (length < MIN_CHARS, PasswordFault::TooShort),
            (is_common, PasswordFault::TooCommon),
            (words.iter().any(|word| folded.contains(word.as_str())), PasswordFault::ContainsIdentity),
        ];
        faults.into_iter().filter_map(|(has_fault, fault)| has_fault.then_some(fault)).collect()
    }
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordFault {
    /// Shorter than [`MIN_CHARS`].
    TooShort,
    /// Longer than [`MAX_CHARS`].
    TooLong,
    /// Breached, or can be guessed within 10⁸ tries.
    TooCommon,
    /// Contains the person's name, address or company.
    ContainsIdentity,
}

impl PasswordFault {
    /// The reason, as a text for the person.
    pub fn detail(self) -> &'static str {
        match self {
            Self::TooShort => "Use at least 12 characters.",
            Self::TooLong => "Use at most 256 characters.",
            Self::TooCommon => "This password is easy to guess. Try a few unrelated words.",
            Self::ContainsIdentity => "Leave out your name, your e-mail address and your company.",
        }
    }
}

/// The person who chooses a password.
pub struct Person<'a> {
    /// The person's name.
    pub name: &'a Name,
    /// The person's address.
    pub login: &'a Login,
    /// The company's name.
    pub company: &'a Name,
}

impl Person<'_> {
    /// The folded words of name, address and company that an attacker would try. Short words are left out, because they occur in many
    /// other words (`ann` in `channel`). ASCII words need four characters, words of other scripts two.
    fn words(&self) -> Vec<String> {
        let texts = format!("{} {} {}", self.name.folded(), self.company.folded(), self.login);
        let words = texts.split(|c: char| !c.is_alphanumeric());
        let long = words.filter(|word| word.chars().count() >= if word.is_ascii() { 4 } else { 2 });
        long.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// The score that zxcvbn gives from 10⁸ guesses on. Fewer would be enough for sign-ins, which are throttled, but not for a stolen table.
const LEAST_STRENGTH: Score = Score::Three;

/// Only the first characters are judged: for a hundred characters such as `4@8({[<` zxcvbn takes seconds, for forty a tenth of a second.
const JUDGED_CHARS: usize = 40;

/// A score for the number of guesses by an attacker who knows the person's words (Wheeler, "zxcvbn", USENIX Security 2016). Both texts are
/// folded, so case and accents do not raise the score.
fn strength(password: &str, words: &[String]) -> Score {
    let judged: String = password.chars().take(JUDGED_CHARS).collect();
    zxcvbn(&judged, &words.iter().map(String::as_str).collect::<Vec<_>>()).score()
}

/// Builds the tables of zxcvbn, which takes 15 to 20 ms. Called at the start, so that no request has to wait for it.
pub fn prepare() {
    // One part for each matcher: a word, a walk over the keyboard, a repetition, a sequence, a date, digits in place of letters.
    strength("harbour-zxcvfr-xkxkxk-6789-1987.11.23-p4ssw0rd", &[]);
}

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
        use PasswordFault::*;
        assert_eq!(faults("k3J-vq9Tz!x"), [TooShort]);
        assert_eq!(faults("passwordpassword"), [TooCommon]);
        assert_eq!(faults("123456789012"), [TooCommon]);
        assert!(faults("quartz BRANDT ladder plum").contains(&ContainsIdentity));
        assert!(faults("quartz nörthwind ladder plum").contains(&ContainsIdentity));
        assert_eq!(faults(&"plum harbour ".repeat(20)), [TooLong]);
        assert_eq!(faults("mike"), [TooShort, TooCommon, ContainsIdentity]);
    }

    #[test]
    fn what_is_made_of_words_walks_and_dates_is_too_common() {
        let weak = "password1234 p@ssw0rd1234 Passw0rd!!!! qwertyuiop12 1qaz2wsx3edc 1q2w3e4r5t6y aaaaaaaaaaaa \
                    abcabcabcabc abcdefghijkl 123456789012 iloveyou2024 letmeinletmein summer2026 basketball12 \
                    zxcvbnmasdfgh 19871987198719 correcthorse administrator1 a1b2c3d4e5f6 qweasdzxc123 elizabeth1987 \
                    monkeydragon1 pässwörd1234";
        for password in weak.split(' ') {
            assert!(faults(password).contains(&PasswordFault::TooCommon), "{password}");
        }
    }

    #[test]
    fn the_first_forty_characters_are_judged() {
        let weak = "password".repeat(5);
        assert_eq!(strength(&format!("{weak}k3J-vq9Tz!x"), &[]), strength(&weak, &[]));
    }

    #[test]
    fn a_breached_password_is_too_common_whatever_its_estimate() {
        let breached = "corbatadeysy";
        assert!(strength(breached, &[]) >= LEAST_STRENGTH);
        assert_eq!(faults(breached), [PasswordFault::TooCommon]);
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

        /// Nobody's random password is refused: twelve signs of a generator.
        #[test]
        fn random_signs_are_enough(password in "[a-z0-9!#%+:=?@_-]{12,40}") {
            let distinct = password.chars().collect::<BTreeSet<_>>().len();
            prop_assert!(distinct < 9 || faults(&password).is_empty(), "{}", password);
        }

        #[test]
        fn composed_and_decomposed_are_one_password(text in "[àéîõüçñ]{12,30}") {
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(Password::new(&text).as_bytes().to_vec(), Password::new(&decomposed).as_bytes().to_vec());
        }
    }

    #[test]
    fn what_takes_a_hundred_million_guesses_is_enough() {
        assert_eq!((strength("purple monkey", &[]), faults("purple monkey")), (LEAST_STRENGTH, Vec::new()));
        assert_eq!(PasswordFault::TooShort.detail(), format!("Use at least {MIN_CHARS} characters."));
        assert_eq!(PasswordFault::TooLong.detail(), format!("Use at most {MAX_CHARS} characters."));
    }
}
