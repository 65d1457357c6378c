//! `GET /v1/employees/{employee_id}`: one employee, and why the caller could not issue a passcode to them now.

use readmit::Services;
use readmit::domain::{Admin, Employee, IssuedFor, Timestamp, may_issue};
use readmit::http::{
    ApiRequest as _, Body, EmployeeView, Failure, Nothing, Problem, RefusalView, Request, Response, access_claims,
    admit_admin, answer,
};
use readmit::store::{IssueHistory, IssueView};
use serde::Serialize;

use crate::names::Names;

#[derive(Serialize)]
struct One<'a> {
    #[serde(flatten)]
    employee: EmployeeView<'a>,
    /// The problem that an issue would be answered now.
    refusal: Option<RefusalView>,
}

pub(crate) async fn employee(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let wanted = request.employee_id();
    let holders: Vec<_> = wanted.into_iter().collect();
    let view = services.store.issue_view(claims.company_id, claims.employee_id, &holders, None).await?;
    let (caller, body) = admit_admin(&claims, view.rows.get(claims.employee_id), request)?;
    let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
    let employee = wanted.and_then(|wanted| view.rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
    let (passcodes, history) = services.store.latest_passcode(&employee.login).await?;
    let people = std::slice::from_ref(employee);
    let names = Names::of(services, caller.employee(), people, &passcodes).await?;
    let now = services.now();
    let refusal = refusal(caller, employee, &view, &history, now);
    answer::ok(&One { employee: names.view(employee, &passcodes, now), refusal })
}

/// Decides as an issue does, in the same order.
fn refusal(
    caller: Admin<'_>,
    employee: &Employee,
    view: &IssueView,
    history: &IssueHistory,
    now: Timestamp,
) -> Option<RefusalView> {
    let problem = match may_issue(IssuedFor::Admin(caller), employee) {
        Err(refused) => refused.into(),
        Ok(()) => Problem::TooManyRequests { until: view.refused_until(history, now)?, now },
    };
    Some(RefusalView::from(&problem))
}
