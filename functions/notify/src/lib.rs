//! The stream of the audit table: people are told of what happened to their accounts, and Security Admins of what concerns
//! them. No setting turns that off (NIST SP 800-63B-4, section 4.6).
//!
//! Effects: a mail for each event and reader, once: a retry of what was sent sends nothing. Only who dies between SES's answer and
//! the mark that it came may mail once more (`notice_repeated`).
//! Answers: which records are to come again. A record that nobody can read or send is given up after some attempts and lies in
//! a queue; it stops no other.

use std::sync::Arc;

use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::MailingServices;
use readmit::domain::{Company, EmployeeId, Event};
use readmit::store::{NoticeTurn, StoreError};
use readmit::telemetry::observed;
use serde_json::Value;

mod recipients;
mod record;

use recipients::Addressed;
use record::Record;

/// The event is no batch of a stream.
#[derive(Debug, thiserror::Error)]
#[error("this is no batch of a stream")]
pub struct NoBatch;

impl From<NoBatch> for Diagnostic {
    fn from(error: NoBatch) -> Self {
        Self { error_type: "no_batch".to_owned(), error_message: error.to_string() }
    }
}

/// Why somebody was not told, in words for the log.
pub(crate) struct Untold(String);

impl From<StoreError> for Untold {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// One batch. Each record is tried, whatever became of those before it.
pub async fn handle(
    services: Arc<MailingServices>,
    event: LambdaEvent<Value>,
) -> Result<DynamoDbEventResponse, NoBatch> {
    let explain = |error: &NoBatch| ("no_batch", error.to_string());
    observed(&event.context, "stream", notify(&services, event.payload), explain).await
}

async fn notify(services: &MailingServices, batch: Value) -> Result<DynamoDbEventResponse, NoBatch> {
    let mut response = DynamoDbEventResponse::default();
    for record in Record::all_of(batch)? {
        let told = match &record.event {
            Some(event) => tell(services, event).await,
            None => Err(Untold("a record that is no event of the trail".to_owned())),
        };
        if let Err(Untold(cause)) = told {
            tracing::error!(sequence_number = record.sequence_number, cause, "not told");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(record.sequence_number);
            response.batch_item_failures.push(failure);
        }
    }
    Ok(response)
}

/// Tells everybody whom the event concerns. A person who is no longer in the directory is not told.
async fn tell(services: &MailingServices, event: &Event) -> Result<(), Untold> {
    if !recipients::is_told(event) {
        return Ok(());
    }
    let store = &services.services.store;
    let ids: Vec<EmployeeId> = event.employee_id.into_iter().collect();
    let rows = store.directory(event.company_id, &ids).await?;
    let Some(company) = &rows.company else { return Ok(()) };
    let mails = match event.employee_id.map(|id| rows.get(id)) {
        Some(Some(holder)) => recipients::about_employee(store, event, holder).await?,
        Some(None) => return Ok(()),
        None => recipients::about_company(store, event).await?,
    };
    let mut failed = None;
    for mail in mails {
        if let Err(failure) = send(services, company, &mail).await {
            failed.get_or_insert(failure);
        }
    }
    failed.map_or(Ok(()), Err)
}

async fn send(services: &MailingServices, company: &Company, mail: &Addressed) -> Result<(), Untold> {
    let Addressed { recipient, notice, mark } = mail;
    let (store, now) = (&services.services.store, services.services.now());
    match store.begin_notice(notice.event_id, mark, now).await? {
        NoticeTurn::Ours => {}
        NoticeTurn::Sent => return Ok(()),
        NoticeTurn::GivenUp => {
            return Err(Untold("a notice was begun twice, and never known as sent".to_owned()));
        }
    }
    match services.mail.notice(recipient, company, notice).await {
        Ok(()) => Ok(store.notice_sent(notice.event_id, mark, now).await?),
        Err(refused) => {
            if refused.is_certain() {
                store.notice_refused(notice.event_id, mark, now).await?;
            }
            Err(Untold(refused.to_string()))
        }
    }
}
