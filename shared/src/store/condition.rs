//! The conditions of a write. All of them must hold.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use super::change::Change;

impl Change {
    pub(super) fn if_is(mut self, path: &str, operator: &str, value: impl Serialize) -> Self {
        let (name, value) = (self.name(path), self.value(value));
        self.only_if(format!("{name} {operator} {value}"))
    }

    pub(super) fn if_absent_or(mut self, path: &str, operator: &str, value: impl Serialize) -> Self {
        let (name, value) = (self.name(path), self.value(value));
        self.only_if(format!("(attribute_not_exists({name}) OR {name} {operator} {value})"))
    }

    pub(super) fn if_equal(self, path: &str, value: impl Serialize) -> Self {
        self.if_is(path, "=", value)
    }

    pub(super) fn if_attribute(mut self, path: &str, value: AttributeValue) -> Self {
        let (name, value) = (self.name(path), self.raw_value(value));
        self.only_if(format!("{name} = {value}"))
    }

    /// The attribute has the value that was read, or still does not exist.
    pub(super) fn if_as_seen(self, path: &str, seen: Option<impl Serialize>) -> Self {
        match seen {
            Some(value) => self.if_equal(path, value),
            None => self.if_absent(path),
        }
    }

    pub(super) fn if_one_of<T: Serialize>(mut self, path: &str, values: impl IntoIterator<Item = T>) -> Self {
        let name = self.name(path);
        let values: Vec<String> = values.into_iter().map(|value| self.value(value)).collect();
        self.only_if(format!("{name} IN ({})", values.join(", ")))
    }

    /// The list does not exist, or has fewer elements.
    pub(super) fn if_shorter(mut self, path: &str, length: usize) -> Self {
        let (name, length) = (self.name(path), self.value(length));
        self.only_if(format!("(attribute_not_exists({name}) OR size({name}) < {length})"))
    }

    /// The string set contains this string, has fewer strings, or does not exist.
    pub(super) fn if_contains_or_shorter(mut self, path: &str, string: &str, length: usize) -> Self {
        let (name, held, length) = (self.name(path), self.value(string), self.value(length));
        let shorter = format!("attribute_not_exists({name}) OR size({name}) < {length}");
        self.only_if(format!("({shorter} OR contains({name}, {held}))"))
    }

    /// The string set contains this string.
    pub(super) fn if_contains(mut self, path: &str, string: &str) -> Self {
        let (name, held) = (self.name(path), self.value(string));
        self.only_if(format!("contains({name}, {held})"))
    }

    pub(super) fn if_present(mut self, path: &str) -> Self {
        let name = self.name(path);
        self.only_if(format!("attribute_exists({name})"))
    }

    pub(super) fn if_absent(mut self, path: &str) -> Self {
        let name = self.name(path);
        self.only_if(format!("attribute_not_exists({name})"))
    }
}
