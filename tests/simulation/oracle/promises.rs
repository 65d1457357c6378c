//! What an answer promises the client, and what the end of a person's access promises the company.

use serde_json::Value;

use super::passcode::Stage;
use super::{Oracle, text, whole};
use crate::invocation::Invocation;

impl Oracle {
    /// The client gets this answer.
    pub fn answered(&self, invocation: &Invocation, status: u64, body: &Value) {
        match (status, &invocation.claim.guess) {
            (401, Some(passcode_id)) => self.refused_guess(passcode_id),
            (502, _) if body["code"] == "email_not_sent" => self.leaves_no_code(invocation),
            (201, _) if body["refusal"]["code"] == "email_not_sent" => self.leaves_no_code(invocation),
            _ => {}
        }
    }

    /// A wrong secret was refused.
    fn refused_guess(&self, passcode_id: &str) {
        if let Some(passcode) = self.facts.lock().unwrap().passcodes.get_mut(passcode_id) {
            passcode.guesses += 1;
        }
    }

    /// The client is told that no code was mailed, so there must be none. If only the mail service's answer was lost, the holder may
    /// already have redeemed it.
    fn leaves_no_code(&self, invocation: &Invocation) {
        let facts = &mut *self.facts.lock().unwrap();
        let left = invocation.issued().into_iter().filter(|id| facts.passcodes[id].stage == Stage::Code);
        let broken =
            left.map(|id| format!("the passcode {id} is left after the answer that it was not mailed")).collect();
        self.break_promises(facts, broken);
    }

    /// A person's access ends: nothing that opens the account is left.
    pub(super) fn ends_access(&self, event: &Value, changes: &[&Value]) -> Vec<String> {
        let (kind, about) = (text(event, "/event_type/S"), text(event, "/employee_id/S"));
        let facts = &mut *self.facts.lock().unwrap();
        facts.accounts.entry(about.to_owned()).or_default().sessions_since = self.time.now().millis();
        let open = facts.passcodes.iter().filter(|(_, one)| one.holder == about && one.stage != Stage::Over);
        let open = open.map(|(id, _)| format!("{kind} of {about} leaves the passcode {id}"));
        let sessions =
            (!whole::ends_sessions(event, changes)).then(|| format!("{kind} of {about} leaves the sessions"));
        open.chain(sessions).collect()
    }
}
