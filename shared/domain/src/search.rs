//! How an admin finds people: by the beginning of a word, or by one of six questions.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::lifecycle::{CodeStatus, Phase};
use crate::name::fold;
use crate::{AccountStatus, AccountType, Employee, Login, Name, Role, TwoFactor};

/// Words of a name that are searched. A name of more is found by its first ones; a row a word is written with the person.
const MAX_WORDS: usize = 30;
/// Longer words are found by their beginning.
const MAX_WORD_CHARS: usize = 60;

/// The words that find a person: those of the name, folded, and the whole address. Sorted, each once.
pub fn words_of(name: &Name, login: &Login) -> BTreeSet<String> {
    let folded = name.folded();
    let words = folded.split(|c: char| c.is_whitespace() || "-‐–'’.,/·".contains(c)).filter(|word| !word.is_empty());
    let whole = folded.split_whitespace();
    let of_name = words.chain(whole).map(|word| word.chars().take(MAX_WORD_CHARS).collect());
    let address = login.as_str().chars().take(MAX_WORD_CHARS).collect();
    of_name.take(MAX_WORDS).chain([address]).collect()
}

/// What an admin types: the beginning of a word, folded. 1 to 100 characters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Prefix(String);

impl TryFrom<String> for Prefix {
    type Error = &'static str;

    fn try_from(typed: String) -> Result<Self, &'static str> {
        let fits = (1..=100).contains(&typed.trim().chars().count());
        let cut: String = fold(&typed).trim().chars().take(MAX_WORD_CHARS).collect();
        let folded = cut.trim_end().to_owned();
        if fits && !folded.is_empty() { Ok(Self(folded)) } else { Err("must have 1 to 100 characters") }
    }
}

impl Prefix {
    /// The folded text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first of a person's words that begins so: the one under which the person is listed.
    pub fn first_match(&self, employee: &Employee) -> Option<String> {
        words_of(&employee.full_name, &employee.login).into_iter().find(|word| word.starts_with(&self.0))
    }
}

/// A question that an index answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// No authenticator is enrolled.
    NoTwoFactor,
    /// A passcode is on its way or waits to be redeemed.
    PasscodePending,
    /// The latest passcode's mail came back.
    PasscodeBounced,
    /// Security Admins.
    SecurityAdmins,
    /// Disabled accounts.
    Disabled,
    /// Clients' accounts.
    Clients,
}

impl Filter {
    /// All filters.
    pub const ALL: [Self; 6] = [
        Self::NoTwoFactor,
        Self::PasscodePending,
        Self::PasscodeBounced,
        Self::SecurityAdmins,
        Self::Disabled,
        Self::Clients,
    ];

    /// The filter's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoTwoFactor => "no_two_factor",
            Self::PasscodePending => "passcode_pending",
            Self::PasscodeBounced => "passcode_bounced",
            Self::SecurityAdmins => "security_admins",
            Self::Disabled => "disabled",
            Self::Clients => "clients",
        }
    }

    /// Whether the filter finds this employee.
    pub fn finds(self, employee: &Employee) -> bool {
        let phase = employee.latest_passcode.as_ref().map(|latest| latest.phase);
        match self {
            Self::NoTwoFactor => employee.two_factor == TwoFactor::NotEnrolled,
            Self::PasscodePending => phase.is_some_and(Phase::is_pending),
            Self::PasscodeBounced => phase == Some(Phase::Code(CodeStatus::Bounced)),
            Self::SecurityAdmins => employee.granted_role == Role::SecurityAdmin,
            Self::Disabled => employee.account_status == AccountStatus::Disabled,
            Self::Clients => employee.account_type == AccountType::Client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(name: &str, typed: &str) -> bool {
        let words = words_of(&name.parse().unwrap(), &"someone@northwind.example".parse().unwrap());
        let prefix = Prefix::try_from(typed.to_owned()).unwrap();
        words.iter().any(|word| word.starts_with(prefix.as_str()))
    }

    #[test]
    fn any_word_is_found_by_its_beginning_without_accents_and_case() {
        for (name, typed) in [
            ("Łukasz Żółć", "zol"),
            ("José Óscar", "OSC"),
            ("Nguyễn Thị Đào", "dao"),
            ("Anne-Sophie de la Tour", "sophie"),
            ("Anne-Sophie de la Tour", "anne-s"),
            ("Seán O’Brien", "brien"),
            ("Jürgen Groß", "gross"),
            ("Дмитрий Соколов", "сок"),
            ("王伟", "王"),
            ("محمد الأحمد", "محمد"),
            ("প্রিয়া সেন", "সেন"),
            ("Κώστας Παππάς", "ΚΩΣ"),
            ("Κώστας Παππάς", "παππας"),
            ("Anyone", "someone@north"),
        ] {
            assert!(found(name, typed), "{name} by {typed}");
        }
        assert!(!found("Łukasz Żółć", "olc"));
    }

    #[test]
    fn a_prefix_has_1_to_100_characters() {
        let prefix = |length: usize| Prefix::try_from("x".repeat(length));
        assert!(prefix(0).is_err() && prefix(101).is_err() && Prefix::try_from(" \u{301} ".to_owned()).is_err());
        assert_eq!([prefix(1), prefix(100)].map(|prefix| prefix.unwrap().as_str().len()), [1, MAX_WORD_CHARS]);
    }

    proptest! {
        #[test]
        fn every_beginning_of_every_word_finds_its_name(text in "[\\p{L}]{1,12}( [\\p{L}]{1,12}){0,3}", cut in 1usize..12) {
            if let Ok(name) = text.parse::<Name>() {
                // A few signs, such as U+037A, fold into a blank and so into two words.
                let folds_whole = |word: &&str| !fold(word).contains(char::is_whitespace);
                for word in name.as_str().split(' ').filter(folds_whole) {
                    let typed: String = word.chars().take(cut).collect();
                    if let Ok(prefix) = Prefix::try_from(typed.clone()) {
                        let words = words_of(&name, &"x@y.example".parse().unwrap());
                        prop_assert!(words.iter().any(|word| word.starts_with(prefix.as_str())), "{typed} in {words:?}");
                    }
                }
            }
        }
    }
}
