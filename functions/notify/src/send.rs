//! Sends the notices of one audit event.

use std::time::Duration;

use readmit::Services;
use readmit::domain::{Company, EmployeeId, Event};
use readmit::mail::{Mail, RefusalKind};
use readmit::store::{NoticeAttempt, StoreError};

use crate::recipients::{self, AddressedNotice};

/// The pauses before a throttled mail is sent again. SES limits the rate per second.
const THROTTLE_WAITS: [Duration; 4] =
    [Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800), Duration::from_millis(1_600)];

/// The results of the notices of an event.
#[derive(Default)]
pub(crate) struct Progress {
    /// Notices that were sent now.
    pub(crate) sent: usize,
    /// Notices that had been sent before.
    pub(crate) already: usize,
    /// The reason of each notice that is never sent again, because it may have been sent twice.
    pub(crate) given_up: Vec<String>,
    /// The reason of each notice that was certainly not sent and that another attempt would not help.
    pub(crate) failed: Vec<String>,
}

/// The store or the mail service failed in a way that may pass. The text is the cause.
pub(crate) struct RetryLater(pub(crate) String);

/// Sends all notices of the event. A person who is no longer in the directory gets none.
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

/// The notices of an event, and the company of their recipients.
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
    if let Some(notices) = recipients::about_approval(store, event).await? {
        return Ok(rows.company.map(|company| (company, notices)));
    }
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
            progress.given_up.push("attempted twice, result unknown".to_owned());
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
