//! Properties of every parser of external bytes, for any bytes.
//!
//! Each module is about one parser: its `check` takes any bytes and asserts the properties. `cargo test` replays the stored inputs;
//! `fuzz/run.sh` searches for new ones with the same functions.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a broken promise ends here")]

pub mod body;
pub mod code;
pub mod csv;
pub mod cursor;
pub mod event;
pub mod login;
pub mod password;
pub mod token;

mod gateway;
#[cfg(test)]
mod hostile;
mod keys;
#[cfg(test)]
mod replay;

// Parsers that are private in their crates.
#[path = "../../local/src/seed/csv_file.rs"]
mod csv_file;
#[allow(dead_code, reason = "the parser of CSV alone is checked")]
#[path = "../../local/src/seed/import_event.rs"]
mod import_event;
#[allow(dead_code, reason = "the reading of rows alone is checked")]
#[path = "../../functions/import-employees/src/row.rs"]
mod row;
