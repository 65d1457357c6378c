//! Who may do what, and that a company can always be helped by one of its own people.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Oracle, text};
use crate::aws::Aws;
use crate::invocation::Claim;

/// Events that only a Security Admin or an operator may cause, also about themselves.
const OF_ADMINS: [&str; 4] = ["employee.added", "employee.changed", "employee.erased", "company.changed"];
/// Fields that nobody changes about themselves.
const DECIDING: [&str; 4] = ["email", "role", "status", "account_type"];

impl Oracle {
    /// Checks that the caller may do the act at the time of the commit, and for this person.
    pub(super) fn may_happen(&self, aws: &Aws, claim: &Claim, event: &Value) -> Vec<String> {
        let (kind, about) = (text(event, "/event_type/S"), text(event, "/employee_id/S"));
        let row = |id: &str| {
            let key = json!({"company_id": event["company_id"], "employee_id": {"S": id}});
            aws.item("employees", key).unwrap_or_default()
        };
        let mut broken = Vec::new();
        let actor = text(event, "/actor/M/employee_id/S");
        // The end of a code after a failed mail, and the event of a refusal, do not depend on the admin's authority.
        let needs_authority = (actor != about || OF_ADMINS.contains(&kind) || kind.starts_with("approval."))
            && !["passcode.delivery_failed", "passcode.throttled"].contains(&kind);
        if text(event, "/actor/M/kind/S") == "employee" && needs_authority {
            let admin = row(actor);
            if text(&admin, "/granted_role/S") != "security_admin" || text(&admin, "/account_status/S") != "active" {
                broken.push(format!("{kind} of {about} by {actor}, who may not do it: {admin}"));
            }
            let since = self.facts.lock().unwrap().accounts.get(actor).map_or(0, |account| account.sessions_since);
            if claim.session_since.is_none_or(|session| session < since) {
                broken.push(format!("{kind} of {about} by {actor}, whose session had ended"));
            }
            let decides = |fields: &str| fields.split(',').any(|field| DECIDING.contains(&field));
            if actor == about && (kind == "employee.erased" || decides(text(event, "/detail/M/fields/S"))) {
                broken.push(format!("{kind} by {actor} about the own access"));
            }
        }
        if ["employee.changed", "employee.erased", "account.suspended"].contains(&kind) && !has_an_admin(aws, event) {
            broken.push(format!("{kind} of {about} leaves no enrolled Security Admin"));
        }
        let holder = row(about);
        let is_active = text(&holder, "/account_status/S") == "active";
        let may = match kind {
            "passcode.issued" | "passcode.redeemed" | "recovery.completed" => {
                is_active && text(&holder, "/account_type/S") == "employee"
            }
            "session.started" => is_active,
            _ => true,
        };
        if !may {
            broken.push(format!("{kind} of {about}, who may not have one: {holder}"));
        }
        broken
    }
}

/// Whether the event's company has a Security Admin who is active, enrolled and not suspended.
fn has_an_admin(aws: &Aws, event: &Value) -> bool {
    let tables: BTreeMap<String, Vec<Value>> = aws.tables().collect();
    let mut people = tables["readmit-employees"].iter().filter(|row| row["company_id"] == event["company_id"]);
    people.any(|row| {
        let can_help = text(row, "/granted_role/S") == "security_admin"
            && text(row, "/account_status/S") == "active"
            && text(row, "/two_factor/S") == "enrolled";
        let mut credentials = tables["readmit-credentials"].iter().filter(|one| one["login"] == row["login"]);
        can_help && credentials.any(|one| one.get("suspended_at").is_none())
    })
}
