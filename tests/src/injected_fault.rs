//! Faults of the network and of AWS, which the embedded engine never has by itself.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What is done to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedFault {
    /// The service is asked for too much: the first attempt alone, or each.
    Throttled(Attempts),
    /// The service answers 500: each attempt.
    Broken,
    /// The mail service does not take this mail, now or later.
    Rejected,
    /// The connection ends before the service has heard anything.
    NotHeard(Attempts),
    /// The service has done it, and the connection ends before its answer.
    AnswerLost(Attempts),
    /// Nothing is heard, and nothing comes back until the caller gives up.
    Silent,
    /// Another transaction is under way.
    Conflicting,
}

/// Which attempts of a call fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempts {
    /// The first one: a retry heals it.
    First,
    /// All of them.
    All,
}

/// Longer than the longest time-out of a client.
const SILENCE: Duration = Duration::from_secs(7);

pub(crate) struct PlannedFault {
    pub(crate) fault: InjectedFault,
    /// Which operation's calls are counted; all of them if none is named.
    pub(crate) operation: Option<&'static str>,
    pub(crate) calls: Range<usize>,
    /// The ids of the calls that came.
    pub(crate) seen: Vec<String>,
}

impl PlannedFault {
    /// What is done to the request for this operation, with these headers.
    pub(crate) fn meets(&mut self, operation: &str, headers: &HeaderMap) -> Option<InjectedFault> {
        if self.operation.is_some_and(|counted| counted != operation) {
            return None;
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let call = text("amz-sdk-invocation-id");
        let index = self.seen.iter().position(|seen| *seen == call).unwrap_or_else(|| {
            self.seen.push(call);
            self.seen.len() - 1
        });
        let first_attempt = text("amz-sdk-request").contains("attempt=1");
        let of_attempts = match self.fault {
            InjectedFault::Throttled(attempts)
            | InjectedFault::NotHeard(attempts)
            | InjectedFault::AnswerLost(attempts) => attempts,
            InjectedFault::Broken | InjectedFault::Rejected | InjectedFault::Silent | InjectedFault::Conflicting => {
                Attempts::All
            }
        };
        let is_hit = self.calls.contains(&index) && (first_attempt || of_attempts == Attempts::All);
        is_hit.then_some(self.fault)
    }
}

impl InjectedFault {
    pub(crate) fn loses_the_answer(self) -> bool {
        matches!(self, Self::AnswerLost(_))
    }

    /// What comes back in place of the service's answer; none if the request is passed on.
    pub(crate) fn instead(
        self,
        operation: &str,
        body: &[u8],
    ) -> Option<Pin<Box<dyn Future<Output = Response> + Send>>> {
        let mails = operation.is_empty();
        let answer = match self {
            Self::AnswerLost(_) => return None,
            Self::NotHeard(_) => return Some(Box::pin(async { hang_up() })),
            Self::Silent => {
                return Some(Box::pin(async {
                    tokio::time::sleep(SILENCE).await;
                    hang_up()
                }));
            }
            Self::Throttled(_) if mails => (StatusCode::TOO_MANY_REQUESTS, error("TooManyRequestsException")),
            Self::Throttled(_) => (StatusCode::BAD_REQUEST, error("ProvisionedThroughputExceededException")),
            Self::Rejected => (StatusCode::BAD_REQUEST, error("MessageRejected")),
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, error("InternalServerError")),
            Self::Conflicting => match operation {
                "TransactWriteItems" => (StatusCode::BAD_REQUEST, cancelled(body)),
                "UpdateItem" => (StatusCode::BAD_REQUEST, error("TransactionConflictException")),
                _ => return None,
            },
        };
        let (status, body) = answer;
        let kind = body["__type"].as_str().unwrap_or_default().to_owned();
        let headers = [("content-type", "application/x-amz-json-1.0".to_owned()), ("x-amzn-errortype", kind)];
        Some(Box::pin(async move { (status, headers, body.to_string()).into_response() }))
    }
}

fn error(code: &str) -> Value {
    json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "as a test asked"})
}

/// One of the items is in conflict, the others are not.
fn cancelled(body: &[u8]) -> Value {
    let request: Value = serde_json::from_slice(body).unwrap();
    let count = request["TransactItems"].as_array().unwrap().len();
    let reasons: Vec<Value> = (0..count)
        .map(|index| json!({"Code": if index == count / 2 { "TransactionConflict" } else { "None" }}))
        .collect();
    let mut error = error("TransactionCanceledException");
    error["CancellationReasons"] = json!(reasons);
    error
}

/// What AWS answers whoever may not do it.
pub(crate) fn denied(why: &str) -> Response {
    let body = json!({"__type": "com.amazon.coral.service#AccessDeniedException", "message": why});
    let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amzn-errortype", "AccessDeniedException")];
    (StatusCode::BAD_REQUEST, headers, body.to_string()).into_response()
}

/// Ends the connection without a word: the task that serves it unwinds, and no panic is printed.
pub(crate) fn hang_up() -> Response {
    std::panic::resume_unwind(Box::new("hung up"))
}
