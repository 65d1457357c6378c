//! A company as CSV: a header row, then one employee on each row. Empty fields are left out of the import.

use csv::{ErrorKind, Position, ReaderBuilder, StringRecord, Trim};
use serde_json::{Map, Value, json};

use super::import_event::ImportEvent;

/// The allowed columns, in any order. The first two are required.
const COLUMNS: [&str; 8] = ["email", "name", "employee_id", "external_id", "role", "account_type", "status", "locale"];
const REQUIRED: usize = 2;

/// The limit of rows in one `import-employees` event.
const MAX_ROWS: usize = 1_000;

/// The longest `external_id` of an import.
const MAX_EXTERNAL_ID: usize = 100;

/// The company `company` as one or more imports, depending on the number of rows. The first import creates the company, so it contains the
/// Security Admins.
pub fn parse(company: &str, text: &str) -> Result<Vec<ImportEvent>, String> {
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
    let columns = columns(reader.headers().map_err(|error| fault(text, &error))?)?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| fault(text, &error))?;
        let place = format!("line {}", line(text, record.position()));
        let employee = columns.iter().zip(&record).filter(|(_, value)| !value.is_empty());
        let employee: Map<String, Value> = employee.map(|(name, value)| (name.clone(), json!(value))).collect();
        if let Some(missing) = COLUMNS.iter().take(REQUIRED).find(|column| !employee.contains_key(**column)) {
            return Err(format!("{place}: the {missing} is missing"));
        }
        rows.push((place, Value::Object(employee)));
    }
    if rows.is_empty() {
        return Err("has no employee".to_owned());
    }
    if rows.len() > MAX_ROWS {
        rows.sort_by_key(|(_, employee)| employee["role"] != "security_admin");
    }
    Ok(rows.chunks(MAX_ROWS).enumerate().map(|(index, rows)| import(company, rows, index > 0)).collect())
}

fn import(company: &str, rows: &[(String, Value)], continues: bool) -> ImportEvent {
    let (places, employees): (Vec<_>, Vec<_>) = rows.iter().cloned().unzip();
    let (mode, company) = if continues {
        ("update", json!({}))
    } else {
        ("create", json!({"external_id": external_id(company), "name": company}))
    };
    let members = [("mode", json!(mode)), ("company", company), ("employees", Value::Array(employees))];
    ImportEvent {
        event: members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(),
        places,
        continues,
    }
}

/// The company's name in visible ASCII, with other bytes as `%C3`, so that the same file names the same company at the next start.
fn external_id(company: &str) -> String {
    let visible = |byte: u8| match byte {
        b'!'..=b'~' if byte != b'%' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    company.bytes().map(visible).collect::<String>().chars().take(MAX_EXTERNAL_ID).collect()
}

fn columns(header: &StringRecord) -> Result<Vec<String>, String> {
    let columns: Vec<String> = header.iter().map(str::to_ascii_lowercase).collect();
    for (index, column) in columns.iter().enumerate() {
        if !COLUMNS.contains(&column.as_str()) {
            return Err(format!(
                "line 1: the column {column:?} is not known; known, with commas between, are {}",
                COLUMNS.join(", ")
            ));
        }
        if columns.iter().take(index).any(|other| other == column) {
            return Err(format!("line 1: the column {column} stands twice"));
        }
    }
    match COLUMNS.iter().take(REQUIRED).find(|wanted| !columns.iter().any(|column| column == *wanted)) {
        Some(missing) => Err(format!("line 1: the header row lacks the column {missing}")),
        None => Ok(columns),
    }
}

fn fault(text: &str, error: &csv::Error) -> String {
    let line = line(text, error.position());
    match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("line {line}: {len} fields where the header row has {expected_len}")
        }
        _ => format!("line {line}: {error}"),
    }
}

/// The line on which a record begins. The reader's position is before the line breaks that it skips.
fn line(text: &str, position: Option<&Position>) -> u64 {
    let Some(position) = position else { return 1 };
    let rest = text.bytes().skip(usize::try_from(position.byte()).unwrap_or(usize::MAX));
    let skipped = rest.take_while(|byte| b"\r\n".contains(byte)).filter(|byte| *byte == b'\n');
    skipped.fold(position.line(), |line, _| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse("Contoso", text).err().unwrap()
    }

    #[test]
    fn a_company_is_read_and_empty_fields_are_left_out() {
        let text = "Name, email ,role\n\"Freeman, Marcus\",marcus@contoso.example,\n\nAda,ada@contoso.example,security_admin\n";
        let imports = parse("Contoso", text).unwrap();
        let event = &imports[0].event;
        assert_eq!(event["mode"], "create");
        assert_eq!(event["company"], json!({"external_id": "Contoso", "name": "Contoso"}));
        assert_eq!(event["employees"][0], json!({"name": "Freeman, Marcus", "email": "marcus@contoso.example"}));
        assert_eq!(event["employees"][1]["role"], "security_admin");
        assert_eq!(imports[0].places, ["line 2", "line 4"]);
    }

    #[test]
    fn more_rows_than_an_event_takes_become_several() {
        let rows: String = (0..1_000).map(|n| format!("a{n}@contoso.example,A,\n")).collect();
        let text = format!("email,name,role\n{rows}ada@contoso.example,Ada,security_admin\n");
        let imports = parse("Contoso", &text).unwrap();
        assert_eq!(
            imports.iter().map(|i| (i.places.len(), i.continues)).collect::<Vec<_>>(),
            [(1_000, false), (1, true)]
        );
        // Without a Security Admin no company is created.
        assert_eq!(imports[0].event["employees"][0]["role"], "security_admin");
        assert_eq!(imports[0].places[..2], ["line 1002", "line 2"]);
    }

    #[test]
    fn a_file_of_any_name_has_an_external_id() {
        assert_eq!(external_id("Café & Co 50%"), "Caf%C3%A9%20&%20Co%2050%25");
        assert_eq!(external_id(&"株".repeat(80)).len(), MAX_EXTERNAL_ID);
    }

    #[test]
    fn lines_are_counted_as_an_editor_counts_them() {
        let text = "email,name\r\na@b.example,\"A\r\nB\"\r\n\r\nc@d.example,C\r\n";
        assert_eq!(parse("Contoso", text).unwrap()[0].places, ["line 2", "line 5"]);
        assert!(refused("email,name\r\na@b.example,A\r\n\r\nc@d.example\r\n").starts_with("line 4: "));
    }

    #[test]
    fn a_bad_row_is_named_by_its_line() {
        assert_eq!(refused("email,name\na@b.example,A\nc@d.example\n"), "line 3: 1 fields where the header row has 2");
        assert_eq!(refused("email,name\na@b.example,\n"), "line 2: the name is missing");
        assert_eq!(refused("email\na@b.example\n"), "line 1: the header row lacks the column name");
        assert_eq!(refused("email,email,name\n"), "line 1: the column email stands twice");
        assert!(refused("email,name,salary\n").starts_with("line 1: the column \"salary\" is not known"));
        assert_eq!(refused("email,name\n"), "has no employee");
        assert_eq!(refused(""), "line 1: the header row lacks the column email");
    }
}
