//! Rows are written many at a time; those that stood in each other's way, once more, one by one.

use std::collections::HashSet;

use futures_util::{StreamExt as _, stream};
use readmit::Services;
use readmit::domain::{Act, CompanyId, EmployeeId};
use readmit::store::{Outcome as Written, StoreError};

use crate::plan::{Plan, changed_meanwhile, plan};
use crate::row::{Outcome, Parsed, Row, RowProblem, RowResult};
use crate::snapshot::Snapshot;
use crate::{Owner, Refused};

/// Transactions at a time.
const PARALLEL: usize = 16;
/// How often a row is tried again after the first time.
const FURTHER_TRIES: u32 = 3;

/// Writes all rows; a result a row, in their order.
pub(crate) async fn write(
    services: &Services,
    company: &Owner,
    mut rows: Vec<Parsed>,
    act: &Act,
) -> Result<Vec<RowResult>, Refused> {
    let well_formed: Vec<&Row> = rows.iter().filter_map(|parsed| parsed.row.as_ref().ok()).collect();
    let there = Snapshot::of(&services.store, company.company_id, &well_formed).await?;
    let mut seen = HashSet::new();
    for parsed in &mut rows {
        let twice = parsed.row.as_ref().ok().and_then(|row| there.employee_id(row)).is_some_and(|id| !seen.insert(id));
        if twice {
            parsed.row = Err(RowProblem::new("duplicate_row", "another row names the same person"));
        }
    }
    let tries: Vec<_> =
        rows.iter().map(|parsed| first_try(services, company.company_id, parsed, &there, act)).collect();
    let first: Vec<Result<RowResult, StoreError>> = stream::iter(tries).buffered(PARALLEL).collect().await;

    let mut results = Vec::with_capacity(rows.len());
    for (parsed, first) in rows.iter().zip(first) {
        let first = first?;
        results.push(match &parsed.row {
            // Another row of this import may have freed what this one needs.
            Ok(row) if first.outcome == Outcome::Refused => {
                try_again(services, company.company_id, row, there.named(), act).await?
            }
            _ => first,
        });
    }
    Ok(results)
}

async fn first_try(
    services: &Services,
    company_id: CompanyId,
    parsed: &Parsed,
    there: &Snapshot,
    act: &Act,
) -> Result<RowResult, StoreError> {
    match &parsed.row {
        Ok(row) => carry_out(services, row, plan(row, there, company_id, act.at, &mut services.random()), act).await,
        Err(problem) => Ok(refused(&parsed.email, problem.clone())),
    }
}

async fn try_again(
    services: &Services,
    company_id: CompanyId,
    row: &Row,
    named: &HashSet<EmployeeId>,
    act: &Act,
) -> Result<RowResult, StoreError> {
    let mut result = refused(row.email.as_str(), changed_meanwhile());
    for _ in 0..FURTHER_TRIES {
        let there = Snapshot::of(&services.store, company_id, &[row]).await?.with_named(named);
        result = carry_out(services, row, plan(row, &there, company_id, act.at, &mut services.random()), act).await?;
        if result.problem != Some(changed_meanwhile()) {
            break;
        }
    }
    Ok(result)
}

async fn carry_out(services: &Services, row: &Row, plan: Plan, act: &Act) -> Result<RowResult, StoreError> {
    let store = &services.store;
    let (written, employee_id, outcome) = match plan {
        Plan::Nothing(employee_id) => (Written::Done, employee_id, Outcome::Unchanged),
        Plan::Refuse(problem) => return Ok(refused(row.email.as_str(), problem)),
        Plan::Add(employee) => {
            (store.add_employee(&employee, act).await?, Some(employee.employee_id), Outcome::Created)
        }
        Plan::Change { before, after, credentials, fields } => {
            let written = store.change_employee(&before, &after, &credentials, &fields, act).await?;
            (written, Some(before.employee_id), Outcome::Updated)
        }
        Plan::Erase { before, credentials } => {
            (store.erase_employee(&before, &credentials, act).await?, Some(before.employee_id), Outcome::Erased)
        }
    };
    Ok(match written {
        Written::Done => RowResult { email: row.email.to_string(), employee_id, outcome, problem: None },
        Written::Refused => refused(row.email.as_str(), changed_meanwhile()),
    })
}

fn refused(email: &str, problem: RowProblem) -> RowResult {
    RowResult { email: email.to_owned(), employee_id: None, outcome: Outcome::Refused, problem: Some(problem) }
}
