//! A record of the stream as Lambda hands it over
//! (<https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).

use readmit::domain::Event;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::NoBatch;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    records: Vec<StreamRecord>,
}

#[derive(Deserialize)]
struct StreamRecord {
    dynamodb: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    sequence_number: String,
    #[serde(default)]
    new_image: Value,
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
        let of = |StreamRecord { dynamodb }| Self {
            sequence_number: dynamodb.sequence_number,
            event: dynamodb.new_image.as_object().and_then(|row| serde_json::from_value(members(row)).ok()),
        };
        Ok(records.into_iter().map(of).collect())
    }
}

fn members(row: &Map<String, Value>) -> Value {
    row.iter().map(|(name, attribute)| (name.clone(), plain(attribute))).collect::<Map<_, _>>().into()
}

/// An attribute of DynamoDB's JSON as the value that it stands for; an event has texts, maps and lists alone.
fn plain(attribute: &Value) -> Value {
    match attribute.as_object().and_then(|typed| typed.iter().next()) {
        Some((kind, Value::Object(map))) if kind == "M" => members(map),
        Some((kind, Value::Array(list))) if kind == "L" => list.iter().map(plain).collect(),
        Some((kind, value)) if kind == "S" || kind == "BOOL" => value.clone(),
        _ => Value::Null,
    }
}
