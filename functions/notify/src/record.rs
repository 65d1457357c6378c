//! A record of the stream, as Lambda passes it (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).

use std::str::FromStr;

use aws_lambda_events::dynamodb::EventRecord;
use readmit::domain::{CompanyId, Event, EventId};
use serde::Deserialize;
use serde_json::Value;

/// The principal that deletes items after their time to live
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html>).
const TIME_TO_LIVE: &str = "dynamodb.amazonaws.com";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    records: Vec<Value>,
}

pub(crate) struct Record {
    pub(crate) sequence_number: String,
    /// The row's key for the log. `unknown` if it is not an id, because no other text may be logged.
    pub(crate) company_id: String,
    pub(crate) event_id: String,
    pub(crate) change: Change,
}

pub(crate) enum Change {
    New(Box<Event>),
    /// Somebody changed or deleted the row; Readmit never does. The text is `MODIFY` or `REMOVE`.
    Altered(&'static str),
    /// DynamoDB deleted the row after its time to live.
    Expired,
    /// The row is not an audit event.
    Unreadable,
}

impl Record {
    /// None if `batch` is not a batch of a stream.
    pub(crate) fn all_of(batch: Value) -> Option<Vec<Self>> {
        let Batch { records } = serde_json::from_value(batch).ok()?;
        records.into_iter().map(Self::read).collect()
    }

    /// A record whose row cannot be read does not stop the others.
    fn read(record: Value) -> Option<Self> {
        let sequence_number = record["dynamodb"]["SequenceNumber"].as_str()?.to_owned();
        let keys = &record["dynamodb"]["Keys"];
        let key = |name: &str| keys[name]["S"].as_str().unwrap_or_default();
        // The first key is `company_id#employee_id`, or `company_id#company`.
        let company_id = key("employee_key").split('#').next().unwrap_or_default();
        let (company_id, event_id) = (id::<CompanyId>(company_id), id::<EventId>(key("event_id")));
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
        Some(Self { sequence_number, company_id, event_id, change })
    }
}

fn id<T: FromStr + ToString>(text: &str) -> String {
    text.parse::<T>().map_or_else(|_| "unknown".to_owned(), |id| id.to_string())
}
