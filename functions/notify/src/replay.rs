//! A replay sends the missing notices of a span of time in one company. It sends no notice that was sent before, so it can be run
//! twice. It does not send a notice that may have been mailed twice, but names its event.
//!
//! One invocation works for 45 seconds. Its answer then says where the next replay must start.

use std::time::{Duration, Instant};

use lambda_runtime::Diagnostic;
use readmit::Services;
use readmit::domain::{EventId, Timestamp};
use readmit::json::{FieldError, read_object};
use readmit::mail::Mail;
use readmit::store::{AuditRow, NOTICES_KNOWN_FOR, Span, StoreError};
use readmit::telemetry::failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::send::{Progress, send_notices};

/// Shorter than the 60 seconds that the AWS CLI waits for an answer.
const BUDGET: Duration = Duration::from_secs(45);
/// Audit events in one query.
const PAGE: u8 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    replay: Span,
}

/// What a replay did.
#[derive(Default, Serialize)]
pub struct ReplayReport {
    /// Notices that this replay sent.
    told: usize,
    /// Notices that had been sent before.
    already: usize,
    /// Events with a notice that may have been mailed twice. It is not mailed again.
    given_up: Vec<String>,
    /// Events with a notice that was not sent.
    failed: Vec<FailedNotice>,
    /// The `from` of the next replay; null if this one reached the end of the span.
    next: Option<Timestamp>,
}

#[derive(Serialize)]
struct FailedNotice {
    event_id: String,
    why: String,
}

pub(crate) async fn replay(services: &Services<Mail>, payload: Value) -> Result<ReplayReport, Diagnostic> {
    let span = parse(payload, services.now())?;
    let store = &services.store;
    let interrupted = |error: StoreError| failure("interrupted", format!("run the replay again: {error}"));
    if store.directory(span.company_id, &[]).await.map_err(interrupted)?.company.is_none() {
        return Err(failure("company_not_found", "no company has that company_id"));
    }
    let (reader, started) = (store.audit_reader(), Instant::now());
    let (mut replayed, mut after) = (ReplayReport::default(), None);
    loop {
        let page = reader.span(span, PAGE, after.as_deref()).await.map_err(interrupted)?;
        for row in page.rows {
            if started.elapsed() > BUDGET || !replayed.take(services, &row).await {
                replayed.next = Some(row.event_id.parse().map_or(span.from, EventId::moment));
                return Ok(replayed);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(replayed);
        }
    }
}

fn parse(payload: Value, now: Timestamp) -> Result<Span, Diagnostic> {
    let invalid = |words: &str| failure("invalid_request", words);
    // serde also reads a struct from an array, field by field.
    if !payload["replay"].is_object() {
        return Err(invalid("/replay: must be an object"));
    }
    let in_words = |error: FieldError| invalid(&format!("{}: {}", error.pointer, error.detail));
    let Request { replay: span } = read_object(payload).map_err(in_words)?;
    if span.to < span.from {
        return Err(invalid("/replay/to: must not be before from"));
    }
    if span.from.after(NOTICES_KNOWN_FOR) < now {
        let words = "from is more than six days and 23 hours ago: Readmit no longer knows which notices were sent then";
        return Err(failure("span_too_old", words));
    }
    Ok(span)
}

impl ReplayReport {
    /// Sends the notices of one audit event. False if this event and the later ones must be tried again later.
    async fn take(&mut self, services: &Services<Mail>, row: &AuditRow) -> bool {
        let mut progress = Progress::default();
        let outcome = match &row.event {
            Some(event) => send_notices(services, event, &mut progress).await,
            None => {
                progress.failed.push("the row is not an audit event".to_owned());
                Ok(())
            }
        };
        self.told += progress.sent;
        self.already += progress.already;
        self.given_up.extend((!progress.given_up.is_empty()).then(|| row.event_id.clone()));
        let is_done = outcome.is_ok();
        let whys = progress.failed.into_iter().chain(outcome.err().map(|retry| retry.0));
        self.failed.extend(whys.map(|why| FailedNotice { event_id: row.event_id.clone(), why }));
        is_done
    }
}
