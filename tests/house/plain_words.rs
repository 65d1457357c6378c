//! The phrases and names of `plain_words.txt`, which readers had to decode, are nowhere in the repository.

use std::fs;
use std::process::Command;

use crate::root;

const LIST: &str = "tests/house/plain_words.txt";

/// A line of the list: what to look for, and what to write instead.
struct Rule<'a> {
    kind: Kind,
    text: &'a str,
    instead: &'a str,
}

enum Kind {
    Phrase,
    Name,
    Doc,
    File,
}

impl<'a> Rule<'a> {
    fn read(line: &'a str) -> Self {
        let (rule, instead) = line.split_once(" -> ").unwrap();
        let kinds = [("name ", Kind::Name), ("doc ", Kind::Doc), ("file ", Kind::File)];
        let kind = kinds.into_iter().find_map(|(prefix, kind)| Some((kind, rule.strip_prefix(prefix)?)));
        let (kind, text) = kind.unwrap_or((Kind::Phrase, rule));
        Self { kind, text, instead }
    }

    /// The number of each line of the file that has the phrase, the name or the doc comment. A wrong file name is at line 1.
    fn lines(&self, path: &str, text: &str) -> Vec<usize> {
        let is_rust = path.ends_with(".rs");
        let lines = text.lines().enumerate();
        let numbers = |has: &dyn Fn(&str) -> bool| {
            lines.clone().filter(|(_, line)| has(line)).map(|(index, _)| index + 1).collect::<Vec<_>>()
        };
        match self.kind {
            Kind::Phrase => phrase_lines(text, &self.text.to_lowercase()),
            Kind::Name if is_rust => numbers(&|line| words(&code(line)).any(|word| word == self.text)),
            Kind::Doc if is_rust => numbers(&|line| line.trim() == format!("/// {}", self.text)),
            Kind::File if path.rsplit('/').next() == Some(self.text) => vec![1],
            _ => Vec::new(),
        }
    }
}

/// The line on which each occurrence of a phrase begins. A phrase may go on in the next line, behind the mark of a comment.
fn phrase_lines(text: &str, phrase: &str) -> Vec<usize> {
    let (mut joined, mut starts) = (String::new(), Vec::new());
    for line in text.lines() {
        starts.push(joined.len());
        let line = line.trim_start().trim_start_matches(['/', '!', '#', '*']).trim();
        joined.push_str(&line.to_lowercase());
        joined.push(' ');
    }
    let line_of = |place: usize| starts.partition_point(|start| *start <= place);
    joined.match_indices(phrase).map(|(place, _)| line_of(place)).collect()
}

/// A line of Rust without its strings and its comment.
fn code(line: &str) -> String {
    let outside_strings: Vec<&str> = line.split('"').step_by(2).collect();
    outside_strings.join("\"").split("//").next().unwrap_or_default().to_owned()
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// The files under version control, or new and not ignored.
fn tracked() -> Vec<String> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(list).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn no_file_has_a_phrase_or_a_name_that_readers_had_to_decode() {
    let list = fs::read_to_string(root().join(LIST)).unwrap();
    let rules: Vec<Rule> =
        list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(Rule::read).collect();
    assert!(rules.len() >= 58, "{LIST} has {} lines", rules.len());
    let (mut read, mut found) = (0, Vec::new());
    for path in tracked().iter().filter(|path| *path != LIST) {
        // Pictures and fuzzed inputs are no text.
        let Ok(text) = fs::read_to_string(root().join(path)) else { continue };
        read += 1;
        for rule in &rules {
            let lines = rule.lines(path, &text).into_iter();
            found.extend(lines.map(|line| format!("{path}:{line}: {} (write: {})", rule.text, rule.instead)));
        }
    }
    assert!(read > 500, "only {read} files were read");
    assert!(found.is_empty(), "{} places:\n{}", found.len(), found.join("\n"));
}

#[test]
fn a_phrase_is_found_across_lines_and_a_name_only_in_code() {
    let text = "//! A first line.\n//! It is a Riddle of\n//! words.\nfn f(riddle: Riddle) {}\n/// Why.\n";
    let lines = |rule: &str| Rule::read(rule).lines("src/riddles.rs", text);
    assert_eq!(lines("a riddle of words -> plain words"), [2]);
    assert_eq!(lines("name Riddle -> a noun"), [4]);
    assert_eq!(lines("name Riddles -> a noun"), [0; 0]);
    assert_eq!(lines("doc Why. -> the reason"), [5]);
    assert_eq!(lines("file riddles.rs -> words.rs"), [1]);
    assert_eq!(Rule::read("name Riddle -> a noun").lines("README.md", "Riddle"), [0; 0]);
    assert_eq!(code("let a = \"Riddle\"; // Riddle"), "let a = \"; ");
}
