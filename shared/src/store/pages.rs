//! Pages of the directory: by name, by filter, by word. Each begins with a query of an index, so a page costs the same for a company of
//! any size.

use std::collections::BTreeMap;

use readmit_domain::{CompanyId, Employee, EmployeeFilter, EmployeeId, Login, PasscodeFilter, Prefix, words_of};
use serde::Deserialize;

use super::attributes::*;
use super::change::{Change, Item, key, text};
use super::query::{KeyRange, Source, behind};
use super::send::read;
use super::{Store, StoreError};

pub struct EmployeePage {
    pub employees: Vec<Employee>,
    /// The sort key of the last employee, if more may follow.
    pub next: Option<String>,
}

/// People whose latest passcode a filter may find, not read yet.
pub struct Holders {
    /// Sorted by the time of issue, newest first.
    pub rows: Vec<Holder>,
    /// The last passcode of the page, if more may follow.
    pub next: Option<String>,
}

/// An item of a filter's index of passcodes.
#[derive(Deserialize)]
pub struct Holder {
    pub login: Login,
    pub employee_id: EmployeeId,
}

/// People that a search may find, not read yet.
pub struct Matches {
    company_id: CompanyId,
    rows: Vec<Match>,
    next: Option<String>,
}

pub(super) struct Match {
    word: String,
    pub(super) employee_id: EmployeeId,
}

const WORD: &str = "word#";

pub(super) fn word_key(company_id: CompanyId, word: &str, employee_id: EmployeeId) -> Item {
    key([(COMPANY_ID, &company_id), (EMPLOYEE_ID, &format!("{WORD}{word}#{employee_id}"))])
}

impl Match {
    /// A row for the search consists only of its key.
    pub(super) fn read(row: &Item) -> Option<Self> {
        let (word, employee_id) = text(row, EMPLOYEE_ID)?.strip_prefix(WORD)?.rsplit_once('#')?;
        Some(Self { word: word.to_owned(), employee_id: employee_id.parse().ok()? })
    }
}

impl Store {
    pub(super) fn employees_source(&self, filter: Option<EmployeeFilter>) -> Source<'_> {
        let (index, sort_key) = filter.map_or(("by_name", NAME_KEY), |filter| (filter.name(), filter_key(filter)));
        Source { table: &self.tables.employees, index: Some(index), partition_key: COMPANY_ID, sort_key }
    }

    pub(super) fn holders_source(&self, filter: PasscodeFilter) -> Source<'_> {
        let (index, sort_key) = (Some(filter.name()), passcode_filter_key(filter));
        Source { table: &self.tables.passcodes, index, partition_key: COMPANY_ID, sort_key }
    }

    pub(super) fn words_source(&self) -> Source<'_> {
        Source { table: &self.tables.employees, index: None, partition_key: COMPANY_ID, sort_key: EMPLOYEE_ID }
    }

    /// The rows of the words with this prefix, or those after the row `after`.
    pub(super) fn words_range(prefix: &Prefix, after: Option<&str>) -> KeyRange<'static> {
        let words = format!("{WORD}{}", prefix.as_str());
        KeyRange::Between(after.map_or(words.clone(), behind), format!("{words}\u{10ffff}"))
    }

    /// A page of the company's employees after the sort key `after`, sorted by folded name and id: all, or those that a filter finds. One
    /// request.
    pub async fn employees_by_name(
        &self,
        company_id: CompanyId,
        filter: Option<EmployeeFilter>,
        limit: u8,
        after: Option<&str>,
    ) -> Result<EmployeePage, StoreError> {
        let source = self.employees_source(filter);
        let (rows, next) = source.page(&self.client, company_id, &KeyRange::After(after), limit).await?;
        Ok(EmployeePage { employees: rows.into_iter().map(read).collect::<Result<_, _>>()?, next })
    }

    /// A page of the company's people whose latest passcode a filter finds, before the passcode `before`, newest first. One request.
    pub async fn employees_by_passcode(
        &self,
        company_id: CompanyId,
        filter: PasscodeFilter,
        limit: u8,
        before: Option<&str>,
    ) -> Result<Holders, StoreError> {
        let source = self.holders_source(filter);
        let (rows, next) = source.page(&self.client, company_id, &KeyRange::Before(before), limit).await?;
        Ok(Holders { rows: rows.into_iter().map(read).collect::<Result<_, _>>()?, next })
    }

    /// A page of at most `limit` words with this prefix. One request. [`Self::found`] reads the people.
    pub async fn search(
        &self,
        company_id: CompanyId,
        prefix: &Prefix,
        limit: u8,
        after: Option<&str>,
    ) -> Result<Matches, StoreError> {
        let (source, range) = (self.words_source(), Self::words_range(prefix, after));
        let (rows, next) = source.page(&self.client, company_id, &range, limit).await?;
        Ok(Matches { company_id, rows: rows.iter().filter_map(Match::read).collect(), next })
    }

    /// The people of the matched words. Each person is listed only for the first of their words that matches, so that nobody is listed
    /// twice, even on different pages. Therefore a page may be shorter than its limit. One request.
    pub async fn found(&self, prefix: &Prefix, matches: Matches) -> Result<EmployeePage, StoreError> {
        let people = self.listed(matches.company_id, matches.rows.iter().map(|found| found.employee_id)).await?;
        let listed = |found: &Match| {
            let employee = people.get(found.employee_id)?;
            (prefix.first_match(employee).as_deref() == Some(&found.word)).then(|| employee.clone())
        };
        Ok(EmployeePage { employees: matches.rows.iter().filter_map(listed).collect(), next: matches.next })
    }

    /// The writes to the rows for the search, when a person's name or address changes.
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
    /// Sets the index keys of the filters that find this employee, and removes the others.
    pub(super) fn set_filters(self, employee: &Employee) -> Self {
        let name_key = employee.full_name.sort_key(employee.employee_id);
        EmployeeFilter::ALL.into_iter().fold(self, |change, filter| {
            change.set_or_remove(filter_key(filter), filter.finds(employee).then_some(&name_key))
        })
    }
}

/// The sort key of a filter's index. Only the employees that the filter finds have this attribute.
pub(super) fn filter_key(filter: EmployeeFilter) -> &'static str {
    match filter {
        EmployeeFilter::NoTwoFactor => "no_two_factor_key",
        EmployeeFilter::SecurityAdmins => "security_admins_key",
        EmployeeFilter::Disabled => "disabled_key",
        EmployeeFilter::Clients => "clients_key",
    }
}

/// The sort key of a filter's index. Only the passcodes that the filter finds have this attribute. Its value is the passcode's id, which
/// sorts by the time of issue.
pub(super) fn passcode_filter_key(filter: PasscodeFilter) -> &'static str {
    match filter {
        PasscodeFilter::Pending => "passcode_pending_key",
        PasscodeFilter::Bounced => "passcode_bounced_key",
    }
}
