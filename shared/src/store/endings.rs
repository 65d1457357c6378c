//! Commands to a passcode that are not steps of its recovery: by a Security Admin, by its holder, by the mail service.

use readmit_domain::lifecycle::{Command, Transition};
use readmit_domain::{AuditContext, Issuer, PasscodeRef};

use super::attributes::*;
use super::passcode_row::PasscodeRow;
use super::{Authority, Outcome, Store, StoreError};

impl Store {
    /// A Security Admin revokes the code or the recovery. Refused if its phase has changed, or the admin has lost the role.
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

    /// The holder disowns the passcode ("this was not me"), once, even after it has ended, because somebody else may have used it. Ends
    /// the known devices too. Refused if it was disowned before, or its phase has changed since `row` was read.
    pub async fn disown(&self, row: &PasscodeRow, act: &AuditContext) -> Result<Outcome, StoreError> {
        let Ok(disowned) = row.lifecycle().apply(Command::Disown, act.at) else { return Ok(Outcome::Refused) };
        let mut writes = self.writes(&row.held, &disowned, act);
        writes.passcode = writes.passcode.set(DISOWNED_AT, act.at).if_absent(DISOWNED_AT);
        let mut changes = self.changes(writes)?;
        changes.push(self.forget_devices(&row.held.login, row.held.employee_id));
        self.transact(changes).await
    }

    /// The mail service reported the delivery. Refused if the passcode's phase has changed since it was read.
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
