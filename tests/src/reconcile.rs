//! The books: whether directory, passcodes, credentials and trail tell the same story.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::World;

fn text<'a>(item: &'a Value, pointer: &str) -> &'a str {
    item.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

const ENDS: [&str; 8] = [
    "passcode.bounced",
    "passcode.complained",
    "passcode.superseded",
    "passcode.revoked",
    "passcode.redeemed",
    "passcode.exhausted",
    "passcode.expired",
    "passcode.delivery_failed",
];

/// The end of a code that was open; of one that had ended, a word about it.
const DISOWNED: &str = "passcode.disowned";

/// The ends of a code among its events.
fn ends(events: &[String]) -> Vec<&str> {
    let ends: Vec<&str> = events.iter().map(String::as_str).filter(|kind| ENDS.contains(kind)).collect();
    if ends.is_empty() { events.iter().map(String::as_str).filter(|kind| *kind == DISOWNED).collect() } else { ends }
}

/// The end of a code that each status of the directory means; none for those that are open.
fn end_of(status: &str) -> Option<&'static str> {
    match status {
        "sending" | "sent" | "delayed" | "delivered" => None,
        "failed" => Some("passcode.delivery_failed"),
        "disowned" => Some(DISOWNED),
        other => ENDS.into_iter().find(|end| end.strip_prefix("passcode.") == Some(other)),
    }
}

impl World {
    /// Panics unless every passcode was issued once and ended at most once, every recovery likewise, and the tables are where the
    /// trail has left them.
    pub async fn reconcile(&self) {
        let mut of_passcode = BTreeMap::<String, Vec<String>>::new();
        for event in self.items("audit").await {
            let passcode_id = text(&event, "/detail/M/passcode_id/S");
            if passcode_id.is_empty() {
                continue;
            }
            of_passcode.entry(passcode_id.to_owned()).or_default().push(text(&event, "/event_type/S").to_owned());
        }
        let rows = self.items("passcodes").await;
        for employee in self.items("employees").await.iter().filter(|row| row.get("full_name").is_some()) {
            let latest = text(employee, "/latest_passcode/M/passcode_id/S");
            let status = text(employee, "/latest_passcode/M/passcode_status/S");
            let recovery = text(employee, "/latest_passcode/M/recovery_state/S");
            let row = rows.iter().find(|row| text(row, "/login/S") == text(employee, "/login/S"));
            if let Some(row) = row {
                assert_eq!(text(row, "/passcode_id/S"), latest, "the directory follows another passcode");
                assert_eq!(
                    (text(row, "/passcode_status/S"), text(row, "/recovery_state/S")),
                    (status, recovery),
                    "{latest}"
                );
            }
            let pending = employee.get("passcode_pending_key").is_some();
            assert_eq!(pending, !latest.is_empty() && end_of(status).is_none(), "{latest} is {status}");
            if let Some(events) = of_passcode.remove(latest) {
                check(latest, &events, end_of(status), recovery);
            }
        }
        for (passcode_id, events) in &of_passcode {
            let ends = ends(events);
            assert_eq!(ends.len(), 1, "{passcode_id}, which is replaced, has {events:?}");
            let recovery = if ends == ["passcode.redeemed"] { "over" } else { "" };
            check(passcode_id, events, Some(ends[0]), recovery);
        }
    }
}

fn check(passcode_id: &str, events: &[String], end: Option<&str>, recovery: &str) {
    let count = |wanted: &[&str]| events.iter().filter(|kind| wanted.contains(&kind.as_str())).count();
    assert_eq!(count(&["passcode.issued"]), 1, "{passcode_id}: {events:?}");
    assert_eq!(ends(events).len(), usize::from(end.is_some()), "{passcode_id}: {events:?}");
    assert!(count(&[DISOWNED]) <= 1, "{passcode_id}: {events:?}");
    assert!(end.is_none_or(|end| count(&[end]) == 1), "{passcode_id}, ended by {end:?}: {events:?}");
    let (completed, abandoned) = (count(&["recovery.completed"]), count(&["recovery.abandoned"]));
    let expected = match recovery {
        "completed" => completed == 1 && abandoned == 0,
        "abandoned" => completed == 0 && abandoned == 1,
        "over" => completed + abandoned == 1,
        _ => completed + abandoned == 0,
    };
    assert!(expected, "{passcode_id}, whose recovery is {recovery:?}: {events:?}");
}
