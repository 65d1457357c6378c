//! What must hold for a write. All conditions of a write must.

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

    /// As it was seen: the same value, or still none.
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

    /// A list that is not there or has fewer elements.
    pub(super) fn if_shorter(mut self, path: &str, length: usize) -> Self {
        let (name, length) = (self.name(path), self.value(length));
        self.only_if(format!("(attribute_not_exists({name}) OR size({name}) < {length})"))
    }

    /// A string set that holds this string, has fewer strings, or is not there.
    pub(super) fn if_contains_or_shorter(mut self, path: &str, string: &str, length: usize) -> Self {
        let (name, held, length) = (self.name(path), self.value(string), self.value(length));
        let shorter = format!("attribute_not_exists({name}) OR size({name}) < {length}");
        self.only_if(format!("({shorter} OR contains({name}, {held}))"))
    }

    /// A string set that holds this string.
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
