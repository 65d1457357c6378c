//! SES reports the delivery of a mail through EventBridge, and the passcode's status is updated.
//!
//! Effects: sets `delayed`, or `delivered`, `bounced`, `complained` with their events. A hard bounce or a complaint ends the code at
//! once. A status never goes back: a late or repeated report changes nothing.
//! Answers: whether the report changed something. After an error Lambda tries again, and finally puts the report into a queue.

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
    /// The passcode's status was changed.
    Moved,
    /// The passcode already had this status, or a later one.
    Unchanged,
    /// The mail had no passcode, or its passcode is no longer the person's latest.
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
            // Admins have seen the status `failed`, so a late report must not make the code valid again.
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
