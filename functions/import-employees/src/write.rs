//! Writes the rows, many at the same time. Rows that conflicted are written again, one after the other.

use std::collections::HashSet;

use futures_util::{StreamExt as _, stream};
use readmit::Services;
use readmit::domain::{AuditContext, CompanyId, EmployeeId};
use readmit::mail::Mail;
use readmit::store::{Outcome as WriteOutcome, PeopleConditions, StoreError};

use crate::plan::{Plan, changed_meanwhile, last_security_admin, plan};
use crate::row::{DUPLICATE_ROW, Outcome, ParsedRow, Row, RowResult, duplicate_row};
use crate::snapshot::Snapshot;

/// Transactions at the same time.
const PARALLEL: usize = 16;
/// Attempts for a row after the first one.
const FURTHER_TRIES: u32 = 3;

/// The plans of the rows, and the data that they were decided from.
pub(crate) struct Prepared {
    there: Snapshot,
    /// One plan for each row, in the order of the rows.
    pub(crate) plans: Vec<Plan>,
}

pub(crate) async fn prepare(
    services: &Services<Mail>,
    company_id: CompanyId,
    rows: &[ParsedRow],
    act: &AuditContext,
) -> Result<Prepared, StoreError> {
    let well_formed: Vec<&Row> = rows.iter().filter_map(|parsed| parsed.row.as_ref().ok()).collect();
    let there = Snapshot::of(&services.store, company_id, &well_formed).await?;
    let mut seen = HashSet::new();
    let plan_of = |parsed: &ParsedRow| match &parsed.row {
        Err(problem) => Plan::Refuse(problem.clone()),
        Ok(row) if there.employee_id(row).is_some_and(|id| !seen.insert(id)) => Plan::Refuse(duplicate_row()),
        Ok(row) => plan(row, &there, company_id, act.at, &mut services.random()),
    };
    Ok(Prepared { plans: rows.iter().map(plan_of).collect(), there })
}

/// Writes the change of each row, and returns the results in the order of the rows. In a new company (`is_new_company`) there is
/// nobody to notify about a new Security Admin.
pub(crate) async fn write_all(
    services: &Services<Mail>,
    company_id: CompanyId,
    rows: &[ParsedRow],
    Prepared { there, plans }: Prepared,
    is_new_company: bool,
    act: &AuditContext,
) -> Result<Vec<RowResult>, StoreError> {
    let pairs = rows.iter().zip(plans);
    let tries: Vec<_> =
        pairs.map(|(parsed, plan)| write_row(services, &parsed.email, plan, is_new_company, act)).collect();
    let first: Vec<Result<RowResult, StoreError>> = stream::iter(tries).buffered(PARALLEL).collect().await;

    let mut results = Vec::with_capacity(rows.len());
    for (parsed, first) in rows.iter().zip(first) {
        let first = first?;
        let may_go_now = first.problem.as_ref().is_some_and(|problem| problem.code != DUPLICATE_ROW);
        results.push(match &parsed.row {
            // Another row of this import may have freed the address or external id that this one needs.
            Ok(row) if may_go_now => retry_row(services, company_id, row, &there.named, act).await?,
            _ => first,
        });
    }
    Ok(results)
}

async fn retry_row(
    services: &Services<Mail>,
    company_id: CompanyId,
    row: &Row,
    named: &HashSet<EmployeeId>,
    act: &AuditContext,
) -> Result<RowResult, StoreError> {
    let mut result = RowResult::refused(row.email.as_str(), changed_meanwhile());
    for _ in 0..FURTHER_TRIES {
        let mut there = Snapshot::of(&services.store, company_id, &[row]).await?;
        there.named.clone_from(named);
        let plan = plan(row, &there, company_id, act.at, &mut services.random());
        result = write_row(services, row.email.as_str(), plan, false, act).await?;
        if result.problem != Some(changed_meanwhile()) {
            break;
        }
    }
    Ok(result)
}

async fn write_row(
    services: &Services<Mail>,
    email: &str,
    plan: Plan,
    is_new_company: bool,
    act: &AuditContext,
) -> Result<RowResult, StoreError> {
    let store = &services.store;
    let (written, employee_id, outcome) = match plan {
        Plan::Nothing(employee_id) => (WriteOutcome::Done, employee_id, Outcome::Unchanged),
        Plan::Added(employee_id) => (WriteOutcome::Done, Some(employee_id), Outcome::Created),
        Plan::Refuse(problem) => return Ok(RowResult::refused(email, problem)),
        Plan::Add(employee) => {
            let conditions = PeopleConditions::default();
            let written = store.add_employee(&employee, is_new_company, &conditions, act).await?;
            (written, Some(employee.employee_id), Outcome::Created)
        }
        Plan::AddAfterWords(employee) => {
            let written = store.add_employee_after_words(&employee, act).await?;
            (written, Some(employee.employee_id), Outcome::Created)
        }
        Plan::Change { before, after } => match services.operators_conditions(&before, Some(&after)).await? {
            Some(conditions) => {
                let written = store.change_employee(&before, &after, &conditions, act).await?;
                (written, Some(before.employee_id), Outcome::Updated)
            }
            None => return Ok(RowResult::refused(email, last_security_admin())),
        },
        Plan::Erase(person) => match services.operators_conditions(&person, None).await? {
            Some(conditions) => {
                let written = store.erase_employee(&person, &conditions, act).await?;
                (written, Some(person.employee_id), Outcome::Erased)
            }
            None => return Ok(RowResult::refused(email, last_security_admin())),
        },
    };
    Ok(match written {
        WriteOutcome::Done => RowResult::done(email, employee_id, outcome),
        WriteOutcome::Refused => RowResult::refused(email, changed_meanwhile()),
    })
}
