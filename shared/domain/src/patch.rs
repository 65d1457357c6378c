//! The changes of an import to an employee. A new field of `Employee` does not compile until it is named here.

use crate::Employee;

/// The fields that an import changes in one employee.
#[derive(Debug)]
pub struct EmployeePatch {
    /// The names of the fields, as in imports and audit events.
    pub fields: Vec<&'static str>,
}

impl EmployeePatch {
    /// The fields that differ between two states of one employee.
    pub fn diff(old: &Employee, new: &Employee) -> Self {
        let Employee {
            login,
            full_name,
            external_id,
            granted_role,
            account_type,
            account_status,
            mail_locale,
            // An import cannot change these.
            company_id: _,
            employee_id: _,
            two_factor: _,
            last_signed_in_at: _,
            session_epoch: _,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::employee::tests::person;

    #[test]
    fn only_fields_that_an_import_changed_are_named() {
        for (changed, fields) in [
            (json!({}), vec![]),
            (json!({"login": "ada.l@northwind.example"}), vec!["email"]),
            (json!({"full_name": "Ada Lovelace"}), vec!["name"]),
            (json!({"external_id": "P-7"}), vec!["external_id"]),
            (json!({"granted_role": "security_admin"}), vec!["role"]),
            (json!({"account_type": "client"}), vec!["account_type"]),
            (json!({"account_status": "disabled"}), vec!["status"]),
            (json!({"mail_locale": "de"}), vec!["locale"]),
            (json!({"two_factor": "not_enrolled", "session_epoch": "BBBBBBBBBBBBBBBB"}), vec![]),
        ] {
            let patch = EmployeePatch::diff(&person(1, json!({})), &person(1, changed.clone()));
            assert_eq!(patch.fields, fields, "{changed}");
        }
    }
}
