//! Imports an employees file with `import-employees`, like an operator.

use serde::Deserialize;
use serde_json::{Value, json};

use super::employees::EmployeesFile;
use super::import_event::IMPORT_EMPLOYEES;
use crate::functions::InvokeError;
use crate::invoker::Invoker;

/// Why the file cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{file} cannot be imported: {fault}")]
    NotImported { file: String, fault: InvokeError },
    #[error("{file}, {place}: {problem}")]
    Refused { file: String, place: String, problem: String },
    #[error("{file} cannot be imported: the answer is not understood")]
    UnclearAnswer { file: String },
}

/// The parts of the answer of `import-employees` that are needed here.
#[derive(Deserialize)]
struct ImportReport {
    company_id: String,
    results: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    email: String,
    outcome: String,
    problem: Option<Value>,
}

/// The problem of a row whose person is missing in an existing company.
const COMPANY_EXISTS: &str = "company_exists";

/// Imports the whole file, and returns the company's id of each import. A refused row is an error. A company of an earlier start with the
/// same data directory is not changed, but missing people are added, because that start may have been interrupted.
pub async fn import(invoker: &Invoker, file: &EmployeesFile) -> Result<Vec<String>, ImportError> {
    let mut companies: Vec<String> = Vec::new();
    for import in &file.imports {
        let mut event = Value::Object(import.event.clone());
        if let (true, Some(company_id)) = (import.continues, companies.last()) {
            event["company"] = json!({"company_id": company_id});
        }
        let mut imported = invoke(invoker, file, &event).await?;
        add_missing(invoker, file, &event, &mut imported).await?;
        let refused = imported.results.iter().enumerate().find(|(_, row)| row.outcome == "refused");
        if let Some((index, row)) = refused {
            // Results after those of the employees are addresses in `issue_passcodes`.
            let place = import.places.get(index).cloned().unwrap_or_else(|| format!("issue_passcodes: {}", row.email));
            return Err(ImportError::Refused { file: file.name.clone(), place, problem: problem(row) });
        }
        companies.push(imported.company_id);
    }
    Ok(companies)
}

/// Adds the missing people to the company, and replaces their results.
async fn add_missing(
    invoker: &Invoker,
    file: &EmployeesFile,
    event: &Value,
    imported: &mut ImportReport,
) -> Result<(), ImportError> {
    let is_missing = |row: &Row| row.problem.as_ref().is_some_and(|problem| problem["code"] == COMPANY_EXISTS);
    let rows = event["employees"].as_array().into_iter().flatten().zip(&mut imported.results);
    let (employees, missing): (Vec<&Value>, Vec<&mut Row>) = rows.filter(|(_, row)| is_missing(row)).unzip();
    if !missing.is_empty() {
        let company = json!({"company_id": imported.company_id});
        let update = json!({"mode": "update", "company": company, "employees": employees});
        let added = invoke(invoker, file, &update).await?;
        for (row, added) in missing.into_iter().zip(added.results) {
            *row = added;
        }
    }
    Ok(())
}

async fn invoke(invoker: &Invoker, file: &EmployeesFile, event: &Value) -> Result<ImportReport, ImportError> {
    let answer = invoker.invoke(IMPORT_EMPLOYEES, event.clone()).await;
    let answer = answer.map_err(|fault| ImportError::NotImported { file: file.name.clone(), fault })?;
    serde_json::from_value(answer).map_err(|_| ImportError::UnclearAnswer { file: file.name.clone() })
}

fn problem(row: &Row) -> String {
    match &row.problem {
        Some(Value::String(text)) => text.clone(),
        Some(problem) => problem["detail"].as_str().map_or_else(|| problem.to_string(), str::to_owned),
        None => "is refused".to_owned(),
    }
}
