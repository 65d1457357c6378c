//! The log, as text for people: in a file that only its owner can read, or on standard error.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use readmit::Environment;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::aws_ids;
use crate::data_dir::{create_private, open_private};

/// The name of the log in a data directory.
const FILE_NAME: &str = "readmit.log";

/// Where the lines of the log go.
pub enum Log {
    StandardError,
    File(LogFile),
}

/// A file that is created with its first line, so that a start that is refused at once leaves no file. Clones share one file. As long as
/// it cannot be opened, lines go to standard error.
#[derive(Clone)]
pub struct LogFile {
    path: PathBuf,
    is_temporary: bool,
    file: Arc<OnceLock<File>>,
}

impl Log {
    /// A file in the data directory, or else a file of its own in the system's directory for temporary files.
    pub fn in_file(data_dir: Option<&Path>) -> Self {
        let path = match data_dir {
            Some(data_dir) => data_dir.join(FILE_NAME),
            // A name that nobody can guess, so that nobody can create the file before.
            None => std::env::temp_dir().join(format!("readmit-local-{}.log", aws_ids::hex::<8>())),
        };
        Self::File(LogFile { path, is_temporary: data_dir.is_none(), file: Arc::default() })
    }

    /// Starts the log of this process, with the filter [`readmit::log::filter`].
    pub fn start(&self, environment: &Environment) -> Result<(), TryInitError> {
        let filter = readmit::log::filter(environment);
        let lines = tracing_subscriber::fmt::layer();
        match self {
            Self::StandardError => {
                tracing_subscriber::registry().with(lines.with_writer(io::stderr)).with(filter).try_init()
            }
            Self::File(file) => {
                let file = file.clone();
                tracing_subscriber::registry().with(lines.with_writer(move || file.clone())).with(filter).try_init()
            }
        }
    }

    /// Where the log is, for people. Creates the file if it has no line yet.
    pub fn place(&self) -> String {
        match self {
            Self::File(file) if file.opened().is_some() => file.path.display().to_string(),
            _ => "standard error".to_owned(),
        }
    }

    /// The file, if lines were written to one.
    pub fn written_file(&self) -> Option<&Path> {
        match self {
            Self::File(file) if file.file.get().is_some() => Some(&file.path),
            _ => None,
        }
    }

    /// Deletes a temporary file, after a clean end.
    pub fn delete_temporary(&self) {
        if let (Self::File(LogFile { is_temporary: true, .. }), Some(path)) = (self, self.written_file()) {
            // If somebody has deleted it already, nothing is left to do.
            let _ = fs::remove_file(path);
        }
    }
}

impl LogFile {
    fn opened(&self) -> Option<&File> {
        if self.file.get().is_none() {
            let open = if self.is_temporary { create_private } else { open_private };
            let file = open(&self.path).ok()?;
            return Some(self.file.get_or_init(|| file));
        }
        self.file.get()
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match self.opened() {
            Some(mut file) => file.write(line),
            None => io::stderr().write(line),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
