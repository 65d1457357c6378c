//! What SES reports of a passcode's mail, in passcodes, directory and trail.

use readmit_domain::{Act, DeliveryReport, Employee, Filter, Issuer, LatestPasscode, PasscodeStatus};

use super::{Outcome, Store, StoreError};

impl Store {
    /// Takes the holder's latest passcode to where the report leads. Refused if it, or the holder's name, has moved on since
    /// they were read.
    pub async fn report_delivery(
        &self,
        holder: &Employee,
        latest: &LatestPasscode,
        report: DeliveryReport,
        act: &Act,
    ) -> Result<Outcome, StoreError> {
        let held = &holder.held(latest.passcode_id);
        let (from, to) = (report.leaves(), report.leads_to());
        let mut directory = self.update_latest(held).set("latest_passcode.passcode_status", to);
        let code = if to.is_live() {
            // It may have been `sending`, and due as such.
            self.update_passcode(&held.login)
                .set("passcode_status", to)
                .set("due_at", latest.expires_at)
                .if_equal("passcode_id", held.passcode_id)
                .if_one_of("passcode_status", from)
        } else {
            directory = directory.remove(Filter::PasscodePending.attribute());
            self.move_code(held, from, to).remove("due_shard").remove("due_at")
        };
        if to == PasscodeStatus::Bounced {
            let name_key = holder.full_name.sort_key(holder.employee_id);
            directory =
                directory.set(Filter::PasscodeBounced.attribute(), name_key).if_equal("full_name", &holder.full_name);
        }
        let mut changes = vec![code, directory];
        if let Some(kind) = report.event() {
            let event = self.passcode_event(act, kind, held);
            changes.push(self.record(&match &latest.issued_by {
                Issuer::Admin { employee_id, .. } => event.with("issued_by", employee_id),
                Issuer::Operator(_) => event,
            })?);
        }
        self.transact(changes).await
    }
}
