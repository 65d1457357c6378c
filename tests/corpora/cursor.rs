//! Cursors cannot be made, changed or used for another query.

use readmit::Random;
use readmit::http::{open_cursor as open, seal_cursor as seal};
use readmit::keyring::Seal;

use crate::keys::{KEYRING, LONG_AGO, NOW};

const QUERY: &str = "cmp_01J00000000000000000000000/all";
const OTHER_QUERY: &str = "cmp_01J00000000000000000000001/all";

/// The only valid cursor, and its content.
const CURSOR: (&str, &str) = (
    "3.59CffEpZ0ZCbGM6LzZX02GMcsXLD316np_lpjzzTDmyke0mafyFdUvAEGeHaujwL3zTQxArwmXyjJ1mCdu6DmoB7k6fMeVBEJ8wceBT4KZRw8wk",
    "mike freeman\temp_01J00000000000000000000000",
);

/// The bytes are no valid cursor. A cursor made of the bytes returns them, but not for another query and not after a change.
pub fn check(data: &[u8]) {
    for version in 0..6 {
        assert!(KEYRING.unseal(&Seal::Cursor(QUERY), version, data).is_err());
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    match open(&KEYRING, QUERY, text, NOW) {
        Ok(last) => assert_eq!((text, last.as_str()), CURSOR),
        Err(_) => assert_ne!(text, CURSOR.0),
    }
    assert!(open(&KEYRING, OTHER_QUERY, text, NOW).is_err());

    let cursor = seal(&KEYRING, QUERY, text, NOW, &mut Random::system()).unwrap();
    assert_eq!(open(&KEYRING, QUERY, &cursor, NOW).as_deref(), Ok(text));
    assert!(open(&KEYRING, OTHER_QUERY, &cursor, NOW).is_err());
    assert!(open(&KEYRING, QUERY, &altered(&cursor, data), NOW).is_err());
    for other in [format!("0{cursor}"), format!("+{cursor}"), format!("{cursor}="), cursor.replacen('3', "2", 1)] {
        assert!(open(&KEYRING, QUERY, &other, NOW).is_err(), "{other}");
    }
    let old = seal(&KEYRING, QUERY, text, LONG_AGO, &mut Random::system()).unwrap();
    assert!(open(&KEYRING, QUERY, &old, NOW).is_err());
}

/// The cursor with one changed character at a place that depends on the data.
fn altered(cursor: &str, data: &[u8]) -> String {
    let mut bytes = cursor.as_bytes().to_vec();
    let place = data.iter().fold(0, |sum, byte| sum * 31 % 65_521 + usize::from(*byte)) % bytes.len();
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}
