//! The stream of a table, followed as Lambda does: new records in batches to the function that reads them, and again those that
//! it asks for.

use std::sync::Arc;
use std::time::Duration;

use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::errors::DynoxideError;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::invoker::Invoker;
use crate::template::Template;

/// How often is looked for new records.
const PERIOD: Duration = Duration::from_millis(250);
/// Lambda's attempts beyond the first, as the template has them.
const RETRIES: u32 = 2;

/// Follows the stream of one table from now on. Clones are the same.
#[derive(Clone)]
pub struct StreamReader {
    engine: dynoxide::Database,
    invoker: Invoker,
    package: Arc<str>,
    batch_size: usize,
    /// Where the next records are; none before the first look.
    next: Arc<Mutex<Option<String>>>,
}

impl StreamReader {
    /// For the function of the template that reads a table's stream, if there is one.
    pub fn of_template(
        template: &Template,
        engine: &dynoxide::Database,
        invoker: &Invoker,
    ) -> Result<Option<Self>, DynoxideError> {
        let Some((package, table, batch_size)) = template.stream() else { return Ok(None) };
        let first = newest(engine, table)?;
        Ok(Some(Self {
            engine: engine.clone(),
            invoker: invoker.clone(),
            package: package.into(),
            batch_size,
            next: Arc::new(Mutex::new(first)),
        }))
    }

    /// Begins to follow, until what is returned is dropped.
    pub fn start(&self, running: &mut JoinSet<()>) {
        let reader = self.clone();
        running.spawn(async move {
            let mut look = interval(PERIOD);
            look.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                look.tick().await;
                reader.catch_up().await;
            }
        });
    }

    /// Hands over all records that are there.
    pub async fn catch_up(&self) {
        let mut next = self.next.lock().await;
        while let Some(shard_iterator) = next.clone() {
            let request = GetRecordsRequest { shard_iterator, limit: Some(self.batch_size) };
            match self.engine.get_records(request) {
                Ok(page) => {
                    let is_last = page.records.is_empty();
                    *next = page.next_shard_iterator.or(next.take());
                    if is_last {
                        return;
                    }
                    self.hand_over(&page.records).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the stream cannot be read");
                    return;
                }
            }
        }
    }

    /// One batch, and again what of it fails.
    async fn hand_over(&self, records: &[Record]) {
        let mut records: Vec<Value> = records.iter().filter_map(|record| serde_json::to_value(record).ok()).collect();
        for _ in 0..=RETRIES {
            let answer = self.invoker.invoke(&self.package, json!({"Records": records})).await;
            let failed = answer.unwrap_or_default()["batchItemFailures"].clone();
            let failed: Vec<&Value> =
                failed.as_array().into_iter().flatten().map(|item| &item["itemIdentifier"]).collect();
            // From the first that failed on, as Lambda has it.
            let first = records.iter().position(|record| failed.contains(&&record["dynamodb"]["SequenceNumber"]));
            let Some(first) = first else { return };
            records.drain(..first);
        }
        tracing::error!(function = &*self.package, "records of the stream are given up");
    }
}

/// Behind the last record of the table's stream.
fn newest(engine: &dynoxide::Database, table: &str) -> Result<Option<String>, DynoxideError> {
    let wanted = ListStreamsRequest { table_name: Some(table.to_owned()), ..ListStreamsRequest::default() };
    let Some(stream) = engine.list_streams(wanted)?.streams.into_iter().next() else { return Ok(None) };
    let described = DescribeStreamRequest { stream_arn: stream.stream_arn.clone(), ..DescribeStreamRequest::default() };
    let Some(shard) = engine.describe_stream(described)?.stream_description.shards.into_iter().next_back() else {
        return Ok(None);
    };
    let iterator = engine.get_shard_iterator(GetShardIteratorRequest {
        stream_arn: stream.stream_arn,
        shard_id: shard.shard_id,
        shard_iterator_type: "LATEST".to_owned(),
        ..GetShardIteratorRequest::default()
    })?;
    Ok(iterator.shard_iterator)
}
