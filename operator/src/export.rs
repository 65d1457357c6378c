//! The export: every page of the trail, each event in the form that was asked for.

use std::io::Write;

use clap::ValueEnum;
use readmit::domain::{CompanyId, Event};
use readmit::http::EventView;
use readmit::store::{AuditPart, AuditReader};
use serde_json::Value;

use crate::{csv_row, json};

/// How many events are read at once: as many as the API's largest page holds.
const PAGE: u8 = 100;

/// What kept the export from being whole.
pub type Failure = Box<dyn std::error::Error>;

/// What the events are written as.
#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    /// An event a line, as GET /v1/audit-events has it, every character kept
    JsonLines,
    /// RFC 4180 with a header; what a spreadsheet would take for a formula is made text
    Csv,
}

/// An export under way.
pub enum Export<W: Write> {
    /// Lines of JSON.
    JsonLines(W),
    /// Rows.
    Csv(Box<csv::Writer<W>>),
}

impl<W: Write> Export<W> {
    /// Writes what comes before the first event.
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

    /// Writes every event of the company, newest first, so that what happens meanwhile does not prolong it; how many there are.
    pub async fn write_all(mut self, reader: &AuditReader, company_id: CompanyId) -> Result<u64, Failure> {
        let (mut count, mut before) = (0, None);
        loop {
            let page = reader.page(company_id, AuditPart::Whole, PAGE, before).await?;
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
