//! The operator's way to add, change and erase the employees of a company, and to mail first or rescuing passcodes.
//!
//! Caller: whoever IAM lets invoke the function. At most 1,000 rows.
//! Effects: a transaction a row, with `employee.imported`, `.changed` or `.erased`; run twice, nothing changes the second time.
//! Disabling, a changed address or a changed account type ends code, recovery and sessions in the same transaction.
//! A person's `locale`, else the company's, chooses the language of the mails; `second_proof` is the company's policy of redemptions.
//! Answers: a result a row; a whole import that cannot be is a function error and changes nothing.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::MailingServices;
use readmit::domain::{Act, Actor, CompanyId, Locale, Login, Name, Origin, SecondProof};
use readmit::http::{Failure, read_object};
use readmit::store::pause;
use readmit::telemetry::observed;
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
    second_proof: Option<SecondProof>,
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
    /// Null if nobody could be added to a new company: there is none then.
    company_id: Option<CompanyId>,
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

impl Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::CompanyNotFound => "company_not_found",
            Self::TwoCompanies => "two_companies",
            Self::Interrupted(_) => "interrupted",
        }
    }

    /// What the log is told: nothing that was sent.
    fn because(&self) -> &str {
        match self {
            Self::Interrupted(why) => why,
            _ => "the operator is told",
        }
    }
}

impl From<Refused> for Diagnostic {
    fn from(refused: Refused) -> Self {
        let error_type = refused.code().to_owned();
        let error_message = match refused {
            Refused::InvalidRequest(what) => what,
            Refused::CompanyNotFound => "there is no company of that company_id".to_owned(),
            Refused::TwoCompanies => "the addresses belong to more than one company: name its company_id".to_owned(),
            Refused::Interrupted(why) => format!("run the import again: {why}"),
        };
        Self { error_type, error_message }
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Problem(problem) | Failure::Because(problem, _) => Self::Interrupted(problem.code().to_owned()),
            Failure::Caused(_, cause) | Failure::Fault(cause) => Self::Interrupted(cause),
        }
    }
}

impl From<readmit::store::StoreError> for Refused {
    fn from(error: readmit::store::StoreError) -> Self {
        Self::Interrupted(error.to_string())
    }
}

/// How often an import looks for its company again after another import took one of its addresses first.
const SETTLEMENTS: u32 = 5;

/// One import.
pub async fn handle(services: Arc<MailingServices>, event: LambdaEvent<Value>) -> Result<Imported, Refused> {
    // Boxed: the compiler does not follow futures in futures this deep.
    let import = Box::pin(import(&services, event.payload, &event.context.request_id));
    observed(&event.context, "operator", import, |refused| (refused.code(), refused.because().to_owned())).await
}

async fn import(services: &MailingServices, payload: Value, request_id: &str) -> Result<Imported, Refused> {
    let origin = Origin { request_id: request_id.to_owned(), ..Origin::default() };
    let act = Act::new(services.services.now(), Actor::Operator, origin);
    let import = parse(payload)?;
    let rows = parse_rows(import.employees);
    let addressees = passcodes::addressees(&import.issue_passcodes)?;

    for round in 0..SETTLEMENTS {
        let settled = company::settle(services, &import.company, &rows, &addressees).await?;
        let Some(written) = write::write(&services.services, &settled, &rows, &act).await? else {
            pause(round).await;
            continue;
        };
        let results =
            passcodes::issue(services, &settled.company, &import.issue_passcodes, written.results, &act).await?;
        return Ok(Imported { company_id: written.company_exists.then_some(settled.company.company_id), results });
    }
    Err(Refused::Interrupted("another import of the same people is under way".to_owned()))
}

fn parse(payload: Value) -> Result<Import, Refused> {
    // serde would take an array for a struct, field by field.
    if !payload["company"].is_object() {
        return Err(Refused::InvalidRequest("/company: must be an object".to_owned()));
    }
    let import: Import = read_object(payload).map_err(|error| Refused::InvalidRequest(row::in_words(&error)))?;
    if import.employees.len() > MAX_ROWS {
        return Err(Refused::InvalidRequest(format!("/employees: has more than {MAX_ROWS} rows")));
    }
    Ok(import)
}

/// The logins of well-formed rows.
fn logins(rows: &[Parsed]) -> impl Iterator<Item = &Login> {
    rows.iter().filter_map(|parsed| parsed.row.as_ref().ok()).map(|row| &row.email)
}
