//! `GET /v1/approvals`, `POST` and `DELETE /v1/approvals/{approval_id}`: acts that wait for a second Security Admin.

use readmit::Services;
use readmit::domain::{Actor, Admin, Approval, ApprovalCommand, ApprovalStatus, EmployeeId};
use readmit::http::{
    ApiRequest as _, ApprovalView, Body, Failure, Nothing, Problem, Request, Response, access_claims, admit_admin,
    answer,
};
use readmit::keyring::AccessClaims;
use readmit::mail::Mail;
use readmit::store::{Approved, Authority, Outcome, PeopleConditions};
use serde::Serialize;

use crate::approved::Waited;

#[derive(Serialize)]
struct Open {
    approvals: Vec<ApprovalView>,
}

pub(crate) async fn open(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let rows = services.store.directory(claims.company_id, &[claims.employee_id]).await?;
    let (_, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
    let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
    let open = services.store.open_approvals(claims.company_id, services.now()).await?;
    answer::ok(&Open { approvals: open.iter().map(ApprovalView::from).collect() })
}

/// The request of the path. None if the path has no id.
async fn requested(
    services: &Services<Mail>,
    claims: &AccessClaims,
    request: &Request,
) -> Result<Option<Approval>, Failure> {
    match request.approval_id() {
        Some(id) => Ok(services.store.approval(claims.company_id, id).await?),
        None => Ok(None),
    }
}

/// Approves a request, and does its act in the same transaction. A repeated approval is answered like the first one.
pub(crate) async fn approve(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let mut attempts = services.store.attempts("the request for an approval");
    loop {
        attempts.begin().await?;
        let approval = requested(services, &claims, request).await?;
        let named = approval.iter().flat_map(|approval| [Some(approval.requested_by), approval.employee_id]);
        let people: Vec<EmployeeId> = named.flatten().chain([claims.employee_id]).collect();
        let (rows, company) = services.store.directory_with_brand(claims.company_id, &people).await?;
        let (admin, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
        let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
        let approval = approval.ok_or(Problem::ApprovalNotFound)?;
        if approval.status == ApprovalStatus::Approved {
            return Ok(answer::no_content());
        }

        let (by, now) = (claims.employee_id, services.now());
        let another_could = another_could(services, &approval, by).await?;
        approval.apply(ApprovalCommand::Approve { by, another_could }, now).map_err(Problem::from)?;
        let requester = rows.get(approval.requested_by).and_then(Admin::of);
        let requester = requester.ok_or(Problem::RequesterNotSecurityAdmin)?;
        let approved = Some(Approved::new(approval.clone()));
        let conditions = PeopleConditions { approved, ..PeopleConditions::of_admin(Authority::of(admin)) };
        let act = request.act(Actor::Employee { employee_id: by }, now);
        let waited = Waited { services, claims: &claims, request, approver: admin, requester, conditions, act };
        if waited.commit(&approval, &rows, company).await? == Outcome::Done {
            return Ok(answer::no_content());
        }
    }
}

/// Whether somebody else could approve the caller's own request. Of another admin's request it does not matter.
async fn another_could(services: &Services<Mail>, approval: &Approval, by: EmployeeId) -> Result<bool, Failure> {
    if by != approval.requested_by {
        return Ok(true);
    }
    let (company_id, concerned) = (approval.company_id, approval.employee_id);
    Ok(services.store.has_enrolled_admin_besides(company_id, by, concerned).await?)
}

/// Cancels a request. A repeated cancellation is answered like the first one.
pub(crate) async fn cancel(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let mut attempts = services.store.attempts("the request for an approval");
    loop {
        attempts.begin().await?;
        let approval = requested(services, &claims, request).await?;
        let rows = services.store.directory(claims.company_id, &[claims.employee_id]).await?;
        let (admin, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
        let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
        let approval = approval.ok_or(Problem::ApprovalNotFound)?;
        if approval.status == ApprovalStatus::Cancelled {
            return Ok(answer::no_content());
        }
        let act = request.act(Actor::Employee { employee_id: claims.employee_id }, services.now());
        let to = approval.apply(ApprovalCommand::Cancel, act.at).map_err(Problem::from)?;
        let authority = Authority::of(admin);
        if services.store.end_approval(&approval, to, Some(&authority), &act).await? == Outcome::Done {
            return Ok(answer::no_content());
        }
    }
}
