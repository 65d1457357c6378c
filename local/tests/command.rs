//! The command: what it prints, and its one-line errors.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_readmit-local"));
    command.args(arguments).env("RUST_LOG", "error").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command that must fail, and returns its error line.
fn refused(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    assert_eq!(status.code(), Some(1));
    assert!(stdout.is_empty());
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("readmit: "), "{said}");
    for mark in ["Error {", "panicked", "Some(", "Os {"] {
        assert!(!said.contains(mark), "{said}");
    }
    said
}

fn started(arguments: &[&str]) -> (Child, Value) {
    let mut child = command(arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no ready line but {line:?}"));
    (child, ready)
}

/// Sends Ctrl-C, and expects a clean exit.
fn interrupted(mut child: Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn folder(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn it_prints_its_addresses_and_exits_cleanly() {
    let (child, ready) = started(&["--port", "0"]);
    assert_eq!(ready["ready"], true);
    let api = ready["api"].as_str().unwrap();
    assert_eq!(ready["portal"], format!("{api}/"));
    assert_eq!(ready["mailbox"], format!("{api}/_local/mailbox"));
    assert_eq!(ready["authenticator"], format!("{api}/_local/authenticator"));
    assert_eq!(ready["admin"]["email"], "ada@northwind.example");
    assert!(ready["admin"]["otpauth_uri"].as_str().unwrap().starts_with("otpauth://totp/"));
    interrupted(child);
}

#[test]
fn a_data_directory_keeps_everything_and_only_its_owner_can_read_it() {
    let folder = folder("kept");
    let path = folder.join("data");
    let data = path.to_str().unwrap();
    let (child, first) = started(&["--port", "0", "--data-dir", data]);
    assert!(refused(&["--port", "0", "--data-dir", data]).contains(data));
    interrupted(child);
    let (child, second) = started(&["--port", "0", "--data-dir", data]);
    assert_eq!(first["admin"], second["admin"]);
    interrupted(child);
    for entry in fs::read_dir(&path).unwrap().map(Result::unwrap) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&entry.metadata().unwrap().permissions());
        assert_eq!(mode & 0o077, 0, "{:?} is open to others", entry.file_name());
    }
}

#[test]
fn a_taken_port_is_a_one_line_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(refused(&["--port", &port]).contains(&port));
}

#[test]
fn an_unreadable_employees_file_is_a_one_line_error() {
    let folder = folder("employees");
    let missing = folder.join("missing.json");
    assert!(refused(&["--port", "0", "--employees", missing.to_str().unwrap()]).contains("missing.json"));
    let broken = file(&folder, "broken.json", "{");
    assert!(refused(&["--port", "0", "--employees", &broken]).contains("broken.json"));
    let row = file(
        &folder,
        "row.json",
        r#"{"company":{"name":"C"},"employees":[{"email":"a@c.example","name":"A","role":"security_admin"},{"email":"no"}]}"#,
    );
    assert!(refused(&["--port", "0", "--employees", &row]).contains("row.json"));
    let csv = file(&folder, "contoso.csv", "email,name,role\na@c.example,A,security_admin\nnot-an-address,B,\n");
    let said = refused(&["--port", "0", "--employees", &csv]);
    assert!(said.contains("contoso.csv") && said.contains('3'), "{said}");
}

#[test]
fn an_employees_file_without_a_security_admin_is_refused() {
    let csv = file(&folder("members"), "members.csv", "email,name\na@c.example,A\n");
    let Output { status, stderr, .. } = command(&["--port", "0", "--employees", &csv]).output().unwrap();
    assert_eq!(status.code(), Some(1));
    // The line after the function's own log line.
    let said = String::from_utf8(stderr).unwrap();
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("readmit: ") && last.contains("members.csv") && last.contains("Security Admin"), "{said}");
}

#[test]
fn an_employees_file_names_the_same_company_at_each_start_and_missing_people_are_added() {
    let folder = folder("restarted");
    let data = folder.join("data").to_str().unwrap().to_owned();
    let mut rows = "email,name,role\na@c.example,A,security_admin\n".to_owned();
    for more in ["", "", "b@c.example,B,\n"] {
        rows += more;
        let csv = file(&folder, "contoso.csv", &rows);
        let (child, ready) = started(&["--port", "0", "--employees", &csv, "--data-dir", &data, "--no-portal"]);
        assert_eq!(ready["ready"], true);
        interrupted(child);
    }
}

#[test]
fn with_an_employees_file_no_admin_is_enrolled() {
    let folder = folder("csv");
    let csv = file(&folder, "contoso.csv", "email,name,role\na@c.example,A,security_admin\n");
    let (child, ready) = started(&["--port", "0", "--employees", &csv, "--no-portal"]);
    assert_eq!((&ready["admin"], &ready["portal"]), (&Value::Null, &Value::Null));
    interrupted(child);
}
