//! `PATCH /v1/employees/{employee_id}`.

use readmit::Services;
use readmit::app::approvals::WaitingAct;
use readmit::app::people::taken;
use readmit::domain::{Actor, Admin, Company, Employee, EmployeeFields, EmployeePatch, may_change, sensitive_change};
use readmit::http::{
    ApiRequest as _, Body, Failure, Nothing, PersonView, Problem, Request, Response, Version, WaitingView,
    access_claims, admit_admin, answer, require_version, with_version,
};
use readmit::mail::Mail;
use readmit::store::{Authority, Outcome, PeopleConditions, Store};

pub(crate) async fn employee(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let wanted = request.employee_id();
    let people: Vec<_> = [Some(claims.employee_id), wanted].into_iter().flatten().collect();

    let mut attempts = services.store.attempts("the person");
    loop {
        attempts.begin().await?;
        let rows = services.store.directory(claims.company_id, &people).await?;
        let (admin, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
        let (fields, Nothing {}): (EmployeeFields, _) = (body.clone().read()?, request.query()?);
        let before = wanted.and_then(|wanted| rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
        require_version(request, &Version::from(before))?;

        let after = fields.applied_to(before);
        if EmployeePatch::diff(before, &after).fields.is_empty() {
            return shown(before);
        }
        let company = company(&rows.company)?;
        check(&services.store, admin, company, before, &after).await?;
        let act = request.act(Actor::Employee { employee_id: claims.employee_id }, services.now());
        if let Some(kind) = sensitive_change(company, before, &after) {
            let waiting = WaitingAct { act: kind, concerned: Some(before), body: body.to_text() };
            if let Some(approval) = services.wait_for_approval(admin, waiting, &act).await? {
                return answer::accepted(&WaitingView::from(&approval));
            }
            continue;
        }
        let conditions = PeopleConditions::of_admin(Authority::of(admin));
        if services.store.change_employee(before, &after, &conditions, &act).await? == Outcome::Done {
            return shown(&after);
        }
    }
}

pub(crate) fn company(row: &Option<Company>) -> Result<&Company, Failure> {
    row.as_ref().ok_or_else(|| Failure::Fault("a company has no row".to_owned()))
}

fn shown(person: &Employee) -> Result<Response<Body>, Failure> {
    with_version(answer::ok(&PersonView::from(person))?, &Version::from(person))
}

/// Refuses a change that the admin may not make, and an address or an external id that somebody has. One request, if one of them changes.
pub(crate) async fn check(
    store: &Store,
    admin: Admin<'_>,
    company: &Company,
    before: &Employee,
    after: &Employee,
) -> Result<(), Failure> {
    may_change(admin, company, before, after).map_err(Problem::from)?;
    if before.login == after.login && before.external_id == after.external_id {
        return Ok(());
    }
    let owners = store.owners(after.company_id, &after.login, after.external_id.as_ref()).await?;
    taken(owners, after).map_or(Ok(()), |taken| Err(Problem::from(taken).into()))
}
