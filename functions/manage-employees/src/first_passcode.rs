//! The answer to an addition, and the new person's first passcode.

use readmit::Services;
use readmit::app::issue::IssuedWith;
use readmit::domain::{Actor, Employee, EmployeeId, IssueOptions, IssuedFor, Issuer, LatestPasscode, issue as decide};
use readmit::http::{
    ApiRequest as _, Body, EmployeeView, Failure, PasscodeView, Problem, RefusalView, Request, Response, Version,
    admit_admin, answer, with_version,
};
use readmit::keyring::AccessClaims;
use readmit::mail::Mail;
use serde::Serialize;

use crate::change::company;

#[derive(Serialize)]
struct Added<'a> {
    #[serde(flatten)]
    employee: EmployeeView<'a>,
    /// Why the wanted passcode was not mailed.
    refusal: Option<RefusalView>,
}

/// The new person, with a passcode if one is wanted. If it cannot be mailed, the person stays, and the answer says why.
pub(crate) async fn added(
    services: &Services<Mail>,
    request: &Request,
    claims: &AccessClaims,
    person: &Employee,
    mails: bool,
) -> Result<Response<Body>, Failure> {
    let issued = if mails { issue(services, request, claims, person.employee_id).await.map(Some) } else { Ok(None) };
    let (issued, refusal) = match issued {
        Ok(issued) => (issued, None),
        Err(Failure::Problem(problem) | Failure::WithReason(problem, _) | Failure::Dependency(problem, _)) => {
            (None, Some(RefusalView::from(&problem)))
        }
        Err(fault @ Failure::Fault(_)) => return Err(fault),
    };
    let passcode =
        issued.as_ref().map(|(passcode, issuer)| PasscodeView::new(passcode, Some(&issuer.full_name), services.now()));
    let added = Added { employee: EmployeeView::new(person, passcode), refusal };
    let location = format!("/v1/employees/{}", person.employee_id);
    with_version(answer::created_at(&added, &location)?, &Version::from(person))
}

/// Issues the passcode and returns it with its issuer. If an earlier try of the same request has issued one, returns that.
pub(crate) async fn issue(
    services: &Services<Mail>,
    request: &Request,
    claims: &AccessClaims,
    holder: EmployeeId,
) -> Result<(LatestPasscode, Employee), Failure> {
    let store = &services.store;
    let mut attempts = store.attempts("the holder");
    loop {
        attempts.begin().await?;
        let view = store.issue_view(claims.company_id, claims.employee_id, &[holder], None).await?;
        let (admin, _) = admit_admin(claims, view.rows.get(claims.employee_id), request)?;
        let holder = view.rows.get(holder).ok_or(Problem::EmployeeNotFound)?;
        let issuer = admin.employee().clone();
        let earlier = store.passcode(&holder.login).await?.map(|row| row.latest());
        if let Some(earlier) = earlier.filter(|earlier| earlier.issued_by == Issuer::Admin(issuer.employee_id)) {
            return Ok((earlier, issuer));
        }
        let (company, now) = (company(&view.rows.company)?, services.now());
        let options = IssueOptions::default();
        let issued = decide(IssuedFor::Admin(admin), company, holder.clone(), &options, now, &mut services.random())?;
        let act = request.act(Actor::Employee { employee_id: claims.employee_id }, now);
        if let Some(passcode) = services.deliver_for(admin, &view, issued, company, IssuedWith::default(), &act).await?
        {
            return Ok((passcode, issuer));
        }
    }
}
