//! How admins find people by the beginning of a word.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};

use serde::Deserialize;

use crate::name::fold;
use crate::{Employee, Login, Name};

/// How many words of a name can be searched; further words are ignored. Each word is one row of the table.
const MAX_WORDS: usize = 30;
/// The length of a word that is stored. Of longer words only the beginning is stored.
const MAX_WORD_CHARS: usize = 60;

/// The words that find a person: the folded words of the name, and the whole address. A word with which another one begins is left out,
/// because whatever finds it finds the longer one too: `ada` of `ada@northwind.example`.
pub fn words_of(name: &Name, login: &Login) -> BTreeSet<String> {
    let folded = name.folded();
    let words = folded.split(|c: char| c.is_whitespace() || "-‐–'’.,/·".contains(c)).filter(|word| !word.is_empty());
    let whole = folded.split_whitespace();
    let of_name = words.chain(whole).map(|word| word.chars().take(MAX_WORD_CHARS).collect());
    let address = login.as_str().chars().take(MAX_WORD_CHARS).collect();
    let all: BTreeSet<String> = of_name.take(MAX_WORDS).chain([address]).collect();
    let begins_another = |word: &String| {
        let next = all.range::<String, _>((Excluded(word), Unbounded)).next();
        next.is_some_and(|next| next.starts_with(word.as_str()))
    };
    all.iter().filter(|word| !begins_another(word)).cloned().collect()
}

/// A typed search: the beginning of a word, folded. 1 to 100 characters.
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

    /// The first of a person's words that begins with this text. The person is listed for this word only.
    pub fn first_match(&self, employee: &Employee) -> Option<String> {
        words_of(&employee.full_name, &employee.login).into_iter().find(|word| word.starts_with(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::employee::tests::person;
    use proptest::prelude::*;
    use serde_json::json;

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
    fn a_word_with_which_another_begins_needs_no_row() {
        for (name, login, words) in [
            ("Ada Lindqvist", "ada.lindqvist@northwind.example", vec!["ada.lindqvist@northwind.example", "lindqvist"]),
            ("García-López", "g@contoso.example", vec!["g@contoso.example", "garcia-lopez", "lopez"]),
            ("Ann Anna Ann", "ann@contoso.example", vec!["ann@contoso.example", "anna"]),
        ] {
            let found = words_of(&name.parse().unwrap(), &login.parse().unwrap());
            assert!(found.iter().eq(&words), "{found:?}");
        }
    }

    #[test]
    fn a_person_is_listed_under_the_first_word_that_begins_as_typed() {
        let ada = person(1, json!({"full_name": "Ada Adele Lindqvist"}));
        for (typed, word) in [
            ("A", Some("ada@northwind.example")),
            ("ada@", Some("ada@northwind.example")),
            ("ade", Some("adele")),
            ("LIND", Some("lindqvist")),
            ("qvist", None),
        ] {
            let prefix = Prefix::try_from(typed.to_owned()).unwrap();
            assert_eq!(prefix.first_match(&ada).as_deref(), word, "{typed}");
        }
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
                // A few characters, such as U+037A, fold into a blank, which makes two words.
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
