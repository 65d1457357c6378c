//! The answer to an addition, and the new person's first passcode.

use readmit::Services;
use readmit::app::issue::IssuedWith;
use readmit::domain::lifecycle::{CodeStatus, Phase};
use readmit::domain::{
    Actor, Admin, Employee, IssueOptions, IssuedFor, Issuer, LatestPasscode, Name, Role, issue as decide,
};
use readmit::http::{
    ApiRequest as _, Body, EmployeeView, Failure, PasscodeView, Problem, RefusalView, Request, Response, Version,
    admit_admin, answer, with_version,
};
use readmit::keyring::AccessClaims;
use readmit::mail::Mail;
use readmit::store::Store;
use serde::Serialize;

use crate::change::company;

#[derive(Serialize)]
struct Added<'a> {
    #[serde(flatten)]
    employee: EmployeeView<'a>,
    /// Why the wanted passcode was not mailed.
    refusal: Option<RefusalView>,
}

/// The new person, with a passcode if one is wanted (`for_role`: for somebody with this role). If it cannot be mailed, the person stays, and the answer says why.
pub(crate) async fn added(
    services: &Services<Mail>,
    request: &Request,
    claims: &AccessClaims,
    person: &Employee,
    for_role: Option<Role>,
) -> Result<Response<Body>, Failure> {
    let issued = match for_role {
        Some(role) => issue(services, request, claims, person, role).await.map(Some),
        None => Ok(None),
    };
    let (issued, refusal) = match issued {
        Ok(issued) => (issued, None),
        Err(Failure::Problem(problem) | Failure::WithReason(problem, _) | Failure::Dependency(problem, _)) => {
            (None, Some(RefusalView::from(&problem)))
        }
        Err(fault @ Failure::Fault(_)) => return Err(fault),
    };
    let passcode =
        issued.as_ref().map(|(passcode, issuer)| PasscodeView::new(passcode, issuer.as_ref(), services.now()));
    let added = Added { employee: EmployeeView::new(person, passcode), refusal };
    let location = format!("/v1/employees/{}", person.employee_id);
    with_version(answer::created_at(&added, &location)?, &Version::from(person))
}

/// Issues the passcode and returns it with the name of its issuer. If the person has one already, an earlier try of the same request has
/// issued it, or somebody else has since: then returns that, because nobody is mailed twice. Refused if the role is not the wanted one: a
/// passcode for somebody who has become a Security Admin meanwhile may have to be approved.
pub(crate) async fn issue(
    services: &Services<Mail>,
    request: &Request,
    claims: &AccessClaims,
    person: &Employee,
    wanted: Role,
) -> Result<(LatestPasscode, Option<Name>), Failure> {
    let store = &services.store;
    let mut attempts = store.attempts("the holder");
    loop {
        attempts.begin().await?;
        let view = store.issue_view(claims.company_id, claims.employee_id, &[person.employee_id], None).await?;
        let (admin, _) = admit_admin(claims, view.rows.get(claims.employee_id), request)?;
        let holder = view.rows.get(person.employee_id).ok_or(Problem::EmployeeNotFound)?;
        if holder.granted_role != wanted {
            return Err(Problem::ChangedMeanwhile.into());
        }
        if let Some(earlier) = store.passcode(&holder.login).await? {
            return earlier_passcode(store, admin, earlier.latest()).await;
        }
        let (company, now) = (company(&view.rows.company)?, services.now());
        let options = IssueOptions::default();
        let issued = decide(IssuedFor::Admin(admin), company, holder.clone(), &options, now, &mut services.random())?;
        let act = request.act(Actor::Employee { employee_id: claims.employee_id }, now);
        if let Some(passcode) = services.deliver_for(admin, &view, issued, company, IssuedWith::default(), &act).await?
        {
            return Ok((passcode, Some(admin.employee().full_name.clone())));
        }
    }
}

async fn earlier_passcode(
    store: &Store,
    admin: Admin<'_>,
    passcode: LatestPasscode,
) -> Result<(LatestPasscode, Option<Name>), Failure> {
    if passcode.phase == Phase::Code(CodeStatus::Failed) {
        return Err(Problem::EmailNotSent.into());
    }
    let admin = admin.employee();
    let name = match passcode.issued_by {
        Issuer::Admin(issuer) if issuer == admin.employee_id => Some(admin.full_name.clone()),
        Issuer::Admin(issuer) => store.employee(admin.company_id, issuer).await?.map(|issuer| issuer.full_name),
        Issuer::Operator(_) => None,
    };
    Ok((passcode, name))
}
