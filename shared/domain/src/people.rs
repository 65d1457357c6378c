//! What a Security Admin may change about people.

use crate::{Admin, Company, Employee, Login};

/// Why a Security Admin may not add or change a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PersonRefusal {
    /// Nobody changes their own role, status, account type or address, ends their own sessions here, or erases themselves.
    OwnAccount,
    /// The address is in none of the company's domains.
    DomainNotAllowed,
}

/// Whether the admin may add this person. A stranger's domain would let one company occupy the addresses of another.
pub fn may_add(admin: Admin<'_>, company: &Company, new: &Employee) -> Result<(), PersonRefusal> {
    if has_domain(company, admin, &new.login) { Ok(()) } else { Err(PersonRefusal::DomainNotAllowed) }
}

/// Whether the admin may make this change.
pub fn may_change(
    admin: Admin<'_>,
    company: &Company,
    before: &Employee,
    after: &Employee,
) -> Result<(), PersonRefusal> {
    let decides_access = before.login != after.login
        || before.granted_role != after.granted_role
        || before.account_status != after.account_status
        || before.account_type != after.account_type;
    if decides_access {
        may_end(admin, before)?;
    }
    if before.login == after.login || has_domain(company, admin, &after.login) {
        Ok(())
    } else {
        Err(PersonRefusal::DomainNotAllowed)
    }
}

/// Whether the admin may erase this person, or end the person's sessions.
pub fn may_end(admin: Admin<'_>, person: &Employee) -> Result<(), PersonRefusal> {
    if admin.employee().employee_id == person.employee_id { Err(PersonRefusal::OwnAccount) } else { Ok(()) }
}

/// Whether the address is in one of the company's domains. A company that was created before it had domains has that of the admin's own
/// address, which an operator gave.
fn has_domain(company: &Company, admin: Admin<'_>, address: &Login) -> bool {
    match company.domains.as_slice() {
        [] => admin.employee().login.domain() == address.domain(),
        domains => domains.iter().any(|domain| domain.as_str() == address.domain()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::employee::tests::person;

    fn company(fields: Value) -> Company {
        let mut row = json!({"company_id": "cmp_01J00000000000000000000000", "company_name": "Northwind"});
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        from_value(row).unwrap()
    }

    #[test]
    fn an_address_is_in_one_of_the_companys_domains() {
        let ada = person(1, json!({"granted_role": "security_admin"}));
        let admin = Admin::of(&ada).unwrap();
        let (none, two) = (company(json!({})), company(json!({"domains": ["northwind.example", "nw.example"]})));
        let added = |company: &Company, login: &str| may_add(admin, company, &person(2, json!({"login": login})));
        let refused = Err(PersonRefusal::DomainNotAllowed);
        for (login, without, with) in [
            ("nora@northwind.example", Ok(()), Ok(())),
            ("nora@nw.example", refused, Ok(())),
            ("nora@eu.northwind.example", refused, refused),
            ("nora@contoso.example", refused, refused),
        ] {
            assert_eq!((added(&none, login), added(&two, login)), (without, with), "{login}");
            let (before, after) = (person(2, json!({})), person(2, json!({"login": login})));
            assert_eq!(may_change(admin, &two, &before, &after), with, "{login}");
        }
        // An address that an operator gave outside the domains stays.
        let client = person(2, json!({"login": "cleo@client.example"}));
        let renamed = person(2, json!({"login": "cleo@client.example", "full_name": "Cleo"}));
        assert_eq!(may_change(admin, &two, &client, &renamed), Ok(()));
    }

    #[test]
    fn nobody_decides_about_their_own_access() {
        let ada = person(1, json!({"granted_role": "security_admin"}));
        let (admin, company) = (Admin::of(&ada).unwrap(), company(json!({})));
        for fields in [
            json!({"granted_role": "member"}),
            json!({"granted_role": "security_admin", "account_status": "disabled"}),
            json!({"granted_role": "security_admin", "account_type": "client"}),
            json!({"granted_role": "security_admin", "login": "eve@northwind.example"}),
        ] {
            let after = person(1, fields.clone());
            assert_eq!(may_change(admin, &company, &ada, &after), Err(PersonRefusal::OwnAccount), "{fields}");
        }
        let renamed = person(1, json!({"granted_role": "security_admin", "full_name": "Ada", "mail_locale": "de"}));
        assert_eq!(may_change(admin, &company, &ada, &renamed), Ok(()));
        assert_eq!(may_end(admin, &ada), Err(PersonRefusal::OwnAccount));
        assert_eq!(may_end(admin, &person(2, json!({}))), Ok(()));
    }
}
