//! One event: everybody whom it concerns is told of it.

use std::time::Duration;

use readmit::Services;
use readmit::domain::{Company, EmployeeId, Event};
use readmit::mail::{Mail, RefusalKind};
use readmit::store::{NoticeAttempt, StoreError};

use crate::recipients::{self, AddressedNotice};

/// What is waited before a throttled mail is tried again. SES counts its rate by the second.
const THROTTLE_WAITS: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800), Duration::from_millis(1_600)];

/// What became of the notices of an event.
#[derive(Default)]
pub(crate) struct Progress {
    /// Mails that were sent now.
    pub(crate) sent: usize,
    /// Mails that had been sent before.
    pub(crate) already: usize,
    /// Why notices will never be sent: each may have been, twice.
    pub(crate) given_up: Vec<String>,
    /// Why notices cannot be sent as things are. Nobody got them.
    pub(crate) failed: Vec<String>,
}

/// Store or mail service did not do their part: later they may.
pub(crate) struct RetryLater(pub(crate) String);

/// Tells everybody whom the event concerns. A person who is no longer in the directory is not told.
pub(crate) async fn send_notices(
    services: &Services<Mail>,
    event: &Event,
    progress: &mut Progress,
) -> Result<(), RetryLater> {
    match notices(services, event).await {
        Ok(Some((company, notices))) => {
            for mail in notices {
                send_notice(services, &company, &mail, progress).await?;
            }
            Ok(())
        }
        Ok(None) => Ok(()),
        Err(error) => progress.fails(&error),
    }
}

impl Progress {
    fn fails(&mut self, error: &StoreError) -> Result<(), RetryLater> {
        if !matches!(error, StoreError::Unfit(_)) {
            return Err(RetryLater(error.to_string()));
        }
        self.failed.push(error.to_string());
        Ok(())
    }
}

/// The mails of an event, and the company that they are for.
async fn notices(
    services: &Services<Mail>,
    event: &Event,
) -> Result<Option<(Company, Vec<AddressedNotice>)>, StoreError> {
    if !recipients::needs_notice(event) {
        return Ok(None);
    }
    let store = &services.store;
    let ids: Vec<EmployeeId> = event.employee_id.into_iter().collect();
    let rows = store.directory(event.company_id, &ids).await?;
    let notices = match event.employee_id.map(|id| rows.get(id)) {
        Some(Some(holder)) => recipients::about_employee(store, event, holder).await?,
        Some(None) => return Ok(None),
        None => recipients::about_company(store, event).await?,
    };
    Ok(rows.company.map(|company| (company, notices)))
}

async fn send_notice(
    services: &Services<Mail>,
    company: &Company,
    mail: &AddressedNotice,
    progress: &mut Progress,
) -> Result<(), RetryLater> {
    let AddressedNotice { recipient, notice, mark } = mail;
    let (store, now) = (&services.store, services.now());
    let attempt = match store.begin_notice(notice.event_id, mark, now).await {
        Ok(NoticeAttempt::Send(attempt)) => attempt,
        Ok(NoticeAttempt::AlreadySent) => {
            progress.already += 1;
            return Ok(());
        }
        Ok(NoticeAttempt::GivenUp) => {
            progress.given_up.push("begun twice, and never known as sent".to_owned());
            return Ok(());
        }
        Err(error) => return progress.fails(&error),
    };
    let mut waits = THROTTLE_WAITS.into_iter();
    let refused = loop {
        match services.mail.notice(recipient, company, notice).await {
            Ok(()) => {
                let marked = store.notice_sent(notice.event_id, mark, now).await;
                progress.sent += usize::from(marked.is_ok());
                return marked.or_else(|error| progress.fails(&error));
            }
            Err(refused) => match waits.next().filter(|_| refused.kind == RefusalKind::Throttle) {
                Some(wait) => tokio::time::sleep(wait).await,
                None => break refused,
            },
        }
    };
    if refused.kind != RefusalKind::NoAnswer
        && let Err(error) = store.notice_refused(notice.event_id, mark, &attempt, now).await
    {
        return progress.fails(&error);
    }
    if refused.kind != RefusalKind::Mail {
        return Err(RetryLater(refused.to_string()));
    }
    progress.failed.push(refused.to_string());
    Ok(())
}
