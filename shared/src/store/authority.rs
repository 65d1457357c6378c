//! An act of a Security Admin holds only if its caller still may when it commits.

use readmit_domain::{AccountStatus, Admin, CompanyId, EmployeeId, Role, SessionEpoch};

use super::Store;
use super::attributes::*;
use super::change::Change;
use super::directory::employee_key;

/// The Security Admin on whose authority an act rests, as the request was admitted.
#[derive(Clone)]
pub struct Authority {
    company_id: CompanyId,
    employee_id: EmployeeId,
    session_epoch: SessionEpoch,
}

impl Authority {
    /// Of an admin whose session was checked.
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
    /// The precondition that the admin still has role, account and session. It changes nothing, but on DynamoDB it conflicts with
    /// every other transaction that has the admin's row, another check of it included.
    pub(super) fn still_stands(&self, authority: &Authority) -> Change {
        Change::check(&self.tables.employees, employee_key(authority.company_id, authority.employee_id))
            .if_equal(GRANTED_ROLE, Role::SecurityAdmin)
            .if_equal(ACCOUNT_STATUS, AccountStatus::Active)
            .if_equal(SESSION_EPOCH, &authority.session_epoch)
    }
}
