//! The directory: the employees of each company, and the company's own row.

use std::collections::{BTreeSet, HashMap};

use readmit_domain::{
    AuditContext, Company, CompanyId, Employee, EmployeeFilter, EmployeeId, EventType, SessionEpoch, Timestamp,
};

use super::attributes::*;
use super::batch::ReadOptions;
use super::change::{Change, Item, item, key, text};
use super::idempotency::{IdempotencyKey, KeyRow, KeyState};
use super::limits::{self, LimitRow};
use super::pages::filter_key;
use super::send::read;
use super::{Outcome, PeopleConditions, Store, StoreError};

/// The sort key of a company's own row; no employee's id can begin with `#`.
pub(super) const COMPANY_ROW: &str = "#company";

/// Rows of one company.
#[derive(Default)]
pub struct DirectoryRows {
    /// The company's own row, if it was requested and exists.
    pub company: Option<Company>,
    employees: HashMap<EmployeeId, Employee>,
}

pub(super) fn directory_keys(company_id: CompanyId, employee_ids: &[EmployeeId]) -> Vec<Item> {
    // A batch refuses duplicate keys, which occur when people ask about their own account.
    let distinct: BTreeSet<_> = employee_ids.iter().collect();
    let employees = distinct.into_iter().map(|employee_id| employee_key(company_id, *employee_id));
    employees.chain([company_key(company_id)]).collect()
}

impl DirectoryRows {
    pub(super) fn of(items: Vec<Item>) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        for item in items {
            // The key shows the kind of row. serde would have to try both.
            if text(&item, EMPLOYEE_ID).is_some_and(|key| key == COMPANY_ROW) {
                rows.company = Some(read(item)?);
            } else {
                let employee: Employee = read(item)?;
                rows.employees.insert(employee.employee_id, employee);
            }
        }
        Ok(rows)
    }

    pub fn get(&self, employee_id: EmployeeId) -> Option<&Employee> {
        self.employees.get(&employee_id)
    }
}

/// The data that decides about issuing passcodes.
pub struct IssueView {
    /// The rows of admin, holders and company.
    pub rows: DirectoryRows,
    pub(super) window: Option<LimitRow>,
    key: Option<KeyRow>,
}

impl IssueView {
    /// The state of the idempotency key for which the view was read.
    pub fn key_state(&self, key: &IdempotencyKey, now: Timestamp) -> KeyState {
        key.key_state(self.key.as_ref(), now)
    }
}

pub(super) fn employee_key(company_id: CompanyId, employee_id: EmployeeId) -> Item {
    key([(COMPANY_ID, &company_id), (EMPLOYEE_ID, &employee_id)])
}

pub(super) fn company_key(company_id: CompanyId) -> Item {
    key([(COMPANY_ID, &company_id), (EMPLOYEE_ID, &COMPANY_ROW)])
}

/// An item of the employees table, with the sort keys of the list and of the filters.
pub(super) fn employee_item(employee: &Employee) -> Result<Item, StoreError> {
    let (mut row, name_key) = (item(employee)?, employee.full_name.sort_key(employee.employee_id));
    let filters = EmployeeFilter::ALL.into_iter().filter(|filter| filter.finds(employee)).map(filter_key);
    row.extend(filters.chain([NAME_KEY]).flat_map(|sorted_by| key([(sorted_by, &name_key)])));
    Ok(row)
}

impl Store {
    /// One consistent read.
    pub async fn employee(
        &self,
        company_id: CompanyId,
        employee_id: EmployeeId,
    ) -> Result<Option<Employee>, StoreError> {
        self.get(&self.tables.employees, employee_key(company_id, employee_id)).await
    }

    /// The employees with these ids, and the company's own row. One consistent request for each 100 keys.
    pub async fn directory(
        &self,
        company_id: CompanyId,
        employee_ids: &[EmployeeId],
    ) -> Result<DirectoryRows, StoreError> {
        let keys = directory_keys(company_id, employee_ids);
        DirectoryRows::of(self.batch(&self.tables.employees, keys, ReadOptions::CONSISTENT).await?)
    }

    /// The employees with these ids, for a list: an eventually consistent read. One request for each 100 keys, if there are any.
    pub async fn listed(
        &self,
        company_id: CompanyId,
        employee_ids: impl IntoIterator<Item = EmployeeId>,
    ) -> Result<DirectoryRows, StoreError> {
        // A batch refuses duplicate keys.
        let distinct: BTreeSet<_> = employee_ids.into_iter().collect();
        let keys = distinct.into_iter().map(|employee_id| employee_key(company_id, employee_id)).collect();
        DirectoryRows::of(self.batch(&self.tables.employees, keys, ReadOptions::EVENTUAL).await?)
    }

    /// The data that decides about issuing passcodes: admin, holders and company, the admin's rate limit, and the idempotency key. One
    /// consistent request.
    pub async fn issue_view(
        &self,
        company_id: CompanyId,
        admin: EmployeeId,
        holders: &[EmployeeId],
        key: Option<&IdempotencyKey>,
    ) -> Result<IssueView, StoreError> {
        let people: Vec<_> = holders.iter().copied().chain([admin]).collect();
        let key_subject = key.map(|key| key.subject.clone());
        let subjects = [limits::issues_by(admin)].into_iter().chain(key_subject.clone());
        let people = directory_keys(company_id, &people).into_iter().map(|key| (self.tables.employees.clone(), key));
        let subjects = subjects.map(|subject| (self.tables.limits.clone(), limits::limit_key(&subject)));
        let mut items = self.batches(people.chain(subjects).collect(), ReadOptions::CONSISTENT).await?;
        let rows = DirectoryRows::of(items.remove(&self.tables.employees).unwrap_or_default())?;
        let limits = items.remove(&self.tables.limits).unwrap_or_default();
        let (keys, windows): (Vec<_>, Vec<_>) =
            limits.into_iter().partition(|item| text(item, SUBJECT) == key_subject.as_ref());
        Ok(IssueView {
            rows,
            window: windows.into_iter().next().map(read).transpose()?,
            key: keys.into_iter().next().map(read).transpose()?,
        })
    }

    /// Ends all sessions of the employee. Refused if the caller's session has already ended.
    pub async fn end_sessions(&self, employee: &Employee, act: &AuditContext) -> Result<Outcome, StoreError> {
        self.transact(self.ended_sessions(employee, act)?).await
    }

    /// A Security Admin ends all sessions of an employee. Refused if they have ended since the employee was read.
    pub async fn end_sessions_of(
        &self,
        employee: &Employee,
        conditions: &PeopleConditions,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let mut changes = self.ended_sessions(employee, act)?;
        changes.extend(self.people_conditions(conditions, Some(employee.employee_id), act)?);
        self.transact(changes).await
    }

    fn ended_sessions(&self, employee: &Employee, act: &AuditContext) -> Result<Vec<Change>, StoreError> {
        let event = self.event(act, EventType::SessionEnded, employee.company_id, employee.employee_id);
        let new_epoch = self
            .update_employee(employee.company_id, employee.employee_id)
            .set(SESSION_EPOCH, SessionEpoch::generate(&mut self.random.clone()))
            .if_equal(SESSION_EPOCH, &employee.session_epoch);
        Ok(vec![new_epoch, self.record(&event)?])
    }

    pub(super) fn update_employee(&self, company_id: CompanyId, employee_id: EmployeeId) -> Change {
        Change::update(&self.tables.employees, employee_key(company_id, employee_id))
    }
}
