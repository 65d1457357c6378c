//! Cursors: where a page ended, sealed, so that a client can neither read nor make one.

use data_encoding::BASE64URL_NOPAD;
use readmit::domain::{KeyVersion, Timestamp};
use readmit::http::Problem;
use readmit::keyring::{Keyring, Seal, Unsealable};

/// Seals where a page of `query` ended: the key's version, a dot, the seal.
pub(crate) fn seal(
    keyring: &Keyring,
    query: &str,
    last: &str,
    now: Timestamp,
    random: &mut impl readmit::random::CryptoRng,
) -> Result<String, Unsealable> {
    let version = keyring.current(now);
    let sealed = keyring.seal(&Seal::Cursor(query), version, last.as_bytes(), random)?;
    Ok(format!("{version}.{}", BASE64URL_NOPAD.encode(&sealed)))
}

/// Opens a cursor of the same query.
pub(crate) fn open(keyring: &Keyring, query: &str, cursor: &str, now: Timestamp) -> Result<String, Problem> {
    let opened = || {
        let (version, sealed) = cursor.split_once('.')?;
        let written = |read: &KeyVersion| read.to_string() == version;
        let version = version.parse().ok().filter(written).filter(|version| keyring.accepts(*version, now))?;
        let sealed = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let plain = keyring.unseal(&Seal::Cursor(query), version, &sealed).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    };
    opened().ok_or(Problem::InvalidCursor)
}
