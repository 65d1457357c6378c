//! The caller: who the token names, as the directory knows the person now.

use readmit_domain::{Employee, Role};

use super::Problem;
use crate::keyring::AccessClaims;

/// The employee that the token names, if the account is active and the session has not ended.
pub fn live_caller<'a>(claims: &AccessClaims, row: Option<&'a Employee>) -> Result<&'a Employee, Problem> {
    let employee = row.ok_or(Problem::Unauthenticated)?;
    let lasts = employee.session_epoch == claims.epoch && employee.employee_id == claims.employee_id;
    if lasts && employee.is_active() { Ok(employee) } else { Err(Problem::Unauthenticated) }
}

/// Lets Security Admins through.
pub fn require_security_admin(caller: &Employee) -> Result<(), Problem> {
    if caller.granted_role == Role::SecurityAdmin { Ok(()) } else { Err(Problem::NotSecurityAdmin) }
}
