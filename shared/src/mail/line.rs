//! A line of a mail: our own text with values from outside, which are harmless in text and in HTML.

use std::fmt;

use readmit_domain::misleads;

/// A line as a list of pieces. [`fmt::Display`] makes text of it, and the template HTML.
pub(super) struct Line(Vec<Piece>);

impl Line {
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }
}

pub(super) enum Piece {
    Words(&'static str),
    Value(Value),
}

/// A value from outside, made safe for a mail.
#[derive(Clone)]
pub(super) struct Value {
    /// The value; the template escapes it for HTML.
    pub text: String,
    /// Whether the value must stay on one line, as a duration.
    pub together: bool,
}

impl Value {
    /// Untrusted text, such as a name or a `User-Agent`. No mail program may make a link of it.
    pub(super) fn told(text: &str) -> Self {
        Self { text: without_links(&shown(text)), together: false }
    }

    /// An address from the directory or the configuration. Mail programs may make a link of it.
    pub(super) fn address(text: &str) -> Self {
        Self { text: shown(text), together: false }
    }

    /// A short value from a language file, such as a duration.
    pub(super) fn together(text: String) -> Self {
        Self { text, together: true }
    }
}

/// Removes invisible characters, direction marks and line breaks.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !misleads(*c)).collect()
}

/// Puts a zero-width space before characters that make mail programs see a web or mail address.
fn without_links(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let next = text[at + c.len_utf8()..].chars().next().unwrap_or(' ');
        let is_dot_of_a_host = c == '.' && before.is_alphanumeric() && next.is_alphabetic();
        let is_of_a_scheme = c == '/' && before == ':';
        if c == '@' || is_dot_of_a_host || is_of_a_scheme {
            inert.push('\u{200b}');
        }
        inert.push(c);
        before = c;
    }
    inert
}

/// The blocks of Unicode whose letters run from right to left (its `DerivedBidiClass.txt`).
fn runs_from_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

impl fmt::Display for Value {
    /// Isolated (Unicode TR 9, FSI and PDI) only if it would reorder the line, because some programs show these marks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.chars().any(runs_from_right_to_left) {
            write!(f, "\u{2068}{}\u{2069}", self.text)
        } else {
            f.write_str(&self.text)
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(words) => f.write_str(words),
            Piece::Value(value) => value.fmt(f),
        })
    }
}

impl From<Value> for Line {
    fn from(value: Value) -> Self {
        Self(vec![Piece::Value(value)])
    }
}

/// The values that a mail's lines may name, each as `{name}`.
pub(super) struct Values(Vec<(&'static str, Value)>);

impl<const N: usize> From<[(&'static str, Value); N]> for Values {
    fn from(values: [(&'static str, Value); N]) -> Self {
        Self(values.into())
    }
}

impl Values {
    pub(super) fn add(&mut self, name: &'static str, value: Value) {
        self.0.push((name, value));
    }

    /// The line with its values. A name without a value stays in braces, so that the tests find it. Values are never searched
    /// for names.
    pub(super) fn fill(&self, words: &'static str) -> Line {
        let mut pieces = Vec::new();
        let mut rest = words;
        while let Some((before, (value, after))) = rest.split_once('{').and_then(|(before, slot)| {
            let (name, after) = slot.split_once('}')?;
            let (_, value) = self.0.iter().find(|(known, _)| *known == name)?;
            Some((before, (value, after)))
        }) {
            pieces.extend([Piece::Words(before), Piece::Value(value.clone())]);
            rest = after;
        }
        pieces.push(Piece::Words(rest));
        Line(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str) -> String {
        Values::from([("name", Value::told(name))]).fill("Hello {name}!").to_string()
    }

    #[test]
    fn a_value_is_never_read_as_words() {
        assert_eq!(line("{name} {{7*7}} {brand}"), "Hello {name} {{7*7}} {brand}!");
        assert_eq!(line("Ann Lee"), "Hello Ann Lee!");
    }

    #[test]
    fn marks_and_line_breaks_are_gone_and_letters_from_the_right_are_isolated() {
        assert_eq!(line("Eve\r\nBcc: x\u{202e}gnp\u{2069}\u{2028}\u{200b}"), "Hello EveBcc: xgnp!");
        assert_eq!(line("נועה"), "Hello \u{2068}נועה\u{2069}!");
        assert_eq!(line("محمد 123"), "Hello \u{2068}محمد 123\u{2069}!");
    }

    #[test]
    fn nothing_that_was_told_becomes_a_link() {
        assert_eq!(line("https://evil.example/a"), "Hello https:\u{200b}//evil\u{200b}.example/a!");
        assert_eq!(line("mike@evil.example"), "Hello mike\u{200b}@evil\u{200b}.example!");
        for harmless in ["J. R. Smith", "Acme Inc.", "Mozilla/5.0 (X11) Chrome/130.0.1", "2001:db8::1", "192.0.2.7"] {
            assert_eq!(line(harmless), format!("Hello {harmless}!"));
        }
    }
}
