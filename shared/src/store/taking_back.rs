//! Taking back: by an admin, or by whom the mail went to and who says "this was not me".

use readmit_domain::{Act, EventType, Filter, HeldPasscode, PasscodeStatus, RecoveryState, StillOpen};

use super::passcodes::PasscodeRow;
use super::{Authority, Outcome, Store, StoreError};

impl Store {
    /// Ends the code or the recovery that is open. Refused if it is not, or no longer, that, or the admin no longer may.
    pub async fn revoke(
        &self,
        held: &HeldPasscode,
        open: StillOpen,
        authority: &Authority,
        act: &Act,
    ) -> Result<Outcome, StoreError> {
        let mut changes = match open {
            StillOpen::Code => {
                let (from, to) = (PasscodeStatus::PENDING, PasscodeStatus::Revoked);
                self.end_of_code(held, &from, to, EventType::PasscodeRevoked, act)?
            }
            StillOpen::Recovery => self.abandonment(held, act)?,
        };
        changes.push(self.still_stands(authority));
        self.transact(changes).await
    }

    /// Ends what is open of the passcode and the known devices, and tells it once: also of one that is used up, for then it
    /// matters most. Refused if
    /// it was told before, or the passcode has moved on since `row` was read.
    pub async fn disown(&self, row: &PasscodeRow, act: &Act) -> Result<Outcome, StoreError> {
        let held = &row.held();
        let mut events = vec![self.record(&self.passcode_event(act, EventType::PasscodeDisowned, held))?];
        let (code, latest) = match row.still_open() {
            Some(StillOpen::Code) => {
                let code = self.move_code(held, &PasscodeStatus::PENDING, PasscodeStatus::Disowned);
                let latest = self
                    .update_latest(held)
                    .set("latest_passcode.passcode_status", PasscodeStatus::Disowned)
                    .remove(Filter::PasscodePending.attribute());
                (code.remove("due_shard").remove("due_at"), Some(latest))
            }
            Some(StillOpen::Recovery) => {
                events.push(self.record(&self.passcode_event(act, EventType::RecoveryAbandoned, held))?);
                let latest = self.update_latest(held).set("latest_passcode.recovery_state", RecoveryState::Abandoned);
                (self.end_recovery(held, RecoveryState::Abandoned), Some(latest))
            }
            None => {
                let seen = self
                    .update_passcode(&row.login)
                    .if_equal("passcode_id", row.passcode_id)
                    .if_equal("passcode_status", row.passcode_status)
                    .if_as_seen("recovery_state", row.recovery_state);
                (seen, None)
            }
        };
        let mut changes = vec![code.set("disowned_at", act.at).if_absent("disowned_at")];
        changes.push(self.forget_devices(&row.login, row.employee_id));
        changes.extend(latest);
        changes.extend(events);
        self.transact(changes).await
    }
}

impl PasscodeRow {
    /// What has not ended of it, whatever the time: the cleanup may not have come round.
    fn still_open(&self) -> Option<StillOpen> {
        if self.recovery_state == Some(RecoveryState::Open) {
            Some(StillOpen::Recovery)
        } else {
            self.passcode_status.is_pending().then_some(StillOpen::Code)
        }
    }
}
