//! A record of the stream as Lambda hands it over (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).

use aws_lambda_events::dynamodb::EventRecord;
use readmit::domain::{CompanyId, Event, EventId};
use serde::Deserialize;
use serde_json::Value;

use crate::Refused;

/// Who removes what has reached its time to live
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html>).
const TIME_TO_LIVE: &str = "dynamodb.amazonaws.com";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    records: Vec<Value>,
}

/// What is read of it.
pub(crate) struct Record {
    pub(crate) sequence_number: String,
    pub(crate) name: RowName,
    pub(crate) change: Change,
}

/// The row's key, as far as it is one of the trail's.
pub(crate) struct RowName {
    pub(crate) company_id: Option<CompanyId>,
    pub(crate) event_id: Option<EventId>,
}

/// What happened to the row.
pub(crate) enum Change {
    /// It is a new event.
    New(Box<Event>),
    /// It was changed or removed, which nothing of ours does: `MODIFY` or `REMOVE`.
    Altered(&'static str),
    /// Its time to live was over.
    Expired,
    /// It is no event.
    Unreadable,
}

impl Record {
    pub(crate) fn all_of(batch: Value) -> Result<Vec<Self>, Refused> {
        let Batch { records } = serde_json::from_value(batch).map_err(|_| Refused::NoBatch)?;
        records.into_iter().map(Self::read).collect()
    }

    /// Each record by itself: one that cannot be read stops no other.
    fn read(record: Value) -> Result<Self, Refused> {
        let sequence_number = record["dynamodb"]["SequenceNumber"].as_str().ok_or(Refused::NoBatch)?.to_owned();
        let name = RowName::of(&record["dynamodb"]["Keys"]);
        let by_time_to_live = record["userIdentity"]["principalId"] == TIME_TO_LIVE;
        let change = match record["eventName"].as_str() {
            Some("MODIFY") => Change::Altered("MODIFY"),
            Some("REMOVE") if by_time_to_live => Change::Expired,
            Some("REMOVE") => Change::Altered("REMOVE"),
            Some("INSERT") => {
                let record: Option<EventRecord> = serde_json::from_value(record).ok();
                let event = record.and_then(|record| serde_dynamo::from_item(record.change.new_image).ok());
                event.map_or(Change::Unreadable, |event| Change::New(Box::new(event)))
            }
            _ => Change::Unreadable,
        };
        Ok(Self { sequence_number, name, change })
    }
}

impl RowName {
    fn of(keys: &Value) -> Self {
        let text = |name: &str| keys[name]["S"].as_str();
        Self {
            company_id: text("company_id").and_then(|id| id.parse().ok()),
            event_id: text("event_id").and_then(|id| id.parse().ok()),
        }
    }

    /// For the log: the company's id, and nothing that is none.
    pub(crate) fn company(&self) -> String {
        self.company_id.map_or_else(|| "unknown".to_owned(), |id| id.to_string())
    }

    /// For the log: the event's id, and nothing that is none.
    pub(crate) fn event(&self) -> String {
        self.event_id.map_or_else(|| "unknown".to_owned(), |id| id.to_string())
    }
}
