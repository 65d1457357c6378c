//! Reading the trail: pages of one company's events, newest first. Each is a query of the table or of an index: a page costs the
//! same at any size.

use aws_sdk_dynamodb::Client;
use readmit_domain::{CompanyId, EmployeeId, Event, EventId, EventType, Timestamp};
use serde::Deserialize;

use super::attributes::*;
use super::change::{Item, attribute, key, text};
use super::send::{page, read};
use super::{Store, StoreError};
use crate::aws::Aws;
use crate::environment::{BadVariable, Environment};

/// The variable that names the table.
pub(super) const TABLE: &str = "READMIT_AUDIT_TABLE";

/// The trail, for those who only read it. Cheap to clone.
#[derive(Clone)]
pub struct Trail {
    client: Client,
    table: String,
}

/// What of a company's trail is read.
#[derive(Clone, Copy)]
pub enum TrailPart {
    Whole,
    /// What was done to this person.
    About(EmployeeId),
    OfType(EventType),
}

pub struct EventPage {
    /// Newest first.
    pub events: Vec<Event>,
    /// The event where the page ended, if more may follow.
    pub next: Option<EventId>,
}

/// A span of a company's trail, both ends included.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub company_id: CompanyId,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// A row of the trail, whatever it holds.
pub struct TrailRow {
    pub event_id: String,
    /// None if the row is no event.
    pub event: Option<Event>,
}

/// A page of a span, oldest first.
pub struct SpanPage {
    pub rows: Vec<TrailRow>,
    /// The id of the row where the page ended, if more may follow.
    pub next: Option<String>,
}

/// The key of the index by employee. It names the company, as [`type_key`] does, so that no query of one company can reach
/// another's events.
pub(super) fn employee_key(company_id: CompanyId, employee_id: EmployeeId) -> String {
    format!("{company_id}#{employee_id}")
}

/// The key of the index by type.
pub(super) fn type_key(company_id: CompanyId, kind: EventType) -> String {
    format!("{company_id}#{kind}")
}

impl TrailPart {
    /// The index where the part lies, the attribute that it is keyed by, and the value of that.
    fn place(self, company_id: CompanyId) -> (Option<&'static str>, &'static str, String) {
        match self {
            Self::Whole => (None, COMPANY_ID, company_id.to_string()),
            Self::About(employee_id) => (Some("by_employee"), EMPLOYEE_KEY, employee_key(company_id, employee_id)),
            Self::OfType(kind) => (Some("by_type"), TYPE_KEY, type_key(company_id, kind)),
        }
    }
}

impl Store {
    pub fn trail(&self) -> Trail {
        Trail { client: self.client.clone(), table: self.tables.audit.clone() }
    }
}

impl Trail {
    /// The table that the environment names, and nothing else of the service: for an operator's command.
    pub fn new(aws: &Aws, environment: &Environment) -> Result<Self, BadVariable> {
        Ok(Self { client: aws.dynamodb(), table: environment.require(TABLE)? })
    }

    /// A page of a part of the company's trail, of `limit` events at most, those before the event `before`. One request.
    pub async fn page(
        &self,
        company_id: CompanyId,
        part: TrailPart,
        limit: u8,
        before: Option<EventId>,
    ) -> Result<EventPage, StoreError> {
        let (index, keyed_by, value) = part.place(company_id);
        let start = before.map(|event_id| {
            key([(COMPANY_ID, &company_id), (EVENT_ID, &event_id)]).into_iter().chain(key([(keyed_by, &value)]))
        });
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(index.map(str::to_owned))
            .key_condition_expression(format!("{keyed_by} = :key"))
            .expression_attribute_values(":key", attribute(&value)?)
            .scan_index_forward(false);
        let (items, ended_at) = page(query, limit, start.map(Iterator::collect)).await?;
        let ended_at = ended_at.as_ref().and_then(|key| text(key, EVENT_ID));
        let next = ended_at.map(|event_id| event_id.parse().map_err(StoreError::unfit)).transpose()?;
        Ok(EventPage { events: items.into_iter().map(read).collect::<Result<_, _>>()?, next })
    }

    /// A page of a span, of `limit` rows at most, those behind the row `after`. One consistent query. A row that is no event stops
    /// no other.
    pub async fn span(&self, span: Span, limit: u8, after: Option<&str>) -> Result<SpanPage, StoreError> {
        let Span { company_id, from, to } = span;
        let start = after.map(|event_id| key([(COMPANY_ID, &company_id), (EVENT_ID, &event_id)]));
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression(format!("{COMPANY_ID} = :company_id AND {EVENT_ID} BETWEEN :from AND :to"))
            .expression_attribute_values(":company_id", attribute(company_id)?)
            .expression_attribute_values(":from", attribute(EventId::first_at(from))?)
            .expression_attribute_values(":to", attribute(EventId::last_at(to))?);
        let (items, ended_at) = page(query, limit, start).await?;
        let id_of = |item: &Item| text(item, EVENT_ID).cloned();
        let row = |item: Item| TrailRow { event_id: id_of(&item).unwrap_or_default(), event: read(item).ok() };
        Ok(SpanPage { rows: items.into_iter().map(row).collect(), next: ended_at.as_ref().and_then(id_of) })
    }
}
