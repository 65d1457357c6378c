//! `POST /v1/employees/{employee_id}/passcode`: a Security Admin mails an employee a one-time passcode.
//!
//! Caller: a Security Admin of the employee's company, never for the own account.
//! Effects: the employee's earlier passcode is superseded, a recovery under way abandoned; one mail; `passcode.issued`.
//! Answers: 201 the passcode, never its code; 403 `own_account`, 404, 409 `employee_disabled`, 422 `client_account`,
//! 429 `too_many_requests`, 502 `email_not_sent`, 503.

use std::sync::Arc;

use readmit::MailingServices;
use readmit::domain::{Actor, IssueWish, IssuedFor, issue};
use readmit::http::{Answer, ApiRequest, Failure, PasscodeView, Problem, live_caller, require_security_admin};
use readmit::issuing::DECISIONS;
use readmit::store::pause;
use serde::Serialize;

#[derive(Serialize)]
struct Issued<'a> {
    passcode: PasscodeView<'a>,
}

/// The function's one route.
pub async fn handle(services: Arc<MailingServices>, request: ApiRequest) -> Result<Answer, Failure> {
    let store = &services.services.store;
    let claims = request.access_claims(&services.services).await?;
    let wanted = request.employee_id();

    for round in 0..DECISIONS {
        let view = store.issue_view(claims.company_id, claims.employee_id, wanted).await?;
        let caller = live_caller(&claims, view.rows.get(claims.employee_id))?;
        let body = request.json()?;
        require_security_admin(caller)?;
        let wish: IssueWish = body.read()?;
        let holder = wanted.and_then(|wanted| view.rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
        let company = view.rows.company.as_ref().ok_or_else(|| Failure::Fault("a company has no row".to_owned()))?;

        let now = services.services.now();
        let issued = issue(IssuedFor::Admin(caller), holder.clone(), &wish, now, &mut services.services.random())?;
        let act = request.act(Actor::Employee { employee_id: caller.employee_id }, now);
        let quota = match view.quota(store, holder.employee_id, caller.employee_id, now) {
            Ok(quota) => quota,
            Err(throttled) => return Err(services.throttled(&throttled, holder, &act).await?.into()),
        };
        if let Some(passcode) = services.deliver(&issued, company, quota, &act).await? {
            return Answer::created(&Issued { passcode: PasscodeView::new(&passcode, services.services.now()) });
        }
        pause(round).await;
    }
    Err(Failure::Caused(Problem::TemporarilyUnavailable, "the holder kept changing".to_owned()))
}
