//! A value that was made with a key of a certain version of a root secret: `3:…`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The version of the root secret that a key was derived from.
pub type KeyVersion = u32;

/// A value and the version of its key, so that the value stays readable after a rotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// The version of the root secret.
    pub version: KeyVersion,
    /// The value, such as a hash or a sealed key.
    pub value: T,
}

impl<T: fmt::Display> fmt::Display for Versioned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.version, self.value)
    }
}

impl<T: FromStr> FromStr for Versioned<T> {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let read =
            |(version, value): (&str, &str)| Some(Self { version: version.parse().ok()?, value: value.parse().ok()? });
        text.split_once(':').and_then(read).ok_or("is not a versioned value")
    }
}

impl<T: fmt::Display> Serialize for Versioned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Versioned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reads_back_with_its_version() {
        let versioned = Versioned { version: 3, value: "a:b".to_owned() };
        assert_eq!(versioned.to_string(), "3:a:b");
        assert_eq!("3:a:b".parse(), Ok(versioned));
        for text in ["", "3", "a:b", ":a", "-3:a", "4294967296:a"] {
            assert!(text.parse::<Versioned<String>>().is_err(), "{text}");
        }
    }
}
