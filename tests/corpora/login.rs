//! Addresses, names and other short texts of a person, and the text of a search.

use readmit::domain::{EmployeeId, ExternalId, Filter, Locale, Login, Name, PasscodeId, Prefix, words_of};

/// The text as each of the types: an accepted value is accepted unchanged again, and is within the limits.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    login(text);
    name(text);
    prefix(text);
    if let Ok(id) = text.parse::<ExternalId>() {
        assert_eq!(id.as_str(), text);
        assert!((1..=100).contains(&text.len()) && text.bytes().all(|b| (b'!'..=b'~').contains(&b)));
    }
    if let Ok(locale) = text.parse::<Locale>() {
        assert_eq!(locale.as_str(), text);
        assert!((2..=35).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    }
    if let Ok(id) = text.parse::<EmployeeId>() {
        assert_eq!(id.to_string(), text);
        assert!(text.parse::<PasscodeId>().is_err());
    }
    if let Ok(filter) = serde_json::from_value::<Filter>(text.into()) {
        assert_eq!(filter.name(), text);
    }
}

fn login(text: &str) {
    let Ok(login) = text.parse::<Login>() else { return };
    assert_eq!(login.as_str().parse(), Ok(login.clone()), "{text:?}");
    assert_eq!(text.to_ascii_uppercase().parse(), Ok(login.clone()), "{text:?}");
    assert_eq!(format!(" {text}\t").parse(), Ok(login.clone()), "{text:?}");
    let (local, domain) = login.as_str().split_once('@').unwrap();
    assert_eq!((login.local_part(), login.domain()), (local, domain), "{text:?}");
    assert!(login.as_str().len() <= 254 && (1..=64).contains(&local.len()), "{text:?}");
    assert!(!login.as_str().contains(|c: char| c.is_control() || c.is_whitespace() || "\"<>()[],;:\\".contains(c)));
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    assert!(domain.contains('.') && domain.bytes().all(is_plain), "{text:?}");
    let mut masked = login.masked();
    masked.truncate(masked.find('•').unwrap());
    assert!(masked.chars().count() == 1 && local.starts_with(&masked), "{text:?}");
}

fn name(text: &str) {
    let Ok(name) = text.parse::<Name>() else { return };
    assert_eq!(name.as_str().parse(), Ok(name.clone()), "{text:?}");
    assert!((1..=200).contains(&name.as_str().chars().count()));
    assert!(!name.as_str().contains(|c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c)), "{text:?}");
    assert!(!name.as_str().contains("  ") && name.as_str().trim() == name.as_str(), "{text:?}");
    if let Ok(folded) = name.folded().parse::<Name>() {
        // A word of combining marks only becomes a blank.
        assert!(folded.folded().split_whitespace().eq(name.folded().split_whitespace()), "{text:?}");
    }
    let id: EmployeeId = "emp_01J00000000000000000000000".parse().unwrap();
    // DynamoDB's limit for a sort key.
    assert!(name.sort_key(id).len() <= 1_024);
    every_beginning_of_a_word_finds(&name);
}

/// A name is found in its own case and in lower case, and a long name by its first words.
fn every_beginning_of_a_word_finds(name: &Name) {
    let words = words_of(name, &"x@y.example".parse().unwrap());
    assert!((1..=31).contains(&words.len()) && words.iter().all(|word| (1..=60).contains(&word.chars().count())));
    let typed: Vec<&str> = name.as_str().split(' ').collect();
    let parts = name.folded().split(|c: char| !c.is_alphanumeric()).count();
    if parts > 12 {
        return;
    }
    for word in typed {
        // A few characters, such as U+037A, fold into a blank, which makes two words.
        let folds_whole = |text: &str| !text.parse::<Name>().is_ok_and(|name| name.folded().contains(' '));
        for end in word.char_indices().map(|(start, c)| start + c.len_utf8()).filter(|_| folds_whole(word)) {
            for typed in [word[..end].to_owned(), word[..end].to_lowercase()] {
                if let Ok(prefix) = Prefix::try_from(typed.clone()) {
                    assert!(words.iter().any(|word| word.starts_with(prefix.as_str())), "{typed:?} of {name:?}");
                }
            }
        }
    }
}

fn prefix(text: &str) {
    let Ok(prefix) = Prefix::try_from(text.to_owned()) else { return };
    assert!((1..=60).contains(&prefix.as_str().chars().count()), "{text:?}");
    assert!((1..=100).contains(&text.trim().chars().count()), "{text:?}");
    assert_eq!(Prefix::try_from(prefix.as_str().to_owned()), Ok(prefix.clone()), "{text:?}");
    assert_eq!(Prefix::try_from(text.to_ascii_uppercase()), Ok(prefix), "{text:?}");
}
