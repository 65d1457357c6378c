//! Fields of a change.

use serde::{Deserialize, Deserializer};

/// A field that a change leaves out, sets, or clears by `null` (RFC 7396).
#[derive(Clone, Debug, Default)]
pub enum Clearable<T> {
    /// The field keeps its value.
    #[default]
    LeftOut,
    /// The new value. None clears the field.
    Given(Option<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Clearable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::Given)
    }
}

/// A value sets the field, no value leaves it out.
impl<T> From<Option<T>> for Clearable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::LeftOut, |value| Self::Given(Some(value)))
    }
}

impl<T: Clone> Clearable<T> {
    /// The value after the change.
    pub fn or(&self, before: Option<&T>) -> Option<T> {
        match self {
            Self::LeftOut => before.cloned(),
            Self::Given(value) => value.clone(),
        }
    }

    /// Whether the change sets or clears the field.
    pub fn is_given(&self) -> bool {
        matches!(self, Self::Given(_))
    }
}

/// Reads a field that can be left out and cannot be cleared: `null` is refused. For `deserialize_with`, with `default`.
pub fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
