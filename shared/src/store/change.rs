//! One write of a transaction: a key, the changes, and the conditions (see `condition`).
//!
//! Expressions use placeholders for attribute names and values, so that neither a reserved word of DynamoDB nor a typed value can be
//! read as part of an expression.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, ReturnValue, TransactWriteItem, Update};
use serde::Serialize;

use super::error::StoreError;

pub(super) type Item = HashMap<String, AttributeValue>;

pub(super) fn attribute(value: impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(StoreError::unfit)
}

pub(super) fn item(value: impl Serialize) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value).map_err(StoreError::unfit)
}

/// An item whose attributes are all texts, such as a key.
pub(super) fn key<const N: usize>(parts: [(&str, &dyn ToString); N]) -> Item {
    parts.into_iter().map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_string()))).collect()
}

/// The value of an attribute, if it is a text.
pub(super) fn text<'i>(item: &'i Item, name: &str) -> Option<&'i String> {
    item.get(name)?.as_s().ok()
}

#[derive(Clone)]
enum Kind {
    Check(Item),
    Put(Item),
    Update(Item),
    Delete(Item),
}

/// A write, or a condition check, as part of a transaction.
#[derive(Clone)]
pub(super) struct Change {
    table: String,
    kind: Kind,
    /// The parts of the update expression, by verb (`SET`, `REMOVE`, `ADD`, `DELETE`).
    clauses: HashMap<&'static str, Vec<String>>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
    /// The error of the first value that cannot be an attribute. Sending the write returns it.
    fault: Option<StoreError>,
    /// The type of the audit event that this write stores, if any.
    pub(super) event: Option<String>,
}

impl Change {
    fn new(table: &str, kind: Kind) -> Self {
        Self {
            table: table.to_owned(),
            kind,
            clauses: HashMap::new(),
            conditions: Vec::new(),
            names: HashMap::new(),
            values: HashMap::new(),
            fault: None,
            event: None,
        }
    }

    /// Changes nothing, but the transaction fails if its conditions do not hold.
    pub(super) fn check(table: &str, key: Item) -> Self {
        Self::new(table, Kind::Check(key))
    }

    pub(super) fn put(table: &str, item: Item) -> Self {
        Self::new(table, Kind::Put(item))
    }

    pub(super) fn update(table: &str, key: Item) -> Self {
        Self::new(table, Kind::Update(key))
    }

    pub(super) fn delete(table: &str, key: Item) -> Self {
        Self::new(table, Kind::Delete(key))
    }

    /// The placeholder of an attribute. A path with dots leads into maps.
    pub(super) fn name(&mut self, path: &str) -> String {
        self.names.extend(path.split('.').map(|step| (format!("#{step}"), step.to_owned())));
        format!("#{}", path.replace('.', ".#"))
    }

    pub(super) fn value(&mut self, value: impl Serialize) -> String {
        let value = attribute(value).unwrap_or_else(|fault| {
            self.fault.get_or_insert(fault);
            AttributeValue::Null(true)
        });
        self.raw_value(value)
    }

    pub(super) fn raw_value(&mut self, value: AttributeValue) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    fn clause(mut self, verb: &'static str, part: String) -> Self {
        self.clauses.entry(verb).or_default().push(part);
        self
    }

    pub(super) fn only_if(mut self, condition: String) -> Self {
        self.conditions.push(condition);
        self
    }

    pub(super) fn set(mut self, path: &str, value: impl Serialize) -> Self {
        let (name, value) = (self.name(path), self.value(value));
        self.clause("SET", format!("{name} = {value}"))
    }

