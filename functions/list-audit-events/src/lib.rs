//! `GET /v1/audit-events`: a page of the company's audit events, newest first: all of them, those about one employee, or those of
//! one type; within a period, if one is given.
//!
//! Caller: a Security Admin. Effects: none.
//! Answers: 200 the page; 400 `invalid_cursor`, 401, 403, 422.

use std::sync::Arc;

use readmit::Services;
use readmit::domain::{CompanyId, EmployeeId, EventId, EventType, Timestamp};
use readmit::http::{
    ApiRequest as _, Body, EventView, Failure, PageLimit, PageRequest, Pager, Problem, Request, Response, answer,
};
use readmit::json::FieldError;
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::store::{AuditPart, EventPage, Period};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    #[serde(default)]
    limit: PageLimit,
    cursor: Option<String>,
    employee_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<EventType>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

#[derive(Clone, Copy)]
struct Listing {
    /// None if the given employee_id is not an id. As in a path, that means an unknown employee.
    part: Option<AuditPart>,
    period: Period,
}

impl Listing {
    fn read(query: &PageQuery) -> Result<Self, Problem> {
        let part = match (&query.employee_id, query.kind) {
            (None, None) => Some(AuditPart::Whole),
            (None, Some(kind)) => Some(AuditPart::OfType(kind)),
            (Some(id), None) => id.parse::<EmployeeId>().ok().map(AuditPart::About),
            (Some(_), Some(_)) => return Err(invalid("/type", "cannot be asked together with employee_id")),
        };
        if query.from.zip(query.to).is_some_and(|(from, to)| to <= from) {
            return Err(invalid("/to", "must be after from"));
        }
        Ok(Self { part, period: Period { from: query.from, to: query.to } })
    }

    /// The name that a cursor is bound to.
    fn name(self, company_id: CompanyId) -> String {
        let part = match self.part {
            Some(AuditPart::Whole) => String::new(),
            Some(AuditPart::About(employee_id)) => format!("/employee/{employee_id}"),
            Some(AuditPart::OfType(kind)) => format!("/type/{kind}"),
            None => "/nobody".to_owned(),
        };
        let bound = |name: &str, bound: Option<Timestamp>| bound.map(|at| format!("/{name}/{at}")).unwrap_or_default();
        let Period { from, to } = self.period;
        format!("{company_id}/events{part}{}{}", bound("from", from), bound("to", to))
    }
}

fn invalid(pointer: &str, detail: &str) -> Problem {
    Problem::InvalidRequest(vec![FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() }])
}

#[derive(Serialize)]
struct Page<'a> {
    events: Vec<EventView<'a>>,
    next_cursor: Option<String>,
}

pub const KEYS: KeyNeeds = KeyNeeds { secrets: &[RootSecret::Cursors], verifies: &[TokenKind::Access] };

pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    let pager = Pager::new(&services, &request).await?;
    let company_id = pager.company_id();
    let page_request = request.query::<PageQuery>().and_then(|query| {
        let listing = Listing::read(&query)?;
        Ok(PageRequest { name: listing.name(company_id), listing, limit: query.limit, cursor: query.cursor })
    });
    let (_, page) =
        pager.read(&page_request, |page_request, start| read(&services, company_id, page_request, start)).await?;
    let events = page.events.iter().map(EventView::from).collect();
    let next_cursor = page.next.map(|last| pager.next(&page_request?.name, &last.to_string())).transpose()?;
    answer::ok(&Page { events, next_cursor })
}

async fn read(
    services: &Services,
    company_id: CompanyId,
    page_request: &PageRequest<Listing>,
    start: Option<String>,
) -> Result<EventPage, Failure> {
    let before = start.map(|start| start.parse::<EventId>()).transpose().map_err(|_| Problem::InvalidCursor)?;
    let Listing { part, period } = page_request.listing;
    let Some(part) = part else { return Ok(EventPage { events: Vec::new(), next: None }) };
    Ok(services.store.audit_reader().page(company_id, part, period, page_request.limit.get(), before).await?)
}
