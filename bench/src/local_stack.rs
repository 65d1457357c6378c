//! The local stack as a process with a data directory.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Failure;
use crate::api::{Api, text};
use crate::process::{Taken, taken_by};

/// The running process. It is killed when it is dropped.
pub struct LocalStack {
    child: Child,
    /// Its API, with Lambda's Invoke API.
    pub api: Api,
    /// The address of its DynamoDB.
    pub dynamodb: String,
    /// The address of its S3.
    pub files: String,
}

impl LocalStack {
    /// Starts `program` and waits until it is ready. Without `data_dir` the data is in memory. Without `employees` it has the
    /// sample company.
    pub async fn start(program: &Path, data_dir: Option<&Path>, employees: Option<&Path>) -> Result<Self, Failure> {
        let mut command = Command::new(program);
        command.args(["--port", "0", "--no-portal", "--no-delivery", "--log"]);
        for (flag, path) in [("--data-dir", data_dir), ("--employees", employees)] {
            if let Some(path) = path {
                command.arg(flag).arg(path);
            }
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdout = child.stdout.take();
        // An error from here on drops this value, which kills the process.
        let mut stack = Self { child, api: Api::new("")?, dynamodb: String::new(), files: String::new() };
        let mut line = String::new();
        let read = tokio::task::spawn_blocking(move || {
            stdout.map(|stdout| BufReader::new(stdout).read_line(&mut line)).transpose().map(|_| line)
        });
        let told: Value = serde_json::from_str(&read.await??)
            .map_err(|_| format!("{} does not say where it listens", program.display()))?;
        stack.api = Api::new(&text(&told, "api")?)?;
        stack.dynamodb = text(&told, "dynamodb")?;
        stack.files = text(&told, "files_and_queues")?;
        Ok(stack)
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The resources that it has used so far.
    pub fn taken(&self) -> Result<Taken, Failure> {
        Ok(taken_by(self.child.id())?)
    }

    pub fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for LocalStack {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
