//! Decides what to do for a row, from the row and the current directory.

use readmit::app::people::{Taken, taken};
use readmit::domain::{CompanyId, Employee, EmployeeId, EmployeePatch, Timestamp};
use readmit::random::CryptoRng;
use readmit::store::Owners;

use crate::row::{Row, RowProblem};
use crate::snapshot::Snapshot;

pub(crate) enum Plan {
    Add(Box<Employee>),
    /// The rows of the person's words are there already.
    AddAfterWords(Box<Employee>),
    /// The transaction that created the company has added the person.
    Added(EmployeeId),
    Change {
        before: Box<Employee>,
        after: Box<Employee>,
    },
    Erase(Box<Employee>),
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
        (Some(before), true) => Plan::Erase(Box::new(before.clone())),
        (None, false) if row.employee_id.is_some() => {
            Plan::Refuse(RowProblem::new("employee_not_found", "the company has no employee of this employee_id"))
        }
        (Some(before), false) => change(row, before, there),
        (None, false) => match row.name.clone() {
            Some(name) => {
                let new = row.fields().new_employee((name, row.email.clone()), company_id, now, random);
                refusal(row, &new, there).map_or_else(|| Plan::Add(Box::new(new)), Plan::Refuse)
            }
            None => Plan::Refuse(RowProblem::new("invalid_request", "name: is required")),
        },
    }
}

fn change(row: &Row, before: &Employee, there: &Snapshot) -> Plan {
    let after = row.fields().applied_to(before);
    if let Some(problem) = refusal(row, before, there) {
        Plan::Refuse(problem)
    } else if EmployeePatch::diff(before, &after).fields.is_empty() {
        Plan::Nothing(Some(before.employee_id))
    } else {
        Plan::Change { before: Box::new(before.clone()), after: Box::new(after) }
    }
}

/// Why the person cannot have the row's address or external id.
fn refusal(row: &Row, person: &Employee, there: &Snapshot) -> Option<RowProblem> {
    let of_address = there.owner(&row.email).map(|owner| owner.employee_id);
    let owners = Owners { of_address, of_external_id: there.external_owner(row) };
    taken(owners, person).map(|taken| match taken {
        Taken::Address => RowProblem::new("address_taken", "the address belongs to somebody else"),
        Taken::ExternalId => RowProblem::new("external_id_taken", "the external_id belongs to somebody else"),
    })
}

/// The row conflicts with another change. Running the import again may succeed.
pub(crate) fn changed_meanwhile() -> RowProblem {
    RowProblem::new("changed_meanwhile", "the person was changed at the same time: run the import again")
}

/// The row would leave the company without a Security Admin who can sign in.
pub(crate) fn last_security_admin() -> RowProblem {
    let detail = "no enrolled Security Admin would remain: let another one enrol first, then run the import again";
    RowProblem::new("last_security_admin", detail)
}
