//! `DELETE /v1/employees/{employee_id}` and `DELETE /v1/employees/{employee_id}/sessions`.

use readmit::Services;
use readmit::domain::{Actor, may_end};
use readmit::http::{
    ApiRequest as _, Body, Failure, Nothing, Problem, Request, Response, Version, access_claims, admit_admin, answer,
    require_version,
};
use readmit::mail::Mail;
use readmit::store::{Authority, Outcome, PeopleConditions};

#[derive(Clone, Copy)]
pub(crate) enum End {
    /// The person: row, credentials and passcode are deleted. The audit keeps the id.
    Employee,
    /// All sessions of the person.
    Sessions,
}

pub(crate) async fn end(services: &Services<Mail>, request: &Request, what: End) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let wanted = request.employee_id();
    let people: Vec<_> = [Some(claims.employee_id), wanted].into_iter().flatten().collect();
    let store = &services.store;
    let mut attempts = store.attempts("the person");
    loop {
        attempts.begin().await?;
        let rows = store.directory(claims.company_id, &people).await?;
        let (admin, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
        let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
        let person = wanted.and_then(|wanted| rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
        require_version(request, &Version::from(person))?;
        may_end(admin, person).map_err(Problem::from)?;

        let act = request.act(Actor::Employee { employee_id: claims.employee_id }, services.now());
        let conditions = PeopleConditions::of_admin(Authority::of(admin));
        let outcome = match what {
            End::Employee => store.erase_employee(person, &conditions, &act).await?,
            End::Sessions => store.end_sessions_of(person, &conditions, &act).await?,
        };
        if outcome == Outcome::Done {
            return Ok(answer::no_content());
        }
    }
}
