//! Delivery reports of SES: sends them as EventBridge events to `track-delivery`, by request or by itself.

use std::sync::Arc;
use std::time::Duration;

use readmit::Clock;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use crate::aws_ids;
use crate::environment::{ACCOUNT, REGION};
use crate::functions::InvokeError;
use crate::invoker::Invoker;
use crate::mailbox::{Arrivals, Email, Mailbox, Report};

/// How long a mail waits for its delivery, in real time. A report by request within this time takes its place.
const DELIVERY_TIME: Duration = Duration::from_secs(1);

/// A request for a report about a mail.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    message_id: String,
    event: Report,
}

/// Sends reports about mails. Clones share one sender.
#[derive(Clone)]
pub struct Reports {
    mailbox: Mailbox,
    invoker: Invoker,
    clock: Clock,
    /// One report at a time, so that a delivery cannot follow a report by request that is being sent.
    sending: Arc<Mutex<()>>,
}

impl Reports {
    pub fn new(mailbox: Mailbox, invoker: Invoker, clock: Clock) -> Self {
        Self { mailbox, invoker, clock, sending: Arc::default() }
    }

    /// Sends a report, and returns the function's answer. None if there is no such mail.
    pub async fn play(&self, wanted: &Wanted) -> Option<Result<Value, InvokeError>> {
        let alone = self.sending.lock().await;
        let email = self.mailbox.email(&wanted.message_id)?;
        Some(self.send(&alone, &email, wanted.event).await)
    }

    /// Reports each mail a second after its arrival, as a task of `running`: as SES's mailbox simulator would if the recipient
    /// is one of its addresses, and else as delivered.
    pub fn start(&self, mut arrivals: Arrivals, running: &mut JoinSet<()>) {
        let reports = self.clone();
        running.spawn(async move {
            while let Some(arrival) = arrivals.0.recv().await {
                sleep_until(arrival.at + DELIVERY_TIME).await;
                reports.deliver(&arrival.message_id).await;
            }
        });
    }

    async fn deliver(&self, message_id: &str) {
        let alone = self.sending.lock().await;
        // The mail may be deleted, or reported by request.
        let Some(email) = self.mailbox.email(message_id).filter(|email| email.report.is_none()) else { return };
        if let Err(error) = self.send(&alone, &email, simulated(&email)).await {
            tracing::error!(message_id, %error, "mail not reported as delivered");
        }
    }

    /// The mail's report is stored after the function has got it: if the process is killed in between, the function gets it again.
    async fn send(&self, _alone: &MutexGuard<'_, ()>, email: &Email, report: Report) -> Result<Value, InvokeError> {
        let at = self.clock.now();
        let answer = self.invoker.invoke("track-delivery", event(email, report, &at.to_string())).await?;
        if let Err(error) = self.mailbox.remember(&email.message_id, report) {
            tracing::error!(%error, "report not stored");
        }
        Ok(answer)
    }
}

/// The report of SES's mailbox simulator (<https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html>): by the first
/// recipient's address, which may have a label.
fn simulated(email: &Email) -> Report {
    let recipient = email.to.first().map(|to| to.to_lowercase()).unwrap_or_default();
    let simulator = recipient.strip_suffix("@simulator.amazonses.com");
    match simulator.and_then(|name| name.split('+').next()) {
        Some("bounce" | "suppressionlist") => Report::Bounce,
        Some("complaint") => Report::Complaint,
        _ => Report::Delivery,
    }
}

/// A report of SES (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-firehose-examples.html>) as an EventBridge event.
pub fn event(email: &Email, report: Report, at: &str) -> Value {
    let (detail_type, event_type, member) = match report {
        Report::Delivery => ("Email Delivered", "Delivery", "delivery"),
        Report::Bounce => ("Email Bounced", "Bounce", "bounce"),
        Report::Complaint => ("Email Complaint Received", "Complaint", "complaint"),
        Report::Delay => ("Email Delivery Delayed", "DeliveryDelay", "deliveryDelay"),
    };
    let of_report = match report {
        Report::Delivery => json!({"timestamp": at, "recipients": email.to, "smtpResponse": "250 OK"}),
        Report::Bounce => json!({"timestamp": at, "bounceType": "Permanent", "bounceSubType": "General"}),
        Report::Complaint => json!({"timestamp": at, "complaintFeedbackType": "abuse"}),
        Report::Delay => json!({"timestamp": at, "delayType": "MailboxFull"}),
    };
    let mut tags = json!({"ses:configuration-set": ["local"], "ses:from-domain": ["portal.example"]});
    for (name, value) in &email.tags {
        tags[name] = json!([value]);
    }
    json!({
        "version": "0",
        "id": aws_ids::uuid(),
        "detail-type": detail_type,
        "source": "aws.ses",
        "account": ACCOUNT,
        "time": at,
        "region": REGION,
        "resources": [],
        "detail": {
            "eventType": event_type,
            "mail": {"timestamp": at, "messageId": email.message_id, "destination": email.to, "tags": tags},
            member: of_report,
        },
    })
}
