//! The part of S3 that is used: `PUT` writes a version of a file into the bucket, `GET` reads a range of a version.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as UrlPath, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use crate::aws_ids;
use crate::data_dir::{DataDir, DataDirError, create_private};

/// The largest object of one request, a quota of S3.
const MAX_OBJECT: usize = 5 * 1024 * 1024 * 1024;

/// Stands for `/` in the name of a file. It is in no key that Readmit writes.
const SLASH: &str = "%2F";

/// The versions of each object by its key, each with its id, oldest first.
type Versions = BTreeMap<String, Vec<(String, Bytes)>>;

/// A bucket's objects, in memory, and in files of the data directory if there is one. Clones share them.
#[derive(Clone)]
pub struct Objects {
    bucket: Arc<str>,
    all: Arc<Mutex<Versions>>,
    folder: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(rename = "versionId")]
    version_id: Option<String>,
}

impl Objects {
    pub(crate) fn open(bucket: &str, data_dir: Option<&DataDir>) -> Result<Self, DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("objects"));
        let mut all = Versions::new();
        if let Some(folder) = file.as_ref().map(|file| file.path()) {
            let unusable = |source| DataDirError::Unusable { path: folder.to_owned(), source };
            for (key, version_id, bytes) in kept(folder).map_err(unusable)? {
                all.entry(key).or_default().push((version_id, bytes));
            }
        }
        let folder = file.map(|file| file.path().to_owned());
        Ok(Self { bucket: bucket.into(), all: Arc::new(Mutex::new(all)), folder })
    }

    pub(crate) fn router(&self) -> Router {
        Router::new()
            .route("/{bucket}/{*key}", get(read).put(write))
            .layer(DefaultBodyLimit::max(MAX_OBJECT))
            .with_state(self.clone())
    }

    /// The newest versions of all objects, by key.
    pub fn newest(&self) -> BTreeMap<String, Vec<u8>> {
        let all = self.all();
        all.iter().filter_map(|(key, versions)| Some((key.clone(), versions.last()?.1.to_vec()))).collect()
    }

    fn put(&self, key: &str, bytes: Bytes) -> io::Result<String> {
        let mut all = self.all();
        let versions = all.entry(key.to_owned()).or_default();
        // The number makes the files' names sort by age.
        let version_id = format!("{:06}.{}", versions.len(), aws_ids::hex::<12>());
        if let Some(folder) = &self.folder {
            let name = format!("{}@{version_id}", key.replace('/', SLASH));
            let draft = folder.join("new");
            let _ = fs::remove_file(&draft);
            create_private(&draft)?.write_all(&bytes)?;
            fs::rename(draft, folder.join(name))?;
        }
        versions.push((version_id.clone(), bytes));
        Ok(version_id)
    }

    fn all(&self) -> MutexGuard<'_, Versions> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Key, version id and contents of the files in the folder, sorted. Creates the folder if it does not exist.
fn kept(folder: &Path) -> io::Result<Vec<(String, String, Bytes)>> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some((key, version_id)) = name.rsplit_once('@') {
            files.push((key.replace(SLASH, "/"), version_id.to_owned(), Bytes::from(fs::read(entry.path())?)));
        }
    }
    files.sort();
    Ok(files)
}

async fn write(
    State(objects): State<Objects>,
    UrlPath((bucket, key)): UrlPath<(String, String)>,
    body: Bytes,
) -> Response {
    if *objects.bucket != *bucket {
        return StatusCode::NOT_FOUND.into_response();
    }
    match objects.put(&key, body) {
        Ok(version_id) => [("x-amz-version-id", version_id)].into_response(),
        Err(error) => {
            tracing::error!(%error, "object not stored");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn read(
    State(objects): State<Objects>,
    UrlPath((bucket, key)): UrlPath<(String, String)>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let all = objects.all();
    let versions = all.get(&key).filter(|_| *objects.bucket == *bucket);
    let found = versions.and_then(|versions| match &wanted.version_id {
        Some(wanted) => versions.iter().find(|(version_id, _)| version_id == wanted),
        None => versions.last(),
    });
    let Some((version_id, bytes)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let version_id = [("x-amz-version-id", version_id.clone())];
    let Some((from, to)) = range(&headers) else { return (version_id, bytes.clone()).into_response() };
    let size = bytes.len();
    if from >= size {
        let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
        return (StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response();
    }
    let end = size.min(to.saturating_add(1));
    let part = [(header::CONTENT_RANGE, format!("bytes {from}-{}/{size}", end - 1))];
    (StatusCode::PARTIAL_CONTENT, version_id, part, bytes.slice(from..end)).into_response()
}

/// The first and the last byte of `Range: bytes=0-99`.
fn range(headers: &HeaderMap) -> Option<(usize, usize)> {
    let (from, to) = headers.get(header::RANGE)?.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from <= to).then_some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_a_first_and_a_last_byte() {
        let of = |text: &str| range(&HeaderMap::from_iter([(header::RANGE, text.parse().unwrap())]));
        assert_eq!(of("bytes=10-19"), Some((10, 19)));
        for other in ["bytes=10-", "bytes=-10", "bytes=19-10", "lines=1-2"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn each_write_is_a_version() {
        let objects = Objects::open("readmit-import", None).unwrap();
        let first = objects.put("uploads/a.csv", Bytes::from_static(b"1")).unwrap();
        let second = objects.put("uploads/a.csv", Bytes::from_static(b"2")).unwrap();
        assert!(first < second);
        assert_eq!(objects.newest()["uploads/a.csv"], b"2");
    }
}