    /// Sets the attribute, or removes it if there is no value.
    pub(super) fn set_or_remove(self, path: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.set(path, value),
            None => self.remove(path),
        }
    }

    /// Replaces a value, on condition that it is still the one that was read. `None` means no attribute.
    pub(super) fn replace(self, path: &str, seen: Option<impl Serialize>, new: Option<impl Serialize>) -> Self {
        self.set_or_remove(path, new).if_as_seen(path, seen)
    }

    /// Sets a string set. An empty set, which DynamoDB cannot store, removes the attribute.
    pub(super) fn set_strings(mut self, path: &str, strings: Vec<String>) -> Self {
        if strings.is_empty() {
            return self.remove(path);
        }
        let (name, value) = (self.name(path), self.raw_value(AttributeValue::Ss(strings)));
        self.clause("SET", format!("{name} = {value}"))
    }

    pub(super) fn remove(mut self, path: &str) -> Self {
        let name = self.name(path);
        self.clause("REMOVE", name)
    }

    /// Adds one to a number.
    pub(super) fn count(mut self, path: &str) -> Self {
        let (name, value) = (self.name(path), self.value(1));
        self.clause("ADD", format!("{name} {value}"))
    }

    /// Adds a string to a string set, which may not exist yet.
    pub(super) fn add_to_set(mut self, path: &str, string: &str) -> Self {
        let (name, put) = (self.name(path), self.raw_value(AttributeValue::Ss(vec![string.to_owned()])));
        self.clause("ADD", format!("{name} {put}"))
    }

    /// Removes a string from a string set, if it is in the set.
    pub(super) fn remove_from_set(mut self, path: &str, string: &str) -> Self {
        let (name, taken) = (self.name(path), self.raw_value(AttributeValue::Ss(vec![string.to_owned()])));
        self.clause("DELETE", format!("{name} {taken}"))
    }

    /// Appends numbers to a list, which may not exist yet.
    pub(super) fn append(mut self, path: &str, numbers: &[i64]) -> Self {
        let (name, none, more) = (self.name(path), self.value([0_i64; 0]), self.value(numbers));
        self.clause("SET", format!("{name} = list_append(if_not_exists({name}, {none}), {more})"))
    }

    /// Removes a string from a string set, on condition that it is in the set.
    pub(super) fn remove_existing(self, path: &str, string: &str) -> Self {
        self.remove_from_set(path, string).if_contains(path, string)
    }

    fn condition(&self) -> Option<String> {
        (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "))
    }

    fn update_expression(&self) -> String {
        let clause = |verb| Some(format!("{verb} {}", self.clauses.get(verb)?.join(", ")));
        ["SET", "REMOVE", "ADD", "DELETE"].into_iter().filter_map(clause).collect::<Vec<_>>().join(" ")
    }

    /// The write as part of a transaction.
    pub(super) fn into_transact_item(mut self) -> Result<TransactWriteItem, StoreError> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let (condition, expression) = (self.condition(), self.update_expression());
        let names = (!self.names.is_empty()).then_some(self.names);
        let values = (!self.values.is_empty()).then_some(self.values);
        let built: Result<TransactWriteItem, BuildError> = match self.kind {
            Kind::Check(key) => ConditionCheck::builder()
                .table_name(self.table)
                .set_key(Some(key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .build()
                .map(|check| TransactWriteItem::builder().condition_check(check).build()),
            Kind::Put(item) => Put::builder()
                .table_name(self.table)
                .set_item(Some(item))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .build()
                .map(|put| TransactWriteItem::builder().put(put).build()),
            Kind::Update(key) => Update::builder()
                .table_name(self.table)
                .set_key(Some(key))
                .update_expression(expression)
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .build()
                .map(|update| TransactWriteItem::builder().update(update).build()),
            Kind::Delete(key) => Delete::builder()
                .table_name(self.table)
                .set_key(Some(key))
                .set_condition_expression(condition)
                .set_expression_attribute_names(names)
                .set_expression_attribute_values(values)
                .build()
                .map(|delete| TransactWriteItem::builder().delete(delete).build()),
        };
        built.map_err(StoreError::unfit)
    }

    /// The write outside a transaction: an update that returns the new item.
    pub(super) fn into_update(mut self, client: &Client) -> Result<UpdateItemFluentBuilder, StoreError> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let (condition, expression) = (self.condition(), self.update_expression());
        let Kind::Update(key) = self.kind else {
            return Err(StoreError::unfit("only an update can be sent without a transaction"));
        };
        Ok(client
            .update_item()
            .table_name(self.table)
            .set_key(Some(key))
            .update_expression(expression)
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(self.names))
            .set_expression_attribute_values(Some(self.values))
            .return_values(ReturnValue::AllNew))
    }
}
