//! A replay: what nobody was told of a span of a company's trail is told, in the same way as from the stream. What was mailed is not
//! mailed again, so a replay can be run twice. What may have been mailed twice is not mailed either, and is named.
//!
//! One invocation works for 45 seconds, and then says from where to go on.

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

/// Less than the minute for which the AWS CLI waits for an answer.
const BUDGET: Duration = Duration::from_secs(45);
/// Rows of the trail in one query.
const PAGE: u8 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    replay: Span,
}

/// What a replay did: counts, and from when on the next one goes on.
#[derive(Default, Serialize)]
pub struct ReplayReport {
    /// Mails that were sent now.
    told: usize,
    /// Mails that had been sent before.
    already: usize,
    /// Events of which a notice may have been mailed twice, and is not mailed again.
    given_up: Vec<String>,
    /// Events of which a notice was not sent.
    failed: Vec<FailedNotice>,
    /// The `from` of the replay that does the rest; null if nothing is left.
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
    // serde would take an array for a struct, field by field.
    if !payload["replay"].is_object() {
        return Err(invalid("/replay: must be an object"));
    }
    let in_words = |error: FieldError| invalid(&format!("{}: {}", error.pointer, error.detail));
    let Request { replay: span } = read_object(payload).map_err(in_words)?;
    if span.to < span.from {
        return Err(invalid("/replay/to: must not be before from"));
    }
    if span.from.after(NOTICES_KNOWN_FOR) < now {
        let words = "from lies more than six days and 23 hours back: what was mailed then is not known";
        return Err(failure("span_too_old", words));
    }
    Ok(span)
}

impl ReplayReport {
    /// Tells one row. False if it has to be tried later, and the rows behind it with it.
    async fn take(&mut self, services: &Services<Mail>, row: &AuditRow) -> bool {
        let mut progress = Progress::default();
        let outcome = match &row.event {
            Some(event) => send_notices(services, event, &mut progress).await,
            None => {
                progress.failed.push("the row is no event of the trail".to_owned());
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
