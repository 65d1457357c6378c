//! The writes that must be in the same transaction as an event, so that an act is done completely or not at all.

use std::collections::BTreeSet;

use serde_json::Value;

use super::text;
use crate::aws::Aws;
use crate::invocation::Claim;

/// The tables that change with an event of this kind.
fn tables_with(kind: &str) -> &'static [&'static str] {
    match kind {
        "recovery.completed" => &["passcodes", "credentials", "employees"],
        "account.suspended" => &["passcodes", "credentials", "employees"],
        "passcode.issued" | "passcode.redeemed" | "recovery.abandoned" => &["passcodes"],
        "passcode.revoked" | "passcode.expired" | "passcode.exhausted" | "passcode.disowned" => &["passcodes"],
        "session.started" | "backup_codes.renewed" => &["credentials"],
        "session.ended" | "employee.changed" | "company.changed" => &["employees"],
        "approval.requested" | "approval.approved" | "approval.cancelled" | "approval.expired" => &["approvals"],
        "employee.imported" | "employee.added" | "employee.erased" => &["credentials", "employees"],
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

/// Whether the event says that the person's access ends: with it the code or the recovery, and every session.
pub fn ends_access(event: &Value) -> bool {
    let kind = text(event, "/event_type/S");
    let fields = text(event, "/detail/M/fields/S");
    let ends = fields.split(',').any(|field| ["email", "account_type"].contains(&field));
    kind == "employee.erased"
        || kind == "employee.changed" && (ends || text(event, "/detail/M/status/M/to/S") == "disabled")
}

/// Whether the person's row is deleted, or gets a new session epoch.
pub fn ends_sessions(event: &Value, changes: &[&Value]) -> bool {
    changes.iter().any(|change| {
        change["TableName"] == "readmit-employees"
            && change["Key"]["employee_id"] == event["employee_id"]
            && change.get("UpdateExpression").is_none_or(|_| change.to_string().contains("session_epoch"))
    })
}

/// A redemption whose proof was a backup code, and that did not take it out of the credentials.
pub fn unspent_proof(aws: &Aws, claim: &Claim, change: &Value, changes: &[&Value]) -> Option<String> {
    claim.code.as_ref().and(claim.factor.as_ref())?;
    let row = aws.item("passcodes", change["Key"].clone())?;
    let redeems = text(&row, "/recovery_state/S") == "open" && row["proof_required"]["BOOL"] == true;
    let spends = changes.iter().any(|change| change["TableName"] == "readmit-credentials");
    (redeems && !spends).then(|| "a backup code that was the proof of a redemption is left".to_owned())
}
