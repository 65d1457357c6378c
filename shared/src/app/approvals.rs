//! Lets a sensitive act wait for a second Security Admin. `manage-employees` and `issue-passcode` share this.

use readmit_domain::{Admin, Approval, AuditContext, Employee, SensitiveAct};

use super::{AppError, Services};
use crate::store::{Authority, Outcome};

/// A company's open requests: each mails all Security Admins, so that more would only bury the others.
const MAX_OPEN: usize = 50;

/// A sensitive act, as a request for an approval stores it.
pub struct WaitingAct<'a> {
    /// The kind of act.
    pub act: SensitiveAct,
    /// The person whom it is about, if the person exists.
    pub concerned: Option<&'a Employee>,
    /// The body of the request, as JSON.
    pub body: String,
}

impl<M> Services<M> {
    /// Stores a request for an approval and returns it. If the same admin has asked for the same, returns that request. None if the admin's
    /// role changed meanwhile: then the caller must decide again.
    pub async fn wait_for_approval(
        &self,
        admin: Admin<'_>,
        waiting: WaitingAct<'_>,
        act: &AuditContext,
    ) -> Result<Option<Approval>, AppError> {
        let (company_id, requester) = (admin.employee().company_id, admin.employee().employee_id);
        let WaitingAct { act: kind, concerned, body } = waiting;
        let employee_id = concerned.map(|person| person.employee_id);
        let open = self.store.open_approvals(company_id, act.at).await?;
        let is_same = |earlier: &&Approval| {
            (earlier.requested_by, earlier.act, earlier.employee_id) == (requester, kind, employee_id)
                && earlier.body.as_ref() == Some(&body)
                && concerned.is_none_or(|person| earlier.is_about(person))
        };
        if let Some(earlier) = open.iter().find(is_same) {
            return Ok(Some(earlier.clone()));
        }
        if let Some(oldest) = open.first().filter(|_| open.len() >= MAX_OPEN) {
            return Err(AppError::Throttled { until: oldest.expires_at, now: act.at });
        }
        let is_alone = !self.store.has_enrolled_admin_besides(company_id, requester, employee_id).await?;
        let approval = Approval::new(kind, concerned, body, admin, is_alone, act.at, &mut self.random());
        let outcome = self.store.request_approval(&approval, &Authority::of(admin), act).await?;
        Ok((outcome == Outcome::Done).then_some(approval))
    }
}
