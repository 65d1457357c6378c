//! Requests for approvals, in a table of their own.

use readmit_domain::{
    AccountStatus, Approval, ApprovalId, ApprovalStatus, AuditContext, CompanyId, EmployeeFilter, EmployeeId, Event,
    EventType, Role, Timestamp,
};
use serde::Deserialize;

use super::attributes::*;
use super::change::{Change, Item, item, key};
use super::directory::employee_key;
use super::limits::KEPT_AFTER_END;
use super::query::{KeyRange, Source};
use super::send::read;
use super::{Authority, Outcome, Store, StoreError};

const APPROVAL_ID: &str = "approval_id";
const STATUS: &str = "status";
const BODY: &str = "body";
const ADDRESS: &str = "address";
/// Requests are few, so the index by due time has one partition.
const DUE_PARTITION: &str = "0";
/// Requests that one query of the cleanup returns. The next run does the rest.
const MOST_DUE: u8 = 100;

/// An approval that is committed together with the act.
#[derive(Clone)]
pub struct Approved(Approval);

impl Approved {
    /// A request that [`Approval::apply`] lets be approved.
    pub fn new(approval: Approval) -> Self {
        Self(approval)
    }
}

#[derive(Deserialize)]
struct DueApproval {
    company_id: CompanyId,
    approval_id: ApprovalId,
}

fn approval_key(company_id: CompanyId, approval_id: ApprovalId) -> Item {
    key([(COMPANY_ID, &company_id), (APPROVAL_ID, &approval_id)])
}

impl Store {
    /// One consistent read.
    pub async fn approval(
        &self,
        company_id: CompanyId,
        approval_id: ApprovalId,
    ) -> Result<Option<Approval>, StoreError> {
        self.get(&self.tables.approvals, approval_key(company_id, approval_id)).await
    }

    /// The company's requests that can still be approved, oldest first. One consistent query for each megabyte.
    pub async fn open_approvals(&self, company_id: CompanyId, now: Timestamp) -> Result<Vec<Approval>, StoreError> {
        let source =
            Source { table: &self.tables.approvals, index: None, partition_key: COMPANY_ID, sort_key: APPROVAL_ID };
        let query = source.query(&self.client, company_id, &KeyRange::After(None))?.consistent_read(true);
        let (mut open, mut start) = (Vec::new(), None);
        loop {
            let answer = query.clone().set_exclusive_start_key(start).send().await.map_err(StoreError::of)?;
            for row in answer.items.unwrap_or_default() {
                let approval: Approval = read(row)?;
                open.extend(approval.is_open_at(now).then_some(approval));
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(open);
            }
        }
    }

    /// Stores a request, with `approval.requested`. Refused if the requester is no longer a Security Admin.
    pub async fn request_approval(
        &self,
        approval: &Approval,
        authority: &Authority,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let mut row = item(approval)?;
        row.extend(key([(DUE_SHARD, &DUE_PARTITION), (DUE_AT, &approval.expires_at)]));
        let event = self.approval_event(EventType::ApprovalRequested, approval, act);
        let event = event.with("expires_at", approval.expires_at);
        let put = Change::put(&self.tables.approvals, row).if_absent(APPROVAL_ID);
        self.transact(vec![put, self.still_stands(authority), self.record(&event)?]).await
    }

    /// Ends a request without its act, with `approval.cancelled` or `approval.expired`. Refused if it is no longer open, or if the admin
    /// (None: the cleanup) no longer is one.
    pub async fn end_approval(
        &self,
        approval: &Approval,
        to: ApprovalStatus,
        authority: Option<&Authority>,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let kind =
            if to == ApprovalStatus::Expired { EventType::ApprovalExpired } else { EventType::ApprovalCancelled };
        let event = self.approval_event(kind, approval, act);
        let mut changes = vec![self.ended_approval(approval, to, act.at), self.record(&event)?];
        changes.extend(authority.map(|authority| self.still_stands(authority)));
        self.transact(changes).await
    }

    /// The parts of a transaction that end an approved request: the requester must still be a Security Admin.
    pub(super) fn approve(
        &self,
        Approved(approval): &Approved,
        approver: Option<EmployeeId>,
        act: &AuditContext,
    ) -> Result<Vec<Change>, StoreError> {
        let event = self.approval_event(EventType::ApprovalApproved, approval, act);
        let ended = self.ended_approval(approval, ApprovalStatus::Approved, act.at);
        let mut changes = vec![ended, self.record(&event)?];
        // The approver's own row is checked as the authority.
        if approver != Some(approval.requested_by) {
            let requester = employee_key(approval.company_id, approval.requested_by);
            let check = Change::check(&self.tables.employees, requester)
                .if_equal(GRANTED_ROLE, Role::SecurityAdmin)
                .if_equal(ACCOUNT_STATUS, AccountStatus::Active);
            changes.push(check);
        }
        Ok(changes)
    }

    fn ended_approval(&self, approval: &Approval, to: ApprovalStatus, now: Timestamp) -> Change {
        Change::update(&self.tables.approvals, approval_key(approval.company_id, approval.approval_id))
            .set(STATUS, to)
            .set(DELETE_AFTER, now.after(KEPT_AFTER_END).seconds())
            .remove(BODY)
            .remove(ADDRESS)
            .remove(DUE_SHARD)
            .remove(DUE_AT)
            .if_equal(STATUS, ApprovalStatus::Open)
    }

    fn approval_event(&self, kind: EventType, approval: &Approval, act: &AuditContext) -> Event {
        self.event(act, kind, approval.company_id, approval.employee_id)
            .with("approval_id", approval.approval_id)
            .with("act", approval.act)
            .with("requested_by", approval.requested_by)
    }

    /// The open requests whose time is over. Index reads lag, so some may have ended already.
    pub async fn due_approvals(&self, now: Timestamp) -> Result<Vec<Approval>, StoreError> {
        let source =
            Source { table: &self.tables.approvals, index: Some("by_due"), partition_key: DUE_SHARD, sort_key: DUE_AT };
        let now = now.to_string();
        let (rows, _) = source.page(&self.client, DUE_PARTITION, &KeyRange::UpTo(&now), MOST_DUE).await?;
        let mut due = Vec::with_capacity(rows.len());
        for row in rows {
            let DueApproval { company_id, approval_id } = read(row)?;
            due.extend(self.approval(company_id, approval_id).await?);
        }
        Ok(due)
    }

    /// Whether the company has an active, enrolled Security Admin besides these two. One eventually consistent request for each 100 admins.
    pub async fn has_enrolled_admin_besides(
        &self,
        company_id: CompanyId,
        requester: EmployeeId,
        concerned: Option<EmployeeId>,
    ) -> Result<bool, StoreError> {
        let mut after = None;
        loop {
            let filter = Some(EmployeeFilter::SecurityAdmins);
            let page = self.employees_by_name(company_id, filter, u8::MAX, after.as_deref()).await?;
            let is_other = |id| id != requester && Some(id) != concerned;
            if page.employees.iter().any(|admin| admin.is_enrolled_admin() && is_other(admin.employee_id)) {
                return Ok(true);
            }
            after = page.next;
            if after.is_none() {
                return Ok(false);
            }
        }
    }
}
