//! The import of a file: uploads it, calls `import-employees`, and reads the report of each piece.

use std::time::Duration;

use readmit::domain::{CompanyId, ImportId, ObjectKey};
use readmit::files::Files;
use readmit::signed::{RequestError, Signed};
use readmit::{Aws, BadVariable, Clock, Environment};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How often the next report is looked for.
const PERIOD: Duration = Duration::from_millis(500);
/// A piece whose run was killed comes again after 16 minutes. After twice that time nothing more is expected.
const PATIENCE: Duration = Duration::from_secs(32 * 60);
/// A report has at most 1,000 problems.
const MAX_REPORT: u64 = 256 * 1024;

/// The bucket of imports and the function.
pub struct Importer {
    files: Files,
    lambda: Signed,
    function: String,
}

/// The answer of a started import.
#[derive(Debug, Deserialize)]
pub struct Started {
    pub import_id: ImportId,
    pub company_id: CompanyId,
}

/// Lambda's report of a failure.
#[derive(Deserialize)]
struct Refusal {
    #[serde(rename = "errorType")]
    error_type: String,
    #[serde(rename = "errorMessage")]
    error_message: String,
}

/// The report about a piece.
#[derive(Clone, Debug, Deserialize)]
pub struct PieceReport {
    pub state: String,
    pub to_byte: u64,
    pub file_bytes: u64,
    pub counts: Counts,
    pub problems: Vec<ProblemOfRow>,
    pub next: Option<Value>,
}

/// How many rows had which outcome.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub erased: u64,
    pub refused: u64,
}

/// A row that was refused, or that got no passcode.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct ProblemOfRow {
    pub line: u64,
    pub outcome: String,
    pub code: String,
}

/// Why an import has no result.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Environment(#[from] BadVariable),
    #[error("import-employees answers {code}: {message}")]
    NotStarted { code: String, message: String },
    #[error("{0} is malformed")]
    Malformed(&'static str),
    #[error("piece {0} has not been done for half an hour: look at the queue's dead letters (docs/operating.md)")]
    Stuck(u32),
}

impl Counts {
    pub fn rows(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.erased + self.refused
    }

    fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.erased += other.erased;
        self.refused += other.refused;
    }
}

impl Importer {
    pub fn new(aws: &Aws, environment: &Environment, clock: Clock, function: String) -> Result<Self, ImportError> {
        let files = Files::new(aws, environment, clock.clone())?;
        Ok(Self { files, lambda: Signed::to_lambda(aws, clock)?, function })
    }

    /// Uploads the file as `key`, and starts the import of it. `event` is an event of `import-employees` without rows.
    pub async fn start(&self, key: &ObjectKey, bytes: &[u8], mut event: Value) -> Result<Started, ImportError> {
        event["object"] = json!(self.files.write(key, bytes).await?);
        let path = format!("2015-03-31/functions/{}/invocations", self.function.replace(':', "%3A"));
        // Sent once: a second call would start a second import.
        let answer = self.lambda.attempt("POST", &path, &[], event.to_string().as_bytes()).await?;
        let body = self.lambda.body(answer).await?;
        if let Ok(Refusal { error_type, error_message }) = serde_json::from_slice(&body) {
            return Err(ImportError::NotStarted { code: error_type, message: error_message });
        }
        serde_json::from_slice(&body).map_err(|_| ImportError::Malformed("the answer of import-employees"))
    }

    /// Reads the reports until the last piece is done. `tell` gets each finished piece and the sum so far. Returns the sum and the
    /// problems.
    pub async fn follow(
        &self,
        import_id: ImportId,
        mut tell: impl FnMut(&PieceReport, &Counts),
    ) -> Result<(Counts, Vec<ProblemOfRow>), ImportError> {
        let (mut sum, mut problems) = (Counts::default(), Vec::new());
        for piece in 0.. {
            let report = self.report(import_id, piece).await?;
            sum.add(&report.counts);
            tell(&report, &sum);
            let is_last = report.next.is_none();
            problems.extend(report.problems);
            if is_last {
                break;
            }
        }
        Ok((sum, problems))
    }

    /// Waits for the report of a piece that is done.
    async fn report(&self, import_id: ImportId, piece: u32) -> Result<PieceReport, ImportError> {
        let key = format!("reports/{import_id}/{piece:05}.json");
        let key: ObjectKey = key.parse().map_err(|_| ImportError::Malformed("the key of a report"))?;
        for _ in 0..PATIENCE.as_millis() / PERIOD.as_millis() {
            if let Some(text) = self.files.read_newest(&key, MAX_REPORT).await? {
                let report: PieceReport =
                    serde_json::from_slice(&text).map_err(|_| ImportError::Malformed("a report"))?;
                if report.state == "done" {
                    return Ok(report);
                }
            }
            tokio::time::sleep(PERIOD).await;
        }
        Err(ImportError::Stuck(piece))
    }
}
