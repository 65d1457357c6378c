//! A passcode for one employee.

use std::time::Duration;

use readmit::MailingServices;
use readmit::domain::{Actor, Company, Employee, EmployeeId, IssueWish, IssuedFor, issue as decide};
use readmit::http::{
    ApiRequest as _, Body, Failure, IssuedView, JsonBody, Problem, Request, Response, access_claims, answer,
    live_caller, require_recent_sign_in, require_security_admin,
};
use readmit::issuing::DECISIONS;
use readmit::store::{Authority, IdempotencyKey, IssueView, Known, Lease, Takes, pause};

/// How long a request waits for the one before it with the same key: the contract's 5 seconds.
const WAITS: u32 = 20;
const WAIT: Duration = Duration::from_millis(250);

/// What stands in the way of acting now.
enum Turn {
    /// Nothing.
    Ours(Option<Lease>),
    /// The same request is under way.
    Theirs,
    /// It was answered.
    Over(String),
}

pub(crate) async fn issue(services: &MailingServices, request: &Request) -> Result<Response<Body>, Failure> {
    let store = &services.services.store;
    let claims = access_claims(&services.services, request).await?;
    let wanted = request.employee_id();
    let holders: Vec<_> = wanted.into_iter().collect();
    // What is wrong with body and key is told in its turn, behind who may call.
    let body = request.json();
    let wish = body.clone().and_then(JsonBody::read::<IssueWish>);
    let key = wish.as_ref().map_or(Ok(None), |wish| key_of(request, claims.employee_id, wanted, wish));
    let (mut rounds, mut waits) = (0, 0);

    while rounds < DECISIONS {
        let asked = key.as_ref().ok().and_then(Option::as_ref);
        let view = store.issue_view(claims.company_id, claims.employee_id, &holders, asked).await?;
        let caller = live_caller(&claims, view.rows.get(claims.employee_id))?;
        body.as_ref().map_err(Problem::clone)?;
        require_security_admin(caller)?;
        let wish = wish.as_ref().map_err(Problem::clone)?;
        let key = match key {
            Ok(ref key) => key.as_ref(),
            Err(failure) => return Err(failure),
        };
        if wish.suspend {
            require_recent_sign_in(&claims, services.services.now())?;
        }
        let (holder, company) = holder_and_company(&view, wanted)?;

        let (now, mut random) = (services.services.now(), services.services.random());
        let issued = decide(IssuedFor::Admin(caller), company, holder.clone(), wish, now, &mut random)?;
        let lease = match turn(&view, key, now)? {
            Turn::Ours(lease) => lease,
            Turn::Over(answer) => return Ok(answer::created_as(answer)),
            Turn::Theirs if waits == WAITS => return Err(Problem::RequestInProgress.into()),
            Turn::Theirs => {
                waits += 1;
                tokio::time::sleep(WAIT).await;
                continue;
            }
        };
        let act = request.act(Actor::Employee { employee_id: caller.employee_id }, now);
        let quota = match view.quota(store, holder.employee_id, Some(caller.employee_id), now) {
            Ok(quota) => quota,
            Err(throttled) => return Err(services.throttled(&throttled, holder, &act).await?.into()),
        };
        let takes = Takes { quota, lease, authority: Some(Authority::of(caller)) };
        if let Some(passcode) = services.deliver(issued, company, takes, &act).await? {
            return answer::created(&IssuedView::new(&passcode, act.at));
        }
        pause(rounds).await;
        rounds += 1;
    }
    Err(Failure::Caused(Problem::TemporarilyUnavailable, "the holder kept changing".to_owned()))
}

fn key_of(
    request: &Request,
    admin: EmployeeId,
    wanted: Option<EmployeeId>,
    wish: &IssueWish,
) -> Result<Option<IdempotencyKey>, Failure> {
    let key = request.idempotency_key()?;
    Ok(key.map(|key| IdempotencyKey::new(admin, key, &(wanted, wish))).transpose()?)
}

fn holder_and_company(view: &IssueView, wanted: Option<EmployeeId>) -> Result<(&Employee, &Company), Failure> {
    let holder = wanted.and_then(|wanted| view.rows.get(wanted)).ok_or(Problem::EmployeeNotFound)?;
    let company = view.rows.company.as_ref().ok_or_else(|| Failure::Fault("a company has no row".to_owned()))?;
    Ok((holder, company))
}

fn turn(view: &IssueView, key: Option<&IdempotencyKey>, now: readmit::domain::Timestamp) -> Result<Turn, Problem> {
    match key.map(|key| view.known(key, now)) {
        None => Ok(Turn::Ours(None)),
        Some(Known::Free(lease)) => Ok(Turn::Ours(Some(lease))),
        Some(Known::UnderWay) => Ok(Turn::Theirs),
        Some(Known::Answered(answer)) => Ok(Turn::Over(answer)),
        Some(Known::OtherRequest) => Err(Problem::IdempotencyKeyReused),
    }
}
