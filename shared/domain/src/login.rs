//! A login: an e-mail address in its one canonical form.

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::name::misleads;
use crate::text::text_type;

/// RFC 5321, section 4.5.3.1.3: a path of 256 octets holds an address of 254.
const MAX_BYTES: usize = 254;
/// RFC 5321, section 4.5.3.1.1.
const MAX_LOCAL_BYTES: usize = 64;

text_type!(
    /// An e-mail address that has one spelling: trimmed, NFKC, lower case as a whole, the domain in ASCII (IDNA).
    ///
    /// Two spellings of one address are the same login: `MIKE@` is `mike@`. Look-alikes are different logins: `mıke@` is not `mike@`.
    Login
);

impl Login {
    /// The part before the last `@`.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part behind the last `@`, in ASCII.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address as another person may see it: `j•••@example.com`.
    pub fn masked(&self) -> String {
        let first: String = self.local_part().chars().take(1).collect();
        format!("{first}•••@{}", self.domain())
    }
}

/// Lower-casing can undo NFKC, and NFKC can undo lower-casing (`İ`, `ϔ`). Both are applied until nothing changes. Three rounds are enough
/// for every character; a text that still changes is refused.
fn fold(text: &str) -> Option<String> {
    let mut folded = text.to_owned();
    for _ in 0..4 {
        let next: String = folded.nfkc().collect::<String>().to_lowercase();
        if next == folded {
            return Some(folded);
        }
        folded = next;
    }
    None
}

/// RFC 5322's dot-atom, extended to letters of all scripts (RFC 6531). Quoted local parts are refused: hardly any mailbox has one, and
/// they can hide a space or a second `@`.
fn is_local_part(local: &str) -> bool {
    // In NFKC vowel signs and some accents are separate characters: combining marks.
    let is_letter = |c: char| (c.is_alphanumeric() && !misleads(c)) || is_combining_mark(c);
    let is_atom =
        |atom: &str| !atom.is_empty() && atom.chars().all(|c| is_letter(c) || "!#$%&'*+-/=?^_`{|}~".contains(c));
    local.len() <= MAX_LOCAL_BYTES && local.split('.').all(is_atom)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

/// The one spelling of a domain. None if the text is no domain.
pub(crate) fn canonical_domain(text: &str) -> Option<String> {
    let ascii = (text.len() <= MAX_BYTES).then(|| idna::domain_to_ascii_strict(text).ok())??;
    is_domain(&ascii).then_some(ascii)
}

fn canonical(text: &str) -> Option<String> {
    // A longer text is not folded: no real address shrinks from this length to 254 bytes.
    if text.len() > 4 * MAX_BYTES {
        return None;
    }
    let folded = fold(text.trim())?;
    let (local, domain) = folded.rsplit_once('@')?;
    let domain = canonical_domain(domain)?;
    let login = format!("{local}@{domain}");
    (login.len() <= MAX_BYTES && is_local_part(local)).then_some(login)
}

impl FromStr for Login {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        canonical(text).map(Self).ok_or("is not an e-mail address")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn login(text: &str) -> String {
        text.parse::<Login>().map_or_else(|_| "refused".to_owned(), |login| login.to_string())
    }

    #[test]
    fn one_address_has_one_spelling() {
        assert_eq!(login("  Mike@Northwind.Example "), "mike@northwind.example");
        assert_eq!(login("ｍike@northwind.example"), "mike@northwind.example");
        assert_eq!(login("ada@BÜCHER.example"), "ada@xn--bcher-kva.example");
        assert_eq!(login("ada@xn--bcher-kva.example"), "ada@xn--bcher-kva.example");
    }

    #[test]
    fn a_look_alike_is_another_login() {
        assert_ne!(login("mıke@northwind.example"), "mike@northwind.example");
        assert_ne!(login("mike@northwınd.example"), "mike@northwind.example");
    }

    #[test]
    fn addresses_that_cannot_be_mailed_are_refused() {
        for text in ["", "mike", "mike@", "mike@northwind.example\r\nBcc: eve@evil.example", "<mike@northwind.example>"]
        {
            assert_eq!(login(text), "refused", "{text:?}");
        }
        for local in ["", "mi ke", "a@b", ".mike", "mi..ke", "\"mike\"", "mi\u{202e}ke", "mi\0ke", "mike\u{3164}"] {
            assert_eq!(login(&format!("{local}@northwind.example")), "refused", "{local:?}");
        }
        for domain in ["localhost", "north_wind.example", "-northwind.example", "northwind..example", "[127.0.0.1]"] {
            assert_eq!(login(&format!("mike@{domain}")), "refused", "{domain:?}");
        }
        assert_eq!(login(&format!("{}@northwind.example", "m".repeat(65))), "refused");
        assert_eq!(login(&format!("m@{}.example", "n.".repeat(130))), "refused");
    }

    #[test]
    fn a_label_of_a_domain_has_1_to_63_letters_digits_and_inner_hyphens() {
        assert!(is_domain(&format!("a-1.{}.example", "n".repeat(63))));
        for label in ["", "-a", "a-", "a_b", "A", &"n".repeat(64)] {
            assert!(!is_domain(&format!("{label}.example")), "{label}");
        }
    }

    #[test]
    fn the_longest_texts_are_read_and_no_longer_ones() {
        let padded = |length: usize| format!("{:>length$}", "m@n.example");
        assert_eq!([1_015, 1_016].map(|length| login(&padded(length))), ["m@n.example", "m@n.example"]);
        assert_eq!(login(&padded(1_017)), "refused");
    }

    #[test]
    fn a_masked_login_shows_one_letter() {
        let login: Login = "jane@example.com".parse().unwrap();
        assert_eq!(login.masked(), "j•••@example.com");
    }

    proptest! {
        #[test]
        fn reading_a_login_again_changes_nothing(text in "\\PC{0,40}@\\PC{1,20}\\.[a-z]{2,8}") {
            if let Ok(first) = text.parse::<Login>() {
                prop_assert_eq!(first.as_str().parse::<Login>(), Ok(first.clone()));
                prop_assert!(first.as_str().len() <= 254);
                prop_assert!(!first.as_str().contains(char::is_control));
                prop_assert!(first.domain().is_ascii());
            }
        }

        #[test]
        fn case_and_blanks_around_do_not_matter(local in "[a-z0-9]{1,20}", blanks in "[ \t]{0,3}") {
            let plain = format!("{local}@northwind.example");
            let shouted = format!("{blanks}{}{blanks}", plain.to_uppercase());
            prop_assert_eq!(shouted.parse::<Login>(), plain.parse::<Login>());
        }
    }
}
