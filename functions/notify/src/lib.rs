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
use readmit::telemetry::observed;
use serde::Serialize;
use serde_json::Value;

mod recipients;
mod record;
mod replay;
mod stream;
mod telling;

/// What the function returns, by who has invoked it.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To Lambda's reader of the stream: the record to begin with again, if one failed.
    Batch(DynamoDbEventResponse),
    /// To an operator.
    Replayed(replay::Replayed),
}

/// Why an event was refused. No mail was sent, except before [`Refused::Interrupted`].
#[derive(Debug)]
pub enum Refused {
    /// The event is neither a batch of a stream nor a replay.
    NoBatch,
    /// The replay does not have the form that it must have.
    InvalidRequest(String),
    /// The replay begins before the time of which it is certain what was mailed.
    SpanTooOld,
    /// The replay names no company that is there.
    CompanyNotFound,
    /// The store stopped answering; a second run sends the rest.
    Interrupted(String),
}

impl Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::NoBatch => "no_batch",
            Self::InvalidRequest(_) => "invalid_request",
            Self::SpanTooOld => "span_too_old",
            Self::CompanyNotFound => "company_not_found",
            Self::Interrupted(_) => "interrupted",
        }
    }

    fn in_words(&self) -> String {
        match self {
            Self::NoBatch => "this is neither a batch of a stream nor a replay".to_owned(),
            Self::InvalidRequest(what) => what.clone(),
            Self::SpanTooOld => {
                "from lies more than six days and 23 hours back: what was mailed then is not known".to_owned()
            }
            Self::CompanyNotFound => "no company has that company_id".to_owned(),
            Self::Interrupted(why) => format!("run the replay again: {why}"),
        }
    }
}

impl From<Refused> for Diagnostic {
    fn from(refused: Refused) -> Self {
        Self { error_type: refused.code().to_owned(), error_message: refused.in_words() }
    }
}

/// One batch, or one replay.
pub async fn handle(services: Arc<Services<Mail>>, event: LambdaEvent<Value>) -> Result<Answer, Refused> {
    let LambdaEvent { payload, context } = event;
    let explain = |refused: &Refused| (refused.code(), refused.in_words());
    if payload.get("replay").is_some() {
        let replayed = observed(&context, "operator", replay::replay(&services, payload), explain).await;
        return replayed.map(Answer::Replayed);
    }
    observed(&context, "stream", stream::take(&services, payload), explain).await.map(Answer::Batch)
}
