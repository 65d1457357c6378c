//! Starts the import of a file: finds or creates the company, checks the header row, and sends the first piece to the queue.
//!
//! The pieces follow each other: each sends the message of the next one, which begins where it ended. So the file is read once, rows are
//! written in their order, and the table gets no more writes at a time than from one import of 1,000 rows.

use readmit::domain::{AuditContext, CompanyFields, CompanyId, ImportId, ObjectVersion, Role};
use readmit::files::Part;
use readmit::people_file::{Layout, Place};
use serde::{Deserialize, Serialize};

use crate::creation::{self, Creation};
use crate::row::{ParsedRow, parse_rows};
use crate::{Answer, ImportError, ImportServices, IssuePasscodes, MAX_ROWS, Mode, company};

/// The most bytes of a piece. 1,000 rows have some 100 KB.
pub(crate) const WINDOW: u64 = 1024 * 1024;

/// The message of a piece.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PieceMessage {
    pub(crate) import_id: ImportId,
    pub(crate) company_id: CompanyId,
    pub(crate) object: ObjectVersion,
    pub(crate) layout: Layout,
    /// The number of the piece, from 0.
    pub(crate) piece: u32,
    /// Where the piece begins.
    pub(crate) at: Place,
    pub(crate) issue_passcodes: bool,
}

impl PieceMessage {
    pub(crate) async fn send(&self, all: &ImportServices) -> Result<(), ImportError> {
        let body = serde_json::to_string(self).map_err(|error| ImportError::Interrupted(error.to_string()))?;
        let (group, id) = (self.import_id.to_string(), format!("{}-{}", self.import_id, self.piece));
        all.queue.send(&group, &id, body).await.map_err(ImportError::of_queue)
    }
}

pub(crate) async fn start(
    all: &ImportServices,
    mode: Mode,
    fields: &CompanyFields,
    object: ObjectVersion,
    passcodes: &IssuePasscodes,
    act_now: impl Fn() -> AuditContext,
) -> Result<Answer, ImportError> {
    let IssuePasscodes::ToAllNotEnrolled(issue_passcodes) = *passcodes else {
        return Err(ImportError::invalid("/issue_passcodes: is true or false beside a file"));
    };
    let services = &all.services;
    let head = all.files.read(&object, 0, WINDOW).await.map_err(ImportError::of_files)?;
    let not_found = || ImportError::Rejected("object_not_found", "the bucket has no such version of a file".to_owned());
    let head = head.ok_or_else(not_found)?;
    let (layout, at) = Layout::of(&head.bytes).map_err(|fault| ImportError::invalid(format!("/object: {fault}")))?;
    let company = match mode {
        Mode::Update => company::update(&services.store, fields, act_now).await?,
        Mode::Create => {
            let admins = security_admins(&layout, &head, at)?;
            match creation::create(services, fields, &admins, act_now).await? {
                Creation::Created(company, _) => company,
                Creation::AlreadyExists(company_id, _) => {
                    let why = format!("the company exists: import the file as an update of {company_id}");
                    return Err(ImportError::Rejected("company_exists", why));
                }
            }
        }
    };
    let (import_id, company_id) = (ImportId::new(services.now(), &mut services.random()), company.company_id);
    let first = PieceMessage { import_id, company_id, object, layout, piece: 0, at, issue_passcodes };
    first.send(all).await?;
    Ok(Answer::Started { import_id, company_id })
}

/// The Security Admins among the first 1,000 rows. A new company is created with them.
fn security_admins(layout: &Layout, head: &Part, at: Place) -> Result<Vec<ParsedRow>, ImportError> {
    let rest = usize::try_from(at.byte).ok().and_then(|from| head.bytes.get(from..)).unwrap_or_default();
    let is_end = head.bytes.len() as u64 >= head.size;
    let piece = layout.piece(rest, at, is_end, MAX_ROWS);
    let piece = piece.map_err(|error| ImportError::invalid(format!("/object: {error}")))?;
    let rows = parse_rows(piece.rows.into_iter().filter_map(|row| row.row.ok()).collect());
    let is_admin = |parsed: &ParsedRow| parsed.row.as_ref().is_ok_and(|row| row.role == Some(Role::SecurityAdmin));
    Ok(rows.into_iter().filter(is_admin).collect())
}
