//! The data directory, which keeps everything after the process has ended, and files that only their owner can read.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Mails contain codes, and the root secrets open everything, so only the owner may read the files.
const OWNER_ONLY: u32 = 0o600;

/// A directory that only this process uses. Clones share it.
#[derive(Clone)]
pub struct DataDir(Arc<Held>);

struct Held {
    path: PathBuf,
    /// Holds the lock of the directory.
    _lock: File,
}

/// The data directory, or a file in it, cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("{} cannot be used: {source}", path.display())]
    Unusable { path: PathBuf, source: io::Error },
    #[error("the data directory {} is in use by another process", path.display())]
    InUse { path: PathBuf },
}

impl DataDir {
    /// Creates the directory if it does not exist, and locks it until the last clone is dropped.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let unusable = |source| unusable(path, source);
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(unusable)?;
        let lock = open_private(&path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self(Arc::new(Held { path: path.to_owned(), _lock: lock }))),
            Err(fs::TryLockError::WouldBlock) => Err(DataDirError::InUse { path: path.to_owned() }),
            Err(fs::TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    /// The file `name` in the directory. It may not exist yet.
    pub fn file(&self, name: &str) -> PrivateFile {
        PrivateFile(self.0.path.join(name))
    }
}

/// A file that only its owner can read, from its creation on.
#[derive(Clone)]
pub struct PrivateFile(PathBuf);

impl PrivateFile {
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Creates an empty file if it does not exist.
    pub fn create(&self) -> Result<(), DataDirError> {
        open_private(&self.0).map(drop).map_err(|source| self.unusable(source))
    }

    /// The file's text. `None` if it does not exist.
    pub fn read(&self) -> Result<Option<String>, DataDirError> {
        match fs::read_to_string(&self.0) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unusable(error)),
        }
    }

    /// The text of a file that is appended to; empty if it does not exist. If a process died while it wrote, half a character can be at
    /// the end; it is read as U+FFFD.
    pub fn read_appended(&self) -> Result<String, DataDirError> {
        match fs::read(&self.0) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(self.unusable(error)),
        }
    }

    /// Replaces the file's text. After a crash the file has the old text or the new one.
    pub fn write(&self, text: &str) -> Result<(), DataDirError> {
        let unusable = |source| self.unusable(source);
        let draft = self.0.with_extension("new");
        let mut file = open_private(&draft).map_err(unusable)?;
        file.set_len(0).and_then(|()| file.write_all(text.as_bytes())).map_err(unusable)?;
        file.sync_all().and_then(|()| fs::rename(&draft, &self.0)).map_err(unusable)
    }

    /// Appends `text`.
    pub fn append(&self, text: &str) -> Result<(), DataDirError> {
        open_private(&self.0)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|source| self.unusable(source))
    }

    /// The error if the file's text is malformed.
    pub fn damaged(&self, fault: &str) -> DataDirError {
        self.unusable(io::Error::new(io::ErrorKind::InvalidData, fault))
    }

    fn unusable(&self, source: io::Error) -> DataDirError {
        unusable(&self.0, source)
    }
}

/// Opens a file to append to. Creates it if it does not exist.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).append(true).mode(OWNER_ONLY).open(path)?;
    // The mode above applies only to a new file. This also corrects the mode of an existing one.
    file.set_permissions(Permissions::from_mode(OWNER_ONLY))?;
    Ok(file)
}

/// Creates a file to append to. Fails if the path exists, also as a link that leads elsewhere.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().create_new(true).append(true).mode(OWNER_ONLY).open(path)
}

fn unusable(path: &Path, source: io::Error) -> DataDirError {
    DataDirError::Unusable { path: path.to_owned(), source }
}
