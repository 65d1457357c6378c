//! Names of files in the bucket of imports.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::serde_as_text;

/// The longest key of S3, and the longest version id.
const MAX_LENGTH: usize = 1_024;

/// A text that needs no encoding in a URL.
fn is_plain(text: &str, others: &[u8]) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || others.contains(&byte);
    (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(plain)
}

/// The key of a file: letters and digits of ASCII, `.`, `_`, `-`, and `/` between names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ObjectKey {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let is_key = is_plain(text, b"._-/") && text.split('/').all(|name| !["", ".", ".."].contains(&name));
        if is_key { Ok(Self(text.to_owned())) } else { Err("must be a key of letters, digits, dots, _, - and /") }
    }
}

serde_as_text!(ObjectKey);

/// The id that S3 gives to each version of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectVersionId(String);

impl fmt::Display for ObjectVersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ObjectVersionId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        if is_plain(text, b"._-") { Ok(Self(text.to_owned())) } else { Err("must be the id of a version") }
    }
}

serde_as_text!(ObjectVersionId);

/// One version of a file. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectVersion {
    /// The file.
    pub key: ObjectKey,
    /// The version of it.
    pub version_id: ObjectVersionId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_needs_no_encoding_and_stays_in_its_folder() {
        for key in ["uploads/people-2026.csv", "a", "reports/imp_01J/00000.json"] {
            assert_eq!(key.parse::<ObjectKey>().unwrap().as_str(), key);
        }
        for other in ["", "/a", "a//b", "a/../b", "a b", "é", "a?b", "a#b", "a%20b", &"a".repeat(1_025)] {
            assert!(other.parse::<ObjectKey>().is_err(), "{other}");
        }
        assert!("3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY-_1".parse::<ObjectVersionId>().is_ok());
        assert!("a&b".parse::<ObjectVersionId>().is_err());
    }
}
