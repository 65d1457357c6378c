//! DynamoDB's HTTP API, in front of the embedded engine.
//!
//! The engine's own server answers every web page (`Access-Control-Allow-Origin: *`) for every host name, and cannot be protected by a
//! layer. So the requests are read here, behind `guard`. Any access key is accepted.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use dynoxide::auth_material::{AuthMaterial, validate};
use dynoxide::errors::DynoxideError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{aws_ids, guard};

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";
/// The prefixes of `X-Amz-Target`, for tables and for streams.
const TARGETS: [&str; 2] = ["DynamoDB_20120810.", "DynamoDBStreams_20120810."];
/// DynamoDB's limit for the size of a request.
const MAX_BODY: usize = 16 * 1024 * 1024;
const UNKNOWN_OPERATION: &str = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;

pub fn router(engine: dynoxide::Database, port: u16) -> Router {
    let api = Router::new().route("/", post(answer)).layer(DefaultBodyLimit::max(MAX_BODY)).with_state(engine);
    guard::loopback_only(api, port)
}

async fn answer(State(engine): State<dynoxide::Database>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let target = header("x-amz-target").unwrap_or_default();
    let Some(operation) = TARGETS.iter().find_map(|prefix| target.strip_prefix(prefix)) else {
        return response(StatusCode::BAD_REQUEST, UNKNOWN_OPERATION.to_owned());
    };
    let material = AuthMaterial {
        authorization: header(header::AUTHORIZATION.as_str()),
        query: uri.query().unwrap_or_default(),
        has_date_header: headers.contains_key("x-amz-date") || headers.contains_key(header::DATE),
    };
    if let Some(refusal) = validate(material) {
        return response(StatusCode::BAD_REQUEST, refusal);
    }
    match run(&engine, operation, &body) {
        Some(Ok(answer)) => response(StatusCode::OK, answer),
        Some(Err(error)) => {
            let status = StatusCode::from_u16(error.status_code()).unwrap_or(StatusCode::BAD_REQUEST);
            response(status, error.to_json())
        }
        None => response(StatusCode::BAD_REQUEST, UNKNOWN_OPERATION.to_owned()),
    }
}

fn response(status: StatusCode, body: String) -> Response {
    let headers = [(header::CONTENT_TYPE.as_str(), CONTENT_TYPE), ("x-amzn-requestid", &aws_ids::uuid())];
    (status, headers, body).into_response()
}

/// The engine's answer. `None` if it does not know the operation.
pub fn run(db: &dynoxide::Database, operation: &str, body: &[u8]) -> Option<Result<String, DynoxideError>> {
    Some(match operation {
        "BatchExecuteStatement" => call(body, |request| db.batch_execute_statement(request)),
        "BatchGetItem" => call(body, |request| db.batch_get_item(request)),
        "BatchWriteItem" => call(body, |request| db.batch_write_item(request)),
        "CreateTable" => call(body, |request| db.create_table(request)),
        "DeleteItem" => call(body, |request| db.delete_item(request)),
        "DeleteTable" => call(body, |request| db.delete_table(request)),
        "DescribeStream" => call(body, |request| db.describe_stream(request)),
        "DescribeTable" => call(body, |request| db.describe_table(request)),
        "DescribeTimeToLive" => call(body, |request| db.describe_time_to_live(request)),
        "ExecuteStatement" => call(body, |request| db.execute_statement(request)),
        "ExecuteTransaction" => call(body, |request| db.execute_transaction(request)),
        "GetItem" => call(body, |request| db.get_item(request)),
        "GetRecords" => call(body, |request| db.get_records(request)),
        "GetShardIterator" => call(body, |request| db.get_shard_iterator(request)),
        "ListStreams" => call(body, |request| db.list_streams(request)),
        "ListTables" => call(body, |request| db.list_tables(request)),
        "ListTagsOfResource" => call(body, |request| db.list_tags_of_resource(request)),
        "PutItem" => call(body, |request| db.put_item(request)),
        "Query" => call(body, |request| db.query(request)),
        "Scan" => call(body, |request| db.scan(request)),
        "TagResource" => call(body, |request| db.tag_resource(request)),
        "TransactGetItems" => call(body, |request| db.transact_get_items(request)),
        "TransactWriteItems" => call(body, |request| db.transact_write_items(request)),
        "UntagResource" => call(body, |request| db.untag_resource(request)),
        "UpdateItem" => call(body, |request| db.update_item(request)),
        "UpdateTable" => call(body, |request| db.update_table(request)),
        "UpdateTimeToLive" => call(body, |request| db.update_time_to_live(request)),
        _ => return None,
    })
}

fn call<Q: DeserializeOwned, A: Serialize>(
    body: &[u8],
    operation: impl FnOnce(Q) -> Result<A, DynoxideError>,
) -> Result<String, DynoxideError> {
    // No client of AWS sends such a request, so the text need not be the same as AWS's.
    let unreadable = |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
    let answer = operation(serde_json::from_slice(body).map_err(unreadable)?)?;
    serde_json::to_string(&answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}
