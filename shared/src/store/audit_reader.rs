//! Reads audit events: pages of one company's events, newest first. Each page is a query of the table or of an index, so it costs the
//! same for any number of events.

use aws_sdk_dynamodb::Client;
use readmit_domain::{CompanyId, EmployeeId, Event, EventId, EventType, Timestamp};
use serde::Deserialize;

use super::attributes::*;
use super::change::{Item, text};
use super::query::{KeyRange, Source, behind};
use super::send::read;
use super::{Store, StoreError};
use crate::aws::Aws;
use crate::environment::{BadVariable, Environment};

/// The environment variable with the name of the table.
pub(super) const TABLE: &str = "READMIT_AUDIT_TABLE";

/// Reads audit events. Cheap to clone.
#[derive(Clone)]
pub struct AuditReader {
    client: Client,
    table: String,
}

/// Which of a company's audit events are read.
#[derive(Clone, Copy)]
pub enum AuditPart {
    Whole,
    /// The events about this person.
    About(EmployeeId),
    OfType(EventType),
}

pub struct EventPage {
    /// Newest first.
    pub events: Vec<Event>,
    /// The last event of the page, if more may follow.
    pub next: Option<EventId>,
}

/// The time that a page is limited to.
#[derive(Clone, Copy, Default)]
pub struct Period {
    /// The first moment.
    pub from: Option<Timestamp>,
    /// The first moment after the period.
    pub to: Option<Timestamp>,
}

impl Period {
    /// The keys of the events in the period and before the event `before`. None if there can be none.
    fn range(self, before: Option<EventId>) -> Option<KeyRange<'static>> {
        let end = self.to.map(EventId::first_at);
        let end = before.into_iter().chain(end).min().unwrap_or(EventId::LAST);
        let (first, last) = (EventId::first_at(self.from.unwrap_or(Timestamp::from_millis(0))), end.just_before());
        (first <= last).then(|| KeyRange::Downwards(first.to_string(), last.to_string()))
    }
}

/// A span of time of a company's audit events, both ends inclusive.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub company_id: CompanyId,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A row of the audit table. It may be malformed.
pub struct AuditRow {
    pub event_id: String,
    /// None if the row is not an audit event.
    pub event: Option<Event>,
}

/// A page of a span, oldest first.
pub struct SpanPage {
    pub rows: Vec<AuditRow>,
    /// The id of the last row of the page, if more may follow.
    pub next: Option<String>,
}

/// The partition key of the table: one partition for each employee, and one for events about the company itself. Like [`type_key`] it
/// contains the company's id, so that no query of one company can find another company's events.
pub(super) fn employee_key(company_id: CompanyId, employee_id: Option<EmployeeId>) -> String {
    employee_id.map_or_else(|| format!("{company_id}#company"), |employee_id| format!("{company_id}#{employee_id}"))
}

/// The partition key of the index by type.
pub(super) fn type_key(company_id: CompanyId, kind: EventType) -> String {
    format!("{company_id}#{kind}")
}

/// Routine types are not indexed: for one page at most 1,000 events are searched, in five queries of this size.
const STEP: u8 = 200;
const STEPS: u32 = 5;

impl Store {
    pub fn audit_reader(&self) -> AuditReader {
        AuditReader { client: self.client.clone(), table: self.tables.audit.clone() }
    }
}

impl AuditReader {
    /// A reader for an operator's command. It needs only the audit table.
    pub fn new(aws: &Aws, environment: &Environment) -> Result<Self, BadVariable> {
        Ok(Self { client: aws.dynamodb(), table: environment.require(TABLE)? })
    }

    /// A page of at most `limit` events of `period` before the event `before`. One request. For a routine type up to five requests, and the
    /// page may be shorter than its limit although more events follow.
    pub async fn page(
        &self,
        company_id: CompanyId,
        part: AuditPart,
        period: Period,
        limit: u8,
        before: Option<EventId>,
    ) -> Result<EventPage, StoreError> {
        match part {
            AuditPart::Whole => self.read(self.by_company(), company_id.to_string(), period, limit, before).await,
            AuditPart::About(employee_id) => {
                let source = Source { index: None, partition_key: EMPLOYEE_KEY, ..self.by_company() };
                self.read(source, employee_key(company_id, Some(employee_id)), period, limit, before).await
            }
            AuditPart::OfType(kind) if kind.is_routine() => {
                self.look_through(company_id, kind, period, limit, before).await
            }
            AuditPart::OfType(kind) => {
                let source = Source { index: Some("by_type"), partition_key: TYPE_KEY, ..self.by_company() };
                self.read(source, type_key(company_id, kind), period, limit, before).await
            }
        }
    }

    fn by_company(&self) -> Source<'_> {
        Source { table: &self.table, index: Some("by_company"), partition_key: COMPANY_ID, sort_key: EVENT_ID }
    }

    async fn read(
        &self,
        source: Source<'_>,
        key: String,
        period: Period,
        limit: u8,
        before: Option<EventId>,
    ) -> Result<EventPage, StoreError> {
        let Some(range) = period.range(before) else { return Ok(EventPage { events: Vec::new(), next: None }) };
        let (items, next) = source.page(&self.client, key, &range, limit).await?;
        let next = next.map(|event_id| event_id.parse().map_err(StoreError::unfit)).transpose()?;
        Ok(EventPage { events: items.into_iter().map(read).collect::<Result<_, _>>()?, next })
    }

    /// The events of one type among the newest 1,000 of `period` before `before`, at most `limit`.
    async fn look_through(
        &self,
        company_id: CompanyId,
        kind: EventType,
        period: Period,
        limit: u8,
        mut before: Option<EventId>,
    ) -> Result<EventPage, StoreError> {
        let (limit, mut found) = (usize::from(limit), Vec::new());
        for _ in 0..STEPS {
            let page = self.read(self.by_company(), company_id.to_string(), period, STEP, before).await?;
            for event in page.events.into_iter().filter(|event| event.kind == kind) {
                if found.len() == limit {
                    // The page is full, and this event belongs to the next one.
                    let next = found.last().map(|last: &Event| last.event_id);
                    return Ok(EventPage { events: found, next });
                }
                found.push(event);
            }
            if page.next.is_none() {
                return Ok(EventPage { events: found, next: None });
            }
            before = page.next;
        }
        Ok(EventPage { events: found, next: before })
    }

    /// A page of at most `limit` rows of a span, after the row `after`. One request. A malformed row does not stop the others.
    pub async fn span(&self, span: Span, limit: u8, after: Option<&str>) -> Result<SpanPage, StoreError> {
        let Span { company_id, from, to } = span;
        let from = after.map_or_else(|| EventId::first_at(from).to_string(), behind);
        let part = KeyRange::Between(from, EventId::last_at(to).to_string());
        let (items, next) = self.by_company().page(&self.client, company_id, &part, limit).await?;
        let id_of = |item: &Item| text(item, EVENT_ID).cloned();
        let row = |item: Item| AuditRow { event_id: id_of(&item).unwrap_or_default(), event: read(item).ok() };
        Ok(SpanPage { rows: items.into_iter().map(row).collect(), next })
    }
}
