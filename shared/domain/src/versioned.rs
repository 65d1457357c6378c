//! Something made with a key of a certain version of the root: `3:…`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The version of the root secret that a key was derived from.
pub type KeyVersion = u32;

/// A value and the version of the key that it was made with, so that keys can move on while the value stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Versioned<T> {
    /// The version of the root secret.
    pub version: KeyVersion,
    /// What was made with it.
    pub value: T,
}

impl<T: fmt::Display> fmt::Display for Versioned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.version, self.value)
    }
}

/// The text has no version before it, or what follows is not of the kind.
#[derive(Debug, thiserror::Error)]
#[error("is not a versioned value")]
pub struct NotVersioned;

impl<T: FromStr> FromStr for Versioned<T> {
    type Err = NotVersioned;

    fn from_str(text: &str) -> Result<Self, NotVersioned> {
        let (version, value) = text.split_once(':').ok_or(NotVersioned)?;
        Ok(Self {
            version: version.parse().map_err(|_| NotVersioned)?,
            value: value.parse().map_err(|_| NotVersioned)?,
        })
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
