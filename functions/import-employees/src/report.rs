//! The report about a piece of a file, in the bucket beside the file. It has no names and no addresses.

use readmit::domain::{CompanyId, ImportId, ObjectKey};
use readmit::files::Files;
use readmit::people_file::Place;
use readmit::signed::RequestError;
use serde::{Deserialize, Serialize};

use crate::row::{Outcome, RowResult};

/// A report has a line of some 60 bytes for each refused row, and a piece at most 1,000 rows.
const MAX_REPORT: u64 = 256 * 1024;

#[derive(Deserialize, Serialize)]
pub(crate) struct PieceReport {
    import_id: ImportId,
    company_id: CompanyId,
    /// The number of the piece, from 0.
    piece: u32,
    state: State,
    /// The bytes of the file before the piece, before the next piece, and in all.
    from_byte: u64,
    to_byte: u64,
    file_bytes: u64,
    rows: usize,
    counts: Counts,
    /// The rows that were refused, or got no passcode.
    problems: Vec<ProblemOfRow>,
    /// Where the next piece begins. None at the end of the file.
    next: Option<Place>,
}

/// How far a piece is.
pub(crate) enum Progress {
    New,
    /// An earlier run began, and may have ended before the piece was done.
    Interrupted,
    /// The piece is done, and the next one begins there.
    Done {
        next: Option<Place>,
    },
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Running,
    Done,
}

#[derive(Default, Deserialize, Serialize)]
struct Counts {
    created: usize,
    updated: usize,
    unchanged: usize,
    erased: usize,
    refused: usize,
}

#[derive(Deserialize, Serialize)]
struct ProblemOfRow {
    line: u64,
    outcome: Outcome,
    code: String,
}

impl PieceReport {
    pub(crate) fn running(
        (import_id, company_id, piece): (ImportId, CompanyId, u32),
        from_byte: u64,
        file_bytes: u64,
    ) -> Self {
        Self {
            import_id,
            company_id,
            piece,
            state: State::Running,
            from_byte,
            to_byte: from_byte,
            file_bytes,
            rows: 0,
            counts: Counts::default(),
            problems: Vec::new(),
            next: None,
        }
    }

    /// The report of the finished piece. `lines` are the lines of `results`.
    pub(crate) fn done(mut self, lines: &[u64], results: &[RowResult], next: Option<Place>) -> Self {
        for (line, result) in lines.iter().zip(results) {
            self.count(*line, result.outcome, result.problem.as_ref().map(|problem| problem.code));
        }
        self.state = State::Done;
        self.to_byte = next.map_or(self.file_bytes, |next| next.byte);
        self.next = next;
        self
    }

    /// The report of a file that cannot be read on from this line.
    pub(crate) fn cut_short(self, line: u64) -> Self {
        let mut report = self.done(&[], &[], None);
        report.to_byte = report.from_byte;
        report.count(line, Outcome::Refused, Some("row_too_long"));
        report
    }

    fn count(&mut self, line: u64, outcome: Outcome, code: Option<&str>) {
        let counts = &mut self.counts;
        let count = match outcome {
            Outcome::Created => &mut counts.created,
            Outcome::Updated => &mut counts.updated,
            Outcome::Unchanged => &mut counts.unchanged,
            Outcome::Erased => &mut counts.erased,
            Outcome::Refused => &mut counts.refused,
        };
        *count += 1;
        self.rows += 1;
        self.problems.extend(code.map(|code| ProblemOfRow { line, outcome, code: code.to_owned() }));
    }

    pub(crate) async fn write(&self, files: &Files) -> Result<(), RequestError> {
        let text = serde_json::to_vec(self).map_err(unfit)?;
        files.write(&key(self.import_id, self.piece)?, &text).await.map(drop)
    }

    pub(crate) async fn progress(files: &Files, import_id: ImportId, piece: u32) -> Result<Progress, RequestError> {
        let Some(text) = files.read_newest(&key(import_id, piece)?, MAX_REPORT).await? else {
            return Ok(Progress::New);
        };
        let report: Self = serde_json::from_slice(&text).map_err(|_| unfit("a report is malformed"))?;
        Ok(match report.state {
            State::Running => Progress::Interrupted,
            State::Done => Progress::Done { next: report.next },
        })
    }
}

/// A report that cannot be written or read.
fn unfit(why: impl ToString) -> RequestError {
    RequestError::Refused { service: "reports", why: why.to_string() }
}

/// `reports/imp_01J…/00007.json`
fn key(import_id: ImportId, piece: u32) -> Result<ObjectKey, RequestError> {
    format!("reports/{import_id}/{piece:05}.json").parse().map_err(|fault: &str| unfit(fault))
}
