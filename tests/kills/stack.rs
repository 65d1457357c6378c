//! The local stack as a process with a data directory, which is killed and started again.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use serde_json::Value;

/// Cargo builds it for this test: `local/Cargo.toml` says why.
const PROGRAM: &str = env!("CARGO_BIN_EXE_readmit-local");

/// The files of one stack: its data directory with its log, its first employees, and what it printed on standard error.
pub(crate) struct Folder {
    path: PathBuf,
    /// The port of all starts, because tokens and mailed links contain it.
    port: AtomicU16,
}

/// The running process. It is killed when it is dropped.
pub(crate) struct Stack {
    child: Mutex<Child>,
    /// The address of its API.
    pub(crate) api: String,
    /// The address of its DynamoDB.
    pub(crate) dynamodb: String,
}

impl Folder {
    /// Creates an empty folder with the first company's file.
    pub(crate) fn new(name: &str, founding: &Value) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("founding.json"), founding.to_string()).unwrap();
        Self { path, port: AtomicU16::new(0) }
    }

    fn spawn(&self) -> Child {
        let said = File::options().create(true).append(true).open(self.path.join("said")).unwrap();
        let mut command = Command::new(PROGRAM);
        let port = self.port.load(Ordering::Relaxed).to_string();
        command.args(["--no-portal", "--no-delivery", "--clock-control", "--port", &port]);
        command.arg("--data-dir").arg(self.path.join("data"));
        command.arg("--employees").arg(self.path.join("founding.json"));
        command.env("RUST_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(said).spawn().unwrap()
    }

    /// Starts the stack and waits until it is ready.
    pub(crate) async fn start(&self) -> Stack {
        let mut child = self.spawn();
        let out = child.stdout.take().unwrap();
        let child = Mutex::new(child);
        let mut line = String::new();
        let line = tokio::task::spawn_blocking(move || BufReader::new(out).read_line(&mut line).map(|_| line));
        let line = line.await.unwrap().unwrap();
        let ready: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("the stack does not start: {:?}", self.lines("said").last()));
        let place = |name: &str| ready[name].as_str().unwrap().to_owned();
        let (api, dynamodb) = (place("api"), place("dynamodb"));
        let (_, port) = api.rsplit_once(':').unwrap();
        self.port.store(port.parse().unwrap(), Ordering::Relaxed);
        Stack { child, api, dynamodb }
    }

    /// Starts the stack and kills it after this time, perhaps before it is ready.
    pub(crate) async fn start_and_kill(&self, after: Duration) {
        let mut child = self.spawn();
        tokio::time::sleep(after).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// All warnings and errors of all starts, and all that was printed on standard error.
    pub(crate) fn log(&self) -> Vec<String> {
        ["data/readmit.log", "said"].into_iter().flat_map(|name| self.lines(name)).collect()
    }

    fn lines(&self, name: &str) -> Vec<String> {
        let text = fs::read(self.path.join(name)).unwrap();
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    /// Removes the files after a test without failure.
    pub(crate) fn remove(self) {
        fs::remove_dir_all(self.path).unwrap();
    }
}

impl Stack {
    /// Sends SIGKILL: the process gets no chance to finish anything.
    pub(crate) fn kill(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // It may have been killed already.
        let mut child = self.child.lock().unwrap();
        let _ = child.kill();
        let _ = child.wait();
    }
}
