//! The bucket of imports in S3: files of people that an operator uploads, and the reports about them.

use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use readmit_domain::{ObjectKey, ObjectVersion};

use crate::aws::Aws;
use crate::clock::Clock;
use crate::environment::{BadVariable, Environment};
use crate::signed::{RequestError, Signed};

const MAX_ATTEMPTS: u32 = 3;
/// The pause before the second attempt. Before the third it is twice as long.
const PAUSE: Duration = Duration::from_millis(200);

/// The bucket of imports. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    bucket: Signed,
}

/// A part of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    pub bytes: Vec<u8>,
    /// The size of the whole file in bytes.
    pub size: u64,
}

impl Files {
    /// Reads the name of the bucket from the environment.
    pub fn new(aws: &Aws, environment: &Environment, clock: Clock) -> Result<Self, BadVariable> {
        const BUCKET: &str = "READMIT_IMPORT_BUCKET";
        Ok(Self { bucket: Signed::to_bucket(aws, &environment.require(BUCKET)?, clock)? })
    }

    /// At most `most` bytes of a version of a file, from the byte `from` on. None if there is no such version.
    pub async fn read(&self, file: &ObjectVersion, from: u64, most: u64) -> Result<Option<Part>, RequestError> {
        self.get(&format!("{}?versionId={}", file.key, file.version_id), from, most).await
    }

    /// The newest version of a file of at most `most` bytes. None if the bucket has no such file.
    pub async fn read_newest(&self, key: &ObjectKey, most: u64) -> Result<Option<Vec<u8>>, RequestError> {
        Ok(self.get(key.as_str(), 0, most).await?.map(|part| part.bytes))
    }

    /// Writes a file, and returns the new version. A second attempt may write a second version with the same contents.
    pub async fn write(&self, key: &ObjectKey, bytes: &[u8]) -> Result<ObjectVersion, RequestError> {
        let answer = self.send("PUT", key.as_str(), &[], bytes).await?;
        let version_id = answer.headers().get("x-amz-version-id").and_then(|version_id| version_id.parse().ok());
        let version_id = version_id.ok_or_else(|| self.bucket.refused("the bucket keeps no versions"))?;
        Ok(ObjectVersion { key: key.clone(), version_id })
    }

    async fn get(&self, path: &str, from: u64, most: u64) -> Result<Option<Part>, RequestError> {
        let range = format!("bytes={from}-{}", from + most.saturating_sub(1));
        let answer = self.send("GET", path, &[("range", &range)], &[]).await?;
        let size = answer.headers().get("content-range").and_then(|range| range.rsplit_once('/')?.1.parse().ok());
        match answer.status().as_u16() {
            404 => Ok(None),
            // The answer for a version id that S3 never made. Without a version id it says something else, such as an expired token.
            400 if path.contains("?versionId=") => Ok(None),
            400 => Err(self.bucket.refused("400")),
            // The file ends before `from`.
            416 => Ok(Some(Part { bytes: Vec::new(), size: size.unwrap_or(from) })),
            _ => {
                let bytes = self.bucket.body(answer).await?;
                Ok(Some(Part { size: size.unwrap_or(bytes.len() as u64), bytes }))
            }
        }
    }

    /// Sends a request until S3 answers it. Both requests may be repeated.
    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        bytes: &[u8],
    ) -> Result<HttpResponse, RequestError> {
        let mut round = 0;
        loop {
            let error = match self.bucket.attempt(method, path, headers, bytes).await {
                Ok(answer) if answer.status().as_u16() < 500 && answer.status().as_u16() != 429 => {
                    let status = answer.status().as_u16();
                    let is_answer = status < 400 || (method == "GET" && [400, 404, 416].contains(&status));
                    return if is_answer { Ok(answer) } else { Err(self.bucket.refused(status.to_string())) };
                }
                Ok(answer) => self.bucket.unavailable(answer.status().as_u16().to_string()),
                Err(error) => error,
            };
            round += 1;
            if round == MAX_ATTEMPTS {
                return Err(error);
            }
            tokio::time::sleep(PAUSE * round).await;
        }
    }
}
