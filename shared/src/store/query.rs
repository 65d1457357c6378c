//! Queries: pages of the items with one partition key, sorted by a unique sort key.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use serde::Serialize;

use super::StoreError;
use super::change::{Item, attribute, text};

/// A table or an index, with the names of its keys.
pub(super) struct Source<'a> {
    pub table: &'a str,
    pub index: Option<&'a str>,
    pub partition_key: &'a str,
    pub sort_key: &'a str,
}

/// The range of sort keys to read.
pub(super) enum KeyRange<'a> {
    /// All keys, or those after this one.
    After(Option<&'a str>),
    /// All keys, or those before this one, in descending order.
    Before(Option<&'a str>),
    /// The keys up to this one, inclusive.
    UpTo(&'a str),
    /// The keys from the first to the second, both inclusive.
    Between(String, String),
    /// The same keys in descending order.
    Downwards(String, String),
}

/// A text that sorts directly after a sort key. No sort key of ours has a blank there.
pub(super) fn behind(sort_key: &str) -> String {
    format!("{sort_key} ")
}

impl Source<'_> {
    /// A query of a range of the partition `value`.
    pub fn query(
        &self,
        client: &Client,
        value: impl Serialize,
        range: &KeyRange<'_>,
    ) -> Result<QueryFluentBuilder, StoreError> {
        let (partition_key, sort_key) = (self.partition_key, self.sort_key);
        let query = client
            .query()
            .table_name(self.table)
            .set_index_name(self.index.map(str::to_owned))
            .scan_index_forward(!matches!(range, KeyRange::Before(_) | KeyRange::Downwards(..)))
            .expression_attribute_values(":key", attribute(value)?);
        let (condition, bounds) = match range {
            KeyRange::After(None) | KeyRange::Before(None) => (String::new(), Vec::new()),
            KeyRange::After(Some(bound)) => (format!(" AND {sort_key} > :from"), vec![(":from", *bound)]),
            KeyRange::Before(Some(bound)) => (format!(" AND {sort_key} < :from"), vec![(":from", *bound)]),
            KeyRange::UpTo(bound) => (format!(" AND {sort_key} <= :from"), vec![(":from", *bound)]),
            KeyRange::Between(from, to) | KeyRange::Downwards(from, to) => {
                (format!(" AND {sort_key} BETWEEN :from AND :to"), vec![(":from", from.as_str()), (":to", to.as_str())])
            }
        };
        let query = query.key_condition_expression(format!("{partition_key} = :key{condition}"));
        bounds
            .into_iter()
            .try_fold(query, |query, (name, bound)| Ok(query.expression_attribute_values(name, attribute(bound)?)))
    }

    /// A page of at most `limit` items, and the sort key of the last one if there are more. One request.
    pub async fn page(
        &self,
        client: &Client,
        value: impl Serialize,
        range: &KeyRange<'_>,
        limit: u8,
    ) -> Result<(Vec<Item>, Option<String>), StoreError> {
        let limit = usize::from(limit);
        // One item more than the limit shows whether there are more.
        let wanted = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let answer = self.query(client, value, range)?.limit(wanted).send().await.map_err(StoreError::of)?;
        let (mut items, is_cut) = (answer.items.unwrap_or_default(), answer.last_evaluated_key.is_some());
        let has_more = is_cut || items.len() > limit;
        items.truncate(limit);
        let last = items.last().and_then(|item| text(item, self.sort_key)).cloned();
        Ok((items, last.filter(|_| has_more)))
    }

    /// How many items there are, at most `most`. One request for each megabyte that they have.
    pub async fn count(
        &self,
        client: &Client,
        value: impl Serialize,
        range: &KeyRange<'_>,
        most: usize,
    ) -> Result<usize, StoreError> {
        let (query, mut count, mut start) = (self.query(client, value, range)?.select(Select::Count), 0, None);
        loop {
            let limit = i32::try_from(most - count).unwrap_or(i32::MAX);
            let answer = query.clone().limit(limit).set_exclusive_start_key(start).send().await;
            let answer = answer.map_err(StoreError::of)?;
            count += usize::try_from(answer.count).unwrap_or_default();
            start = answer.last_evaluated_key;
            if start.is_none() || count >= most {
                return Ok(count);
            }
        }
    }
}
