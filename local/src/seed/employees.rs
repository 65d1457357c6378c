//! The employees file: `import-employees` events in JSON, or one company in CSV.

use std::path::Path;

use serde_json::Value;

use super::csv_file;
use super::import_event::ImportEvent;

/// The sample company of `cargo run`.
const SAMPLE: &str = include_str!("../../../events/import-employees/sample-company.json");

/// Events for `import-employees`, with the places of their rows in the file.
pub struct EmployeesFile {
    /// The file's name, for error messages.
    pub name: String,
    pub imports: Vec<ImportEvent>,
}

/// Why the employees file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {fault}")]
pub struct EmployeesError {
    file: String,
    fault: String,
}

impl EmployeesFile {
    pub fn sample() -> Result<Self, EmployeesError> {
        let name = "sample-company.json".to_owned();
        let imports = from_json(SAMPLE).map_err(|fault| EmployeesError { file: name.clone(), fault })?;
        Ok(Self { name, imports })
    }

    pub fn read(path: &Path) -> Result<Self, EmployeesError> {
        let name = path.display().to_string();
        let failed = |fault: String| EmployeesError { file: name.clone(), fault };
        let bytes = std::fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
        let text = String::from_utf8(bytes).map_err(|_| failed("is not UTF-8".to_owned()))?;
        // Spreadsheet programs write a byte order mark at the start.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let imports = if is_json(path, text) {
            from_json(text)
        } else {
            let company = path.file_stem().unwrap_or_default().to_string_lossy();
            csv_file::parse(&company, text)
        };
        Ok(Self { imports: imports.map_err(failed)?, name })
    }

    /// The first Security Admin: the index of the import, and the address.
    pub fn first_security_admin(&self) -> Option<(usize, &str)> {
        self.imports.iter().enumerate().find_map(|(index, import)| {
            let employees = import.event.get("employees")?.as_array()?;
            let admin = employees.iter().find(|employee| employee["role"] == "security_admin")?;
            Some((index, admin["email"].as_str()?))
        })
    }
}

fn is_json(path: &Path, text: &str) -> bool {
    match path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("json") => true,
        Some("csv") => false,
        _ => text.trim_start().starts_with(['{', '[']),
    }
}

fn from_json(text: &str) -> Result<Vec<ImportEvent>, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    let (events, is_list) = match document {
        Value::Array(events) => (events, true),
        event => (vec![event], false),
    };
    let import = |(number, event): (usize, Value)| match event {
        Value::Object(event) => {
            let count = event.get("employees").and_then(Value::as_array).map_or(0, Vec::len);
            let of_event = if is_list { format!(" of event {number}") } else { String::new() };
            let places = (1..=count).map(|row| format!("employee {row}{of_event}")).collect();
            Ok(ImportEvent { event, places, continues: false })
        }
        _ => Err("is neither an import-employees event nor a list of them".to_owned()),
    };
    (1..).zip(events).map(import).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_has_a_security_admin() {
        let sample = EmployeesFile::sample().unwrap();
        assert!(sample.first_security_admin().is_some());
        assert!(sample.imports[0].places.len() > 200);
    }

    #[test]
    fn one_event_and_a_list_of_them_are_read() {
        let one = from_json(r#"{"company": {"name": "A"}, "employees": [{"email": "a@a.example"}]}"#).unwrap();
        assert_eq!(one[0].places, ["employee 1"]);
        let list = from_json(r#"[{"employees": []}, {"employees": [{}, {}]}]"#).unwrap();
        assert_eq!(list[1].places, ["employee 1 of event 2", "employee 2 of event 2"]);
    }

    #[test]
    fn other_json_is_one_clear_line() {
        assert_eq!(from_json("7").err().unwrap(), "is neither an import-employees event nor a list of them");
        assert!(from_json("{").err().unwrap().starts_with("is not JSON: "));
    }
}
