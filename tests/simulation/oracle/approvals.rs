//! Sensitive acts wait for a second Security Admin, and each request has one end.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Oracle, text};
use crate::aws::Aws;

/// The order of the policies about a second proof.
const PROOFS: [&str; 3] = ["none", "security_admins", "everyone"];
/// How long a request is open at least, if two clocks differ, in milliseconds.
const OPEN_AT_LEAST: i64 = 72 * 3_600_000 - 185_000;

/// The open requests, and the company where sensitive acts wait.
#[derive(Default)]
pub struct Approvals {
    open: BTreeMap<String, OpenRequest>,
    sensitive: Option<String>,
}

struct OpenRequest {
    requester: String,
    about: String,
    at: i64,
}

impl Approvals {
    /// Adds an event. Returns the broken rule, if any.
    fn goes_on(&mut self, event: &Value, now: i64) -> Option<String> {
        let [kind, id] = ["/event_type/S", "/detail/M/approval_id/S"].map(|path| text(event, path));
        let (actor, about) = (text(event, "/actor/M/employee_id/S"), text(event, "/employee_id/S").to_owned());
        if kind == "approval.requested" {
            let request = OpenRequest { requester: actor.to_owned(), about, at: now };
            return self.open.insert(id.to_owned(), request).map(|_| format!("{id} is asked for twice"));
        }
        let Some(request) = self.open.remove(id) else { return Some(format!("{kind} of {id}, which is not open")) };
        let is_own = actor == request.requester || actor == request.about;
        match kind {
            "approval.approved" if is_own => Some(format!("{actor} approves the own act {id}")),
            "approval.expired" if now - request.at < OPEN_AT_LEAST => Some(format!("{id} expires too early")),
            _ => None,
        }
    }
}

impl Oracle {
    /// In this company sensitive acts wait.
    pub fn lets_sensitive_acts_wait(&self, company_id: &str) {
        self.facts.lock().unwrap().approvals.sensitive = Some(company_id.to_owned());
    }

    /// Checks the requests, and that a sensitive act is approved in its own transaction, while the requester is a Security Admin.
    pub(super) fn approvals(&self, aws: &Aws, events: &[&Value]) -> Vec<String> {
        let (now, mut broken) = (self.time.now().millis(), Vec::new());
        let row = |event: &Value, id: &str| {
            let key = json!({"company_id": event["company_id"], "employee_id": {"S": id}});
            aws.item("employees", key).unwrap_or_default()
        };
        let facts = &mut *self.facts.lock().unwrap();
        let approval = events.iter().find(|event| text(event, "/event_type/S") == "approval.approved");
        for event in events {
            if text(event, "/event_type/S").starts_with("approval.") {
                broken.extend(facts.approvals.goes_on(event, now));
            }
            let waits = facts.approvals.sensitive.as_deref() == Some(text(event, "/company_id/S"));
            let by_admin = text(event, "/actor/M/kind/S") == "employee";
            let person = row(event, text(event, "/employee_id/S"));
            if waits && by_admin && approval.is_none() && is_sensitive(event, &person) {
                broken.push(format!("{} of {person} was not approved", text(event, "/event_type/S")));
            }
        }
        if let Some(event) = approval {
            let requester = row(event, text(event, "/detail/M/requested_by/S"));
            if text(&requester, "/granted_role/S") != "security_admin"
                || text(&requester, "/account_status/S") != "active"
            {
                broken.push(format!("an act is approved that {requester} asked for"));
            }
        }
        broken
    }

    /// The requests that are still open, when all of them should have ended.
    pub fn requests_are_over(&self) {
        let facts = &mut *self.facts.lock().unwrap();
        let broken = facts.approvals.open.keys().map(|id| format!("the request {id} is open for ever")).collect();
        self.break_promises(facts, broken);
    }
}

/// Whether the event is a new or enabled Security Admin, another address or a passcode of one, or a weaker policy.
fn is_sensitive(event: &Value, person: &Value) -> bool {
    let detail = |name: &str, side: &str| text(event, &format!("/detail/M/{name}/M/{side}/S"));
    let is_admin = text(person, "/granted_role/S") == "security_admin";
    let proof = |side| PROOFS.iter().position(|proof| *proof == detail("second_proof", side));
    match text(event, "/event_type/S") {
        "employee.added" => is_admin,
        "employee.changed" => {
            let is_moved = text(event, "/detail/M/fields/S").split(',').any(|field| field == "email");
            is_admin && (is_moved || detail("role", "to") == "security_admin" || detail("status", "to") == "active")
        }
        "passcode.issued" => is_admin,
        "company.changed" => proof("to") < proof("from") || detail("approvals", "to") == "none",
        _ => false,
    }
}
