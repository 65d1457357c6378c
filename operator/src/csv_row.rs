//! Rows for spreadsheets. No program may read a cell as a formula: OWASP, "CSV Injection"
//! (<https://owasp.org/www-community/attacks/CSV_Injection>).

use readmit::domain::misleads;
use serde_json::Value;

use crate::json;

/// The columns: name, and place in an event.
const COLUMNS: [(&str, &str); 10] = [
    ("event_id", "/event_id"),
    ("at", "/at"),
    ("type", "/type"),
    ("actor", "/actor/kind"),
    ("actor_employee_id", "/actor/employee_id"),
    ("employee_id", "/employee_id"),
    ("source_ip", "/source_ip"),
    ("user_agent", "/user_agent"),
    ("request_id", "/request_id"),
    ("detail", "/detail"),
];

pub fn header() -> [&'static str; COLUMNS.len()] {
    COLUMNS.map(|(name, _)| name)
}

/// The cells of an event. A missing value is an empty cell, and `detail` is JSON.
pub fn cells(event: &Value) -> Vec<String> {
    let cell = |(_, place): (&str, &str)| match event.pointer(place) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => inert(text),
        Some(other) => inert(&other.to_string()),
    };
    COLUMNS.into_iter().map(cell).collect()
}

/// The text as a cell that no spreadsheet reads as a formula. An apostrophe is put before each character that would start a formula at the
/// start of a cell. Some programs split cells at other separators than the comma, so the same is done after each separator, and after spaces
/// and quotes there. A misleading character is written as `\u202e`. The portal's export has the same rules
/// (`portal/app/csv.js`), and both are tested with the same cases (`tests/csv_cells.json`).
fn inert(text: &str) -> String {
    let (mut cell, mut begins) = (String::with_capacity(text.len()), true);
    for c in text.chars() {
        if begins && matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') {
            cell.push('\'');
        }
        match misleads(c) {
            true => cell.push_str(&json::escape(c)),
            false => cell.push(c),
        }
        begins = matches!(c, ',' | ';' | '|' | '\t' | '\r' | '\n') || (begins && (c == '"' || c.is_whitespace()));
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cases of `tests/csv_cells.json`, which `tests/portal/csv.test.js` reads too.
    fn cases(member: &str) -> Vec<(String, String)> {
        let mut cases: Value = serde_json::from_str(include_str!("../../tests/csv_cells.json")).unwrap();
        serde_json::from_value(cases[member].take()).unwrap()
    }

    #[test]
    fn a_cell_is_what_the_shared_cases_say() {
        for (typed, written) in cases("cells") {
            assert_eq!(inert(&typed), written);
        }
    }

    #[test]
    fn exactly_the_characters_that_mislead_are_escaped() {
        let code = |text: &str| u32::from_str_radix(text, 16).unwrap();
        let ranges: Vec<_> = cases("escaped").iter().map(|(first, last)| code(first)..=code(last)).collect();
        for c in '\0'..=char::MAX {
            let is_escaped = inert(&format!("a{c}")) == format!("a{}", json::escape(c));
            assert_eq!(is_escaped, ranges.iter().any(|range| range.contains(&u32::from(c))), "{c:?}");
        }
    }

    #[test]
    fn details_are_the_json_that_the_portal_writes() {
        let event = serde_json::json!({"detail": {"reason": "<b>\u{202e}\n=1", "email": "sent"}});
        assert_eq!(cells(&event)[9], r#"{"email":"sent","reason":"<b>\u202e\n=1"}"#);
    }
}
