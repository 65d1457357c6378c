//! `GET /v1/employees`: a page of the company's employees: all by name, those whom a filter finds, or those whom a word finds.
//! `GET /v1/employees/{employee_id}`: one of them.
//! `GET /v1/session`: whether the caller's own session lasts, and what the directory says of the caller now.
//!
//! Caller: a Security Admin; of the last one, whoever is signed in. Effects: none.
//! Answers: 200 the page, the employee or the session; 400 `invalid_cursor`, 401, 403, 404, 422.

use std::sync::Arc;

use readmit::Services;
use readmit::domain::{CompanyId, Filter, Prefix};
use readmit::http::{
    ApiRequest as _, Asked, Body, EmployeeView, Failure, LiveSessionView, Nothing, PageLimit, Pager, Problem, Request,
    Response, access_claims, access_session, admit_admin, answer, live_caller,
};
use readmit::json::FieldError;
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::store::{EmployeePage, Matches};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    #[serde(default)]
    limit: PageLimit,
    cursor: Option<String>,
    query: Option<Prefix>,
    filter: Option<Filter>,
}

enum Listing {
    All,
    Found(Prefix),
    Filtered(Filter),
}

impl Listing {
    fn read(query: &PageQuery) -> Result<Self, Problem> {
        match (&query.query, query.filter) {
            (None, None) => Ok(Self::All),
            (Some(prefix), None) => Ok(Self::Found(prefix.clone())),
            (None, Some(filter)) => Ok(Self::Filtered(filter)),
            (Some(_), Some(_)) => {
                let detail = "cannot be asked together with query".to_owned();
                Err(Problem::InvalidRequest(vec![FieldError { pointer: "/filter".to_owned(), detail }]))
            }
        }
    }

    /// What a cursor is bound to.
    fn name(&self, company_id: CompanyId) -> String {
        match self {
            Self::All => format!("{company_id}/all"),
            Self::Found(prefix) => format!("{company_id}/query/{}", prefix.as_str()),
            Self::Filtered(filter) => format!("{company_id}/filter/{}", filter.name()),
        }
    }
}

#[derive(Serialize)]
struct Page<'a> {
    employees: Vec<EmployeeView<'a>>,
    next_cursor: Option<String>,
}

pub const KEYS: KeyNeeds = KeyNeeds { secrets: &[RootSecret::Cursors], verifies: &[TokenKind::Access] };

pub async fn handle(services: Arc<Services>, request: Request) -> Result<Response<Body>, Failure> {
    match request.route_key() {
        "GET /v1/employees" => page(&services, &request).await,
        "GET /v1/employees/{employee_id}" => one(&services, &request).await,
        "GET /v1/session" => own_session(&services, &request).await,
        _ => Err(Failure::Fault("a route that is not this function's".to_owned())),
    }
}

async fn page(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let pager = Pager::new(services, request).await?;
    let company_id = pager.company_id();
    let asked = request.query::<PageQuery>().and_then(|query| {
        let listing = Listing::read(&query)?;
        Ok(Asked { name: listing.name(company_id), listing, limit: query.limit, cursor: query.cursor })
    });
    let first = pager.read(&asked, |asked, start| first_trip(services, company_id, asked, start)).await?;
    let rows = match first {
        Rows::Page(page) => page,
        Rows::Matches(prefix, matches) => services.store.found(&prefix, matches).await?,
    };
    let employees = rows.employees.iter().map(|employee| EmployeeView::new(employee, pager.now)).collect();
    let next_cursor = rows.next.map(|last| pager.next(&asked?.name, &last)).transpose()?;
    answer::ok(&Page { employees, next_cursor })
}

/// What the first trip brings: the page, or the words whose people a second trip reads.
enum Rows {
    Page(EmployeePage),
    Matches(Prefix, Matches),
}

async fn first_trip(
    services: &Services,
    company_id: CompanyId,
    asked: &Asked<Listing>,
    start: Option<String>,
) -> Result<Rows, Failure> {
    let (store, limit, start) = (&services.store, asked.limit.get(), start.as_deref());
    Ok(match &asked.listing {
        Listing::All => Rows::Page(store.employees_by_name(company_id, None, limit, start).await?),
        Listing::Filtered(filter) => {
            Rows::Page(store.employees_by_name(company_id, Some(*filter), limit, start).await?)
        }
        Listing::Found(prefix) => Rows::Matches(prefix.clone(), store.search(company_id, prefix, limit, start).await?),
    })
}

async fn one(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let wanted = request.employee_id();
    let ids: Vec<_> = [Some(claims.employee_id), wanted].into_iter().flatten().collect();
    let rows = services.store.directory(claims.company_id, &ids).await?;
    let (_, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
    let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
    let employee = wanted.and_then(|wanted| rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
    answer::ok(&EmployeeView::new(employee, services.now()))
}

async fn own_session(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let session = access_session(services, request).await?;
    let row = services.store.employee(session.claims.company_id, session.claims.employee_id).await?;
    let caller = live_caller(&session.claims, row.as_ref())?;
    let Nothing {} = request.json()?.read()?;
    answer::ok(&LiveSessionView::new(&session, caller, services.now()))
}
