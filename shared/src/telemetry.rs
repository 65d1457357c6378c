//! Counts what an invocation does, and logs it in one line at the end.
//!
//! [`crate::log`] writes the line; in a deployed function it also has the CloudWatch metrics.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use lambda_runtime::{Context, Diagnostic};

/// The log target of the last line of an invocation.
pub(crate) const TARGET: &str = "readmit::telemetry";

tokio::task_local! {
    static TALLY: Arc<Tally>;
}

#[derive(Default)]
pub(crate) struct Tally {
    /// Requests sent to DynamoDB, including retries, because each one costs.
    pub(crate) store_calls: AtomicU32,
    /// Mails sent to SES, accepted or not.
    pub(crate) mail_calls: AtomicU32,
    /// Writes that conflicted with another transaction.
    pub(crate) conflicts: AtomicU32,
    /// Audit events that were written, and other events of [`count_event`].
    events: Mutex<BTreeMap<String, u32>>,
}

impl Tally {
    /// `passcode.issued=2 passcode.superseded=1`, sorted by name.
    fn events(&self) -> String {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().map(|(kind, count)| format!("{kind}={count}")).collect::<Vec<_>>().join(" ")
    }
}

/// Adds one to a counter of the current invocation. Does nothing outside an invocation, as in a unit test.
pub(crate) fn count(counter: impl FnOnce(&Tally) -> &AtomicU32) {
    let _ = TALLY.try_with(|tally| counter(tally).fetch_add(1, Ordering::Relaxed));
}

/// Counts audit events that were written, by type.
pub(crate) fn count_events(kinds: Vec<String>) {
    let _ = TALLY.try_with(|tally| {
        let mut events = tally.events.lock().unwrap_or_else(PoisonError::into_inner);
        for kind in kinds {
            *events.entry(kind).or_default() += 1;
        }
    });
}

/// Counts something that is not an audit event, under a similar name: `notice.given_up`.
pub fn count_event(kind: &str) {
    count_events(vec![kind.to_owned()]);
}

/// Makes a spawned task count for the current invocation. Without it, a task has no access to the counters.
pub fn inherit_tally<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let tally = TALLY.try_with(Arc::clone).unwrap_or_default();
    TALLY.scope(tally, work)
}

pub(crate) enum InvocationOutcome<'a> {
    Answered {
        status: Option<u16>,
    },
    /// The client gets a problem with this code. `because` is the reason for the log.
    Refused {
        status: u16,
        code: &'a str,
        because: Option<&'a str>,
    },
    /// Another service failed, or an invocation without HTTP returned an error.
    Failed {
        status: Option<u16>,
        code: &'a str,
        because: &'a str,
    },
    /// A bug or a wrong configuration.
    Broken {
        because: &'a str,
    },
}

pub(crate) struct Invocation {
    request_id: String,
    route_key: String,
    started: Instant,
    tally: Arc<Tally>,
}

impl Invocation {
    pub(crate) fn begin(request_id: &str, route_key: &str) -> Self {
        Self {
            request_id: request_id.to_owned(),
            route_key: route_key.to_owned(),
            started: Instant::now(),
            tally: Arc::default(),
        }
    }

    pub(crate) async fn run<F: Future>(&self, work: F) -> F::Output {
        TALLY.scope(Arc::clone(&self.tally), work).await
    }

    pub(crate) fn end(self, outcome: &InvocationOutcome<'_>) {
        let (request_id, route_key, events) = (self.request_id, self.route_key, self.tally.events());
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let Tally { store_calls, mail_calls, conflicts, .. } = &*self.tally;
        let [store_calls, mail_calls, conflicts] =
            [store_calls, mail_calls, conflicts].map(|counter| counter.load(Ordering::Relaxed));
        macro_rules! line {
            ($level:ident, $outcome:literal, $($field:tt)*) => {
                tracing::$level!(
                    target: TARGET, request_id, route_key, outcome = $outcome, $($field)*,
                    duration_ms, store_calls, mail_calls, conflicts, events
                )
            };
        }
        match *outcome {
            InvocationOutcome::Answered { status } => line!(info, "answered", status),
            InvocationOutcome::Refused { status, code, because } => line!(info, "refused", status, code, because),
            InvocationOutcome::Failed { status, code, because } => line!(error, "failed", status, code, because),
            InvocationOutcome::Broken { because } => line!(error, "broken", because),
        }
    }
}

/// The error of an invocation without HTTP: a code, and a text that names no person.
pub fn failure(code: &str, text: impl Into<String>) -> Diagnostic {
    Diagnostic { error_type: code.to_owned(), error_message: text.into() }
}

/// The code and the text of an error, if the log may have the same as the answer.
pub fn code_and_text(failure: &Diagnostic) -> (&str, &str) {
    (&failure.error_type, &failure.error_message)
}

/// Runs an invocation without HTTP, and logs its line with `source` as the route. `explain` returns the code and the text of an error
/// for the log. The text must not name a person.
pub async fn run_logged<T, E>(
    context: &Context,
    source: &str,
    work: impl Future<Output = Result<T, E>>,
    explain: impl Fn(&E) -> (&str, &str),
) -> Result<T, E> {
    let invocation = Invocation::begin(&context.request_id, source);
    let result = invocation.run(work).await;
    match result.as_ref().map_err(explain) {
        Ok(_) => invocation.end(&InvocationOutcome::Answered { status: None }),
        Err((code, why)) => invocation.end(&InvocationOutcome::Failed { status: None, code, because: why }),
    }
    result
}
