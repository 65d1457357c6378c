//! The stream of the audit table: people are told of what happened to their accounts, and Security Admins of what concerns
//! them. No setting turns that off (NIST SP 800-63B-4, section 4.6).
//!
//! Caller: the stream; or an operator, whom IAM lets invoke it, with `{"replay": …}`: a span of a company's trail is told as the
//! stream would (`replay`).
//! Effects: a mail for each event and recipient, at least once and at most twice; a second one only if the process died, or the mail
//! service gave no answer, between the mail and the mark that it was sent (`notice_repeated`). An event that was changed or removed
//! past the functions is counted (`trail_altered`), and mailed to nobody.
//! Answers: to the stream, the record to go on with; to an operator, counts.

use std::sync::Arc;

use aws_lambda_events::streams::DynamoDbEventResponse;
use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::Services;
use readmit::mail::Mail;
use readmit::telemetry::{code_and_text, run_logged};
use serde::Serialize;
use serde_json::Value;

mod recipients;
mod record;
mod replay;
mod send;
mod stream;

#[derive(Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To Lambda's reader of the stream: the record to begin with again, if one failed.
    Batch(DynamoDbEventResponse),
    ReplayReport(replay::ReplayReport),
}

pub async fn handle(services: Arc<Services<Mail>>, event: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
    let LambdaEvent { payload, context } = event;
    if payload.get("replay").is_some() {
        let replayed = run_logged(&context, "operator", replay::replay(&services, payload), code_and_text).await;
        return replayed.map(Answer::ReplayReport);
    }
    run_logged(&context, "stream", stream::take(&services, payload), code_and_text).await.map(Answer::Batch)
}
