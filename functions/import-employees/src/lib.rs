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
use readmit::domain::{Act, Actor, CompanyId, ExternalId, Locale, Login, Name, Origin, SecondProof};
use readmit::http::read_object;
use readmit::keyring::{KeyNeeds, RootSecret};
use readmit::mail::Mail;
use readmit::telemetry::observed;
use serde::{Deserialize, Serialize};
use serde_json::Value;

mod company;
mod founding;
mod passcodes;
mod plan;
mod row;
mod snapshot;
mod write;

use founding::Creation;
use row::parse_rows;
pub use row::{Outcome, RowProblem, RowResult};

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

/// Whether the import creates its company or changes one that is there.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// A company that does not exist yet is founded.
    Create,
    /// A company that exists is changed.
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

/// What the operator is answered: the company, and a result for each row.
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
    /// An update names no company that is there.
    CompanyNotFound,
    /// An update gives its company an external id that another company has.
    ExternalIdTaken,
    /// A new company would have no Security Admin.
    SecurityAdminMissing,
    /// Store, keys or mail do not answer; what was done stands. A second run does the rest: an update, of a company that was created.
    Interrupted(String),
}

impl Refused {
    fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::CompanyNotFound => "company_not_found",
            Self::ExternalIdTaken => "external_id_taken",
            Self::SecurityAdminMissing => "security_admin_missing",
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
            Refused::CompanyNotFound => "no company has that company_id or external_id".to_owned(),
            Refused::ExternalIdTaken => "another company has that external_id".to_owned(),
            Refused::SecurityAdminMissing => SECURITY_ADMIN_MISSING.to_owned(),
            Refused::Interrupted(why) => format!("run the import again: {why}"),
        };
        Self { error_type, error_message }
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Self::Interrupted(error.to_string())
    }
}

impl From<readmit::store::StoreError> for Refused {
    fn from(error: readmit::store::StoreError) -> Self {
        Self::Interrupted(error.to_string())
    }
}

/// What an operator can do about it.
const SECURITY_ADMIN_MISSING: &str = "a new company needs an active Security Admin of account type employee, whose row is not \
     refused: is every address taken, or is it an update of a company that exists?";

/// The keys that the function needs.
pub const KEYS: KeyNeeds = KeyNeeds { secrets: &[RootSecret::Passcodes, RootSecret::Disowning], verifies: &[] };

/// One import.
pub async fn handle(services: Arc<Services<Mail>>, event: LambdaEvent<Value>) -> Result<Imported, Refused> {
    // Boxed: the compiler does not follow futures in futures this deep.
    let import = Box::pin(import(&services, event.payload, &event.context.request_id));
    observed(&event.context, "operator", import, |refused| (refused.code(), refused.because().to_owned())).await
}

async fn import(services: &Services<Mail>, payload: Value, request_id: &str) -> Result<Imported, Refused> {
    let origin = Origin { request_id: request_id.to_owned(), ..Origin::default() };
    // Taken anew for each step, so that events sort as their transactions were committed.
    let act_now = || Act::new(services.now(), Actor::Operator, origin.clone());
    let import = parse(payload)?;
    let mode = import.mode();
    let rows = parse_rows(import.employees);
    let addressees = passcodes::addressees(&import.issue_passcodes)?;

    let (company, results) = match mode {
        Mode::Create => match founding::create(services, &import.company, &rows, act_now).await? {
            Creation::Founded(company, results) => (company, results),
            Creation::Existing(company_id, results) => return Ok(Imported { company_id, results }),
        },
        Mode::Update => {
            let company = company::update(&services.store, &import.company, act_now).await?;
            let results = write::write(services, company.company_id, &rows, &act_now()).await?;
            (company, results)
        }
    };
    let results =
        passcodes::issue(services, &company, &import.issue_passcodes, &addressees, results, &act_now()).await?;
    Ok(Imported { company_id: company.company_id, results })
}

impl Import {
    fn mode(&self) -> Mode {
        let names_one = self.company.company_id.is_some() || self.company.external_id.is_some();
        self.mode.unwrap_or(if names_one { Mode::Update } else { Mode::Create })
    }
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
