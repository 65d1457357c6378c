//! A record of the stream as Lambda hands it over (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).

use aws_lambda_events::dynamodb::EventRecord;
use readmit::domain::Event;
use serde::Deserialize;
use serde_json::Value;

use crate::NoBatch;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    records: Vec<Value>,
}

/// What is read of it.
pub(crate) struct Record {
    pub(crate) sequence_number: String,
    /// None if the row is no event.
    pub(crate) event: Option<Event>,
}

impl Record {
    pub(crate) fn all_of(batch: Value) -> Result<Vec<Self>, NoBatch> {
        let Batch { records } = serde_json::from_value(batch).map_err(|_| NoBatch)?;
        records.into_iter().map(Self::read).collect()
    }

    /// Each record by itself: one that cannot be read fails alone, by its number, and not with the batch.
    fn read(record: Value) -> Result<Self, NoBatch> {
        let sequence_number = record["dynamodb"]["SequenceNumber"].as_str().ok_or(NoBatch)?.to_owned();
        let record: Option<EventRecord> = serde_json::from_value(record).ok();
        let event = record.and_then(|record| serde_dynamo::from_item(record.change.new_image).ok());
        Ok(Self { sequence_number, event })
    }
}
