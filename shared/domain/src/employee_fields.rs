//! What an import or a Security Admin writes about a person.

use rand::CryptoRng;
use serde::Deserialize;

use crate::clearable::not_null;
use crate::{
    AccountStatus, AccountType, Clearable, CompanyId, Employee, EmployeeId, ExternalId, Locale, Login, Name, Role,
    SessionEpoch, Timestamp,
};

/// The new values of a person's fields. A field that is left out keeps its value.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmployeeFields {
    /// The address that the person signs in with.
    #[serde(default, deserialize_with = "not_null")]
    pub email: Option<Login>,
    /// The person's name.
    #[serde(default, deserialize_with = "not_null")]
    pub name: Option<Name>,
    /// What the person may do.
    #[serde(default, deserialize_with = "not_null")]
    pub role: Option<Role>,
    /// Whether the account belongs to an employee or to a client.
    #[serde(default, deserialize_with = "not_null")]
    pub account_type: Option<AccountType>,
    /// Whether the account may be used.
    #[serde(default, deserialize_with = "not_null")]
    pub status: Option<AccountStatus>,
    /// The company's own id of the person.
    #[serde(default)]
    pub external_id: Clearable<ExternalId>,
    /// The language of mails to the person.
    #[serde(default)]
    pub locale: Clearable<Locale>,
}

impl EmployeeFields {
    /// A new person with this name, this address and these other fields.
    pub fn new_employee(
        &self,
        (full_name, login): (Name, Login),
        company_id: CompanyId,
        now: Timestamp,
        random: &mut impl CryptoRng,
    ) -> Employee {
        Employee {
            company_id,
            employee_id: EmployeeId::new(now, random),
            external_id: self.external_id.or(None),
            full_name,
            login,
            granted_role: self.role.unwrap_or_default(),
            account_type: self.account_type.unwrap_or_default(),
            account_status: self.status.unwrap_or_default(),
            two_factor: Default::default(),
            mail_locale: self.locale.or(None),
            last_signed_in_at: None,
            session_epoch: SessionEpoch::generate(random),
        }
    }

    /// The person after the change.
    pub fn applied_to(&self, before: &Employee) -> Employee {
        Employee {
            login: self.email.clone().unwrap_or_else(|| before.login.clone()),
            full_name: self.name.clone().unwrap_or_else(|| before.full_name.clone()),
            external_id: self.external_id.or(before.external_id.as_ref()),
            granted_role: self.role.unwrap_or(before.granted_role),
            account_type: self.account_type.unwrap_or(before.account_type),
            account_status: self.status.unwrap_or(before.account_status),
            mail_locale: self.locale.or(before.mail_locale.as_ref()),
            ..before.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::employee::tests::person;

    fn changed(fields: Value) -> Employee {
        let before = person(2, json!({"external_id": "P-2", "mail_locale": "de"}));
        from_value::<EmployeeFields>(fields).unwrap().applied_to(&before)
    }

    #[test]
    fn a_field_left_out_keeps_its_value_and_null_clears_what_can_be_empty() {
        assert_eq!(changed(json!({})), person(2, json!({"external_id": "P-2", "mail_locale": "de"})));
        assert_eq!(changed(json!({"external_id": null, "locale": null})), person(2, json!({})));
        let all = json!({"email": "eve@northwind.example", "name": "Eve Holm", "role": "security_admin",
            "account_type": "client", "status": "disabled", "external_id": "P-3", "locale": "ja"});
        let after = person(
            2,
            json!({"login": "eve@northwind.example", "full_name": "Eve Holm",
            "granted_role": "security_admin", "account_type": "client", "account_status": "disabled",
            "external_id": "P-3", "mail_locale": "ja"}),
        );
        assert_eq!(changed(all), after);
        for field in ["email", "name", "role", "account_type", "status"] {
            assert!(from_value::<EmployeeFields>(json!({field: null})).is_err(), "{field}");
        }
    }
}
