//! `GET /v1/employees`: a page of the company's employees, by name.
//! `GET /v1/employees/{employee_id}`: one of them.
//!
//! Caller: a Security Admin. Effects: none.
//! Answers: 200 the page or the employee; 400 `invalid_cursor`, 401, 403, 404, 422.

use std::sync::Arc;

use readmit::Services;
use readmit::domain::CompanyId;
use readmit::http::{Answer, ApiRequest, EmployeeView, Failure, Nothing, Problem, live_caller, require_security_admin};
use serde::{Deserialize, Serialize};

mod cursor;

const DEFAULT_LIMIT: u8 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    #[serde(default)]
    limit: Limit,
    cursor: Option<String>,
}

/// How many employees a page holds at most: 1 to 100.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Limit(u8);

impl Default for Limit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

impl TryFrom<String> for Limit {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let limit = text.parse().ok().filter(|limit: &u8| (1..=100).contains(limit) && text == limit.to_string());
        limit.map(Self).ok_or("must be a number from 1 to 100")
    }
}

#[derive(Serialize)]
struct Page<'a> {
    employees: Vec<EmployeeView<'a>>,
    next_cursor: Option<String>,
}

/// One of the function's two routes.
pub async fn handle(services: Arc<Services>, request: ApiRequest) -> Result<Answer, Failure> {
    match request.route_key() {
        "GET /v1/employees" => page(&services, &request).await,
        "GET /v1/employees/{employee_id}" => one(&services, &request).await,
        _ => Err(Failure::Fault("a route that is not this function's".to_owned())),
    }
}

async fn page(services: &Services, request: &ApiRequest) -> Result<Answer, Failure> {
    let claims = request.access_claims(services).await?;
    let keyring = services.keyring().await?;
    let now = services.now();
    let query: Result<PageQuery, Problem> = request.query();
    let after = query.as_ref().ok().and_then(|query| query.cursor.as_deref());
    let after = after.map(|cursor| cursor::open(&keyring, &query_name(claims.company_id), cursor, now)).transpose();
    let limit = query.as_ref().map_or(Limit::default(), |query| query.limit);

    // The page is read beside the caller and shown only if the caller may see it.
    let start = after.as_ref().ok().and_then(Option::as_deref);
    let rows = services.store.employees_by_name(claims.company_id, limit.0, start);
    let (caller, rows) = tokio::join!(services.store.employee(claims.company_id, claims.employee_id), rows);
    let caller = caller?;
    let caller = live_caller(&claims, caller.as_ref())?;
    let body = request.json()?;
    require_security_admin(caller)?;
    let Nothing {} = body.read()?;
    query?;
    after?;

    let rows = rows?;
    let next = rows
        .next
        .map(|next| cursor::seal(&keyring, &query_name(claims.company_id), &next, now, &mut services.random()));
    let employees = rows.employees.iter().map(|employee| EmployeeView::new(employee, now)).collect();
    Answer::ok(&Page { employees, next_cursor: next.transpose()? })
}

/// What a cursor is bound to.
fn query_name(company_id: CompanyId) -> String {
    format!("employees by name/{company_id}")
}

async fn one(services: &Services, request: &ApiRequest) -> Result<Answer, Failure> {
    let claims = request.access_claims(services).await?;
    let wanted = request.employee_id();
    let ids: Vec<_> = [Some(claims.employee_id), wanted].into_iter().flatten().collect();
    let rows = services.store.directory(claims.company_id, &ids).await?;
    let caller = live_caller(&claims, rows.get(claims.employee_id))?;
    let body = request.json()?;
    require_security_admin(caller)?;
    let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
    let employee = wanted.and_then(|wanted| rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
    Answer::ok(&EmployeeView::new(employee, services.now()))
}
