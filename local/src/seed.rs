//! Fills the directory at the start, by `import-employees` as an operator would.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::employees::EmployeesFile;
use crate::functions::InvokeError;
use crate::invoker::Invoker;

/// The function that imports.
pub const IMPORT_EMPLOYEES: &str = "import-employees";

/// The directory cannot be filled.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("{file} cannot be imported: {fault}")]
    NotImported { file: String, fault: InvokeError },
    #[error("{file}, {place}: {problem}")]
    Refused { file: String, place: String, problem: String },
    #[error("{file} cannot be imported: the answer is not understood")]
    UnclearAnswer { file: String },
}

/// The answer of `import-employees`, as far as it matters here.
#[derive(Deserialize)]
struct Imported {
    company_id: String,
    results: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    email: String,
    outcome: String,
    problem: Option<Value>,
}

/// Imports the whole file, and tells the company's id of each import. A refused row ends it.
pub async fn import(invoker: &Invoker, file: &EmployeesFile) -> Result<Vec<String>, SeedError> {
    let mut companies: Vec<String> = Vec::new();
    for import in &file.imports {
        let mut event = Value::Object(import.event.clone());
        if let (true, Some(company_id)) = (import.continues, companies.last()) {
            event["company"]["company_id"] = json!(company_id);
        }
        let answer = invoker.invoke(IMPORT_EMPLOYEES, event).await;
        let answer = answer.map_err(|fault| SeedError::NotImported { file: file.name.clone(), fault })?;
        let imported: Imported =
            serde_json::from_value(answer).map_err(|_| SeedError::UnclearAnswer { file: file.name.clone() })?;
        let refused = imported.results.iter().enumerate().find(|(_, row)| row.outcome == "refused");
        if let Some((index, row)) = refused {
            // Rows behind the employees are addresses that the import names for passcodes.
            let place = import.places.get(index).cloned().unwrap_or_else(|| format!("issue_passcodes: {}", row.email));
            return Err(SeedError::Refused { file: file.name.clone(), place, problem: problem(row) });
        }
        companies.push(imported.company_id);
    }
    Ok(companies)
}

fn problem(row: &Row) -> String {
    match &row.problem {
        Some(Value::String(text)) => text.clone(),
        Some(problem) => problem["detail"].as_str().map_or_else(|| problem.to_string(), str::to_owned),
        None => "is refused".to_owned(),
    }
}
