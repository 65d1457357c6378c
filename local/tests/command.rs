//! The command: what it prints, where its log is, and its one-line errors.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on ends here")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
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
    started_by(&mut command(arguments))
}

fn started_by(command: &mut Command) -> (Child, Value) {
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no ready line but {line:?}"));
    (child, ready)
}

/// Sends Ctrl-C, expects a clean exit, and returns what was printed on standard error.
fn interrupted(mut child: Child) -> String {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    said
}

/// The row of the table with this name.
fn row<'a>(table: &'a str, name: &str) -> &'a str {
    let row = table.lines().find_map(|line| line.trim_start().strip_prefix(name));
    row.unwrap_or_else(|| panic!("no {name}: {table}")).trim()
}

fn mode(path: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions()) & 0o777
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
    for address in ["api", "dynamodb", "secrets_and_mail", "files_and_queues"] {
        assert!(ready[address].as_str().unwrap().starts_with("http://localhost:"), "{ready}");
    }
    assert_eq!(ready["portal"], format!("{api}/"));
    assert_eq!(ready["mailbox"], format!("{api}/_local/mailbox"));
    assert_eq!(ready["authenticator"], format!("{api}/_local/authenticator"));
    assert_eq!(ready["admin"]["email"], "ada@northwind.example");
    assert!(ready["admin"]["otpauth_uri"].as_str().unwrap().starts_with("otpauth://totp/"));
    interrupted(child);
}

#[test]
fn standard_error_has_a_table_of_the_addresses_without_a_password() {
    let folder = folder("table");
    let mut command = command(&["--port", "0"]);
    let (child, ready) = started_by(command.env("TMPDIR", &folder).env("RUST_LOG", "info"));
    let api = ready["api"].as_str().unwrap();
    let log = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode(&log), 0o600);
    assert!(fs::read_to_string(&log).unwrap().contains(" INFO "));
    let table = interrupted(child);
    assert_eq!(row(&table, "Portal"), format!("{api}/"));
    assert!(row(&table, "Sign in as").starts_with("ada@northwind.example"));
    assert_eq!(row(&table, "Mailbox"), ready["mailbox"]);
    assert_eq!(row(&table, "Authenticator"), ready["authenticator"]);
    assert_eq!(row(&table, "Mail preview"), format!("{api}/_local/mails"));
    assert_eq!(row(&table, "API"), format!("{api}/_local/api"));
    assert_eq!(row(&table, "Log"), log.to_str().unwrap());
    assert_eq!(row(&table, "Stop"), "Ctrl-C");
    assert!(!table.contains(ready["admin"]["password"].as_str().unwrap()), "{table}");
    assert!(!table.contains(" INFO "), "{table}");
    assert!(!log.exists(), "a clean end leaves nothing");
}

#[test]
fn the_log_is_on_standard_error_if_wanted() {
    let folder = folder("log-on-standard-error");
    let mut command = command(&["--port", "0", "--no-portal", "--log"]);
    let (child, _) = started_by(command.env("TMPDIR", &folder).env("RUST_LOG", "info"));
    let said = interrupted(child);
    assert!(said.contains(" INFO ") && row(&said, "Log") == "standard error", "{said}");
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn the_log_of_a_data_directory_is_in_it_and_is_continued() {
    let data = folder("log-kept").join("data");
    let log = data.join("readmit.log");
    let mut length = 0;
    for _ in 0..2 {
        let mut command = command(&["--port", "0", "--no-portal", "--data-dir", data.to_str().unwrap()]);
        let (child, _) = started_by(command.env("RUST_LOG", "info"));
        assert_eq!(row(&interrupted(child), "Log"), log.to_str().unwrap());
        let longer = fs::metadata(&log).unwrap().len();
        assert!(longer > length);
        length = longer;
    }
}

#[test]
fn a_start_that_is_refused_at_once_leaves_no_log() {
    let folder = folder("refused-at-once");
    let data = folder.join("data");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(&["--port", &port, "--data-dir", data.to_str().unwrap()]);
    assert!(!data.exists());
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
        assert_eq!(mode(&entry.path()) & 0o077, 0, "{:?} is open to others", entry.file_name());
    }
}

#[test]
fn a_taken_port_is_a_one_line_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(refused(&["--port", &port]).contains(&port));
}

/// Otherwise `localhost` would be another program.
#[test]
fn a_port_that_is_taken_on_ipv6_alone_is_a_one_line_error() {
    // A machine without IPv6 has no such address.
    let Ok(taken) = TcpListener::bind("[::1]:0") else { return };
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
    let said = refused(&["--port", "0", "--employees", &csv]);
    assert!(said.contains("members.csv") && said.contains("Security Admin"), "{said}");
    // The function that refused it has written to the log.
    let (_, log) = said.rsplit_once(" (log: ").unwrap();
    let log = Path::new(log.trim_end().trim_end_matches(')'));
    assert!(fs::read_to_string(log).unwrap().contains("ERROR"));
    fs::remove_file(log).unwrap();
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
