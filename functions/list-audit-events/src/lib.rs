//! `GET /v1/audit-events`: a page of the company's audit events, newest first: all of them, those about one employee, or those of
//! one type.
//!
//! Caller: a Security Admin. Effects: none.
//! Answers: 200 the page; 400 `invalid_cursor`, 401, 403, 422.

use std::sync::Arc;

use readmit::Services;
use readmit::domain::{CompanyId, EmployeeId, EventId, EventType};
use readmit::http::{
    ApiRequest as _, Body, EventView, Failure, PageLimit, PageRequest, Pager, Problem, Request, Response, answer,
};
use readmit::json::FieldError;
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::store::{AuditPart, EventPage};
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
}

#[derive(Clone, Copy)]
enum Listing {
    Part(AuditPart),
    /// The given employee_id is not an id. As in a path, that means an unknown employee.
    AboutNobody,
}

impl Listing {
    fn read(query: &PageQuery) -> Result<Self, Problem> {
        match (&query.employee_id, query.kind) {
            (None, None) => Ok(Self::Part(AuditPart::Whole)),
            (None, Some(kind)) => Ok(Self::Part(AuditPart::OfType(kind))),
            (Some(id), None) => {
                Ok(id.parse::<EmployeeId>().map_or(Self::AboutNobody, |id| Self::Part(AuditPart::About(id))))
            }
            (Some(_), Some(_)) => {
                let detail = "cannot be asked together with employee_id".to_owned();
                Err(Problem::InvalidRequest(vec![FieldError { pointer: "/type".to_owned(), detail }]))
            }
        }
    }

    /// The name that a cursor is bound to.
    fn name(self, company_id: CompanyId) -> String {
        match self {
            Self::Part(AuditPart::Whole) => format!("{company_id}/events"),
            Self::Part(AuditPart::About(employee_id)) => format!("{company_id}/events/employee/{employee_id}"),
            Self::Part(AuditPart::OfType(kind)) => format!("{company_id}/events/type/{kind}"),
            Self::AboutNobody => format!("{company_id}/events/nobody"),
        }
    }
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
    match page_request.listing {
        Listing::Part(part) => {
            Ok(services.store.audit_reader().page(company_id, part, page_request.limit.get(), before).await?)
        }
        Listing::AboutNobody => Ok(EventPage { events: Vec::new(), next: None }),
    }
}
