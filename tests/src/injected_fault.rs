//! Faults of the network and of AWS, which the embedded engine never has by itself.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A fault in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InjectedFault {
    /// The service throttles the first attempt, or all attempts.
    Throttled(Attempts),
    /// The service answers 500 to all attempts.
    Broken,
    /// The mail service rejects this mail for good.
    Rejected,
    /// The connection ends before the service has received the request.
    NotHeard(Attempts),
    /// The service has executed the request, and the connection ends before its answer.
    AnswerLost(Attempts),
    /// The request is not received, and no answer comes until the caller gives up.
    Silent,
    /// Another transaction is in conflict.
    Conflicting,
}

/// Which attempts of a call fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempts {
    /// Only the first one, so that a retry succeeds.
    First,
    /// All of them.
    All,
}

/// Longer than the longest timeout of a client.
const SILENCE: Duration = Duration::from_secs(7);

pub(crate) struct PlannedFault {
    pub(crate) fault: InjectedFault,
    /// The operation whose calls are counted. None means all operations.
    pub(crate) operation: Option<&'static str>,
    pub(crate) calls: Range<usize>,
    /// The ids of the calls so far.
    pub(crate) seen: Vec<String>,
}

impl PlannedFault {
    /// The fault for a request of this operation with these headers.
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

    /// The answer in place of the service's. None if the request is passed on.
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

/// Only one of the items is in conflict.
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

/// AWS's answer to a request without permission.
pub(crate) fn denied(why: &str) -> Response {
    let body = json!({"__type": "com.amazon.coral.service#AccessDeniedException", "message": why});
    let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amzn-errortype", "AccessDeniedException")];
    (StatusCode::BAD_REQUEST, headers, body.to_string()).into_response()
}

/// Ends the connection without an answer: the task that serves it unwinds, and no panic is printed.
pub(crate) fn hang_up() -> Response {
    std::panic::resume_unwind(Box::new("hung up"))
}
