//! Rows are written many at a time; those that stood in each other's way, once more, one by one.

use std::collections::HashSet;

use futures_util::{StreamExt as _, stream};
use readmit::Services;
use readmit::domain::{Act, CompanyId, EmployeeId};
use readmit::store::{Outcome as Written, StoreError};

use crate::Refused;
use crate::company::Settled;
use crate::plan::{Plan, changed_meanwhile, plan};
use crate::row::{DUPLICATE_ROW, Outcome, Parsed, Row, RowProblem, RowResult, duplicate_row};
use crate::snapshot::Snapshot;

/// Transactions at a time.
const PARALLEL: usize = 16;
/// How often a row is tried again after the first time.
const FURTHER_TRIES: u32 = 3;

/// What became of the rows.
pub(crate) struct WrittenRows {
    /// A result a row, in their order.
    pub(crate) results: Vec<RowResult>,
    /// Whether the company is there now.
    pub(crate) company_exists: bool,
}

/// Writes all rows. None if the company was to be a new one and another import was faster: settle it again.
pub(crate) async fn write(
    services: &Services,
    settled: &Settled,
    rows: &[Parsed],
    act: &Act,
) -> Result<Option<WrittenRows>, Refused> {
    let company_id = settled.company.company_id;
    let well_formed: Vec<&Row> = rows.iter().filter_map(|parsed| parsed.row.as_ref().ok()).collect();
    let there = Snapshot::of(&services.store, company_id, &well_formed).await?;
    let mut plans = plans(services, rows, &there, company_id, act);
    let founded = if settled.exists { Founding::NotNeeded } else { found(services, settled, &mut plans, act).await? };
    if founded == Founding::Refused {
        return Ok(None);
    }
    let company_exists = founded != Founding::Nobody;
    let tries: Vec<_> =
        rows.iter().zip(plans).map(|(parsed, plan)| carry_out(services, &parsed.email, plan, act)).collect();
    let first: Vec<Result<RowResult, StoreError>> = stream::iter(tries).buffered(PARALLEL).collect().await;

    let mut results = Vec::with_capacity(rows.len());
    for (parsed, first) in rows.iter().zip(first) {
        let first = first?;
        let may_go_now = company_exists && first.problem.as_ref().is_some_and(|problem| problem.code != DUPLICATE_ROW);
        results.push(match &parsed.row {
            // Another row of this import may have freed what this one needs.
            Ok(row) if may_go_now => try_again(services, company_id, row, there.named(), act).await?,
            _ => first,
        });
    }
    Ok(Some(WrittenRows { results, company_exists }))
}

fn plans(services: &Services, rows: &[Parsed], there: &Snapshot, company_id: CompanyId, act: &Act) -> Vec<Plan> {
    let mut seen = HashSet::new();
    let plan_of = |parsed: &Parsed| match &parsed.row {
        Err(problem) => Plan::Refuse(problem.clone()),
        Ok(row) if there.employee_id(row).is_some_and(|id| !seen.insert(id)) => Plan::Refuse(duplicate_row()),
        Ok(row) => plan(row, there, company_id, act.at, &mut services.random()),
    };
    rows.iter().map(plan_of).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Founding {
    /// The company was there.
    NotNeeded,
    /// It is there now, with its first employee.
    Done,
    /// No row adds anybody.
    Nobody,
    /// The first employee was added to another company meanwhile.
    Refused,
}

/// Adds a new company and its first employee, whose plan is then done.
async fn found(services: &Services, settled: &Settled, plans: &mut [Plan], act: &Act) -> Result<Founding, StoreError> {
    let Some(first) = plans.iter_mut().find(|plan| matches!(plan, Plan::Add(_))) else { return Ok(Founding::Nobody) };
    let Plan::Add(employee) = &*first else { return Ok(Founding::Nobody) };
    if services.store.found_company(&settled.company, employee, act).await? == Written::Refused {
        return Ok(Founding::Refused);
    }
    *first = Plan::Added(employee.employee_id);
    Ok(Founding::Done)
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
        result =
            carry_out(services, row.email.as_str(), plan(row, &there, company_id, act.at, &mut services.random()), act)
                .await?;
        if result.problem != Some(changed_meanwhile()) {
            break;
        }
    }
    Ok(result)
}

async fn carry_out(services: &Services, email: &str, plan: Plan, act: &Act) -> Result<RowResult, StoreError> {
    let store = &services.store;
    let (written, employee_id, outcome) = match plan {
        Plan::Nothing(employee_id) => (Written::Done, employee_id, Outcome::Unchanged),
        Plan::Added(employee_id) => (Written::Done, Some(employee_id), Outcome::Created),
        Plan::Refuse(problem) => return Ok(refused(email, problem)),
        Plan::Add(employee) => {
            (store.add_employee(&employee, act).await?, Some(employee.employee_id), Outcome::Created)
        }
        Plan::Change { before, after, credentials, fields } => {
            let written = store.change_employee(&before, &after, &credentials, &fields, act).await?;
            (written, Some(before.employee_id), Outcome::Updated)
        }
        Plan::Erase { before, credentials } => {
            store.forget_issuer(before.company_id, before.employee_id).await?;
            (store.erase_employee(&before, &credentials, act).await?, Some(before.employee_id), Outcome::Erased)
        }
    };
    Ok(match written {
        Written::Done => RowResult { email: email.to_owned(), employee_id, outcome, problem: None },
        Written::Refused => refused(email, changed_meanwhile()),
    })
}

fn refused(email: &str, problem: RowProblem) -> RowResult {
    RowResult { email: email.to_owned(), employee_id: None, outcome: Outcome::Refused, problem: Some(problem) }
}
