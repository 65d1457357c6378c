//! What of an employee an import changes. A field that `Employee` gets and this does not name does not compile.

use crate::Employee;

/// The fields in which two states of one employee differ, of those that an import can change.
#[derive(Debug)]
pub struct EmployeePatch {
    /// Their names, as imports and the audit have them.
    pub fields: Vec<&'static str>,
}

impl EmployeePatch {
    /// What differs between two states of the same employee.
    pub fn diff(old: &Employee, new: &Employee) -> Self {
        let Employee {
            login,
            full_name,
            external_id,
            granted_role,
            account_type,
            account_status,
            mail_locale,
            // Acts of the person, or of the passcode, change these.
            company_id: _,
            employee_id: _,
            two_factor: _,
            last_signed_in_at: _,
            session_epoch: _,
            latest_passcode: _,
        } = new;
        let differ = [
            ("email", *login != old.login),
            ("name", *full_name != old.full_name),
            ("external_id", *external_id != old.external_id),
            ("role", *granted_role != old.granted_role),
            ("account_type", *account_type != old.account_type),
            ("status", *account_status != old.account_status),
            ("locale", *mail_locale != old.mail_locale),
        ];
        Self { fields: differ.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect() }
    }
}
