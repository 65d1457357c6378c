//! Checks that each person has credentials, search words and, if there is one, a claim of the external id.

use std::collections::{BTreeSet, HashMap, HashSet};

use readmit::domain::{CompanyId, Employee, EmployeeId, words_of};
use readmit::store::Credentials;

use super::{Fault, Item, read, text};

/// A person, and the rows that were found for it.
pub(crate) struct Person {
    pub(crate) employee: Employee,
    has_login: bool,
    has_external_id: bool,
    words: BTreeSet<String>,
}

/// All people in the directory.
#[derive(Default)]
pub(crate) struct People {
    companies: HashMap<String, Option<String>>,
    claimed_companies: HashSet<String>,
    people: HashMap<EmployeeId, Person>,
}

impl People {
    pub(crate) fn get(&self, employee_id: EmployeeId) -> Option<&Employee> {
        self.people.get(&employee_id).map(|person| &person.employee)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Employee> {
        self.people.values().map(|person| &person.employee)
    }

    /// Adds a row of a person or a company.
    pub(crate) fn take_person(&mut self, item: Item, faults: &mut BTreeSet<Fault>) {
        match text(&item, "employee_id") {
            "#company" if item.contains_key("company_name") => {
                let external_id = Some(text(&item, "external_id").to_owned()).filter(|id| !id.is_empty());
                self.companies.insert(text(&item, "company_id").to_owned(), external_id);
            }
            key if key.starts_with("emp_") => {
                let Some(employee) = read::<Employee>("employees", item, faults) else { return };
                let words = words_of(&employee.full_name, &employee.login);
                let person = Person { has_login: false, has_external_id: false, words, employee };
                self.people.insert(person.employee.employee_id, person);
            }
            _ => {}
        }
    }

    /// Adds a row of a search word or an external id.
    pub(crate) fn take_claim(&mut self, item: &Item, faults: &mut BTreeSet<Fault>) {
        let (partition, row) = (text(item, "company_id"), text(item, "employee_id"));
        if let Some((word, owner)) = row.strip_prefix("word#").and_then(|rest| rest.rsplit_once('#')) {
            let Ok(company_id) = partition.parse::<CompanyId>() else { return };
            let person = owner.parse().ok().and_then(|owner: EmployeeId| self.people.get_mut(&owner));
            let person = person.filter(|person| person.employee.company_id == company_id);
            if !person.is_some_and(|person| person.words.remove(word)) {
                faults.insert(Fault::WordWithoutPerson { company_id, row: row.to_owned() });
            }
            return;
        }
        let claimed_by = text(item, "claimed_by");
        let has_owner = if let Some(external_id) = partition.strip_prefix("external#") {
            let owner = self.companies.get(claimed_by).filter(|company| company.as_deref() == Some(external_id));
            owner.is_some() && self.claimed_companies.insert(claimed_by.to_owned())
        } else if let Some(external_id) = row.strip_prefix("external#") {
            let person = claimed_by.parse().ok().and_then(|owner: EmployeeId| self.people.get_mut(&owner));
            let has = |person: &&mut Person| {
                let id = person.employee.external_id.as_ref().map(ToString::to_string);
                person.employee.company_id.to_string() == partition && id.as_deref() == Some(external_id)
            };
            person.filter(has).map(|person| person.has_external_id = true).is_some()
        } else {
            true
        };
        if !has_owner {
            let (partition, row, claimed_by) = (partition.to_owned(), row.to_owned(), claimed_by.to_owned());
            faults.insert(Fault::ExternalIdWithoutOwner { partition, row, claimed_by });
        }
    }

    /// Adds a row of credentials.
    pub(crate) fn take_login(&mut self, item: Item, faults: &mut BTreeSet<Fault>) {
        let Some(credentials) = read::<Credentials>("credentials", item, faults) else { return };
        let Credentials { login, employee_id, company_id, .. } = credentials;
        let person = self.people.get_mut(&employee_id);
        match person.filter(|person| person.employee.login == login && person.employee.company_id == company_id) {
            Some(person) => person.has_login = true,
            None => {
                faults.insert(Fault::LoginWithoutPerson { login, employee_id });
            }
        }
    }

    /// Adds a fault for each row that a person should have and that was not found.
    pub(crate) fn finish(&self, faults: &mut BTreeSet<Fault>) {
        for Person { employee, has_login, has_external_id, words } in self.people.values() {
            let (company_id, employee_id) = (employee.company_id, employee.employee_id);
            if !self.companies.contains_key(&company_id.to_string()) {
                faults.insert(Fault::PersonWithoutCompany { company_id, employee_id });
            }
            if !has_login {
                faults.insert(Fault::PersonWithoutLogin { company_id, employee_id });
            }
            if employee.external_id.is_some() && !has_external_id {
                faults.insert(Fault::PersonWithoutExternalId { company_id, employee_id });
            }
            let missing = words.iter().cloned();
            faults.extend(missing.map(|word| Fault::PersonWithoutWord { company_id, employee_id, word }));
        }
    }
}
