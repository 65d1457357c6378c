//! `breached_passwords LIST FILTER [MAX]`: builds the filter of breached passwords that `password/breached.rs` reads.
//!
//! Each line of `LIST` is a password, the most frequent first, or a SHA-1 with its count, as Pwned Passwords has it:
//! `5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:10434004`. The `MAX` most frequent are taken, 200,000 if it is not given. A password
//! under 12 characters is left out: it is refused for its length.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead as _, BufReader};

use data_encoding::HEXUPPER_PERMISSIVE;
use readmit_domain::password::MIN_CHARS;
use sha1::{Digest as _, Sha1};
use xorf::{BinaryFuse16, DmaSerializable as _};

const DEFAULT_MAX: usize = 200_000;
const SHA1_HEX: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (list, filter, max) = match arguments.as_slice() {
        [list, filter] => (list, filter, DEFAULT_MAX),
        [list, filter, max] => (list, filter, max.parse()?),
        _ => return Err("usage: breached_passwords LIST FILTER [MAX]".into()),
    };
    let keys = most_frequent(list, max)?;
    let built = BinaryFuse16::try_from_iterator(keys.iter().copied())?;
    let mut bytes = vec![0; BinaryFuse16::DESCRIPTOR_LEN];
    built.dma_copy_descriptor_to(&mut bytes);
    bytes.extend(built.dma_fingerprints());
    std::fs::write(filter, &bytes)?;
    #[expect(clippy::print_stdout, reason = "a command's answer")]
    {
        println!("{} passwords, {} bytes", keys.len(), bytes.len());
    }
    Ok(())
}

/// The keys of the `max` most frequent passwords; the list may be larger than the memory.
fn most_frequent(list: &str, max: usize) -> Result<Vec<u64>, Box<dyn Error>> {
    let mut kept = BinaryHeap::new();
    let mut seen = BTreeSet::new();
    for (number, line) in BufReader::new(File::open(list)?).split(b'\n').enumerate() {
        let Some((frequency, key)) = read(line?.trim_ascii_end(), u64::try_from(number)?) else { continue };
        if seen.insert(key) {
            kept.push(Reverse((frequency, key)));
        }
        if kept.len() > max
            && let Some(Reverse((_, rarest))) = kept.pop()
        {
            seen.remove(&rarest);
        }
    }
    Ok(kept.into_iter().map(|Reverse((_, key))| key).collect())
}

/// A password's frequency and key. One without a count is the more frequent the earlier it comes.
fn read(line: &[u8], number: u64) -> Option<(u64, u64)> {
    let text = std::str::from_utf8(line).ok()?;
    let (hash, count) = text.split_once(':').unwrap_or((text, "1"));
    if hash.len() == SHA1_HEX
        && let (Ok(hash), Ok(count)) = (HEXUPPER_PERMISSIVE.decode(hash.as_bytes()), count.parse())
    {
        return Some((count, key(&hash)?));
    }
    let long_enough = text.chars().count() >= MIN_CHARS;
    if long_enough { Some((u64::MAX - number, key(&Sha1::digest(text))?)) } else { None }
}

fn key(sha1: &[u8]) -> Option<u64> {
    sha1.first_chunk().copied().map(u64::from_be_bytes)
}
