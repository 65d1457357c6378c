//! Writes every mail in every language into a folder, as text and as HTML.
//!
//! `cargo run -p readmit-tests --example mails -- tests/mails` renews the snapshots that `flows mails` compares;
//! `tests/mails.sh` makes pictures of them.

#![expect(clippy::unwrap_used, reason = "a program for people, which ends where it cannot go on")]

use std::fs;
use std::path::PathBuf;

use readmit::mail::languages;
use readmit_local::sample_mails::Cast;
use readmit_tests::sample_mails::files;

fn main() {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).unwrap();
    for language in languages() {
        let folder = folder.join(language);
        fs::create_dir_all(&folder).unwrap();
        for (name, content) in files(&Cast::default(), language) {
            fs::write(folder.join(name), content).unwrap();
        }
    }
}
