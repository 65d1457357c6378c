//! Cursors: where a page ended, sealed, so that a client can neither read nor make one.

use readmit::domain::Timestamp;
use readmit::http::Problem;
use readmit::keyring::{Keyring, Seal, Unsealable};

/// Seals where a page of `query` ended.
pub(crate) fn seal(
    keyring: &Keyring,
    query: &str,
    last: &str,
    now: Timestamp,
    random: &mut impl readmit::random::CryptoRng,
) -> Result<String, Unsealable> {
    keyring.seal_as_text(&Seal::Cursor(query), last.as_bytes(), now, random)
}

/// Opens a cursor of the same query.
pub(crate) fn open(keyring: &Keyring, query: &str, cursor: &str, now: Timestamp) -> Result<String, Problem> {
    let opened = keyring.open_text(&Seal::Cursor(query), cursor, now);
    opened.and_then(|plain| String::from_utf8(plain.to_vec()).ok()).ok_or(Problem::InvalidCursor)
}
