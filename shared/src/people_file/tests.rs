//! Files of people are read in pieces of any length.

use serde_json::json;

use super::*;

/// All rows of a file that is read `window` bytes at a time, at most `most` rows in a piece.
fn read(file: &[u8], window: usize, most: usize) -> Vec<FileRow> {
    let (layout, mut at) = Layout::of(file).unwrap();
    let mut rows = Vec::new();
    loop {
        let from = usize::try_from(at.byte).unwrap();
        let to = file.len().min(from + window);
        let piece = layout.piece(&file[from..to], at, to == file.len(), most).unwrap();
        rows.extend(piece.rows);
        match piece.next {
            Some(next) => at = next,
            None => return rows,
        }
    }
}

const CSV: &str = "\u{feff}Name, email ,role\r\n\"Freeman,\nMarcus\",marcus@contoso.example,\r\n\r\n\
    Ada,ada@contoso.example,security_admin\r\nshort\r\n \"É\"\"x\" ,é@contoso.example,member";

#[test]
fn a_file_is_the_same_in_pieces_of_any_size() {
    let whole = read(CSV.as_bytes(), 10_000, 10_000);
    assert_eq!(whole.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5, 6, 7]);
    assert_eq!(whole[0].row, Ok(json!({"name": "Freeman,\nMarcus", "email": "marcus@contoso.example"})));
    assert_eq!(whole[2].row, Err("1 fields where the header row has 3".to_owned()));
    for window in 50..CSV.len() {
        for most in 1..5 {
            assert_eq!(read(CSV.as_bytes(), window, most), whole, "{window} bytes, {most} rows");
        }
    }
}

#[test]
fn json_lines_are_the_same_in_pieces_of_any_size() {
    let file =
        b"\n{\"email\":\"a@b.example\"}\r\n\n{\"email\":1,\"email\":2}\n[]\n{\"email\":\"c@d.example\",\"erase\":true}";
    let whole = read(file, 10_000, 10_000);
    assert_eq!(whole.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4, 5, 6]);
    assert_eq!(whole[1].row, Err("is not JSON".to_owned()), "a key stands twice");
    for window in 50..file.len() {
        assert_eq!(read(file, window, 1), whole, "{window} bytes");
    }
}

#[test]
fn a_row_that_does_not_end_stops_the_file() {
    let (layout, at) = Layout::of(b"email,name\n").unwrap();
    let open = b"\"a@b.example,A\nc@d.example,C\n";
    assert_eq!(layout.piece(open, at, false, 10), Err(RowTooLong(2)));
    assert_eq!(layout.piece(open, at, true, 10).unwrap().rows.len(), 1);
    assert_eq!(Layout::JsonLines.piece(b"{\"email\":", at, false, 10), Err(RowTooLong(2)));
}

#[test]
fn a_file_without_rows_has_one_empty_piece() {
    assert_eq!(read(b"email,name\n\n", 100, 10), []);
    assert_eq!(read(b"name,email", 100, 10), []);
}

#[test]
fn a_wrong_header_row_is_described_without_quoting_it() {
    let refused = |text: &str| Layout::of(text.as_bytes()).unwrap_err();
    assert!(refused("email,name,salary\n").starts_with("line 1: column 3 is not known"));
    assert!(!refused("ada@contoso.example,Ada\n").contains("ada@"));
    assert_eq!(refused("email,Email ,name\n"), "line 1: the column email stands twice");
    assert_eq!(refused("email\n"), "line 1: the header row lacks the column name");
    assert_eq!(refused(""), "line 1: the header row lacks the column email");
}
