//! The export: writes all audit events of a company, page by page, in one of two formats.

use std::io::Write;

use clap::ValueEnum;
use readmit::domain::{CompanyId, Event};
use readmit::http::EventView;
use readmit::store::{AuditPart, AuditReader, Period};
use serde_json::Value;

use crate::{csv_row, json};

/// The length of a page, the same as the API's largest page.
const PAGE: u8 = 100;

/// Why the export is not complete.
pub type Failure = Box<dyn std::error::Error>;

/// The format of the export.
#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    /// One event on each line, as in GET /v1/audit-events, with the exact text
    JsonLines,
    /// RFC 4180 with a header; text that a spreadsheet would read as a formula gets an apostrophe
    Csv,
}

pub enum Export<W: Write> {
    JsonLines(W),
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Export<W> {
    /// Starts an export, and writes the header of CSV.
    pub fn begin(format: Format, out: W) -> Result<Self, Failure> {
        match format {
            Format::JsonLines => Ok(Self::JsonLines(out)),
            Format::Csv => {
                let mut rows = csv::WriterBuilder::new()
                    .terminator(csv::Terminator::CRLF)
                    .quote_style(csv::QuoteStyle::Always)
                    .from_writer(out);
                rows.write_record(csv_row::header())?;
                Ok(Self::Csv(Box::new(rows)))
            }
        }
    }

    /// Writes all events of the company, and returns their number. They are read newest first, so that new events do not prolong the export.
    pub async fn write_all(mut self, reader: &AuditReader, company_id: CompanyId) -> Result<u64, Failure> {
        let (mut count, mut before) = (0, None);
        loop {
            let page = reader.page(company_id, AuditPart::Whole, Period::default(), PAGE, before).await?;
            for event in &page.events {
                self.write(event)?;
                count += 1;
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        match self {
            Self::JsonLines(mut out) => out.flush()?,
            Self::Csv(mut rows) => rows.flush()?,
        }
        Ok(count)
    }

    fn write(&mut self, event: &Event) -> Result<(), Failure> {
        match self {
            Self::JsonLines(out) => writeln!(out, "{}", json::text(&EventView::from(event))?)?,
            Self::Csv(rows) => {
                let event: Value = serde_json::to_value(EventView::from(event))?;
                rows.write_record(csv_row::cells(&event))?;
            }
        }
        Ok(())
    }
}
