//! The rows of an import, and the result of each.

use std::collections::HashSet;

use readmit::domain::{AccountStatus, AccountType, EmployeeFields, EmployeeId, ExternalId, Locale, Login, Name, Role};
use readmit::json::{FieldError, read_object};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A row. A field that is left out keeps its value.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) email: Login,
    pub(crate) name: Option<Name>,
    pub(crate) employee_id: Option<EmployeeId>,
    pub(crate) external_id: Option<ExternalId>,
    pub(crate) role: Option<Role>,
    pub(crate) account_type: Option<AccountType>,
    pub(crate) status: Option<AccountStatus>,
    pub(crate) locale: Option<Locale>,
    #[serde(default)]
    pub(crate) erase: bool,
}

impl Row {
    /// What the row says about the person. A field that is `null` is left out.
    pub(crate) fn fields(&self) -> EmployeeFields {
        EmployeeFields {
            email: Some(self.email.clone()),
            name: self.name.clone(),
            role: self.role,
            account_type: self.account_type,
            status: self.status,
            external_id: self.external_id.clone().into(),
            locale: self.locale.clone().into(),
        }
    }
}

/// A row and its address as it was sent.
pub(crate) struct ParsedRow {
    pub(crate) email: String,
    pub(crate) row: Result<Row, RowProblem>,
}

/// Why a row was refused, or its passcode not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RowProblem {
    pub(crate) code: &'static str,
    /// A text for the operator that says what to do.
    pub(crate) detail: String,
}

impl RowProblem {
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

pub(crate) const DUPLICATE_ROW: &str = "duplicate_row";

pub(crate) fn duplicate_row() -> RowProblem {
    RowProblem::new(DUPLICATE_ROW, "another row names the same person")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Created,
    Updated,
    Unchanged,
    Erased,
    Refused,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct RowResult {
    /// The address of the row, in its canonical form if it has one.
    pub(crate) email: String,
    pub(crate) employee_id: Option<EmployeeId>,
    pub(crate) outcome: Outcome,
    /// Why it was refused, or why no passcode was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) problem: Option<RowProblem>,
}

impl RowResult {
    pub(crate) fn done(email: &str, employee_id: Option<EmployeeId>, outcome: Outcome) -> Self {
        Self { email: email.to_owned(), employee_id, outcome, problem: None }
    }

    pub(crate) fn refused(email: &str, problem: RowProblem) -> Self {
        Self { email: email.to_owned(), employee_id: None, outcome: Outcome::Refused, problem: Some(problem) }
    }
}

/// Reads the rows. A second row about the same person is refused.
pub(crate) fn parse_rows(values: Vec<Value>) -> Vec<ParsedRow> {
    let mut seen = HashSet::new();
    values.into_iter().map(|value| parse_row(value, &mut seen)).collect()
}

fn parse_row(value: Value, seen: &mut HashSet<String>) -> ParsedRow {
    let email = value.get("email").and_then(Value::as_str).unwrap_or_default().to_owned();
    let row = read_object(value).map_err(|error| RowProblem::new("invalid_request", in_words(&error)));
    let row = row.and_then(|row| if seen_before(&row, seen) { Err(duplicate_row()) } else { Ok(row) });
    ParsedRow { email: row.as_ref().map_or(email, |row| row.email.to_string()), row }
}

/// The place and the fault: `/email: is required`.
pub(crate) fn in_words(error: &FieldError) -> String {
    format!("{}: {}", if error.pointer.is_empty() { "/" } else { &error.pointer }, error.detail)
}

fn seen_before(row: &Row, seen: &mut HashSet<String>) -> bool {
    let external = row.external_id.as_ref().map(|external_id| format!("external {external_id}"));
    let names = [Some(format!("login {}", row.email)), row.employee_id.map(|id| id.to_string()), external];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let before = names.iter().any(|name| seen.contains(name));
    seen.extend(names);
    before
}
