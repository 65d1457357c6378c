//! Pages: how much one holds, and the cursor where it ended, sealed, so that a client can neither read nor make one.

use rand::CryptoRng;
use readmit_domain::Timestamp;
use serde::Deserialize;

use super::Problem;
use crate::keyring::{Keyring, Seal, Unsealable};

const DEFAULT_LIMIT: u8 = 50;

/// How much a page holds at most: 1 to 100, 50 unless said.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct PageLimit(u8);

impl PageLimit {
    /// The number.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for PageLimit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

impl TryFrom<String> for PageLimit {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let limit = text.parse().ok().filter(|limit: &u8| (1..=100).contains(limit) && text == limit.to_string());
        limit.map(Self).ok_or("must be a number from 1 to 100")
    }
}

/// Seals where a page of `query` ended.
pub fn seal_cursor(
    keyring: &Keyring,
    query: &str,
    last: &str,
    now: Timestamp,
    random: &mut impl CryptoRng,
) -> Result<String, Unsealable> {
    keyring.seal_as_text(&Seal::Cursor(query), last.as_bytes(), now, random)
}

/// Opens a cursor of the same query.
pub fn open_cursor(keyring: &Keyring, query: &str, cursor: &str, now: Timestamp) -> Result<String, Problem> {
    let opened = keyring.open_text(&Seal::Cursor(query), cursor, now);
    opened.and_then(|plain| String::from_utf8(plain.to_vec()).ok()).ok_or(Problem::InvalidCursor)
}
