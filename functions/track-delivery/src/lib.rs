//! EventBridge: SES reports what became of a mail, and the status of its passcode moves on.
//!
//! Effects: `delayed`, or `delivered`, `bounced`, `complained` with their events; a hard bounce or a complaint ends the code at
//! once. Forward only, whatever the order and however often a report comes: a report of what is behind changes nothing.
//! Answers: what became of it; an error makes Lambda try again, and at last puts the report into a queue.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::Services;
use readmit::domain::lifecycle::{Command, Phase};
use readmit::domain::{Actor, AuditContext, Origin};
use readmit::store::{Outcome, StoreError};
use readmit::telemetry::{code_and_text, failure, run_logged};
use serde::Serialize;
use serde_json::Value;

mod report;

use report::Report;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackOutcome {
    /// The passcode's status has moved on.
    Moved,
    /// It was there, or further.
    Unchanged,
    /// It is of no passcode that is still somebody's latest, or of something that moves none.
    OfNoInterest,
}

pub async fn handle(services: Arc<Services>, event: LambdaEvent<Value>) -> Result<TrackOutcome, Diagnostic> {
    let origin = Origin { request_id: event.context.request_id.clone(), ..Origin::default() };
    let tracked = async {
        let Some(report) = Report::read(event.payload)? else { return Ok(TrackOutcome::OfNoInterest) };
        let unavailable = |error: StoreError| failure("temporarily_unavailable", error.to_string());
        track(&services, report, origin).await.map_err(unavailable)
    };
    run_logged(&event.context, "ses", tracked, code_and_text).await
}

async fn track(services: &Services, report: Report, origin: Origin) -> Result<TrackOutcome, StoreError> {
    let mut attempts = services.store.attempts("the passcode");
    loop {
        attempts.begin().await?;
        let row = services.store.passcode(&report.of.login).await?;
        let Some(row) = row.filter(|row| row.held == report.of) else { return Ok(TrackOutcome::OfNoInterest) };
        let act = AuditContext::new(services.now(), Actor::System, origin.clone());
        if row.has_failed_at(act.at) && Phase::Code(report.delivery.leads_to()).is_live() {
            // The list has shown it as failed, so a late report must not make the code valid again.
            return Ok(TrackOutcome::Unchanged);
        }
        let Ok(reported) = row.lifecycle().apply(Command::Report(report.delivery), act.at) else {
            return Ok(TrackOutcome::Unchanged);
        };
        if services.store.report_delivery(&row, &reported, &act).await? == Outcome::Done {
            return Ok(TrackOutcome::Moved);
        }
    }
}
