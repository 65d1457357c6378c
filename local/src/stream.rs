//! Reads the stream of a table like Lambda: passes the records that match a filter to the function, in batches, and passes failed records
//! again until they are as old as the template says.
//!
//! The engine stores all records of a stream in its file. The reader stores its position after each batch. If the process is killed before,
//! the batch is passed again.

use std::sync::Arc;
use std::time::Duration;

use dynoxide::actions::get_records::Record;
use readmit::Clock;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::data_dir::DataDir;
use crate::database::DatabaseError;
use crate::functions::InvokeError;
use crate::invoker::Invoker;
use crate::template::StreamTrigger;

mod position;

use position::{Position, Shard};

/// How often the stream is read.
const PERIOD: Duration = Duration::from_millis(250);
/// The pause after a batch that failed in all attempts.
const REST: Duration = Duration::from_secs(2);
/// Attempts for a batch without a longer pause.
const ATTEMPTS: u32 = 3;

/// Reads the stream of one table. Clones share one reader.
#[derive(Clone)]
pub struct StreamReader {
    shard: Shard,
    position: Position,
    invoker: Invoker,
    package: Arc<str>,
}

impl StreamReader {
    /// The reader for the template's function that reads a stream, if there is one.
    pub fn of_template(
        engine: &dynoxide::Database,
        data_dir: Option<&DataDir>,
        invoker: &Invoker,
    ) -> Result<Option<Self>, DatabaseError> {
        let Some((package, trigger)) = invoker.template().stream() else { return Ok(None) };
        let Some(shard) = Shard::of_table(engine, &trigger.table)? else { return Ok(None) };
        let position = Position::open(data_dir, &shard)?;
        Ok(Some(Self { shard, position, invoker: invoker.clone(), package: package.into() }))
    }

    /// Starts to read the stream as a task of `running`.
    pub fn start(&self, running: &mut JoinSet<()>) {
        let reader = self.clone();
        running.spawn(async move {
            let mut look = interval(PERIOD);
            look.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                look.tick().await;
                if !reader.catch_up().await {
                    sleep(REST).await;
                }
            }
        });
    }

    /// Passes all current records to the function. Returns whether all were processed.
    pub async fn catch_up(&self) -> bool {
        let Some((_, trigger)) = self.invoker.template().stream() else { return true };
        let mut last = self.position.last.lock().await;
        loop {
            let records = match self.shard.records_after(last.as_deref(), trigger.batch_size) {
                Ok(page) => page.records,
                Err(error) => {
                    tracing::error!(%error, "stream not readable");
                    return false;
                }
            };
            if records.is_empty() {
                return true;
            }
            let taken = self.hand_over(trigger, &records).await;
            if let Some(record) = records[..taken].last() {
                self.position.keep(&record.dynamodb.sequence_number);
                *last = Some(record.dynamodb.sequence_number.clone());
            }
            if taken < records.len() {
                return false;
            }
        }
    }

    /// Passes one batch, and again the records that fail. Returns how many records are done.
    async fn hand_over(&self, trigger: &StreamTrigger, records: &[Record]) -> usize {
        // The engine uses the system's clock for the times of records, even if the stack's clock was moved.
        let now = Clock::system().now().seconds();
        let values = records.iter().map(|record| serde_json::to_value(record).unwrap_or_default()).enumerate();
        let fitting = values.filter(|(_, record)| trigger.takes(record));
        let (given_up, wanted): (Vec<_>, Vec<_>) = fitting.partition(|(_, record)| is_too_old(trigger, record, now));
        if !given_up.is_empty() {
            tracing::error!(function = &*self.package, count = given_up.len(), "stream records given up");
        }
        let mut rest = &wanted[..];
        for _ in 0..ATTEMPTS {
            if rest.is_empty() {
                break;
            }
            let batch: Vec<&Value> = rest.iter().map(|(_, record)| record).collect();
            let answer = self.invoker.invoke(&self.package, json!({"Records": batch})).await;
            rest = first_failed(&batch, answer).map_or(&[], |first| &rest[first..]);
        }
        rest.first().map_or(records.len(), |(index, _)| *index)
    }
}

/// The record at which Lambda starts again: the first failed one, or the first of the batch if the whole invocation failed.
fn first_failed(batch: &[&Value], answer: Result<Value, InvokeError>) -> Option<usize> {
    let Ok(answer) = answer else { return Some(0) };
    let failures = answer["batchItemFailures"].as_array().filter(|failures| !failures.is_empty())?;
    let failed: Vec<&Value> = failures.iter().map(|failure| &failure["itemIdentifier"]).collect();
    let first = batch.iter().position(|record| failed.contains(&&record["dynamodb"]["SequenceNumber"]));
    Some(first.unwrap_or(0))
}

fn is_too_old(trigger: &StreamTrigger, record: &Value, now: i64) -> bool {
    let made_at = record["dynamodb"]["ApproximateCreationDateTime"].as_f64().unwrap_or_default();
    trigger.max_age.is_some_and(|max_age| now - made_at as i64 >= max_age)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_comes_again_from_its_first_record_that_failed_on() {
        let records = ["1", "2", "3"].map(|number| json!({"dynamodb": {"SequenceNumber": number}}));
        let batch: Vec<&Value> = records.iter().collect();
        let first = |failed: Value| first_failed(&batch, Ok(json!({"batchItemFailures": failed})));
        assert_eq!(first(json!([])), None);
        assert_eq!(first(json!([{"itemIdentifier": "3"}, {"itemIdentifier": "2"}])), Some(1));
        assert_eq!(first(json!([{"itemIdentifier": "7"}])), Some(0));
        assert_eq!(first_failed(&batch, Err(InvokeError::NoSuchFunction)), Some(0));
    }

    #[test]
    fn a_record_is_given_up_at_the_age_that_the_template_says() {
        let mut trigger = StreamTrigger { table: String::new(), batch_size: 1, filters: Vec::new(), max_age: Some(60) };
        let record = json!({"dynamodb": {"ApproximateCreationDateTime": 1_000.0}});
        assert!(!is_too_old(&trigger, &record, 1_059) && is_too_old(&trigger, &record, 1_060));
        trigger.max_age = None;
        assert!(!is_too_old(&trigger, &record, i64::MAX));
    }
}
