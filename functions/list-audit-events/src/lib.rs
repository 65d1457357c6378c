//! `GET /v1/audit-events`: a page of the company's trail, newest first: all of it, what was done to one person, or what happened
//! in one way.
//!
//! Caller: a Security Admin. Effects: none.
//! Answers: 200 the page; 400 `invalid_cursor`, 401, 403, 422.

use std::sync::Arc;

use readmit::Services;
use readmit::domain::{CompanyId, EmployeeId, EventId, EventType};
use readmit::http::{
    ApiRequest as _, Body, EventView, Failure, FieldError, Nothing, PageLimit, Problem, Request, Response,
    access_claims, answer, live_caller, open_cursor, require_security_admin, seal_cursor,
};
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::store::{EventPage, StoreError, TrailPart};
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

/// What a page is of.
#[derive(Clone, Copy)]
enum Listing {
    Part(TrailPart),
    /// A text that is no id is nobody's, as in a path.
    AboutNobody,
}

impl Listing {
    fn read(query: &PageQuery) -> Result<Self, Problem> {
        match (&query.employee_id, query.kind) {
            (None, None) => Ok(Self::Part(TrailPart::Whole)),
            (None, Some(kind)) => Ok(Self::Part(TrailPart::OfType(kind))),
            (Some(id), None) => {
                Ok(id.parse::<EmployeeId>().map_or(Self::AboutNobody, |id| Self::Part(TrailPart::About(id))))
            }
            (Some(_), Some(_)) => {
                let detail = "cannot be asked together with employee_id".to_owned();
                Err(Problem::InvalidRequest(vec![FieldError { pointer: "/type".to_owned(), detail }]))
            }
        }
    }

    /// What a cursor is bound to.
    fn name(self, company_id: CompanyId) -> String {
        match self {
            Self::Part(TrailPart::Whole) => format!("{company_id}/events"),
            Self::Part(TrailPart::About(employee_id)) => format!("{company_id}/events/employee/{employee_id}"),
            Self::Part(TrailPart::OfType(kind)) => format!("{company_id}/events/type/{kind}"),
            Self::AboutNobody => format!("{company_id}/events/nobody"),
        }
    }
}

#[derive(Serialize)]
struct Page<'a> {
    events: Vec<EventView<'a>>,
    next_cursor: Option<String>,
}

/// The keys that the function needs.
pub const KEYS: KeyNeeds = KeyNeeds { secrets: &[RootSecret::Cursors], verifies: &[TokenKind::Access] };

/// The function's one route.
pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(&services, &request).await?;
    let (keyring, now) = (services.keyring().await?, services.now());
    let asked = request.query::<PageQuery>().and_then(|query| Ok((Listing::read(&query)?, query)));
    let start = asked.as_ref().map_or(Ok(None), |(listing, query)| {
        let open = |cursor: &String| -> Result<EventId, Problem> {
            let last = open_cursor(&keyring, &listing.name(claims.company_id), cursor, now)?;
            last.parse().map_err(|_| Problem::InvalidCursor)
        };
        query.cursor.as_ref().map(open).transpose()
    });

    // The page is read beside the caller, and shown only if the caller may see it.
    let page = async {
        match (&asked, &start) {
            (Ok((listing, query)), Ok(start)) => {
                Some(read(&services, claims.company_id, *listing, query.limit, *start).await)
            }
            _ => None,
        }
    };
    let (caller, page) = tokio::join!(services.store.employee(claims.company_id, claims.employee_id), page);
    let caller = caller?;
    let caller = live_caller(&claims, caller.as_ref())?;
    let body = request.json()?;
    require_security_admin(caller)?;
    let Nothing {} = body.read()?;
    let (listing, _) = asked?;
    start?;

    let Some(page) = page.transpose()? else { return Err(Failure::Fault("a page was not read".to_owned())) };
    let name = listing.name(claims.company_id);
    let seal = |next: EventId| seal_cursor(&keyring, &name, &next.to_string(), now, &mut services.random());
    let events = page.events.iter().map(EventView::from).collect();
    answer::ok(&Page { events, next_cursor: page.next.map(seal).transpose()? })
}

async fn read(
    services: &Services,
    company_id: CompanyId,
    listing: Listing,
    limit: PageLimit,
    before: Option<EventId>,
) -> Result<EventPage, StoreError> {
    match listing {
        Listing::Part(part) => services.store.trail().page(company_id, part, limit.get(), before).await,
        Listing::AboutNobody => Ok(EventPage { events: Vec::new(), next: None }),
    }
}
