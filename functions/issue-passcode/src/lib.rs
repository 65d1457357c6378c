//! `POST /v1/employees/{employee_id}/passcode`: a Security Admin mails an employee a one-time passcode.
//!
//! Caller: a Security Admin of the employee's company, never for the own account.
//! Effects: the employee's earlier passcode is superseded, a recovery under way abandoned; one mail; `passcode.issued`.
//! Answers: 201 the passcode, never its code; 403 `own_account`, 404, 409 `employee_disabled`, 422 `client_account`, 502
//! `email_not_sent`, 503.

use std::sync::Arc;

use readmit::MailingServices;
use readmit::domain::{Actor, IssueWish, IssuedFor, issue};
use readmit::http::{Answer, ApiRequest, Failure, PasscodeView, Problem, live_caller, require_security_admin};
use readmit::issuing::DECISIONS;
use serde::Serialize;

#[derive(Serialize)]
struct Issued<'a> {
    passcode: PasscodeView<'a>,
}

/// The function's one route.
pub async fn handle(services: Arc<MailingServices>, request: ApiRequest) -> Result<Answer, Failure> {
    let MailingServices { services: shared, .. } = &*services;
    let claims = request.access_claims(shared).await?;
    let wanted = request.employee_id();
    let ids: Vec<_> = [Some(claims.employee_id), wanted].into_iter().flatten().collect();

    for _ in 0..DECISIONS {
        let rows = shared.store.directory(claims.company_id, &ids).await?;
        let caller = live_caller(&claims, rows.get(claims.employee_id))?;
        let body = request.json()?;
        require_security_admin(caller)?;
        let wish: IssueWish = body.read()?;
        let holder = wanted.and_then(|wanted| rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
        let company = rows.company.as_ref().ok_or_else(|| Failure::Fault("a company has no row".to_owned()))?;

        let now = shared.now();
        let issued = issue(IssuedFor::Admin(caller), holder.clone(), &wish, now, &mut shared.random())?;
        let act = request.act(Actor::Employee { employee_id: caller.employee_id }, now);
        if let Some(passcode) = services.deliver(&issued, company, &act).await? {
            return Answer::created(&Issued { passcode: PasscodeView::new(&passcode, shared.now()) });
        }
    }
    Err(Failure::Caused(Problem::TemporarilyUnavailable, "the holder kept changing".to_owned()))
}
