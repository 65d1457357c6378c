//! The directory in which everything outlives the process, and files that their owner alone can read.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Mails hold codes and the secret opens everything: no file here is for anybody else on the machine.
const OWNER_ONLY: u32 = 0o600;

/// A directory that this process alone uses. Clones are the same directory.
#[derive(Clone)]
pub struct DataDir(Arc<Held>);

struct Held {
    path: PathBuf,
    /// Locked for as long as the directory is in use.
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
    /// Makes the directory if need be, and holds it until the last clone is dropped.
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

    /// The file `name` in it, which need not be there yet.
    pub fn file(&self, name: &str) -> PrivateFile {
        PrivateFile(self.0.path.join(name))
    }
}

/// A file that its owner alone can read, from the moment it is made.
#[derive(Clone)]
pub struct PrivateFile(PathBuf);

impl PrivateFile {
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Makes the file, empty, unless it is there.
    pub fn create(&self) -> Result<(), DataDirError> {
        open_private(&self.0).map(drop).map_err(|source| self.unusable(source))
    }

    /// Its text; `None` if there is no such file.
    pub fn read(&self) -> Result<Option<String>, DataDirError> {
        match fs::read_to_string(&self.0) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unusable(error)),
        }
    }

    /// The text of a file that is appended to; empty if there is no such file. A process that dies while it writes can leave half a
    /// character at the end: U+FFFD stands for it.
    pub fn read_appended(&self) -> Result<String, DataDirError> {
        match fs::read(&self.0) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(self.unusable(error)),
        }
    }

    /// Puts `text` in place of what is there; a crash leaves the old text or the new.
    pub fn write(&self, text: &str) -> Result<(), DataDirError> {
        let unusable = |source| self.unusable(source);
        let draft = self.0.with_extension("new");
        let mut file = open_private(&draft).map_err(unusable)?;
        file.set_len(0).and_then(|()| file.write_all(text.as_bytes())).map_err(unusable)?;
        file.sync_all().and_then(|()| fs::rename(&draft, &self.0)).map_err(unusable)
    }

    /// Adds `text` at the end.
    pub fn append(&self, text: &str) -> Result<(), DataDirError> {
        open_private(&self.0)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|source| self.unusable(source))
    }

    /// The error for text in it that cannot be understood.
    pub fn damaged(&self, fault: &str) -> DataDirError {
        self.unusable(io::Error::new(io::ErrorKind::InvalidData, fault))
    }

    fn unusable(&self, source: io::Error) -> DataDirError {
        unusable(&self.0, source)
    }
}

fn open_private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).append(true).mode(OWNER_ONLY).open(path)?;
    // The mode above is for a new file; one that somebody has opened up is closed again.
    file.set_permissions(Permissions::from_mode(OWNER_ONLY))?;
    Ok(file)
}

fn unusable(path: &Path, source: io::Error) -> DataDirError {
    DataDirError::Unusable { path: path.to_owned(), source }
}
