//! Delivery reports of SES: sends them as EventBridge events to `track-delivery`.

use readmit::Clock;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws_ids;
use crate::environment::{ACCOUNT, REGION};
use crate::functions::InvokeError;
use crate::invoker::Invoker;
use crate::mailbox::{Email, Mailbox};

/// A request for a report about a mail.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    message_id: String,
    event: Report,
}

/// A report of SES about a mail.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The receiving mail server accepted the mail.
    Delivery,
    /// The address does not accept mail.
    Bounce,
    /// The mail was reported as spam.
    Complaint,
    /// Delivery is being tried again.
    Delay,
}

/// Sends reports about mails. Clones share one sender.
#[derive(Clone)]
pub struct Reports {
    mailbox: Mailbox,
    invoker: Invoker,
    clock: Clock,
}

impl Reports {
    pub fn new(mailbox: Mailbox, invoker: Invoker, clock: Clock) -> Self {
        Self { mailbox, invoker, clock }
    }

    /// Sends a report, and returns the function's answer. None if there is no such mail.
    pub async fn play(&self, wanted: &Wanted) -> Option<Result<Value, InvokeError>> {
        let email = self.mailbox.emails_to(None).into_iter().find(|email| email.message_id == wanted.message_id)?;
        let at = self.clock.now();
        Some(self.invoker.invoke("track-delivery", event(&email, wanted.event, &at.to_string())).await)
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
