//! Decides what to do for a row, from the row and the current directory.

use readmit::domain::{CompanyId, Employee, EmployeeId, EmployeePatch, Timestamp};
use readmit::random::CryptoRng;
use readmit::store::Credentials;

use crate::row::{Row, RowProblem};
use crate::snapshot::Snapshot;

pub(crate) enum Plan {
    Add(Box<Employee>),
    /// The transaction that created the company has added the person.
    Added(EmployeeId),
    Change {
        before: Box<Employee>,
        after: Box<Employee>,
        credentials: Credentials,
    },
    Erase {
        before: Box<Employee>,
        credentials: Credentials,
    },
    Nothing(Option<EmployeeId>),
    Refuse(RowProblem),
}

pub(crate) fn plan(
    row: &Row,
    there: &Snapshot,
    company_id: CompanyId,
    now: Timestamp,
    random: &mut impl CryptoRng,
) -> Plan {
    let before = there.employee(row);
    match (before, row.erase) {
        (None, true) => Plan::Nothing(None),
        (Some(before), true) => match there.owner(&before.login) {
            Some(credentials) => Plan::Erase { before: Box::new(before.clone()), credentials: credentials.clone() },
            None => Plan::Refuse(changed_meanwhile()),
        },
        (None, false) if row.employee_id.is_some() => {
            Plan::Refuse(RowProblem::new("employee_not_found", "the company has no employee of this employee_id"))
        }
        (before, false) => match taken(row, before, there) {
            Some(problem) => Plan::Refuse(problem),
            None => before.map_or_else(|| add(row, company_id, now, random), |before| change(row, before, there)),
        },
    }
}

fn taken(row: &Row, before: Option<&Employee>, there: &Snapshot) -> Option<RowProblem> {
    let id = before.map(|before| before.employee_id);
    if there.owner(&row.email).is_some_and(|owner| Some(owner.employee_id) != id) {
        return Some(RowProblem::new("address_taken", "the address belongs to somebody else"));
    }
    let external_owner = there.external_owner(row);
    (external_owner.is_some() && external_owner != id)
        .then(|| RowProblem::new("external_id_taken", "the external_id belongs to somebody else"))
}

fn add(row: &Row, company_id: CompanyId, now: Timestamp, random: &mut impl CryptoRng) -> Plan {
    match row.new_employee(company_id, now, random) {
        Some(employee) => Plan::Add(Box::new(employee)),
        None => Plan::Refuse(RowProblem::new("invalid_request", "name: is required")),
    }
}

fn change(row: &Row, before: &Employee, there: &Snapshot) -> Plan {
    let after = row.changed(before);
    match there.owner(&before.login) {
        _ if EmployeePatch::diff(before, &after).fields.is_empty() => Plan::Nothing(Some(before.employee_id)),
        Some(credentials) => {
            let credentials = credentials.clone();
            Plan::Change { before: Box::new(before.clone()), after: Box::new(after), credentials }
        }
        None => Plan::Refuse(changed_meanwhile()),
    }
}

/// The row conflicts with another change. Running the import again may succeed.
pub(crate) fn changed_meanwhile() -> RowProblem {
    RowProblem::new("changed_meanwhile", "the person was changed at the same time: run the import again")
}
