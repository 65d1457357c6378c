//! The rows of words of people whom an import adds. They are written in batches before the people, because a row in a transaction costs
//! twice as much.
//!
//! A row without its person is invisible: the search reads the person and leaves out a row that finds nobody.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use readmit_domain::{CompanyId, EmployeeId, Login, Name, words_of};

use super::change::Item;
use super::pages::word_key;
use super::retry::pause;
use super::{Store, StoreError};

/// DynamoDB's limit for the writes of one batch.
const MAX_BATCH: usize = 25;
/// Batches at the same time.
const PARALLEL: usize = 8;
/// How often a batch is sent, with the writes that DynamoDB has not done yet, before the store counts as throttled.
const ROUNDS: u32 = 6;

/// A person's words: those of the name, and the address.
pub struct WordsOf<'a> {
    pub employee_id: EmployeeId,
    pub name: &'a Name,
    pub login: &'a Login,
}

impl Store {
    /// Writes the rows by which the search will find these people. The people must not exist yet: a change of a person would change
    /// the same rows.
    pub async fn write_words(&self, company_id: CompanyId, people: &[WordsOf<'_>]) -> Result<(), StoreError> {
        let put = |row: Item| PutRequest::builder().set_item(Some(row)).build();
        self.batch_words(company_id, people, |row| Ok(WriteRequest::builder().put_request(put(row)?).build())).await
    }

    /// Deletes the rows of people who were not added.
    pub async fn delete_words(&self, company_id: CompanyId, people: &[WordsOf<'_>]) -> Result<(), StoreError> {
        let delete = |row: Item| DeleteRequest::builder().set_key(Some(row)).build();
        self.batch_words(company_id, people, |row| Ok(WriteRequest::builder().delete_request(delete(row)?).build()))
            .await
    }

    async fn batch_words(
        &self,
        company_id: CompanyId,
        people: &[WordsOf<'_>],
        write: impl Fn(Item) -> Result<WriteRequest, aws_sdk_dynamodb::error::BuildError>,
    ) -> Result<(), StoreError> {
        let rows = people.iter().flat_map(|person| {
            let words = words_of(person.name, person.login).into_iter();
            words.map(|word| word_key(company_id, &word, person.employee_id))
        });
        let writes: Vec<WriteRequest> = rows.map(write).collect::<Result<_, _>>().map_err(StoreError::unfit)?;
        let batches: Vec<_> = writes.chunks(MAX_BATCH).map(|batch| self.write_batch(batch.to_vec())).collect();
        stream::iter(batches).buffer_unordered(PARALLEL).try_collect().await
    }

    async fn write_batch(&self, writes: Vec<WriteRequest>) -> Result<(), StoreError> {
        let mut undone = HashMap::from([(self.tables.employees.clone(), writes)]);
        for round in 0..ROUNDS {
            let request = self.client.batch_write_item().set_request_items(Some(undone));
            undone = request.send().await.map_err(StoreError::of)?.unprocessed_items.unwrap_or_default();
            if undone.is_empty() {
                return Ok(());
            }
            pause(round, &mut self.random.clone()).await;
        }
        Err(StoreError::Unavailable("some rows of a batch were not written".to_owned()))
    }
}
