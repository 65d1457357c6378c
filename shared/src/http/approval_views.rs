//! Requests for approvals, as Security Admins see them.

use readmit_domain::{Approval, ApprovalId, EmployeeId, SensitiveAct, Timestamp};
use serde::Serialize;
use serde_json::Value;

/// A request for an approval.
#[derive(Serialize)]
pub struct ApprovalView {
    approval_id: ApprovalId,
    act: SensitiveAct,
    employee_id: Option<EmployeeId>,
    requested_by: EmployeeId,
    requested_at: Timestamp,
    expires_at: Timestamp,
    requester_may_approve_at: Option<Timestamp>,
    /// The body of the request that waits.
    request: Value,
}

impl From<&Approval> for ApprovalView {
    fn from(approval: &Approval) -> Self {
        let request = approval.body.as_deref().and_then(|body| serde_json::from_str(body).ok());
        Self {
            approval_id: approval.approval_id,
            act: approval.act,
            employee_id: approval.employee_id,
            requested_by: approval.requested_by,
            requested_at: approval.requested_at,
            expires_at: approval.expires_at,
            requester_may_approve_at: approval.alone_from,
            request: request.unwrap_or_default(),
        }
    }
}

/// The answer to a request that waits.
#[derive(Serialize)]
pub struct WaitingView {
    approval: ApprovalView,
}

impl From<&Approval> for WaitingView {
    fn from(approval: &Approval) -> Self {
        Self { approval: approval.into() }
    }
}
