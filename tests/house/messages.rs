//! Every log message of the functions has a row in the table of docs/operating.md, and every row is about such a message.

use std::collections::BTreeSet;
use std::fs;

use crate::{files, root};

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// A message and its level.
type Message = (String, String);

/// The arguments of a macro call that begins at the start of `text`, behind its opening parenthesis.
fn arguments(text: &str) -> &str {
    let (mut depth, mut is_text, mut is_escaped) = (1, false, false);
    for (place, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_text => is_escaped = true,
            '"' => is_text = !is_text,
            '(' if !is_text => depth += 1,
            ')' if !is_text => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..place];
        }
    }
    text
}

/// The arguments of each call of a macro.
fn calls<'a>(source: &'a str, name: &str) -> Vec<&'a str> {
    let call = format!("{name}!(");
    let is_whole = |place: usize| !source[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let places = source.match_indices(&call).map(|(place, _)| place).filter(|place| is_whole(*place));
    places.map(|place| arguments(&source[place + call.len()..])).collect()
}

/// The messages that a source file logs. A call without a message has the message `(none)`.
///
/// The last line of an invocation has an outcome in place of a message; `telemetry.rs` logs it by its own macro, `line!`.
fn messages(source: &str) -> BTreeSet<Message> {
    let message = |level: &str, text: Option<&str>| (text.unwrap_or("(none)").to_owned(), level.to_owned());
    let mut found = BTreeSet::new();
    for level in LEVELS {
        let last_text = |call: &str| call.split('"').skip(1).step_by(2).last().map(str::to_owned);
        found.extend(calls(source, level).into_iter().map(|call| message(level, last_text(call).as_deref())));
    }
    for call in calls(source, "line") {
        let level = call.split(',').next().unwrap_or_default().trim();
        found.insert(message(level, call.split('"').nth(1)));
    }
    found
}

/// The rows of the table: message, level, and whether meaning and action are given.
fn documented() -> Vec<(Message, bool)> {
    let text = fs::read_to_string(root().join("docs/operating.md")).unwrap();
    let section = text.split("\n## ").find(|section| section.starts_with("Log messages\n")).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let is_complete = cells.len() == 5 && cells.iter().all(|cell| !cell.is_empty());
        ((cells[0].trim_matches('`').to_owned(), cells[1].to_owned()), is_complete)
    })
    .collect()
}

#[test]
fn the_table_of_log_messages_is_complete_and_has_no_other_rows() {
    let sources = ["functions", "shared/src"].map(|folder| files(&root().join(folder), ".rs"));
    let logged: BTreeSet<Message> =
        sources.iter().flatten().flat_map(|path| messages(&fs::read_to_string(path).unwrap())).collect();
    assert!(logged.len() >= 10, "{logged:?}");
    let documented = documented();
    for (message, is_complete) in &documented {
        assert!(*is_complete, "{message:?} has no function, no meaning or no action in docs/operating.md");
    }
    let rows: BTreeSet<Message> = documented.iter().map(|(message, _)| message.clone()).collect();
    assert_eq!(rows.len(), documented.len(), "docs/operating.md has a message twice");
    let (missing, unknown) = (&logged - &rows, &rows - &logged);
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "not in docs/operating.md: {missing:?}, never logged: {unknown:?}"
    );
}

#[test]
fn messages_are_found_in_calls_of_any_form() {
    let source = "tracing::error!(code = f(\"a)\"), \"mail failed\");\n warn!(\n    \"try (again)\"\n);\n \
                  compile_error!(\"no\"); tracing::info!(count); line!(info, \"answered\", status)";
    let message = |text: &str, level: &str| (text.to_owned(), level.to_owned());
    let expected = [
        message("mail failed", "error"),
        message("try (again)", "warn"),
        message("(none)", "info"),
        message("answered", "info"),
    ];
    assert_eq!(messages(source), BTreeSet::from(expected));
}
