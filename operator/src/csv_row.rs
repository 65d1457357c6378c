//! Rows for spreadsheets. A cell is text and stays text, whatever program opens it: OWASP, "CSV Injection"
//! (<https://owasp.org/www-community/attacks/CSV_Injection>).

use readmit::domain::misleads;
use serde_json::Value;

use crate::json;

/// The columns, each with its place in an event.
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

/// The columns' names.
pub fn header() -> [&'static str; COLUMNS.len()] {
    COLUMNS.map(|(name, _)| name)
}

/// The cells of an event; one that has no value is empty, and `detail` is JSON.
pub fn cells(event: &Value) -> serde_json::Result<Vec<String>> {
    let cell = |(_, place): (&str, &str)| match event.pointer(place) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(inert(text)),
        Some(other) => Ok(inert(&json::text(other)?)),
    };
    COLUMNS.into_iter().map(cell).collect()
}

/// The text with an apostrophe before each sign that begins a formula where a cell begins, or where one would for a program that
/// splits at another separator than the comma. Characters that mislead are written as escapes.
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

    #[test]
    fn no_cell_begins_a_formula_wherever_a_program_lets_cells_begin() {
        for (told, written) in [
            ("=HYPERLINK(\"https://evil.example\")", "'=HYPERLINK(\"https://evil.example\")"),
            ("+1", "'+1"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("\t=1", "'\\u0009'=1"),
            ("\r=1", "'\\u000d'=1"),
            ("\n=1", "'\\u000a'=1"),
            (" =1", " '=1"),
            ("\"=1", "\"'=1"),
            ("lost; =1,@2;\"-3", "lost; '=1,'@2;\"'-3"),
            ("a|=1", "a|'=1"),
        ] {
            assert_eq!(inert(told), written);
        }
    }

    #[test]
    fn what_cannot_harm_is_kept_but_for_what_nobody_sees() {
        for told in ["Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101", "a-b = c@d", "<a href=x>", "Łódź", ""]
        {
            assert_eq!(inert(told), told);
        }
        assert_eq!(inert("lost\r\nphone\u{202e}3pm"), "lost\\u000d'\\u000aphone\\u202e3pm");
    }
}
