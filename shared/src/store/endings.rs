//! Commands to a passcode that come from elsewhere than its recovery: a Security Admin, its holder, the mail service.

use readmit_domain::lifecycle::{Command, Transition};
use readmit_domain::{AuditContext, Issuer, PasscodeRef};

use super::attributes::*;
use super::passcode_row::PasscodeRow;
use super::{Authority, Outcome, Store, StoreError};

impl Store {
    /// A Security Admin revokes the code or the recovery. Refused if it has moved on, or the admin no longer may.
    pub async fn revoke(
        &self,
        held: &PasscodeRef,
        revoked: &Transition,
        authority: &Authority,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let mut changes = self.changes(self.writes(held, revoked, act))?;
        changes.push(self.still_stands(authority));
        self.transact(changes).await
    }

    /// The holder disowns the passcode, once: also one that has ended, for its secret may have been used by somebody else. Ends
    /// the known devices too. Refused if it was disowned before, or has moved on since `row` was read.
    pub async fn disown(&self, row: &PasscodeRow, act: &AuditContext) -> Result<Outcome, StoreError> {
        let Ok(disowned) = row.lifecycle().apply(Command::Disown, act.at) else { return Ok(Outcome::Refused) };
        let mut writes = self.writes(&row.held, &disowned, act);
        writes.passcode = writes.passcode.set(DISOWNED_AT, act.at).if_absent(DISOWNED_AT);
        let mut changes = self.changes(writes)?;
        changes.push(self.forget_devices(&row.held.login, row.held.employee_id));
        self.transact(changes).await
    }

    /// The mail service reported of the mail. Refused if the passcode has moved on since it was read.
    pub async fn report_delivery(
        &self,
        row: &PasscodeRow,
        reported: &Transition,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let mut writes = self.writes(&row.held, reported, act);
        if let Issuer::Admin(employee_id) = row.issued_by {
            writes.events = writes.events.into_iter().map(|event| event.with("issued_by", employee_id)).collect();
        }
        self.transact(self.changes(writes)?).await
    }
}
