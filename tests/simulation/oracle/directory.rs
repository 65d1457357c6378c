//! What the directory says of each person, and that each change of it is in the audit: once, with the fields that changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::text;

/// The fields of a person, by their names in events and in the table.
const FIELDS: [(&str, &str); 7] = [
    ("email", "login"),
    ("name", "full_name"),
    ("role", "granted_role"),
    ("account_type", "account_type"),
    ("status", "account_status"),
    ("external_id", "external_id"),
    ("locale", "mail_locale"),
];
/// The fields whose old and new value the event has.
const SHOWN: [&str; 3] = ["role", "account_type", "status"];

/// The fields of every person after the last write.
#[derive(Default)]
pub struct Directory(BTreeMap<String, Value>);

/// The key of a write.
pub fn key_of(change: &Value) -> Value {
    let of = |name: &str| if change["Key"].is_null() { &change["Item"][name] } else { &change["Key"][name] }.clone();
    serde_json::json!({"company_id": of("company_id"), "employee_id": of("employee_id")})
}

/// Whether the event says what happened to the person of this write.
pub fn is_about(event: &Value, change: &Value) -> bool {
    let is_of_person = text(event, "/event_type/S").starts_with("employee.");
    is_of_person && event["employee_id"] == key_of(change)["employee_id"]
}

impl Directory {
    /// Adds a write, after which the person has this row. Returns the broken rule, if any.
    pub fn goes_on(&mut self, change: &Value, row: Option<&Value>, event: Option<&Value>) -> Option<String> {
        let key = key_of(change);
        let id = text(&key, "/employee_id/S").to_owned();
        if !id.starts_with("emp_") {
            return None;
        }
        let before = match row {
            Some(row) => self.0.insert(id.clone(), row.clone()),
            None => self.0.remove(&id),
        };
        let kind = event.map_or("", |event| text(event, "/event_type/S"));
        let is_right = match (&before, row) {
            (None, Some(_)) => ["employee.imported", "employee.added"].contains(&kind),
            (Some(_), None) => kind == "employee.erased",
            (Some(before), Some(after)) => is_told(before, after, event.filter(|_| kind == "employee.changed")),
            (None, None) => false,
        };
        (!is_right).then(|| format!("{id} is changed from {before:?} to {row:?}, and the audit says {event:?}"))
    }
}

/// Whether the event has exactly the fields that differ. Without a difference there must be none.
fn is_told(before: &Value, after: &Value, event: Option<&Value>) -> bool {
    let differ: BTreeSet<&str> =
        FIELDS.iter().filter(|(_, name)| before[name] != after[name]).map(|(field, _)| *field).collect();
    let Some(event) = event else { return differ.is_empty() };
    let told: BTreeSet<&str> = text(event, "/detail/M/fields/S").split(',').collect();
    let are_shown = FIELDS.iter().filter(|(field, _)| SHOWN.contains(field)).all(|(field, name)| {
        let shown = &event["detail"]["M"][field]["M"];
        if differ.contains(field) {
            shown["from"] == before[name] && shown["to"] == after[name]
        } else {
            shown.is_null()
        }
    });
    !differ.is_empty() && told == differ && are_shown
}
