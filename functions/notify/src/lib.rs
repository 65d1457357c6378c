//! Reads the stream of the audit table. Mails notices to people about their accounts, and to Security Admins about their company. No
//! setting turns that off (NIST SP 800-63B-4, section 4.6).
//!
//! Caller: the stream; or an operator with `{"replay": …}`, which sends the missing notices of a span of time (`replay`).
//! Effects: one mail for each event and recipient, and at most two. A second one is sent only if the process died, or the mail service
//! did not answer, before the notice was marked as sent (`notice_repeated`). An audit event that somebody changed or deleted in the
//! table is counted (`trail_altered`), but no mail is sent about it.
//! Answers: to the stream, the record to start again from, if one failed; to an operator, counts.

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
    /// For the stream: the record to start again from, if one failed.
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
