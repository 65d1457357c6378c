//! Imports a piece of a file: at most 1,000 rows. It may be run again after an end at any moment.
//!
//! A person whom the piece adds gets an id that follows from import, piece and row. So a later run finds whom an earlier one added, and
//! leaves them alone, whatever has happened to them since. The report is written when a run begins and when the piece is done; a piece
//! that is done only sends the next message again.

use std::collections::HashSet;

use readmit::domain::{Actor, AuditContext, EmployeeId, Origin};
use readmit::people_file::{FileRow, Piece};
use readmit::store::{StoreError, WordsOf};
use serde::Deserialize;
use serde_json::Value;

use crate::file::{PieceMessage, WINDOW};
use crate::plan::Plan;
use crate::report::{PieceReport, Progress};
use crate::row::{Outcome, ParsedRow, Row, RowProblem, RowResult, parse_rows};
use crate::write::{Prepared, prepare, write_all};
use crate::{ImportError, ImportServices, IssuePasscodes, MAX_ROWS, passcodes};

#[derive(Deserialize)]
struct Batch {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    body: String,
}

/// Takes the messages of an event. The template asks for one at a time.
pub(crate) async fn take(all: &ImportServices, payload: Value, origin: Origin) -> Result<(), ImportError> {
    let no_piece = |_| ImportError::invalid("the event has no message of a piece");
    let batch: Batch = serde_json::from_value(payload).map_err(no_piece)?;
    for record in batch.records {
        let message: PieceMessage = serde_json::from_str(&record.body).map_err(no_piece)?;
        run(all, message, origin.clone()).await?;
    }
    Ok(())
}

async fn run(all: &ImportServices, message: PieceMessage, origin: Origin) -> Result<(), ImportError> {
    let progress = PieceReport::progress(&all.files, message.import_id, message.piece).await;
    let next = match progress.map_err(ImportError::of_files)? {
        Progress::Done { next } => next,
        Progress::New => import(all, &message, origin, false).await?,
        Progress::Interrupted => import(all, &message, origin, true).await?,
    };
    match next {
        Some(at) => PieceMessage { piece: message.piece + 1, at, ..message }.send(all).await,
        None => Ok(()),
    }
}

/// Imports the rows, and returns where the next piece begins.
async fn import(
    all: &ImportServices,
    message: &PieceMessage,
    origin: Origin,
    is_again: bool,
) -> Result<Option<readmit::people_file::Place>, ImportError> {
    let (services, at, company_id) = (&all.services, message.at, message.company_id);
    let part = all.files.read(&message.object, at.byte, WINDOW).await.map_err(ImportError::of_files)?;
    let gone = || ImportError::Rejected("object_not_found", "the version of the file is no longer there".to_owned());
    let part = part.ok_or_else(gone)?;
    let report = PieceReport::running((message.import_id, company_id, message.piece), at.byte, part.size);
    let is_end = at.byte + part.bytes.len() as u64 >= part.size;
    let Piece { rows, next } = match message.layout.piece(&part.bytes, at, is_end, MAX_ROWS) {
        Ok(piece) => piece,
        Err(too_long) => {
            report.cut_short(too_long.0).write(&all.files).await.map_err(ImportError::of_files)?;
            return Ok(None);
        }
    };
    report.write(&all.files).await.map_err(ImportError::of_files)?;
    let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
    let rows = parsed(rows);
    let act = AuditContext::new(services.now(), Actor::Operator, origin);
    let results = write(all, message, &rows, is_again, &act).await?;
    let results = match services.store.company(company_id).await? {
        Some(company) if message.issue_passcodes => {
            let wish = IssuePasscodes::ToAllNotEnrolled(true);
            passcodes::issue(services, &company, &wish, &[], results, &act).await?
        }
        _ => results,
    };
    report.done(&lines, &results, next).write(&all.files).await.map_err(ImportError::of_files)?;
    Ok(next)
}

/// The rows as those of an import without a file. A row that the file's parser refuses keeps its place.
fn parsed(rows: Vec<FileRow>) -> Vec<ParsedRow> {
    let faults: Vec<Option<String>> = rows.iter().map(|row| row.row.as_ref().err().cloned()).collect();
    let values = rows.into_iter().map(|row| row.row.unwrap_or_default()).collect();
    let mut parsed = parse_rows(values);
    for (row, fault) in parsed.iter_mut().zip(faults) {
        if let Some(fault) = fault {
            row.row = Err(RowProblem::new("invalid_request", fault));
        }
    }
    parsed
}

/// Writes the words of new people, then the changes of all rows, and deletes the words of people who were not added.
async fn write(
    all: &ImportServices,
    message: &PieceMessage,
    rows: &[ParsedRow],
    is_again: bool,
    act: &AuditContext,
) -> Result<Vec<RowResult>, StoreError> {
    let (store, company_id) = (&all.services.store, message.company_id);
    let id = |row: usize| EmployeeId::of_import(message.import_id, message.piece, row);
    let ids: Vec<EmployeeId> = (0..rows.len()).map(id).collect();
    let added_before: HashSet<EmployeeId> = match is_again {
        true => {
            let people = store.directory(company_id, &ids).await?;
            ids.iter().copied().filter(|id| people.get(*id).is_some()).collect()
        }
        false => HashSet::new(),
    };
    let mut prepared = prepare(&all.services, company_id, rows, act).await?;
    let new = with_ids(&mut prepared, &ids, &added_before);
    store.write_words(company_id, &words(rows, &ids, |id| new.contains(&id))).await?;
    let mut results = write_all(&all.services, company_id, rows, prepared, false, act).await?;

    let is_own = |(result, id): &(&mut RowResult, &EmployeeId)| result.employee_id == Some(**id);
    let own = results.iter_mut().zip(&ids).filter(is_own);
    let added: HashSet<EmployeeId> = own
        .map(|(result, id)| {
            result.outcome = Outcome::Created;
            *id
        })
        .collect();
    // An earlier run may have written words for a row that is now refused.
    let is_left = |id: EmployeeId| (is_again || new.contains(&id)) && !added.contains(&id);
    store.delete_words(company_id, &words(rows, &ids, is_left)).await?;
    Ok(results)
}

/// Gives the people to add their ids. Rows whose people an earlier run added do nothing. Returns the ids of the people to add.
fn with_ids(prepared: &mut Prepared, ids: &[EmployeeId], added_before: &HashSet<EmployeeId>) -> HashSet<EmployeeId> {
    let mut new = HashSet::new();
    for (plan, id) in prepared.plans.iter_mut().zip(ids) {
        if added_before.contains(id) {
            *plan = Plan::Nothing(Some(*id));
        } else if let Plan::Add(employee) = plan {
            let mut employee = employee.clone();
            employee.employee_id = *id;
            new.insert(*id);
            *plan = Plan::AddAfterWords(employee);
        }
    }
    new
}

/// The words of the rows whose ids are wanted.
fn words<'a>(rows: &'a [ParsedRow], ids: &[EmployeeId], wanted: impl Fn(EmployeeId) -> bool) -> Vec<WordsOf<'a>> {
    let words = |(parsed, id): (&'a ParsedRow, &EmployeeId)| {
        let Row { name, email, .. } = parsed.row.as_ref().ok()?;
        Some(WordsOf { employee_id: *id, name: name.as_ref()?, login: email })
    };
    rows.iter().zip(ids).filter(|(_, id)| wanted(**id)).filter_map(words).collect()
}
