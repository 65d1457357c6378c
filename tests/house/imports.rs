//! No two files import each other, so that each can be read, moved and tested without the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{root, sources};

/// The module that a file is, below its crate: `store::send` of `shared/src/store/send.rs`.
fn module(file: &Path) -> Option<(String, String)> {
    let text = file.strip_prefix(root()).unwrap().to_str()?.strip_suffix(".rs")?;
    let (folder, module) = text.split_once("/src/")?;
    let module = if ["lib", "main"].contains(&module) { "" } else { module };
    Some((folder.to_owned(), module.replace('/', "::")))
}

/// The paths that one `use` names, each as far as its first brace: `super::a` and `super::b::c` of `super::{a, b::c::{d, e}}`.
fn paths(import: &str) -> Vec<String> {
    let Some((prefix, rest)) = import.split_once('{') else { return vec![import.to_owned()] };
    let (mut depth, mut paths) = (0, vec![String::new()]);
    for c in rest.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => paths.push(String::new()),
            c if depth == 0 && !c.is_whitespace() => paths.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    paths.into_iter().map(|path| format!("{prefix}{path}")).collect()
}

/// The module that a path in `module` leads to: the longest one that there is.
fn target(module: &str, path: &str, modules: &BTreeSet<String>) -> Option<String> {
    let mut steps: Vec<&str> = module.split("::").filter(|step| !step.is_empty()).collect();
    for step in path.split("::") {
        match step {
            "crate" => steps.clear(),
            "super" => drop(steps.pop()),
            "self" => {}
            step => steps.push(step),
        }
    }
    (1..=steps.len()).rev().map(|length| steps[..length].join("::")).find(|module| modules.contains(module))
}

/// Whom each module of a crate imports, tests aside.
fn imports(crate_files: &[(String, String)]) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeSet<String> = crate_files.iter().map(|(module, _)| module.clone()).collect();
    let of = |text: &str, module: &str| {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default().replace('\n', " ");
        let uses = code.split("use ").skip(1).filter_map(|rest| rest.split(';').next().map(str::to_owned));
        let ours = uses.filter(|path| path.starts_with("crate::") || path.starts_with("super::"));
        ours.flat_map(|path| paths(&path)).filter_map(|path| target(module, &path, &modules)).collect()
    };
    crate_files.iter().map(|(module, text)| (module.clone(), of(text, module))).collect()
}

#[test]
fn no_two_files_import_each_other() {
    let mut crates: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (path, text) in sources() {
        if let Some((folder, module)) = module(&path) {
            crates.entry(folder).or_default().push((module, text));
        }
    }
    let mut seen = 0;
    for (folder, files) in crates {
        let imports = imports(&files);
        for (one, others) in &imports {
            for other in others.iter().filter(|other| one < *other) {
                seen += 1;
                let is_nested = other.starts_with(&format!("{one}::")) || one.is_empty();
                assert!(is_nested || !imports[other].contains(one), "{folder}: {one} and {other}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}
