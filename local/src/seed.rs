//! Fills the directory at the start, and enrols a Security Admin for the first sign-in.

use serde_json::json;

use self::employees::EmployeesFile;
use self::enrolment::{Admin, Enrolment, EnrolmentError};
use self::import::{ImportError, import};
use crate::data_dir::{DataDir, DataDirError, PrivateFile};
use crate::database::{Database, DatabaseError};

pub mod csv_file;
pub mod employees;
pub mod enrolment;
mod import;
pub mod import_event;

/// Why the directory cannot be filled.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Enrolment(#[from] EnrolmentError),
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Imports `employees`. For the sample company it also enrols the first Security Admin, and returns the credentials. With an own file,
/// users issue the first passcode themselves.
pub async fn fill(
    enrolment: &Enrolment<'_>,
    employees: &EmployeesFile,
    is_sample: bool,
    database: &Database,
) -> Result<Option<Admin>, SeedError> {
    if is_sample {
        return fill_with_sample(enrolment, employees, database.data_dir(), database.is_empty()?).await;
    }
    import(enrolment.invoker, employees).await?;
    Ok(None)
}

/// Enrols the Security Admin once for each database, and stores the credentials in its data directory.
async fn fill_with_sample(
    enrolment: &Enrolment<'_>,
    sample: &EmployeesFile,
    data_dir: Option<&DataDir>,
    was_empty: bool,
) -> Result<Option<Admin>, SeedError> {
    let file = data_dir.map(|data_dir| data_dir.file("admin.json"));
    let kept = file.as_ref().map(PrivateFile::read).transpose()?.flatten();
    // An empty file means that an earlier start ended during the enrolment.
    let is_owed = was_empty || kept.as_deref() == Some("");
    if let (true, Some(file)) = (is_owed, &file) {
        file.write("")?;
    }
    let companies = import(enrolment.invoker, sample).await?;

    if !is_owed {
        let (Some(file), Some(text)) = (file, kept) else { return Ok(None) };
        return serde_json::from_str(&text).map(Some).map_err(|_| file.damaged("it names no Security Admin").into());
    }
    let Some((index, email)) = sample.first_security_admin() else { return Ok(None) };
    let Some(company_id) = companies.get(index) else { return Ok(None) };
    let admin = enrolment.enrol(company_id, email).await?;
    // The mailbox is empty at the start.
    enrolment.mailbox.forget(email)?;
    if let Some(file) = file {
        file.write(&json!(admin).to_string())?;
    }
    Ok(Some(admin))
}
