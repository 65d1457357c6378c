//! What an invocation did: counted while it runs, told in one line of the log when it ends.
//!
//! The line is written by [`crate::log`], where deployed as CloudWatch metrics too.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use lambda_runtime::{Context, Diagnostic};

/// The target of the line that ends an invocation.
pub(crate) const TARGET: &str = "readmit::telemetry";

tokio::task_local! {
    static TALLY: Arc<Tally>;
}

#[derive(Default)]
pub(crate) struct Tally {
    /// Requests sent to DynamoDB, retries too: each is paid for.
    pub(crate) store_calls: AtomicU32,
    /// Mails handed to SES, taken or not.
    pub(crate) mail_calls: AtomicU32,
    /// Writes that met another transaction.
    pub(crate) conflicts: AtomicU32,
    /// Events that stand in the trail now.
    events: Mutex<BTreeMap<String, u32>>,
}

impl Tally {
    /// `passcode.issued=2 passcode.superseded=1`, in the order of their names.
    fn events(&self) -> String {
        let events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().map(|(kind, count)| format!("{kind}={count}")).collect::<Vec<_>>().join(" ")
    }
}

/// Counts one for the invocation under way. Outside of one, as in a unit test, nobody asks.
pub(crate) fn count(counter: impl FnOnce(&Tally) -> &AtomicU32) {
    let _ = TALLY.try_with(|tally| counter(tally).fetch_add(1, Ordering::Relaxed));
}

/// Counts events that were written, by their type.
pub(crate) fn count_events(kinds: Vec<String>) {
    let _ = TALLY.try_with(|tally| {
        let mut events = tally.events.lock().unwrap_or_else(PoisonError::into_inner);
        for kind in kinds {
            *events.entry(kind).or_default() += 1;
        }
    });
}

/// Counts what no transaction writes into the trail, under a name like an event's: `notice.given_up`.
pub fn count_event(kind: &str) {
    count_events(vec![kind.to_owned()]);
}

/// Goes on counting for the invocation under way in a task of its own, which is handed nothing by itself.
pub fn inherit_tally<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let tally = TALLY.try_with(Arc::clone).unwrap_or_default();
    TALLY.scope(tally, work)
}

pub(crate) enum InvocationOutcome<'a> {
    /// As asked.
    Answered { status: Option<u16> },
    /// As the contract has it: the problem's code, and what the log may know beyond that.
    Refused { status: u16, code: &'a str, because: Option<&'a str> },
    /// Something that we need did not do its part.
    Failed { status: Option<u16>, code: &'a str, because: &'a str },
    /// A fault of ours.
    Broken { because: &'a str },
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

/// What an invocation without HTTP fails with: a code, and words that name nobody.
pub fn failure(code: &str, words: impl Into<String>) -> Diagnostic {
    Diagnostic { error_type: code.to_owned(), error_message: words.into() }
}

/// A failure's code and words for the log, where they are those of the answer.
pub fn code_and_text(failure: &Diagnostic) -> (&str, &str) {
    (&failure.error_type, &failure.error_message)
}

/// Runs an invocation without HTTP, named `source` where a request has its route, and logs its line. `explain` gives an
/// error's code, and words for the log, which name nobody.
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
