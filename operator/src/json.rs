//! Safe JSON: characters that could change a web page, a terminal or the lines of a file are written as escapes. A JSON parser reads them as
//! the original characters.

use std::io::{self, Write};

use readmit::domain::misleads;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        for c in fragment.chars() {
            if misleads(c) || matches!(c, '<' | '>' | '&') {
                write!(out, "{}", escape(c))?;
            } else {
                write!(out, "{c}")?;
            }
        }
        Ok(())
    }
}

/// The character as an escape of JSON: `\u202e`.
pub fn escape(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// The value as one line.
pub fn text(value: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Inert))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_mislead_is_escaped_and_reads_back_as_it_was() {
        let told = "<a href=\"x\">\r\n\u{202e}\u{2028}\u{85}&\u{feff}\\ Łódź 😀";
        let line = text(&[told]).unwrap();
        assert!(line.contains("😀") && line.contains("Łódź") && line.contains("\\u202e"), "{line}");
        assert!(!line.chars().any(|c| misleads(c) || "<>&".contains(c)), "{line}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&line).unwrap(), [told]);
    }
}
