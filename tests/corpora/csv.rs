//! The employees file of the local stack in CSV, and the import's rows that are made of it.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::csv_file;
use crate::import_event::ImportEvent;
use crate::row::parse_rows;

const COLUMNS: [&str; 8] = ["email", "name", "employee_id", "external_id", "role", "account_type", "status", "locale"];

/// A file results in imports of at most 1,000 rows, or in one error line with the place of the fault.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lines = 1 + text.bytes().filter(|byte| *byte == b'\n').count();
    match csv_file::parse("Contoso", text) {
        Err(fault) => says_where(&fault, lines),
        Ok(imports) => {
            assert!(!imports.is_empty());
            for (index, import) in imports.iter().enumerate() {
                assert_eq!(import.continues, index > 0);
                assert!((1..=1_000).contains(&import.places.len()));
                assert_eq!(import.event["company"]["name"] == "Contoso", index == 0);
            }
            let rows: Vec<Map<String, Value>> = imports.iter().flat_map(rows).collect();
            stand_in_order(&imports, lines);
            rows.iter().for_each(is_a_row);
            assert_eq!(
                csv_file::parse("Contoso", &written(&rows)).unwrap().iter().flat_map(self::rows).collect::<Vec<_>>(),
                rows
            );
            are_read_one_by_one(rows);
        }
    }
}

fn says_where(fault: &str, lines: usize) {
    assert!(!fault.contains(char::is_control), "{fault:?}");
    if fault != "has no employee" {
        let line: usize = fault.strip_prefix("line ").unwrap().split(':').next().unwrap().parse().unwrap();
        assert!((1..=lines).contains(&line), "{fault}");
    }
}

fn rows(import: &ImportEvent) -> Vec<Map<String, Value>> {
    let rows = import.event["employees"].as_array().unwrap();
    assert_eq!(rows.len(), import.places.len());
    rows.iter().map(|row| row.as_object().unwrap().clone()).collect()
}

/// Old text files end a line with a carriage return, which editors do not count: such rows have the same line number. If several
/// imports are needed, the Security Admins are in the first one.
fn stand_in_order(imports: &[ImportEvent], lines: usize) {
    let places = imports.iter().flat_map(|import| &import.places);
    let places: Vec<usize> = places.map(|place| place.strip_prefix("line ").unwrap().parse().unwrap()).collect();
    let backwards = places.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(backwards < imports.len().min(2) && places.iter().all(|line| (1..=lines).contains(line)), "{places:?}");
}

fn is_a_row(row: &Map<String, Value>) {
    assert!(row.contains_key("email") && row.contains_key("name"));
    for (column, value) in row {
        let value = value.as_str().unwrap();
        assert!(
            COLUMNS.contains(&column.as_str()) && !value.is_empty() && value.trim() == value,
            "{column}: {value:?}"
        );
    }
}

/// The rows in the format of a spreadsheet.
fn written(rows: &[Map<String, Value>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).unwrap();
    for row in rows {
        let value = |column: &&str| row.get(*column).and_then(Value::as_str).unwrap_or_default().to_owned();
        writer.write_record(COLUMNS.iter().map(value)).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Each row is accepted or refused on its own, and no person is repeated.
fn are_read_one_by_one(rows: Vec<Map<String, Value>>) {
    let count = rows.len();
    let parsed = parse_rows(rows.into_iter().map(Value::Object).collect());
    assert_eq!(parsed.len(), count);
    let mut seen = HashSet::new();
    for parsed in parsed {
        match parsed.row {
            Ok(row) => {
                assert_eq!(parsed.email, row.email.as_str());
                let external = row.external_id.map(|id| format!("external {id}"));
                let names = [Some(parsed.email), row.employee_id.map(|id| id.to_string()), external];
                assert!(names.into_iter().flatten().all(|name| seen.insert(name)));
            }
            Err(problem) => {
                assert!(["invalid_request", "duplicate_row"].contains(&problem.code));
                assert!(!problem.detail.contains(char::is_control), "{problem:?}");
            }
        }
    }
}
