//! A company as CSV: a header row, then one employee on each row. Empty fields are left out of the import.

use readmit::people_file::{COLUMNS, Layout, REQUIRED};
use serde_json::{Value, json};

use super::import_event::ImportEvent;

/// The limit of rows in one `import-employees` event.
const MAX_ROWS: usize = 1_000;

/// The longest `external_id` of an import.
const MAX_EXTERNAL_ID: usize = 100;

/// The company `company` as one or more imports, depending on the number of rows. The first import creates the company, so it contains the
/// Security Admins.
pub fn parse(company: &str, text: &str) -> Result<Vec<ImportEvent>, String> {
    let (layout, at) = Layout::of(text.as_bytes())?;
    let rest = usize::try_from(at.byte).ok().and_then(|from| text.as_bytes().get(from..)).unwrap_or_default();
    let piece = layout.piece(rest, at, true, usize::MAX).map_err(|error| error.to_string())?;
    let mut rows = Vec::new();
    for row in piece.rows {
        let place = format!("line {}", row.line);
        let employee = row.row.map_err(|fault| format!("{place}: {fault}"))?;
        if let Some(missing) = COLUMNS.iter().take(REQUIRED).find(|column| employee.get(**column).is_none()) {
            return Err(format!("{place}: the {missing} is missing"));
        }
        rows.push((place, employee));
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
        assert!(refused("email,name,salary\n").starts_with("line 1: column 3 is not known"));
        assert_eq!(refused("email,name\n"), "has no employee");
        assert_eq!(refused(""), "line 1: the header row lacks the column email");
    }
}
