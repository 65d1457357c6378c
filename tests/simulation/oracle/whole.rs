//! The writes that must be in the same transaction as an event, so that an act is done completely or not at all.

use std::collections::BTreeSet;

use serde_json::Value;

/// The tables that change with an event of this kind.
fn tables_with(kind: &str) -> &'static [&'static str] {
    match kind {
        "recovery.completed" => &["passcodes", "credentials", "employees"],
        "account.suspended" => &["passcodes", "credentials", "employees"],
        "passcode.issued" | "passcode.redeemed" | "recovery.abandoned" => &["passcodes"],
        "passcode.revoked" | "passcode.expired" | "passcode.exhausted" | "passcode.disowned" => &["passcodes"],
        "session.started" | "backup_codes.renewed" => &["credentials"],
        "session.ended" => &["employees"],
        _ => &[],
    }
}

/// The tables that a transaction with these events must change and did not.
pub fn missing<'a>(kinds: impl Iterator<Item = &'a str>, changes: &[&Value]) -> Vec<String> {
    let changed: BTreeSet<&str> = changes.iter().filter_map(|change| change["TableName"].as_str()).collect();
    let wanted = kinds.flat_map(|kind| tables_with(kind).iter().map(move |table| (kind, table)));
    let missing = wanted.filter(|(_, table)| !changed.contains(format!("readmit-{table}").as_str()));
    missing.map(|(kind, table)| format!("{kind} without a change of {table}")).collect()
}
