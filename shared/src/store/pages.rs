//! Pages of the directory: by name, by filter, by word. Each is a query of an index: a page costs the same at any size.

use std::collections::BTreeMap;

use readmit_domain::{CompanyId, Employee, EmployeeId, Filter, Prefix, words_of};

use super::attributes::*;
use super::change::{Change, Item, attribute, key, text};
use super::send::{page, read};
use super::{Store, StoreError};

pub struct EmployeePage {
    pub employees: Vec<Employee>,
    /// The sort key where the page ended, if more may follow.
    pub next: Option<String>,
}

/// People whom a word may find, not read yet.
pub struct Matches {
    company_id: CompanyId,
    rows: Vec<Match>,
    next: Option<String>,
}

struct Match {
    word: String,
    employee_id: EmployeeId,
}

const WORD: &str = "word#";

fn word_key(company_id: CompanyId, word: &str, employee_id: EmployeeId) -> Item {
    key([(COMPANY_ID, &company_id), (EMPLOYEE_ID, &format!("{WORD}{word}#{employee_id}"))])
}

impl Match {
    /// A row that finds a person by a word is nothing but its key.
    fn read(row: &Item) -> Option<Self> {
        let (word, employee_id) = text(row, EMPLOYEE_ID)?.strip_prefix(WORD)?.rsplit_once('#')?;
        Some(Self { word: word.to_owned(), employee_id: employee_id.parse().ok()? })
    }
}

impl Store {
    /// A page of the company's employees by folded name, then id, after the sort key `after`: all, or those whom a filter finds.
    /// One request.
    pub async fn employees_by_name(
        &self,
        company_id: CompanyId,
        filter: Option<Filter>,
        limit: u8,
        after: Option<&str>,
    ) -> Result<EmployeePage, StoreError> {
        let (index, sorted_by) = filter.map_or(("by_name", NAME_KEY), |filter| (filter.name(), filter_key(filter)));
        let start = after.map(|name_key| {
            let employee_id = name_key.rsplit('\t').next().unwrap_or_default();
            key([(COMPANY_ID, &company_id), (EMPLOYEE_ID, &employee_id), (sorted_by, &name_key)])
        });
        let query = self
            .client
            .query()
            .table_name(&self.tables.employees)
            .index_name(index)
            .key_condition_expression(format!("{COMPANY_ID} = :company_id"))
            .expression_attribute_values(":company_id", attribute(company_id)?);
        let (items, ended_at) = page(query, limit, start).await?;
        let employees = items.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(EmployeePage { employees, next: ended_at.and_then(|key| text(&key, sorted_by).cloned()) })
    }

    /// A page of the words that begin so, `limit` at most. One request; [`Self::found`] reads whom they name.
    pub async fn search(
        &self,
        company_id: CompanyId,
        prefix: &Prefix,
        limit: u8,
        after: Option<&str>,
    ) -> Result<Matches, StoreError> {
        let start = after.map(|word_key| key([(COMPANY_ID, &company_id), (EMPLOYEE_ID, &word_key)]));
        let query = self
            .client
            .query()
            .table_name(&self.tables.employees)
            .key_condition_expression(format!("{COMPANY_ID} = :company_id AND begins_with({EMPLOYEE_ID}, :prefix)"))
            .expression_attribute_values(":company_id", attribute(company_id)?)
            .expression_attribute_values(":prefix", attribute(format!("{WORD}{}", prefix.as_str()))?);
        let (rows, ended_at) = page(query, limit, start).await?;
        let next = ended_at.and_then(|key| text(&key, EMPLOYEE_ID).cloned());
        Ok(Matches { company_id, rows: rows.iter().filter_map(Match::read).collect(), next })
    }

    /// The people whom the words name, by matched word. Each is listed under the first of the own words that matches, so that
    /// nobody is listed twice, on whatever pages; a page may be short for that. One request.
    pub async fn found(&self, prefix: &Prefix, matches: Matches) -> Result<EmployeePage, StoreError> {
        let ids: Vec<EmployeeId> = matches.rows.iter().map(|found| found.employee_id).collect();
        let people = if ids.is_empty() { Default::default() } else { self.directory(matches.company_id, &ids).await? };
        let listed = |found: &Match| {
            let employee = people.get(found.employee_id)?;
            (prefix.first_match(employee).as_deref() == Some(&found.word)).then(|| employee.clone())
        };
        Ok(EmployeePage { employees: matches.rows.iter().filter_map(listed).collect(), next: matches.next })
    }

    /// The rows that find a person by word, as they change with name and address.
    pub(super) fn change_words(&self, before: Option<&Employee>, after: Option<&Employee>) -> Vec<Change> {
        let rows = |employee: Option<&Employee>| -> BTreeMap<String, Item> {
            let Some(employee) = employee else { return BTreeMap::new() };
            let words = words_of(&employee.full_name, &employee.login).into_iter();
            words.map(|word| (word.clone(), word_key(employee.company_id, &word, employee.employee_id))).collect()
        };
        let (before, after) = (rows(before), rows(after));
        let gone = before.iter().filter(|(word, _)| !after.contains_key(*word));
        let gone = gone.map(|(_, row)| Change::delete(&self.tables.employees, row.clone()));
        let new = after.iter().filter(|(word, _)| !before.contains_key(*word));
        gone.chain(new.map(|(_, row)| Change::put(&self.tables.employees, row.clone()))).collect()
    }
}

impl Change {
    /// The keys of the filters that find this employee, and no others.
    pub(super) fn set_filters(self, employee: &Employee) -> Self {
        let name_key = employee.full_name.sort_key(employee.employee_id);
        Filter::ALL.into_iter().fold(self, |change, filter| {
            change.set_or_remove(filter_key(filter), filter.finds(employee).then_some(&name_key))
        })
    }
}

/// The attribute that a filter's index sorts by: there on just those whom the filter finds.
pub(super) fn filter_key(filter: Filter) -> &'static str {
    match filter {
        Filter::NoTwoFactor => "no_two_factor_key",
        Filter::PasscodePending => "passcode_pending_key",
        Filter::PasscodeBounced => "passcode_bounced_key",
        Filter::SecurityAdmins => "security_admins_key",
        Filter::Disabled => "disabled_key",
        Filter::Clients => "clients_key",
    }
}
