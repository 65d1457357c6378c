//! A report as SES publishes it through EventBridge
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-firehose-contents.html>).

use std::collections::HashMap;
use std::str::FromStr;

use readmit::domain::DeliveryReport;
use serde::Deserialize;
use serde_json::Value;

use crate::Mailed;

#[derive(Deserialize)]
struct Envelope {
    detail: Detail,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event_type: String,
    mail: MailPart,
    bounce: Option<Bounce>,
}

#[derive(Deserialize)]
struct MailPart {
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
}

pub(crate) struct Report {
    /// The passcode; none if it was another mail.
    pub(crate) mailed: Option<Mailed>,
    /// None if it says nothing of delivery.
    pub(crate) report: Option<DeliveryReport>,
}

impl Report {
    /// None if the event is no report of SES.
    pub(crate) fn read(event: Value) -> Option<Self> {
        let Detail { event_type, mail, bounce } = serde_json::from_value::<Envelope>(event).ok()?.detail;
        let report = match event_type.as_str() {
            "Delivery" => Some(DeliveryReport::Delivered),
            "DeliveryDelay" => Some(DeliveryReport::Delayed),
            "Complaint" => Some(DeliveryReport::Complained),
            "Reject" => Some(DeliveryReport::Rejected),
            "Bounce" => Some(of_bounce(&bounce?)),
            _ => None,
        };
        Some(Self { mailed: mailed(&mail.tags), report })
    }
}

/// A soft bounce may be a full mailbox or an automatic answer: the code may be in the mailbox all the same, and lives on.
fn of_bounce(bounce: &Bounce) -> DeliveryReport {
    if bounce.bounce_type == "Permanent" { DeliveryReport::Bounced } else { DeliveryReport::Delayed }
}

fn mailed(tags: &HashMap<String, Vec<String>>) -> Option<Mailed> {
    Some(Mailed {
        company_id: tag(tags, "company_id")?,
        employee_id: tag(tags, "employee_id")?,
        passcode_id: tag(tags, "passcode_id")?,
    })
}

/// SES gives each tag as a list of its one value.
fn tag<T: FromStr>(tags: &HashMap<String, Vec<String>>, name: &str) -> Option<T> {
    tags.get(name)?.first()?.parse().ok()
}
