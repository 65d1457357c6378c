//! What an answer promises the client.

use serde_json::Value;

use super::Oracle;
use super::passcode::Stage;
use crate::invocation::Invocation;

impl Oracle {
    /// The client gets this answer.
    pub fn answered(&self, invocation: &Invocation, status: u64, body: &Value) {
        match (status, &invocation.claim.guess) {
            (401, Some(passcode_id)) => self.refused_guess(passcode_id),
            (502, _) if body["code"] == "email_not_sent" => self.leaves_no_code(invocation),
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
}
