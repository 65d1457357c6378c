//! A report as SES publishes it through EventBridge
//! (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-firehose-contents.html>).

use std::collections::HashMap;
use std::str::FromStr;

use lambda_runtime::Diagnostic;
use readmit::domain::{DeliveryReport, PasscodeRef};
use readmit::telemetry::failure;
use serde::Deserialize;
use serde_json::Value;

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
    destination: Vec<String>,
    #[serde(default)]
    tags: HashMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
}

pub(crate) struct Report {
    /// The passcode in the mail. Its ids come from the mail's tags, its login from the destination.
    pub(crate) of: PasscodeRef,
    pub(crate) delivery: DeliveryReport,
}

impl Report {
    /// None if the event is not about delivery, or the mail had no passcode.
    pub(crate) fn read(event: Value) -> Result<Option<Self>, Diagnostic> {
        let no_report = || failure("no_report", "the event is not a report of SES about a mail");
        let Envelope { detail } = serde_json::from_value(event).map_err(|_| no_report())?;
        let delivery = match detail.event_type.as_str() {
            "Delivery" => DeliveryReport::Delivered,
            "DeliveryDelay" => DeliveryReport::Delayed,
            "Complaint" => DeliveryReport::Complained,
            "Reject" => DeliveryReport::Rejected,
            "Bounce" => of_bounce(&detail.bounce.ok_or_else(no_report)?),
            _ => return Ok(None),
        };
        let tags = &detail.mail.tags;
        let ids = (tag(tags, "company_id"), tag(tags, "employee_id"), tag(tags, "passcode_id"));
        let (Some(company_id), Some(employee_id), Some(passcode_id)) = ids else { return Ok(None) };
        // A passcode mail has one recipient.
        let login = detail.mail.destination.first().and_then(|address| address.parse().ok());
        let login = login.ok_or_else(no_report)?;
        Ok(Some(Self { of: PasscodeRef { login, company_id, employee_id, passcode_id }, delivery }))
    }
}

/// A soft bounce may be a full mailbox or an automatic reply. The mail may still arrive, so the code stays valid.
fn of_bounce(bounce: &Bounce) -> DeliveryReport {
    if bounce.bounce_type == "Permanent" { DeliveryReport::Bounced } else { DeliveryReport::Delayed }
}

/// SES sends each tag as a list with one value.
fn tag<T: FromStr>(tags: &HashMap<String, Vec<String>>, name: &str) -> Option<T> {
    tags.get(name)?.first()?.parse().ok()
}
