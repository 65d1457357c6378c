//! What of an employee an import changes. A field that `Employee` gets and this does not name does not compile.

use crate::{AccountStatus, AccountType, Employee, ExternalId, Locale, Login, Name, Role};

/// A field before and after a change; `None` is a field without a value.
#[derive(Debug)]
pub struct FieldChange<'a, T> {
    /// The value before.
    pub from: Option<&'a T>,
    /// The value after.
    pub to: Option<&'a T>,
}

impl<T: PartialEq> FieldChange<'_, T> {
    fn differs(&self) -> bool {
        self.from != self.to
    }
}

/// The fields of an employee that an import can change, before and after it.
#[derive(Debug)]
pub struct EmployeePatch<'a> {
    /// `email`
    pub login: FieldChange<'a, Login>,
    /// `name`
    pub full_name: FieldChange<'a, Name>,
    /// `external_id`
    pub external_id: FieldChange<'a, ExternalId>,
    /// `role`
    pub granted_role: FieldChange<'a, Role>,
    /// `account_type`
    pub account_type: FieldChange<'a, AccountType>,
    /// `status`
    pub account_status: FieldChange<'a, AccountStatus>,
    /// `locale`
    pub mail_locale: FieldChange<'a, Locale>,
}

impl<'a> EmployeePatch<'a> {
    /// What differs between two states of the same employee.
    pub fn diff(old: &'a Employee, new: &'a Employee) -> Self {
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
        Self {
            login: FieldChange { from: Some(&old.login), to: Some(login) },
            full_name: FieldChange { from: Some(&old.full_name), to: Some(full_name) },
            external_id: FieldChange { from: old.external_id.as_ref(), to: external_id.as_ref() },
            granted_role: FieldChange { from: Some(&old.granted_role), to: Some(granted_role) },
            account_type: FieldChange { from: Some(&old.account_type), to: Some(account_type) },
            account_status: FieldChange { from: Some(&old.account_status), to: Some(account_status) },
            mail_locale: FieldChange { from: old.mail_locale.as_ref(), to: mail_locale.as_ref() },
        }
    }

    /// The names of the fields that differ, as imports and the audit have them.
    pub fn fields(&self) -> Vec<&'static str> {
        let Self { login, full_name, external_id, granted_role, account_type, account_status, mail_locale } = self;
        let differ = [
            ("email", login.differs()),
            ("name", full_name.differs()),
            ("external_id", external_id.differs()),
            ("role", granted_role.differs()),
            ("account_type", account_type.differs()),
            ("status", account_status.differs()),
            ("locale", mail_locale.differs()),
        ];
        differ.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
    }
}
