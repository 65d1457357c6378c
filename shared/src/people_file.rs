//! A file of people: CSV with a header row, or JSON Lines. It can be read in pieces, each from the place where the one before ended.

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::json;

/// The columns of CSV, in any order. The first two are required.
pub const COLUMNS: [&str; 8] =
    ["email", "name", "employee_id", "external_id", "role", "account_type", "status", "locale"];
/// The number of required columns.
pub const REQUIRED: usize = 2;

/// Spreadsheet programs write it at the start of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A place between two rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The number of bytes before it.
    pub byte: u64,
    /// The line of the next byte, from 1.
    pub line: u64,
}

/// How the rows of a file are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    JsonLines,
    Csv { columns: Vec<String> },
}

/// A row of a file, as JSON, or what is wrong with it.
#[derive(Debug, PartialEq)]
pub struct FileRow {
    /// The line on which it begins, as an editor counts.
    pub line: u64,
    /// The row of an import. A field without a value is left out. The error quotes nothing of the row.
    pub row: Result<Value, String>,
}

/// Some rows of a file that follow each other.
#[derive(Debug, PartialEq)]
pub struct Piece {
    pub rows: Vec<FileRow>,
    /// Where the next piece begins. None at the end of the file.
    pub next: Option<Place>,
}

/// A row that is longer than the bytes that were read. A quote that is not closed makes such a row.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0}: the row is too long, or a quote is not closed")]
pub struct RowTooLong(pub u64);

impl Layout {
    /// The layout of a file that begins with `head`, and the place of its first row. The error says what is wrong with the header row.
    pub fn of(head: &[u8]) -> Result<(Self, Place), String> {
        let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
        let mark = head.len() - text.len();
        if text.trim_ascii_start().starts_with(b"{") {
            return Ok((Self::JsonLines, place(head, mark, Place { byte: 0, line: 1 })));
        }
        let mut reader = reader(text);
        let mut header = StringRecord::new();
        reader.read_record(&mut header).map_err(|_| "line 1: the header row is not UTF-8".to_owned())?;
        let columns = columns(&header)?;
        let end = mark + usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        Ok((Self::Csv { columns }, place(head, end, Place { byte: 0, line: 1 })))
    }

    /// At most `most` rows of `bytes`, which begin at the place `at`. If the file does not end with `bytes` (`is_end`), a last row that
    /// may go on after them is left to the next piece.
    pub fn piece(&self, bytes: &[u8], at: Place, is_end: bool, most: usize) -> Result<Piece, RowTooLong> {
        let (rows, end) = match self {
            Self::JsonLines => json_lines(bytes, at, is_end, most),
            Self::Csv { columns } => records(columns, bytes, at, is_end, most),
        };
        let next = place(bytes, end, at);
        let rest = bytes.get(end..).unwrap_or_default();
        if is_end && rest.trim_ascii().is_empty() {
            return Ok(Piece { rows, next: None });
        }
        if end == 0 {
            return Err(RowTooLong(next.line));
        }
        Ok(Piece { rows, next: Some(next) })
    }
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes)
}

/// The place of the byte `end` of `bytes`, which begin at `at`.
fn place(bytes: &[u8], end: usize, at: Place) -> Place {
    let before = bytes.get(..end).unwrap_or(bytes);
    Place { byte: at.byte + before.len() as u64, line: at.line + breaks(before) }
}

fn breaks(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

fn columns(header: &StringRecord) -> Result<Vec<String>, String> {
    let columns: Vec<String> = header.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
    for (index, column) in columns.iter().enumerate() {
        if !COLUMNS.contains(&column.as_str()) {
            let number = index + 1;
            let known = COLUMNS.join(", ");
            return Err(format!("line 1: column {number} is not known; known, with commas between, are {known}"));
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

/// The rows of CSV, and the byte after the last one.
fn records(columns: &[String], bytes: &[u8], at: Place, is_end: bool, most: usize) -> (Vec<FileRow>, usize) {
    let mut reader = reader(bytes);
    let mut record = ByteRecord::new();
    let (mut rows, mut end, mut line, mut counted) = (Vec::new(), 0, at.line, 0);
    while rows.len() < most && reader.read_byte_record(&mut record).unwrap_or(false) {
        let after = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
        if after == bytes.len() && !is_end {
            break;
        }
        // The reader's position is before the line breaks that it skips.
        let from = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let blank = bytes.iter().skip(from).take_while(|byte| b"\r\n".contains(byte)).count();
        line += breaks(bytes.get(counted..from + blank).unwrap_or_default());
        counted = from + blank;
        rows.push(FileRow { line, row: row(columns, &record) });
        end = after;
    }
    (rows, end)
}

fn row(columns: &[String], record: &ByteRecord) -> Result<Value, String> {
    if record.len() != columns.len() {
        return Err(format!("{} fields where the header row has {}", record.len(), columns.len()));
    }
    let mut row = Map::new();
    for (name, value) in columns.iter().zip(record) {
        let value = std::str::from_utf8(value).map_err(|_| "is not UTF-8".to_owned())?.trim();
        if !value.is_empty() {
            row.insert(name.clone(), Value::from(value));
        }
    }
    Ok(Value::Object(row))
}

/// The rows of JSON Lines, and the byte after the last one.
fn json_lines(bytes: &[u8], at: Place, is_end: bool, most: usize) -> (Vec<FileRow>, usize) {
    let (mut rows, mut end) = (Vec::new(), 0);
    for (line, text) in (at.line..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        if rows.len() == most || (!is_end && !text.ends_with(b"\n")) {
            break;
        }
        end += text.len();
        let text = text.trim_ascii();
        if !text.is_empty() {
            rows.push(FileRow { line, row: json::parse(text).ok_or_else(|| "is not JSON".to_owned()) });
        }
    }
    (rows, end)
}

#[cfg(test)]
mod tests;
