//! An operator creates a company, adds, changes and erases its employees, and has passcodes mailed to them.
//!
//! Caller: an operator, who needs IAM permission to invoke the function. At most 1,000 rows.
//! `mode` `create` creates a company with a Security Admin from the list. It changes no other company: a row whose address is in use
//! is refused. If a company with this `external_id` exists, it changes nothing. `mode` `update` changes the company that `company_id`,
//! or else `external_id`, names. Without a mode it is `update` if one of the two ids is given, else `create`.
//! Effects: one transaction for the company's row, with `company.changed` if the company existed; one transaction for each row, with
//! `employee.imported`, `.changed` or `.erased`. Running the same update again changes nothing.
//! Disabling an account, or changing its address or type, ends its code, recovery and sessions in the same transaction.
//! Mails are in the person's `locale`, or else in the company's. `second_proof` says who must prove more than the mailed code.
//! Answers: a result for each row. If the whole import is refused, the invocation fails and nothing was changed.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::Services;
use readmit::app::AppError;
use readmit::domain::{Actor, AuditContext, CompanyFields, CompanyId, Origin};
use readmit::json::read_object;
use readmit::keyring::{KeyNeeds, RootSecret};
use readmit::mail::Mail;
use readmit::telemetry::{failure, run_logged};
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod company;
mod creation;
mod passcodes;
mod plan;
mod row;
mod snapshot;
mod write;

use creation::Creation;
use row::{RowResult, parse_rows};

const MAX_ROWS: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    mode: Option<Mode>,
    company: CompanyFields,
    employees: Vec<Value>,
    #[serde(default)]
    issue_passcodes: IssuePasscodes,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Create,
    Update,
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

#[derive(Debug, Serialize)]
pub struct ImportReport {
    company_id: CompanyId,
    results: Vec<RowResult>,
}

/// Why a whole import failed.
#[derive(Debug)]
pub enum ImportError {
    /// Nothing was changed. The answer has this code and this text, which quotes nothing of the import. The log has the code only.
    Rejected(&'static str, String),
    /// The store, the keys or the mail service did not answer. The rows written so far stay. Running the import again does the rest; if
    /// the company was created, as an update.
    Interrupted(String),
}

impl ImportError {
    fn invalid(words: impl Into<String>) -> Self {
        Self::Rejected("invalid_request", words.into())
    }

    fn for_log(&self) -> (&str, &str) {
        match self {
            Self::Rejected(code, _) => (code, "the answer has the reason"),
            Self::Interrupted(why) => ("interrupted", why),
        }
    }
}

impl From<ImportError> for Diagnostic {
    fn from(refused: ImportError) -> Self {
        match refused {
            ImportError::Rejected(code, words) => failure(code, words),
            ImportError::Interrupted(why) => failure("interrupted", format!("run the import again: {why}")),
        }
    }
}

impl<E: Into<AppError>> From<E> for ImportError {
    fn from(error: E) -> Self {
        Self::Interrupted(error.into().to_string())
    }
}

pub const KEYS: KeyNeeds = KeyNeeds { secrets: &[RootSecret::Passcodes, RootSecret::Disowning], verifies: &[] };

pub async fn handle(services: Arc<Services<Mail>>, event: LambdaEvent<Value>) -> Result<ImportReport, ImportError> {
    // Boxed: the compiler does not follow futures in futures this deep.
    let import = Box::pin(import(&services, event.payload, &event.context.request_id));
    run_logged(&event.context, "operator", import, ImportError::for_log).await
}

async fn import(services: &Services<Mail>, payload: Value, request_id: &str) -> Result<ImportReport, ImportError> {
    let origin = Origin { request_id: request_id.to_owned(), ..Origin::default() };
    // A new moment for each step, so that the events sort in the order of their transactions.
    let act_now = || AuditContext::new(services.now(), Actor::Operator, origin.clone());
    let import = parse(payload)?;
    let names_one = import.company.company_id.is_some() || import.company.external_id.is_some();
    let mode = import.mode.unwrap_or(if names_one { Mode::Update } else { Mode::Create });
    let rows = parse_rows(import.employees);
    let addressees = passcodes::addressees(&import.issue_passcodes)?;

    let (company, results) = match mode {
        Mode::Create => match creation::create(services, &import.company, &rows, act_now).await? {
            Creation::Created(company, results) => (company, results),
            Creation::AlreadyExists(company_id, results) => return Ok(ImportReport { company_id, results }),
        },
        Mode::Update => {
            let company = company::update(&services.store, &import.company, act_now).await?;
            let (company_id, act) = (company.company_id, act_now());
            let prepared = write::prepare(services, company_id, &rows, &act).await?;
            let results = write::write_all(services, company_id, &rows, prepared, false, &act).await?;
            (company, results)
        }
    };
    let results =
        passcodes::issue(services, &company, &import.issue_passcodes, &addressees, results, &act_now()).await?;
    Ok(ImportReport { company_id: company.company_id, results })
}

fn parse(payload: Value) -> Result<Import, ImportError> {
    // serde also reads a struct from an array, field by field.
    if !payload["company"].is_object() {
        return Err(ImportError::invalid("/company: must be an object"));
    }
    let import: Import = read_object(payload).map_err(|error| ImportError::invalid(row::in_words(&error)))?;
    if import.employees.len() > MAX_ROWS {
        return Err(ImportError::invalid(format!("/employees: has more than {MAX_ROWS} rows")));
    }
    Ok(import)
}
