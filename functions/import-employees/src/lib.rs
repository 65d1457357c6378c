//! The operator's way to add, change and erase the employees of a company, and to mail first or rescuing passcodes.
//!
//! Caller: whoever IAM lets invoke the function. At most 1,000 rows.
//! Effects: a transaction a row, with `employee.imported`, `.changed` or `.erased`; run twice, nothing changes the second time.
//! Disabling, a changed address or a changed account type ends code, recovery and sessions in the same transaction.
//! Answers: a result a row; a whole import that cannot be is a function error and changes nothing.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::MailingServices;
use readmit::domain::{Act, Actor, Company, CompanyId, Locale, Login, Name, Origin};
use readmit::http::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod company;
mod passcodes;
mod plan;
mod row;
mod snapshot;
mod write;

pub use row::{Outcome, RowProblem, RowResult};
use row::{Parsed, parse_rows};

const MAX_ROWS: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    company: CompanyPart,
    employees: Vec<Value>,
    #[serde(default)]
    issue_passcodes: IssuePasscodes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanyPart {
    company_id: Option<CompanyId>,
    name: Name,
    support_email: Option<Login>,
    locale: Option<Locale>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum IssuePasscodes {
    ToAllNotEnrolled(bool),
    To(Vec<String>),
}

impl Default for IssuePasscodes {
    fn default() -> Self {
        Self::ToAllNotEnrolled(false)
    }
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Imported {
    company_id: CompanyId,
    results: Vec<RowResult>,
}

/// Why a whole import was refused; nothing was changed.
#[derive(Debug)]
pub enum Refused {
    /// The event does not have the form that it must have.
    InvalidRequest(String),
    /// There is no such company.
    CompanyNotFound,
    /// The addresses belong to more than one company.
    TwoCompanies,
    /// Store, keys or mail do not answer; what was done stands, and a second run does the rest.
    Interrupted(String),
}

impl From<Refused> for Diagnostic {
    fn from(refused: Refused) -> Self {
        let (error_type, error_message) = match refused {
            Refused::InvalidRequest(what) => ("invalid_request", what),
            Refused::CompanyNotFound => ("company_not_found", "there is no company of that company_id".to_owned()),
            Refused::TwoCompanies => {
                ("two_companies", "the addresses belong to more than one company: name its company_id".to_owned())
            }
            Refused::Interrupted(why) => ("interrupted", format!("run the import again: {why}")),
        };
        Self { error_type: error_type.to_owned(), error_message }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Problem(problem) => Self::Interrupted(problem.code().to_owned()),
            Failure::Caused(_, cause) | Failure::Fault(cause) => Self::Interrupted(cause),
        }
    }
}

impl From<readmit::store::StoreError> for Refused {
    fn from(error: readmit::store::StoreError) -> Self {
        Self::Interrupted(error.to_string())
    }
}

/// One import.
pub async fn handle(services: Arc<MailingServices>, event: LambdaEvent<Value>) -> Result<Imported, Refused> {
    let origin = Origin { request_id: event.context.request_id, ..Origin::default() };
    let act = Act::new(services.services.now(), Actor::Operator, origin);
    let import = parse(event.payload)?;
    let rows = parse_rows(import.employees);
    let addressees = passcodes::addressees(&import.issue_passcodes)?;

    let company = company::settle(&services, import.company, &rows, &addressees).await?;
    let results = write::write(&services.services, &company, rows, &act).await?;
    let results = passcodes::issue(&services, &company, &import.issue_passcodes, results, &act).await?;
    Ok(Imported { company_id: company.company_id, results })
}

fn parse(payload: Value) -> Result<Import, Refused> {
    // serde would take an array for a struct, field by field.
    if !payload.is_object() || !payload["company"].is_object() {
        return Err(Refused::InvalidRequest("the event and its company must be objects".to_owned()));
    }
    let import: Import = serde_path_to_error::deserialize(payload)
        .map_err(|error| Refused::InvalidRequest(format!("{}: {}", error.path(), error.inner())))?;
    if import.employees.len() > MAX_ROWS {
        return Err(Refused::InvalidRequest(format!("employees: at most {MAX_ROWS} rows")));
    }
    Ok(import)
}

/// The logins of well-formed rows.
fn logins(rows: &[Parsed]) -> impl Iterator<Item = &Login> {
    rows.iter().filter_map(|parsed| parsed.row.as_ref().ok()).map(|row| &row.email)
}

/// The company as the rest of the import sees it.
type Owner = Company;
