//! Tools that the Makefile and the scripts install are pinned: Python tools by the hash of every file, cargo's by version and
//! lock file, npm's by lock file, the actions of workflows by commit. docs/supply-chain.md says why.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::{files, root};

/// The Makefile, what CI runs, and every shell script, with the lines that end in a backslash joined to the next.
fn scripts() -> Vec<(PathBuf, String)> {
    let mut paths = vec![root().join("Makefile"), root().join(".ci/run")];
    for folder in ["bench", "fuzz", "tests"] {
        paths.extend(files(&root().join(folder), ".sh"));
    }
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).unwrap().replace("\\\n", " "))).collect()
}

/// Every line of a script, comments aside, that has all of these words, and the script's path.
fn commands(words: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for (path, text) in scripts() {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        found.extend(
            lines
                .filter(|line| words.iter().all(|word| line.contains(word)))
                .map(|line| (path.clone(), line.to_owned())),
        );
    }
    found
}

fn names(ending: &str) -> BTreeSet<String> {
    let lists = files(&root().join("tests/tools"), ending);
    lists.iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join("tests/tools").join(name)).unwrap()
}

fn assert_all_have(commands: &[(PathBuf, String)], options: &[&str]) {
    for (path, command) in commands {
        for option in options {
            assert!(command.contains(option), "{}: no {option} in: {command}", path.display());
        }
    }
}

#[test]
fn pip_installs_nothing_whose_hash_is_not_listed() {
    let installs = commands(&["pip", " install "]);
    assert!(!installs.is_empty());
    assert_all_have(&installs, &["--require-hashes", "--only-binary :all:", "--requirement"]);
}

#[test]
fn cargo_installs_a_version_as_its_lock_file_says() {
    let installs = commands(&["cargo install "]);
    assert!(!installs.is_empty());
    assert_all_have(&installs, &["--locked", "--version"]);
}

#[test]
fn npm_installs_what_the_lock_file_says() {
    let npm = commands(&["bin/npm"]);
    assert!(!npm.is_empty());
    assert_all_have(&npm, &["npm ci"]);
}

#[test]
fn every_list_of_a_python_tool_has_exact_versions_with_hashes_and_no_registry() {
    assert_eq!(names(".in"), names(".txt"));
    for name in names(".txt") {
        let list = read(&format!("{name}.txt")).replace("\\\n", " ");
        let packages: Vec<&str> = list.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        assert!(!packages.is_empty(), "{name}");
        for package in packages {
            assert!(package.contains("==") && package.contains(" --hash=sha256:"), "{name}: {package}");
            assert!(!package.contains("://"), "{name}: {package}");
        }
    }
}

#[test]
fn every_list_has_the_versions_that_were_asked_for() {
    for name in names(".in") {
        let list = read(&format!("{name}.txt"));
        let asked = read(&format!("{name}.in"));
        for package in asked.lines().filter(|line| !line.starts_with('#')) {
            let (package, version) = package.split_once("==").expect("an exact version");
            let pinned = format!("\n{}=={version} ", package.split('[').next().unwrap());
            assert!(list.contains(&pinned), "tests/tools/{name}.txt has another {package}: make tool-lists");
        }
    }
}

#[test]
fn every_tool_that_is_installed_has_a_list() {
    let listed = names(".txt");
    for (path, command) in commands(&["install.sh"]) {
        for word in command.split("install.sh").skip(1) {
            let name = word.trim_start_matches('"').split_whitespace().find(|word| *word != "--where");
            let name = name.unwrap_or_default().trim_end_matches(')');
            let is_variable = name.starts_with('$') || name.is_empty();
            assert!(is_variable || listed.contains(name), "{} installs {name}", path.display());
        }
    }
}

/// A filter that fits no test runs none, and passes.
#[test]
fn the_makefile_names_flows_that_exist() {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let life = makefile.lines().find_map(|line| line.strip_prefix("LIFE := ")).unwrap();
    for module in life.split_whitespace() {
        let file = root().join(format!("tests/flows/{}.rs", module.trim_end_matches("::")));
        assert!(file.is_file(), "LIFE names {module}, and there is no {}", file.display());
    }
}

/// The lines of a workflow that take an action by anything but the hash of a commit, with the version as a comment.
fn unpinned(workflow: &str) -> Vec<&str> {
    let uses = workflow.lines().filter(|line| line.trim_start().trim_start_matches("- ").starts_with("uses:"));
    let is_pinned = |line: &&str| {
        let taken = line.split_once('@').and_then(|(_, rest)| rest.split_once(" # v"));
        taken.is_some_and(|(hash, version)| {
            hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) && !version.is_empty()
        })
    };
    uses.filter(|line| !is_pinned(line)).collect()
}

#[test]
fn workflows_take_actions_by_the_hash_of_a_commit() {
    let workflows = files(&root().join(".github/workflows"), ".yml");
    assert!(!workflows.is_empty());
    for path in workflows {
        assert_eq!(unpinned(&fs::read_to_string(&path).unwrap()), Vec::<&str>::new(), "{}", path.display());
    }
    let hash = "0123456789abcdef0123456789abcdef01234567";
    let [by_hash, no_version, by_tag] = [format!("{hash} # v1.2.3"), hash.to_owned(), "v1 # v1.2.3".to_owned()]
        .map(|at| format!("  - uses: a/b@{at}\n    uses: a/b@{at}"));
    assert_eq!([by_hash, no_version, by_tag].map(|workflow| unpinned(&workflow).len()), [0, 2, 2]);
}

#[test]
fn every_lock_file_is_kept_up_to_date() {
    let dependabot = fs::read_to_string(root().join(".github/dependabot.yml")).unwrap();
    for name in ["/Cargo.lock", "/package-lock.json"] {
        let locks = files(root(), name);
        assert!(locks.len() > 1);
        for lock in locks {
            let folder = lock.parent().unwrap().strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            assert!(dependabot.contains(&format!("\"/{folder}\"")), "{} is not in dependabot.yml", lock.display());
        }
    }
}
