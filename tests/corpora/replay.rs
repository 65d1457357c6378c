//! Replays the stored inputs.

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use crate::{body, code, csv, cursor, event, login, password, token};

/// The largest size of a corpus, so that a person can read it.
const MAX_FILES: usize = 60;
const MAX_BYTES: usize = 60 * 1024;

/// A parser's name and its check.
type Check = (&'static str, fn(&[u8]));

const CHECKS: [Check; 8] = [
    ("body", body::check),
    ("code", code::check),
    ("csv", csv::check),
    ("cursor", cursor::check),
    ("event", event::check),
    ("login", login::check),
    ("password", password::check),
    ("token", token::check),
];

fn corpora() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/corpora"))
}

/// The stored inputs of a parser, by name.
fn inputs(parser: &str) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(corpora().join(parser)).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

#[test]
fn every_kept_input_is_read_as_promised() {
    let mut broken = Vec::new();
    for (parser, check) in CHECKS {
        let inputs = inputs(parser).into_iter().filter(|(_, input)| catch_unwind(|| check(input)).is_err());
        broken.extend(inputs.map(|(name, _)| name));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_parser_has_a_small_corpus_and_a_fuzz_target() {
    let fuzz = fs::read_to_string(corpora().join("../../fuzz/Cargo.toml")).unwrap();
    for (parser, _) in CHECKS {
        let inputs = inputs(parser);
        let bytes: usize = inputs.iter().map(|(_, input)| input.len()).sum();
        assert!(
            (1..=MAX_FILES).contains(&inputs.len()) && bytes <= MAX_BYTES,
            "{parser}: {} files of {bytes} bytes",
            inputs.len()
        );
        assert!(fuzz.contains(&format!("path = \"targets/{parser}.rs\"")), "{parser} has no fuzz target");
    }
}

#[test]
fn every_folder_is_replayed() {
    for entry in fs::read_dir(corpora()).unwrap().map(|entry| entry.unwrap()).filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().into_string().unwrap();
        assert!(CHECKS.iter().any(|(parser, _)| *parser == name), "{name} is not replayed");
    }
}
