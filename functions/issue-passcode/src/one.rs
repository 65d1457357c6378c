//! A passcode for one employee.

use std::time::Duration;

use readmit::Services;
use readmit::app::approvals::WaitingAct;
use readmit::app::issue::IssuedWith;
use readmit::domain::{Actor, EmployeeId, IssueOptions, IssuedFor, issue as decide, sensitive_passcode};
use readmit::http::{
    ApiRequest as _, Body, Failure, IssuedView, JsonBody, Problem, Request, Response, WaitingView, access_claims,
    admit_admin, answer, require_recent_sign_in,
};
use readmit::keyring::AccessClaims;
use readmit::mail::Mail;
use readmit::store::{IdempotencyKey, KeptAnswer, KeyState};

/// A request waits up to 5 seconds, as the contract says, for an earlier request with the same key.
const MAX_WAITS: u32 = 20;
const WAIT: Duration = Duration::from_millis(250);

enum Attempt {
    Answered(Response<Body>),
    /// The data changed after it was read: read it and decide again.
    Conflict,
    /// Another request with the same key is in progress.
    InProgress,
}

/// The parsed request. It keeps errors of body and key, because the handler reports them only after it has authorized the caller.
struct ParsedRequest {
    options: Result<IssueOptions, Problem>,
    key: Result<Option<IdempotencyKey>, Failure>,
}

impl ParsedRequest {
    fn read(request: &Request, admin: EmployeeId) -> Self {
        let options = request.json().and_then(JsonBody::read::<IssueOptions>);
        let key = options.as_ref().map_or(Ok(None), |options| {
            let key = request.idempotency_key()?;
            Ok(key.map(|key| IdempotencyKey::new(admin, key, &(request.employee_id(), options))).transpose()?)
        });
        Self { options, key }
    }
}

pub(crate) async fn issue(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let parsed = ParsedRequest::read(request, claims.employee_id);
    let (mut attempts, mut waits) = (services.store.attempts("the holder"), 0);
    attempts.begin().await?;
    loop {
        match attempt(services, request, &claims, &parsed).await? {
            Attempt::Answered(answer) => return Ok(answer),
            Attempt::Conflict => attempts.begin().await?,
            Attempt::InProgress if waits == MAX_WAITS => return Err(Problem::RequestInProgress.into()),
            Attempt::InProgress => {
                waits += 1;
                tokio::time::sleep(WAIT).await;
            }
        }
    }
}

async fn attempt(
    services: &Services<Mail>,
    request: &Request,
    claims: &AccessClaims,
    parsed: &ParsedRequest,
) -> Result<Attempt, Failure> {
    let (store, wanted) = (&services.store, request.employee_id());
    let holders: Vec<_> = wanted.into_iter().collect();
    let key = parsed.key.as_ref().ok().and_then(Option::as_ref);
    let view = store.issue_view(claims.company_id, claims.employee_id, &holders, key).await?;
    let (admin, body) = admit_admin(claims, view.rows.get(claims.employee_id), request)?;
    let options = parsed.options.as_ref().map_err(Problem::clone)?;
    let key = parsed.key.as_ref().map_err(Failure::clone)?.as_ref();
    if options.suspend {
        require_recent_sign_in(claims, services.now())?;
    }
    let holder = wanted.and_then(|wanted| view.rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
    let company = view.rows.company.as_ref().ok_or_else(|| Failure::Fault("a company has no row".to_owned()))?;

    let (now, mut random) = (services.now(), services.random());
    let issued = decide(IssuedFor::Admin(admin), company, holder.clone(), options, now, &mut random)?;
    let lease = match key.map(|key| view.key_state(key, now)) {
        None => None,
        Some(KeyState::Free(lease)) => Some(lease),
        Some(KeyState::InProgress) => return Ok(Attempt::InProgress),
        Some(KeyState::Answered(KeptAnswer::Passcode(passcode))) => {
            let answer = IssuedView::new(&passcode, admin.employee(), passcode.issued_at);
            return Ok(Attempt::Answered(answer::created(&answer)?));
        }
        Some(KeyState::OtherRequest | KeyState::Answered(_)) => return Err(Problem::IdempotencyKeyReused.into()),
    };
    let act = request.act(Actor::Employee { employee_id: claims.employee_id }, now);
    if let Some(kind) = sensitive_passcode(company, holder) {
        let waiting = WaitingAct { act: kind, concerned: Some(holder), body: body.to_text() };
        return Ok(match services.wait_for_approval(admin, waiting, &act).await? {
            Some(approval) => Attempt::Answered(answer::accepted(&WaitingView::from(&approval))?),
            None => Attempt::Conflict,
        });
    }
    let replaced = store.passcode(&holder.login).await?;
    let with = IssuedWith { replaced, lease, approved: None };
    Ok(match services.deliver_for(admin, &view, issued, company, with, &act).await? {
        Some(passcode) => Attempt::Answered(answer::created(&IssuedView::new(&passcode, admin.employee(), act.at))?),
        None => Attempt::Conflict,
    })
}
