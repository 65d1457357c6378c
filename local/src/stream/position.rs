//! The position of a reader in a stream: the last record that was passed to the function. It is stored in the data directory.

use std::sync::Arc;

use dynoxide::actions::describe_stream::DescribeStreamRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, GetRecordsResponse};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::actions::list_streams::ListStreamsRequest;
use dynoxide::errors::DynoxideError;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::data_dir::{DataDir, DataDirError, PrivateFile};

/// The only shard of a table's stream. Clones share it.
#[derive(Clone)]
pub struct Shard {
    engine: dynoxide::Database,
    stream_arn: String,
    shard_id: String,
}

impl Shard {
    /// The shard of the table's stream, if it has one.
    pub fn of_table(engine: &dynoxide::Database, table: &str) -> Result<Option<Self>, DynoxideError> {
        let wanted = ListStreamsRequest { table_name: Some(table.to_owned()), ..ListStreamsRequest::default() };
        let Some(stream) = engine.list_streams(wanted)?.streams.into_iter().next() else { return Ok(None) };
        let request = DescribeStreamRequest { stream_arn: stream.stream_arn, ..DescribeStreamRequest::default() };
        let described = engine.describe_stream(request)?.stream_description;
        let Some(shard) = described.shards.into_iter().next() else { return Ok(None) };
        Ok(Some(Self { engine: engine.clone(), stream_arn: described.stream_arn, shard_id: shard.shard_id }))
    }

    /// The records after this number, or from the oldest one if there is no number.
    pub fn records_after(&self, number: Option<&str>, limit: usize) -> Result<GetRecordsResponse, DynoxideError> {
        self.records(if number.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" }, number, limit)
    }

    fn records(&self, from: &str, number: Option<&str>, limit: usize) -> Result<GetRecordsResponse, DynoxideError> {
        let iterator = self.engine.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: self.stream_arn.clone(),
            shard_id: self.shard_id.clone(),
            shard_iterator_type: from.to_owned(),
            sequence_number: number.map(str::to_owned),
        })?;
        let shard_iterator = iterator.shard_iterator.unwrap_or_default();
        self.engine.get_records(GetRecordsRequest { shard_iterator, limit: Some(limit) })
    }

    /// Whether the stream has a record of this number.
    fn has(&self, number: &str) -> bool {
        let page = self.records("AT_SEQUENCE_NUMBER", Some(number), 1);
        page.is_ok_and(|page| page.records.first().is_some_and(|record| record.dynamodb.sequence_number == number))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PositionFile {
    /// The number of the last record that was passed to the function.
    sequence_number: String,
}

/// The position in the stream. Clones share one position.
#[derive(Clone)]
pub struct Position {
    /// The number of the last record that was passed to the function. None before the first.
    pub last: Arc<Mutex<Option<String>>>,
    file: Option<PrivateFile>,
}

impl Position {
    /// Reads the stored position. If there is none, or the stream has no such record because the tables were replaced, the position is the
    /// start of the stream.
    pub fn open(data_dir: Option<&DataDir>, shard: &Shard) -> Result<Self, DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("stream-place.json"));
        let kept = file.as_ref().map(PrivateFile::read).transpose()?.flatten();
        let last =
            kept.and_then(|text| serde_json::from_str::<PositionFile>(&text).ok()).map(|kept| kept.sequence_number);
        Ok(Self { last: Arc::new(Mutex::new(last.filter(|number| shard.has(number)))), file })
    }

    /// Stores the position. If that fails, records are passed again after a restart; `notify` knows which notices it has sent.
    pub fn keep(&self, sequence_number: &str) {
        let kept = PositionFile { sequence_number: sequence_number.to_owned() };
        let written = self.file.as_ref().map(|file| file.write(&serde_json::to_string(&kept).unwrap_or_default()));
        if let Some(Err(error)) = written {
            tracing::warn!(%error, "stream position not saved");
        }
    }
}
