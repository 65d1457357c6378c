//! An act of a Security Admin is committed only if the caller is still a Security Admin at that moment.

use readmit_domain::{AccountStatus, Admin, CompanyId, EmployeeId, Role, SessionEpoch};

use super::Store;
use super::attributes::*;
use super::change::Change;
use super::directory::employee_key;

/// The Security Admin who acts, as the directory was when the request was authorized.
#[derive(Clone)]
pub struct Authority {
    company_id: CompanyId,
    pub(super) employee_id: EmployeeId,
    pub(super) session_epoch: SessionEpoch,
}

impl Authority {
    /// The authority of an admin whose session was checked.
    pub fn of(admin: Admin<'_>) -> Self {
        let admin = admin.employee();
        Self {
            company_id: admin.company_id,
            employee_id: admin.employee_id,
            session_epoch: admin.session_epoch.clone(),
        }
    }
}

impl Store {
    /// The condition that the admin still has the role, an active account and the session. It changes nothing, but in DynamoDB it
    /// conflicts with every other transaction that has the admin's row, even one that only checks it.
    pub(super) fn still_stands(&self, authority: &Authority) -> Change {
        Change::check(&self.tables.employees, employee_key(authority.company_id, authority.employee_id))
            .if_equal(GRANTED_ROLE, Role::SecurityAdmin)
            .if_equal(ACCOUNT_STATUS, AccountStatus::Active)
            .if_equal(SESSION_EPOCH, &authority.session_epoch)
    }
}
