//! The tests that the threat model and the ASVS checklist name exist.

use std::fs;
use std::path::PathBuf;

use crate::{files, root};

const DOCUMENTS: [&str; 2] = ["docs/threat-model.md", "docs/asvs.md"];

/// The files that a document means by `attacks/races`, `faults`, `domain password` or `portal/csv.test.js`.
fn files_of(place: &str) -> Vec<PathBuf> {
    let (name, file) = place.split_once(['/', ' ']).unwrap_or((place, "main"));
    let folder = match name {
        "domain" => root().join("shared/domain/src"),
        "shared" => root().join("shared/src"),
        "local" | "operator" => root().join(name),
        _ => root().join("tests").join(name),
    };
    let ending = if file.ends_with(".js") { format!("/{file}") } else { format!("/{file}.rs") };
    if folder.is_dir() { files(&folder, &ending) } else { Vec::new() }
}

#[test]
fn every_test_that_a_document_names_exists() {
    for document in DOCUMENTS {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let quoted = text.split('`').skip(1).step_by(2);
        let named: Vec<(&str, &str)> = quoted.filter_map(|name| name.split_once("::")).collect();
        assert!(named.len() > 50, "{document} names {named:?}");
        for (place, test) in named {
            let written = if place.ends_with(".js") { test.to_owned() } else { format!("fn {test}(") };
            let exists = files_of(place).iter().any(|path| fs::read_to_string(path).unwrap().contains(&written));
            assert!(exists, "{document} names `{place}::{test}`, which does not exist");
        }
    }
}
