//! An operator creates a company, adds, changes and erases its employees, and has passcodes mailed to them.
//!
//! Caller: an operator, who needs IAM permission to invoke the function; or the queue of imports, with a piece of a file (`piece`).
//! `mode` `create` creates a company with a Security Admin from the list. It changes no other company: a row whose address is in use
//! is refused. If a company with this `external_id` exists, it changes nothing. `mode` `update` changes the company that `company_id`,
//! or else `external_id`, names. Without a mode it is `update` if one of the two ids is given, else `create`.
//! The rows are at most 1,000 `employees`, or a file in the bucket of imports, an `object` (`file`).
//! Effects: one transaction for the company's row, with `company.changed` if the company existed; one transaction for each row, with
//! `employee.imported`, `.changed` or `.erased`. Running the same update again changes nothing.
//! Disabling an account, or changing its address or type, ends its code, recovery and sessions in the same transaction.
//! Mails are in the person's `locale`, or else in the company's. `second_proof` says who must prove more than the mailed code.
//! Answers: a result for each row; for a file the import's id, at once. If the whole import is refused, the invocation fails and nothing
//! was changed.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::app::AppError;
use readmit::domain::{Actor, AuditContext, CompanyFields, CompanyId, ImportId, ObjectVersion, Origin};
use readmit::files::Files;
use readmit::json::read_object;
use readmit::keyring::{KeyNeeds, RootSecret};
use readmit::mail::Mail;
use readmit::queue::{Queue, QueueError};
use readmit::signed::RequestError;
use readmit::telemetry::{failure, run_logged};
use readmit::{BadVariable, Process, Services};
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod company;
mod creation;
mod file;
mod passcodes;
mod piece;
mod plan;
mod report;
mod row;
mod snapshot;
mod write;

use creation::Creation;
use row::{RowResult, parse_rows};

/// What the function gets at its start.
pub struct ImportServices {
    services: Services<Mail>,
    files: Files,
    queue: Queue,
}

impl ImportServices {
    pub fn new(process: Process) -> Result<Self, BadVariable> {
        let files = Files::new(&process.aws, &process.environment, process.clock.clone())?;
        let queue = Queue::new(&process.aws, &process.environment)?;
        Ok(Self { services: Services::with_mail(process, KEYS)?, files, queue })
    }
}

const MAX_ROWS: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    mode: Option<Mode>,
    company: CompanyFields,
    employees: Option<Vec<Value>>,
    /// A file in place of `employees`.
    object: Option<ObjectVersion>,
    #[serde(default)]
    issue_passcodes: IssuePasscodes,
}

/// Where the rows are.
enum Rows {
    Employees(Vec<Value>),
    Object(ObjectVersion),
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
#[serde(untagged)]
pub enum Answer {
    Rows(ImportReport),
    /// The file will be imported piece by piece.
    Started {
        import_id: ImportId,
        company_id: CompanyId,
    },
    /// An answer to the queue, which reads only whether the invocation failed.
    PieceDone,
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

impl ImportError {
    fn of_files(error: RequestError) -> Self {
        Self::Interrupted(error.to_string())
    }

    fn of_queue(error: QueueError) -> Self {
        Self::Interrupted(error.to_string())
    }
}

const KEYS: KeyNeeds = KeyNeeds { secrets: &[RootSecret::Passcodes, RootSecret::Disowning], verifies: &[] };

pub async fn handle(services: Arc<ImportServices>, event: LambdaEvent<Value>) -> Result<Answer, ImportError> {
    let LambdaEvent { payload, context } = event;
    let origin = Origin { request_id: context.request_id.clone(), ..Origin::default() };
    // Boxed: the compiler does not follow futures in futures this deep.
    if payload.get("Records").is_some() {
        let piece = Box::pin(piece::take(&services, payload, origin));
        return run_logged(&context, "queue", piece, ImportError::for_log).await.map(|()| Answer::PieceDone);
    }
    let import = Box::pin(import(&services, payload, origin));
    run_logged(&context, "operator", import, ImportError::for_log).await
}

async fn import(all: &ImportServices, payload: Value, origin: Origin) -> Result<Answer, ImportError> {
    let services = &all.services;
    // A new moment for each step, so that the events sort in the order of their transactions.
    let act_now = || AuditContext::new(services.now(), Actor::Operator, origin.clone());
    let (import, rows) = parse(payload)?;
    let names_one = import.company.company_id.is_some() || import.company.external_id.is_some();
    let mode = import.mode.unwrap_or(if names_one { Mode::Update } else { Mode::Create });
    let addressees = passcodes::addressees(&import.issue_passcodes)?;
    let rows = match rows {
        Rows::Employees(employees) => parse_rows(employees),
        Rows::Object(object) => {
            return file::start(all, mode, &import.company, object, &import.issue_passcodes, act_now).await;
        }
    };

    let (company, results) = match mode {
        Mode::Create => match creation::create(services, &import.company, &rows, act_now).await? {
            Creation::Created(company, results) => (company, results),
            Creation::AlreadyExists(company_id, results) => {
                return Ok(Answer::Rows(ImportReport { company_id, results }));
            }
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
    Ok(Answer::Rows(ImportReport { company_id: company.company_id, results }))
}

fn parse(payload: Value) -> Result<(Import, Rows), ImportError> {
    // serde also reads a struct from an array, field by field.
    if !payload["company"].is_object() {
        return Err(ImportError::invalid("/company: must be an object"));
    }
    let mut import: Import = read_object(payload).map_err(|error| ImportError::invalid(row::in_words(&error)))?;
    let rows = match (import.employees.take(), import.object.take()) {
        (Some(employees), None) if employees.len() > MAX_ROWS => {
            return Err(ImportError::invalid(format!("/employees: has more than {MAX_ROWS} rows")));
        }
        (Some(employees), None) => Rows::Employees(employees),
        (None, Some(object)) => Rows::Object(object),
        (None, None) => return Err(ImportError::invalid("/employees: is required")),
        (Some(_), Some(_)) => return Err(ImportError::invalid("/object: stands beside employees")),
    };
    Ok((import, rows))
}
