//! `GET /v1/employees`: a page of the company's employees: all of them by name, or those that a filter or a search finds.
//! `GET /v1/employees/count`: how many employees these pages have together, up to 1,000.
//! `GET /v1/employees/{employee_id}`: one employee, and why the caller could not issue a passcode to them now.
//! `GET /v1/session`: whether the caller's session is still valid, the caller and the company as the directory has them now, and how many
//! passcodes a Security Admin may still issue.
//!
//! Caller: a Security Admin; for `GET /v1/session` anyone who is signed in. Effects: none.
//! Answers: 200 the page, the count, the employee or the session; 400 `invalid_cursor`, 401, 403, 404, 422.

use std::collections::HashSet;
use std::sync::Arc;

use readmit::Services;
use readmit::domain::{CompanyId, Employee, Filter, Login, PasscodeFilter, Prefix, Timestamp};
use readmit::http::{
    ApiRequest as _, Body, EmployeeView, Failure, PageLimit, PageRequest, Pager, Request, Response, answer,
};
use readmit::keyring::{KeyNeeds, RootSecret, TokenKind};
use readmit::store::{EmployeePage, Holders, LatestPasscodes, Matches};
use serde::{Deserialize, Serialize};

mod count;
mod listing;
mod names;
mod one;
mod own_session;

use listing::Listing;
use names::Names;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    #[serde(default)]
    limit: PageLimit,
    cursor: Option<String>,
    query: Option<Prefix>,
    filter: Option<Filter>,
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
        "GET /v1/employees/count" => count::employees(&services, &request).await,
        "GET /v1/employees/{employee_id}" => one::employee(&services, &request).await,
        "GET /v1/session" => own_session::session(&services, &request).await,
        _ => Err(Failure::Fault("a route that is not this function's".to_owned())),
    }
}

async fn page(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let pager = Pager::new(services, request).await?;
    let company_id = pager.company_id();
    let page_request = request.query::<PageQuery>().and_then(|query| {
        let listing = Listing::read(query.query, query.filter)?;
        Ok(PageRequest { name: listing.name(company_id), listing, limit: query.limit, cursor: query.cursor })
    });
    let (caller, found) =
        pager.read(&page_request, |page_request, start| find(services, company_id, page_request, start)).await?;
    let (people, passcodes, next) = read(services, company_id, found, pager.now).await?;
    let names = Names::of(services, &caller, &people, &passcodes).await?;
    let employees = people.iter().map(|employee| names.view(employee, &passcodes, pager.now)).collect();
    let next_cursor = next.map(|last| pager.next(&page_request?.name, &last)).transpose()?;
    answer::ok(&Page { employees, next_cursor })
}

/// The result of the first query: people, or else words or passcodes, whose people a second request reads.
enum Found {
    People(EmployeePage),
    Words(Prefix, Matches),
    Passcodes(PasscodeFilter, Holders),
}

async fn find(
    services: &Services,
    company_id: CompanyId,
    page_request: &PageRequest<Listing>,
    start: Option<String>,
) -> Result<Found, Failure> {
    let (store, limit, start) = (&services.store, page_request.limit.get(), start.as_deref());
    Ok(match &page_request.listing {
        Listing::All => Found::People(store.employees_by_name(company_id, None, limit, start).await?),
        Listing::Filtered(Filter::Employees(filter)) => {
            Found::People(store.employees_by_name(company_id, Some(*filter), limit, start).await?)
        }
        Listing::Filtered(Filter::Passcodes(filter)) => {
            let holders = store.employees_by_passcode(company_id, *filter, limit, start).await?;
            Found::Passcodes(*filter, holders)
        }
        Listing::Found(prefix) => Found::Words(prefix.clone(), store.search(company_id, prefix, limit, start).await?),
    })
}

/// The people of a page, their passcodes, and where the page ended.
async fn read(
    services: &Services,
    company_id: CompanyId,
    found: Found,
    now: Timestamp,
) -> Result<(Vec<Employee>, LatestPasscodes, Option<String>), Failure> {
    let store = &services.store;
    let page = match found {
        Found::People(page) => page,
        Found::Words(prefix, matches) => store.found(&prefix, matches).await?,
        Found::Passcodes(filter, Holders { rows, next }) => {
            let logins: Vec<Login> = rows.iter().map(|holder| holder.login.clone()).collect();
            let ids = rows.iter().map(|holder| holder.employee_id);
            let (people, passcodes) = tokio::join!(store.listed(company_id, ids), store.latest_passcodes(&logins));
            let (people, passcodes) = (people?, passcodes?);
            // The index is eventually consistent, and the cleanup may not have run since the code expired.
            let fits = |id| passcodes.of(id, now).is_some_and(|latest| filter.finds(latest, now));
            let mut seen = HashSet::new();
            let fitting = rows.iter().filter(|holder| fits(holder.employee_id) && seen.insert(holder.employee_id));
            let employees = fitting.filter_map(|holder| people.get(holder.employee_id).cloned()).collect();
            return Ok((employees, passcodes, next));
        }
    };
    let logins: Vec<Login> = page.employees.iter().map(|employee| employee.login.clone()).collect();
    Ok((page.employees, store.latest_passcodes(&logins).await?, page.next))
}
