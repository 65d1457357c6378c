//! A batch of the stream. After a failed record, Lambda passes that record and the later ones again until they are a day old.

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use lambda_runtime::Diagnostic;
use readmit::Services;
use readmit::mail::Mail;
use readmit::telemetry::{count_event, failure};
use serde_json::Value;

use crate::record::{Change, Record};
use crate::send::{Progress, send_notices};

/// Sends the notices of a batch. Stops at the first record for which the store or the mail service fails, because the others would fail
/// too. A notice that no further attempt can send is given up at once, or it would block all later records for a day.
pub(crate) async fn take(services: &Services<Mail>, batch: Value) -> Result<DynamoDbEventResponse, Diagnostic> {
    let no_batch = || failure("no_batch", "the event is neither a batch of a stream nor a replay");
    let records = Record::all_of(batch).ok_or_else(no_batch)?;
    // First, so that no failure below can hide it.
    records.iter().for_each(sound_alarm);
    let mut response = DynamoDbEventResponse::default();
    for record in records {
        let event = match &record.change {
            Change::New(event) => event,
            Change::Unreadable => {
                give_up(&record, "the row is not an audit event");
                continue;
            }
            Change::Altered(_) | Change::Expired => continue,
        };
        let mut progress = Progress::default();
        let outcome = send_notices(services, event, &mut progress).await;
        progress.given_up.iter().chain(&progress.failed).for_each(|cause| give_up(&record, cause));
        if let Err(retry) = outcome {
            let Record { sequence_number, company_id, event_id, .. } = record;
            tracing::error!(company_id, event_id, sequence_number, cause = retry.0, "notice failed");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence_number);
            response.batch_item_failures.push(failure);
            break;
        }
    }
    Ok(response)
}

/// Audit events must never change, but IAM cannot enforce that: the functions need PutItem, which can also replace an item.
fn sound_alarm(record: &Record) {
    let Record { company_id, event_id, change, .. } = record;
    if let Change::Altered(how) = change {
        tracing::error!(company_id, event_id, how, "trail altered");
        count_event("trail.altered");
    }
}

fn give_up(record: &Record, cause: &str) {
    let Record { sequence_number, company_id, event_id, .. } = record;
    tracing::error!(company_id, event_id, sequence_number, cause, "notice given up");
    count_event("notice.given_up");
}
