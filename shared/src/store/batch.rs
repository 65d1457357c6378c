//! Reading many items by their keys.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::change::Item;
use super::{Store, StoreError};

/// How often a batch is sent, with the keys that DynamoDB has not read yet, before the store counts as throttled.
const UNREAD_ROUNDS: u32 = 4;
/// DynamoDB's limit for the keys of one batch.
const MAX_BATCH: usize = 100;

/// How items are read.
#[derive(Clone, Copy)]
pub(super) struct ReadOptions<'a> {
    /// Strongly consistent. Otherwise the read is eventually consistent and costs half the read units.
    pub consistent: bool,
    /// The attributes to read; all of them if the list is empty.
    pub only: &'a [&'a str],
}

impl ReadOptions<'_> {
    pub const CONSISTENT: Self = Self { consistent: true, only: &[] };
    pub const EVENTUAL: Self = Self { consistent: false, only: &[] };
}

impl Store {
    /// The items of these keys of one table, in any order. Keys without an item are left out. One request for each 100 keys.
    pub(super) async fn batch(
        &self,
        table: &str,
        keys: Vec<Item>,
        options: ReadOptions<'_>,
    ) -> Result<Vec<Item>, StoreError> {
        let keys = keys.into_iter().map(|key| (table.to_owned(), key)).collect();
        Ok(self.batches(keys, options).await?.remove(table).unwrap_or_default())
    }

    /// The items of these keys, by table. One request for each 100 keys.
    pub(super) async fn batches(
        &self,
        keys: Vec<(String, Item)>,
        options: ReadOptions<'_>,
    ) -> Result<HashMap<String, Vec<Item>>, StoreError> {
        let mut items = HashMap::<String, Vec<Item>>::new();
        for chunk in keys.chunks(MAX_BATCH) {
            let mut unread = by_table(chunk, options)?;
            for _ in 0..UNREAD_ROUNDS {
                let request = self.client.batch_get_item().set_request_items(Some(unread));
                let answer = request.send().await.map_err(StoreError::of)?;
                for (table, read) in answer.responses.unwrap_or_default() {
                    items.entry(table).or_default().extend(read);
                }
                unread = answer.unprocessed_keys.unwrap_or_default();
                if unread.is_empty() {
                    break;
                }
            }
            if !unread.is_empty() {
                return Err(StoreError::Unavailable("some keys of a batch were not read".to_owned()));
            }
        }
        Ok(items)
    }
}

fn by_table(
    keys: &[(String, Item)],
    options: ReadOptions<'_>,
) -> Result<HashMap<String, KeysAndAttributes>, StoreError> {
    let mut tables = HashMap::<String, Vec<Item>>::new();
    for (table, key) in keys {
        tables.entry(table.clone()).or_default().push(key.clone());
    }
    let placeholders: Vec<String> = options.only.iter().map(|name| format!("#{name}")).collect();
    let expression = (!placeholders.is_empty()).then(|| placeholders.join(", "));
    let names = placeholders.iter().cloned().zip(options.only.iter().map(|name| (*name).to_owned()));
    let names = (!placeholders.is_empty()).then(|| names.collect::<HashMap<_, _>>());
    let wanted = tables.into_iter().map(|(table, keys)| {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(options.consistent)
            .set_projection_expression(expression.clone())
            .set_expression_attribute_names(names.clone())
            .build();
        wanted.map(|wanted| (table, wanted)).map_err(StoreError::unfit)
    });
    wanted.collect()
}
