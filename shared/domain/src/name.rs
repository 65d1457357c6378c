//! Names, languages and external ids.

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::EmployeeId;
use crate::text::text_type;

text_type!(
    /// A name as its owner writes it: NFC, one blank between words, 1 to 200 code points, without control characters and direction marks.
    Name
);

/// Longer than any real name, and short enough to keep a sort key under 1,024 bytes.
const MAX_NAME_CHARS: usize = 200;

impl Name {
    /// The name without case and accents, for sorting and searching: `José Óscar` and `JOSE OSCAR` are equal.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }

    /// The sort key of the list: the folded name, cut to 200 characters, a tab and the id. The tab sorts before all characters of a name,
    /// so that `Ann` comes before `Ann Lee`.
    pub fn sort_key(&self, employee_id: EmployeeId) -> String {
        let folded: String = self.folded().chars().take(MAX_NAME_CHARS).collect();
        format!("{folded}\t{employee_id}")
    }
}

/// A text without case and accents.
pub fn fold(text: &str) -> String {
    let bare: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    bare.to_lowercase().nfkd().filter(|c| !is_combining_mark(*c)).flat_map(without_stroke).collect()
}

/// Replaces letters whose stroke or accent Unicode does not separate, because people type them without it.
fn without_stroke(c: char) -> impl Iterator<Item = char> {
    let bare = match c {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        // Sigma has another form at the end of a word, but a prefix does not end there.
        'ς' => "σ",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => "",
    };
    bare.chars().chain(bare.is_empty().then_some(c))
}

/// Whether a character misleads readers: it changes the order of the text around it (Unicode TR 9), breaks the line, or is invisible.
/// The joiners U+200C and U+200D are allowed, because Persian and Indic names need them.
pub fn misleads(c: char) -> bool {
    let direction =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let unseen = matches!(
        c,
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{2060}'
            ..='\u{2064}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
    );
    c.is_control() || direction || unseen || matches!(c, '\u{2028}' | '\u{2029}')
}

/// White space of any width, without line breaks, which are refused.
fn is_blank(c: char) -> bool {
    c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let composed: String = text.nfc().collect();
        let name = composed.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let fits = (1..=MAX_NAME_CHARS).contains(&name.chars().count());
        let reads = name.chars().any(char::is_alphanumeric) && !name.chars().any(misleads);
        if fits && reads {
            Ok(Self(name))
        } else {
            Err("must have 1 to 200 characters, none of them a control character")
        }
    }
}

text_type!(
    /// The language of mails to a person or a company's people: a BCP 47 tag such as `de` or `pt-BR`.
    Locale
);

impl FromStr for Locale {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let language = text.split('-').next().unwrap_or_default();
        let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
        let fits = text.len() <= 35 && text.split('-').all(subtag);
        if is_language && fits { Ok(Self(text.to_owned())) } else { Err("must be a language tag such as en or pt-BR") }
    }
}

text_type!(
    /// An id that a company gave to one of its people, or the operator to a company: 1 to 100 visible ASCII characters.
    ExternalId
);

impl FromStr for ExternalId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let fits = (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err("must have 1 to 100 visible ASCII characters") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn folding_removes_accents_and_case() {
        assert_eq!(name("José Óscar").folded(), name("JOSE OSCAR").folded());
        assert_eq!(name("Łukasz Żółć").folded(), "lukasz zolc");
        assert_eq!(name("Nguyễn Thị Đào").folded(), "nguyen thi dao");
        assert_eq!(name("İpek Işık").folded(), "ipek isik");
    }

    #[test]
    fn a_name_that_misleads_is_refused() {
        for text in ["", "   ", "…", "\u{3164}", "A\u{200b}B", &"x".repeat(201)] {
            assert!(text.parse::<Name>().is_err(), "{text:?}");
        }
        for text in ["Eve\r\nBcc: x", "Eve\u{202e}gnp", "Eve\u{2028}", "Eve\u{61c}x"] {
            assert!(text.parse::<Name>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn letters_with_strokes_are_found_without_them() {
        let folded = name("Bjørn Đorđe Ðór Ħal Ŧor Œuvre Ærø Þór Strauß  ΠΑΣ").folded();
        assert_eq!(folded, "bjorn dorde dor hal tor oeuvre aero thor strauss πασ");
        let id: EmployeeId = "emp_01J00000000000000000000000".parse().unwrap();
        assert_eq!(name("Ann").sort_key(id), "ann\temp_01J00000000000000000000000");
        assert_eq!(name("Ada\u{a0} \u{3000}Lovelace").as_str(), "Ada Lovelace");
    }

    #[test]
    fn malformed_languages_and_external_ids_are_refused() {
        for (text, is_one) in [
            ("en", true),
            ("gsw", true),
            ("zh-Hant-TW", true),
            ("en-abcdefgh", true),
            ("e", false),
            ("engl", false),
            ("e1", false),
            ("en-", false),
            ("en_US", false),
            ("en-abcdefghi", false),
            ("en-a.b", false),
            ("en-abcdefgh-abcdefgh-abcdefgh-abcdef", false),
        ] {
            assert_eq!(text.parse::<Locale>().is_ok(), is_one, "{text}");
        }
        for (text, is_one) in
            [("!~", true), (&*"x".repeat(100), true), ("", false), ("a b", false), (&*"x".repeat(101), false)]
        {
            assert_eq!(text.parse::<ExternalId>().is_ok(), is_one, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_name_reads_back_and_its_key_fits_the_index(text in "\\PC{1,200}") {
            if let Ok(name) = text.parse::<Name>() {
                prop_assert_eq!(name.as_str().parse::<Name>(), Ok(name.clone()));
                let id: EmployeeId = "emp_01J00000000000000000000000".parse().unwrap();
                prop_assert!(name.sort_key(id).len() <= 1024);
            }
        }
    }
}
