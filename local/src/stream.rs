//! The stream of a table, followed as Lambda does: records that fit a filter in batches to the function that reads them, and again
//! those that it asks for, until they are as old as the template says.
//!
//! The engine keeps the records of a stream in its file, and never drops one. The reader keeps its place beside it, only after a
//! batch was handed over: of a process that is killed in between a batch comes again.

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

/// How often is looked for new records.
const PERIOD: Duration = Duration::from_millis(250);
/// How long is waited after a batch that failed each time.
const REST: Duration = Duration::from_secs(2);
/// How often a batch is handed over in one go. What fails then stays where it is.
const ATTEMPTS: u32 = 3;

/// Follows the stream of one table. Clones are the same.
#[derive(Clone)]
pub struct StreamReader {
    shard: Shard,
    position: Position,
    invoker: Invoker,
    package: Arc<str>,
}

impl StreamReader {
    /// For the function of the template that reads a table's stream, if there is one.
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

    /// Begins to follow, until what is returned is dropped.
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

    /// Hands over all records that are there, and tells whether all were taken.
    pub async fn catch_up(&self) -> bool {
        let Some((_, trigger)) = self.invoker.template().stream() else { return true };
        let mut last = self.position.last.lock().await;
        loop {
            let records = match self.shard.records_after(last.as_deref(), trigger.batch_size) {
                Ok(page) => page.records,
                Err(error) => {
                    tracing::error!(%error, "the stream cannot be read");
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

    /// One batch, and again what of it fails. How many of the records need not come again.
    async fn hand_over(&self, trigger: &StreamTrigger, records: &[Record]) -> usize {
        // The engine dates records by the system's clock, however far ours was moved.
        let now = Clock::system().now().seconds();
        let values = records.iter().map(|record| serde_json::to_value(record).unwrap_or_default()).enumerate();
        let fitting = values.filter(|(_, record)| trigger.takes(record));
        let (given_up, wanted): (Vec<_>, Vec<_>) = fitting.partition(|(_, record)| is_too_old(trigger, record, now));
        if !given_up.is_empty() {
            tracing::error!(function = &*self.package, count = given_up.len(), "records of the stream are given up");
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

/// Where Lambda begins again: at the first record that failed, at the very first if the function failed as a whole.
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
