//! The embedded DynamoDB with the template's tables, in memory or in a file. It listens on localhost.

use std::io;
use std::path::Path;

use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::actions::update_time_to_live::UpdateTimeToLiveRequest;
use dynoxide::errors::DynoxideError;
use dynoxide::storage::Storage;
use serde_json::{Value, json};

use crate::aws_ids;
use crate::data_dir::{DataDir, DataDirError};
use crate::dynamodb;
use crate::loopback::{Listener, Server};
use crate::template::{Table, Template, TemplateError};

/// For each audit event the engine looks for the highest number in the table's stream. Without this index a large import would read the
/// whole stream for each person.
const STREAM_INDEX: &str = "CREATE INDEX IF NOT EXISTS _stream_records_by_number \
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";

/// A running database with its tables.
pub struct Database {
    engine: dynoxide::Database,
    data_dir: Option<DataDir>,
    tables: Vec<String>,
    url: String,
    server: Server,
}

/// Why the database cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error("the database gets no port: {0}")]
    Listener(#[from] io::Error),
    #[error("the database: {0}")]
    Engine(#[from] DynoxideError),
    #[error("the table {table} of the template is not understood: {source}")]
    Definition { table: String, source: serde_json::Error },
    #[error("the data directory was made by another version, with another table {table}: begin with a new one")]
    OtherTable { table: String },
}

/// An engine's storage at `path`, with the additional index.
fn with_stream_index(path: &str) -> Result<Storage, DynoxideError> {
    let storage = Storage::new(path)?;
    storage.conn().execute_batch(STREAM_INDEX)?;
    Ok(storage)
}

fn in_memory() -> Result<dynoxide::Database, DynoxideError> {
    // The engine gives no access to its own memory, but it can copy another database from memory.
    let other = format!("file:{}?mode=memory&cache=shared", aws_ids::uuid());
    let _until_copied = with_stream_index(&other)?;
    let engine = dynoxide::Database::memory()?;
    engine.restore_from(&other)?;
    Ok(engine)
}

/// Only the engine, in memory, with the template's tables. Tests call it without a network.
pub fn engine(template: &Template) -> Result<dynoxide::Database, DatabaseError> {
    let engine = in_memory()?;
    for table in &template.tables {
        ensure(&engine, table)?;
    }
    Ok(engine)
}

impl Database {
    /// Starts the database, in `data_dir` or in memory.
    pub async fn start(data_dir: Option<&Path>) -> Result<Self, DatabaseError> {
        let template = Template::of_this_build()?;
        let data_dir = data_dir.map(DataDir::open).transpose()?;
        let engine = match &data_dir {
            Some(data_dir) => {
                let file = data_dir.file("dynamodb.sqlite");
                // SQLite gives its other files the same mode as this one.
                file.create()?;
                let path = file.path().to_string_lossy();
                // This must happen before the engine opens the file.
                drop(with_stream_index(&path)?);
                dynoxide::Database::new(&path)?
            }
            None => in_memory()?,
        };
        for table in &template.tables {
            ensure(&engine, table)?;
        }

        let listener = Listener::bind(0).await?;
        let url = listener.url();
        let port = listener.port();
        let server = listener.serve(dynamodb::router(engine.clone(), port));
        let tables = template.tables.into_iter().map(|table| table.name).collect();
        Ok(Self { engine, data_dir, tables, url, server })
    }

    /// The URL for people and their tools, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same as an address, for clients of this process.
    pub fn address(&self) -> &str {
        self.server.address()
    }

    /// The engine itself, for operations that DynamoDB's API does not have, such as deleting items after their time to live.
    pub fn engine(&self) -> &dynoxide::Database {
        &self.engine
    }

    /// The data directory, if there is one.
    pub(crate) fn data_dir(&self) -> Option<&DataDir> {
        self.data_dir.as_ref()
    }

    /// Whether all tables are empty.
    pub(crate) fn is_empty(&self) -> Result<bool, DatabaseError> {
        for table in &self.tables {
            let first = ScanRequest { table_name: table.clone(), limit: Some(1), ..ScanRequest::default() };
            if self.engine.scan(first)?.count > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Stops answering and closes the file.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

/// Creates the table, or checks that the existing one is the same.
fn ensure(engine: &dynoxide::Database, table: &Table) -> Result<(), DatabaseError> {
    let unclear = |source| DatabaseError::Definition { table: table.name.clone(), source };
    match engine.describe_table(DescribeTableRequest { table_name: table.name.clone() }) {
        Ok(found) => {
            let found = serde_json::to_value(&found.table).map_err(unclear)?;
            if shape(&found) != shape(&table.definition) {
                return Err(DatabaseError::OtherTable { table: table.name.clone() });
            }
        }
        Err(DynoxideError::ResourceNotFoundException(_)) => {
            let request: CreateTableRequest = serde_json::from_value(table.definition.clone()).map_err(unclear)?;
            engine.create_table(request)?;
            if let Some(time_to_live) = &table.time_to_live {
                let request = json!({"TableName": table.name, "TimeToLiveSpecification": time_to_live});
                let request: UpdateTimeToLiveRequest = serde_json::from_value(request).map_err(unclear)?;
                engine.update_time_to_live(request)?;
            }
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// The parts of a table that queries depend on: the keys of the table and of each index, and the attributes of each index.
fn shape(table: &Value) -> Vec<String> {
    let indexes = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"].iter().filter_map(|kind| table[kind].as_array());
    let mut shapes: Vec<String> = indexes
        .flatten()
        .map(|index| format!("{} {} {}", index["IndexName"], index["KeySchema"], index["Projection"]))
        .collect();
    shapes.push(table["KeySchema"].to_string());
    shapes.sort();
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_table_is_created_once() {
        let database = Database::start(None).await.unwrap();
        assert!(database.is_empty().unwrap());
        for table in Template::of_this_build().unwrap().tables {
            ensure(database.engine(), &table).unwrap();
        }
        database.stop().await;
    }

    #[tokio::test]
    async fn the_last_number_of_a_stream_is_read_from_an_index_on_disk_and_in_memory() {
        let folder = std::env::temp_dir().join(aws_ids::uuid());
        Database::start(Some(&folder)).await.unwrap().stop().await;
        is_told_by_an_index(&folder.join("dynamodb.sqlite"));
        let database = Database::start(None).await.unwrap();
        let copy = folder.join("copy.sqlite");
        database.engine().vacuum_into(&copy.to_string_lossy()).unwrap();
        is_told_by_an_index(&copy);
        database.stop().await;
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn is_told_by_an_index(path: &Path) {
        let engine = Storage::new(&path.to_string_lossy()).unwrap();
        let asked = "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 \
            FROM _stream_records WHERE table_name = 'readmit-audit'";
        let plan: String = engine.conn().query_row(asked, [], |row| row.get("detail")).unwrap();
        assert!(plan.contains("_stream_records_by_number (table_name=?)"), "{plan}");
    }

    #[tokio::test]
    async fn a_table_of_another_version_is_refused() {
        let database = Database::start(None).await.unwrap();
        let mut table = Template::of_this_build().unwrap().tables.remove(0);
        table.definition["GlobalSecondaryIndexes"] = json!([]);
        table.definition["KeySchema"] = json!([{"AttributeName": "other", "KeyType": "HASH"}]);
        assert!(matches!(ensure(database.engine(), &table), Err(DatabaseError::OtherTable { .. })));
    }
}
