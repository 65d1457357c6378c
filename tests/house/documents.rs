//! The tests that the threat model and the ASVS checklist name exist; every number of security.md is explained there; the site
//! has every page of docs/.

use std::collections::BTreeSet;
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

/// A number such as `S1`, `F13` or `F7a`.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix(['S', 'F']).map(|rest| rest.trim_end_matches('a'));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[test]
fn every_number_of_a_requirement_is_explained() {
    let text = fs::read_to_string(root().join("docs/security.md")).unwrap();
    let (_, text) = text.split_once("## The numbers").unwrap();
    let (numbers, requirements) = text.split_once("\n## ").unwrap();
    let first_cells = |text: &str| -> BTreeSet<String> {
        let cells = text.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next());
        cells.filter(|cell| is_number(cell)).map(str::to_owned).collect()
    };
    let explained = first_cells(numbers);
    assert!(explained.len() > 40, "{explained:?}");
    assert_eq!(explained, first_cells(requirements));

    for path in files(&root().join("tests"), ".rs") {
        let source = fs::read_to_string(&path).unwrap();
        let comments = source.lines().filter(|line| line.trim_start().starts_with("//"));
        for word in comments.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric())) {
            assert!(!is_number(word) || explained.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn the_site_has_every_page() {
    let docs = root().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    for page in files(&docs, ".md") {
        let name = page.strip_prefix(&docs).unwrap().display().to_string();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("]({name})")), "docs/SUMMARY.md has no {name}");
    }
}
