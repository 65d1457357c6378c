//! `mode` `create`: a new company and its first Security Admin, in one transaction. No other company is touched.

use std::collections::{BTreeSet, HashMap};

use readmit::Services;
use readmit::domain::{
    AccountType, AuditContext, BrandedCompany, Company, CompanyFields, CompanyId, DomainName, Employee, EmployeeId,
    Login, MAX_DOMAINS, Role,
};
use readmit::mail::Mail;
use readmit::store::{Outcome as WriteOutcome, Store, StoreError};

use crate::ImportError;
use crate::company::owner_of;
use crate::plan::Plan;
use crate::row::{Outcome, ParsedRow, RowProblem, RowResult};
use crate::write::{prepare, write_all};

pub(crate) enum Creation {
    Created(Company, Vec<RowResult>),
    /// A company already has this external id. Nothing was changed and no row was written.
    AlreadyExists(CompanyId, Vec<RowResult>),
}

const COMPANY_EXISTS: &str = "the company exists already: add people with mode update";
const SECURITY_ADMIN_MISSING: &str = "a new company needs an active Security Admin of account type employee, whose row is not \
     refused: is every address taken, or is it an update of a company that exists?";

/// Creates the company with the first Security Admin among the rows, then writes the other rows.
pub(crate) async fn create(
    services: &Services<Mail>,
    fields: &CompanyFields,
    rows: &[ParsedRow],
    act_now: impl Fn() -> AuditContext,
) -> Result<Creation, ImportError> {
    let branded = new_company(fields, rows, CompanyId::new(services.now(), &mut services.random()))?;
    let company = &branded.company;
    let mut attempts = services.store.attempts("the company's external_id, or its first Security Admin,");
    loop {
        attempts.begin().await?;
        let act = &act_now();
        if let Some(company_id) = owner_of(&services.store, fields).await? {
            let results = results_if_exists(&services.store, company_id, rows).await?;
            return Ok(Creation::AlreadyExists(company_id, results));
        }
        let mut prepared = prepare(services, company.company_id, rows, act).await?;
        let missing = || ImportError::Rejected("security_admin_missing", SECURITY_ADMIN_MISSING.to_owned());
        let (plan, founder) = founder(&mut prepared.plans).ok_or_else(missing)?;
        // Refused: another import took the external id or the address since they were read.
        if services.store.create_company(&branded, &founder, act).await? == WriteOutcome::Refused {
            continue;
        }
        *plan = Plan::Added(founder.employee_id);
        // The error names its id: an operator who gave no external id needs it to go on.
        let interrupted = |error: StoreError| {
            ImportError::Interrupted(format!("as an update of {}, which has been created: {error}", company.company_id))
        };
        let results = write_all(services, company.company_id, rows, prepared, true, act).await;
        let results = results.map_err(interrupted)?;
        return Ok(Creation::Created(branded.company, results));
    }
}

fn new_company(
    fields: &CompanyFields,
    rows: &[ParsedRow],
    company_id: CompanyId,
) -> Result<BrandedCompany, ImportError> {
    if fields.company_id.is_some() {
        return Err(ImportError::invalid("/company/company_id: a new company gets an id of its own"));
    }
    let mut branded =
        fields.new_company(company_id).ok_or_else(|| ImportError::invalid("/company/name: is required"))?;
    if branded.company.domains.is_empty() {
        branded.company.domains = domains_of_admins(rows);
    }
    Ok(branded)
}

/// The domains of the Security Admins' addresses: what the company's Security Admins may give, unless the operator names others.
fn domains_of_admins(rows: &[ParsedRow]) -> Vec<DomainName> {
    let admins = rows.iter().filter_map(|parsed| parsed.row.as_ref().ok());
    let admins = admins.filter(|row| row.role == Some(Role::SecurityAdmin));
    let domains: BTreeSet<DomainName> = admins.filter_map(|row| row.email.domain().parse().ok()).collect();
    domains.into_iter().take(MAX_DOMAINS).collect()
}

/// The first row that adds a Security Admin who can sign in and issue passcodes.
fn founder(plans: &mut [Plan]) -> Option<(&mut Plan, Employee)> {
    plans.iter_mut().find_map(|plan| match plan {
        Plan::Add(employee) if can_let_others_in(employee) => {
            let founder = employee.as_ref().clone();
            Some((plan, founder))
        }
        _ => None,
    })
}

/// A client never receives a passcode, so a client with this role could not help anybody.
fn can_let_others_in(employee: &Employee) -> bool {
    employee.granted_role == Role::SecurityAdmin
        && employee.is_active()
        && employee.account_type == AccountType::Employee
}

/// The result of each row if the company already exists: `unchanged` for addresses that it has, a refusal for the others. Changes
/// nothing.
async fn results_if_exists(
    store: &Store,
    company_id: CompanyId,
    rows: &[ParsedRow],
) -> Result<Vec<RowResult>, StoreError> {
    let logins: Vec<Login> = rows.iter().filter_map(|parsed| Some(parsed.row.as_ref().ok()?.email.clone())).collect();
    let owners = store.credentials_of(&logins).await?.into_iter().filter(|owner| owner.company_id == company_id);
    let ids: HashMap<Login, EmployeeId> = owners.map(|owner| (owner.login, owner.employee_id)).collect();
    let result = |parsed: &ParsedRow| match &parsed.row {
        Err(problem) => RowResult::refused(&parsed.email, problem.clone()),
        Ok(row) => match ids.get(&row.email) {
            Some(id) => RowResult::done(&parsed.email, Some(*id), Outcome::Unchanged),
            None => RowResult::refused(&parsed.email, RowProblem::new("company_exists", COMPANY_EXISTS)),
        },
    };
    Ok(rows.iter().map(result).collect())
}
