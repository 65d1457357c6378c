//! Which events need a notice, and how often each was mailed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::text;

/// Event types that always need a notice.
const TOLD: [&str; 11] = [
    "passcode.redeemed",
    "recovery.completed",
    "account.suspended",
    "backup_codes.renewed",
    "passcode.disowned",
    "passcode.bounced",
    "passcode.complained",
    "approval.requested",
    "approval.approved",
    "approval.cancelled",
    "approval.expired",
];

/// The notices of a run.
#[derive(Default)]
pub struct Notices {
    /// The persons of the events that need a notice, by event id.
    owed: BTreeMap<String, String>,
    /// How often each event was mailed to each address.
    sent: BTreeMap<(String, String), usize>,
}

impl Notices {
    pub fn happens(&mut self, event: &Value) {
        let (kind, about) = (text(event, "/event_type/S"), text(event, "/employee_id/S"));
        let gives_role = kind.starts_with("employee.") && text(event, "/detail/M/role/M/to/S") == "security_admin";
        // A request may be about nobody; its requester exists in any case.
        let about = if kind.starts_with("approval.") { text(event, "/detail/M/requested_by/S") } else { about };
        if TOLD.contains(&kind) || gives_role {
            self.owed.insert(text(event, "/event_id/S").to_owned(), about.to_owned());
        }
    }

    pub fn mailed(&mut self, event_id: &str, to: &str) {
        *self.sent.entry((event_id.to_owned(), to.to_owned())).or_default() += 1;
    }

    /// The notices that were mailed too often, or never although the person exists (`is_there`) and the log has no `notice given up`.
    pub fn wrong(&self, is_there: impl Fn(&str) -> bool, log: &str) -> Vec<String> {
        let given_up: Vec<&str> = log.lines().filter(|line| line.contains("notice given up")).collect();
        let often = self.sent.iter().filter(|(_, times)| **times > 2);
        let often = often.map(|((event, to), times)| format!("the notice of {event} is mailed {times} times to {to}"));
        let is_sent = |event: &str| self.sent.keys().any(|(sent, _)| sent == event);
        let never = self.owed.iter().filter(|(event, about)| {
            is_there(about) && !is_sent(event) && !given_up.iter().any(|line| line.contains(event.as_str()))
        });
        often.chain(never.map(|(event, about)| format!("nobody is told of {event} of {about}"))).collect()
    }
}
