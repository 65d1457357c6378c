//! The operator's way to create a company, to add, change and erase its employees, and to mail first or rescuing passcodes.
//!
//! Caller: whoever IAM lets invoke the function. At most 1,000 rows.
//! `mode` `create` makes a new company, with a Security Admin of the list, and touches no other: a row whose address somebody has
//! is refused. With the `external_id` of a company that exists it changes nothing. `mode` `update` changes the company that
//! `company_id`, else `external_id`, names. Without a mode it is `update` if one of the two is given, else `create`.
//! Effects: a transaction for the company's row, with `company.changed` if it was there; a transaction a row, with
//! `employee.imported`, `.changed` or `.erased`. An update that is run twice changes nothing the second time.
//! Disabling, a changed address or a changed account type ends code, recovery and sessions in the same transaction.
//! A person's `locale`, else the company's, chooses the language of the mails; `second_proof` is the company's policy of redemptions.
//! Answers: a result a row; a whole import that cannot be is a function error and changes nothing.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::Services;
use readmit::app::AppError;
use readmit::domain::{Actor, AuditContext, CompanyId, ExternalId, Locale, Login, Name, Origin, SecondProof};
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
    company: CompanyPart,
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

/// The company of an import. What an update leaves out keeps its value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanyPart {
    company_id: Option<CompanyId>,
    external_id: Option<ExternalId>,
    name: Option<Name>,
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

#[derive(Debug, Serialize)]
pub struct ImportReport {
    company_id: CompanyId,
    results: Vec<RowResult>,
}

/// Why a whole import came to nothing.
#[derive(Debug)]
pub enum ImportError {
    /// Nothing was changed. The answer has this code and these words, which repeat nothing of the import; the log has the code.
    Rejected(&'static str, String),
    /// Store, keys or mail do not answer; what was done stands. A second run does the rest: an update, of a company that was created.
    Interrupted(String),
}

impl ImportError {
    fn invalid(words: impl Into<String>) -> Self {
        Self::Rejected("invalid_request", words.into())
    }

    fn for_log(&self) -> (&str, &str) {
        match self {
            Self::Rejected(code, _) => (code, "the operator is told"),
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
    // Taken anew for each step, so that events sort as their transactions were committed.
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
    // serde would take an array for a struct, field by field.
    if !payload["company"].is_object() {
        return Err(ImportError::invalid("/company: must be an object"));
    }
    let import: Import = read_object(payload).map_err(|error| ImportError::invalid(row::in_words(&error)))?;
    if import.employees.len() > MAX_ROWS {
        return Err(ImportError::invalid(format!("/employees: has more than {MAX_ROWS} rows")));
    }
    Ok(import)
}
