//! Passcodes for several employees, with one result for each.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt as _, stream};
use readmit::Services;
use readmit::app::approvals::WaitingAct;
use readmit::app::issue::CodeToMail;
use readmit::domain::{
    Actor, Admin, Approval, AuditContext, Company, Employee, EmployeeId, IssueOptions, IssuedFor, LatestPasscode,
    Login, Name, Reason, SensitiveAct, Timestamp, issue as decide, sensitive_passcode,
};
use readmit::http::{
    ApiRequest as _, ApprovalView, Body, Failure, JsonBody, PasscodeView, Problem, Request, Response, access_claims,
    admit_admin, answer, live_caller,
};
use readmit::json::FieldError;
use readmit::keyring::AccessClaims;
use readmit::mail::Mail;
use readmit::store::{Admission, Authority, IssueView, PasscodeRow, Places, Reservations, Throttled, one_more_code};
use serde::{Deserialize, Serialize};

const MAX_EMPLOYEES: usize = 25;
/// Mails sent at the same time. 25 mails take two rounds; with SES's limit of five seconds each, both fit into one request.
const PARALLEL: usize = 13;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BulkRequest {
    employee_ids: Vec<String>,
    #[serde(default)]
    reason: Option<Reason>,
}

#[derive(Serialize)]
struct Results<'a> {
    results: Vec<ResultView<'a>>,
}

#[derive(Serialize)]
struct ResultView<'a> {
    employee_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    passcode: Option<PasscodeView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approval: Option<ApprovalView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemView>,
}

/// Why an employee got no passcode.
#[derive(Serialize)]
struct ProblemView {
    code: &'static str,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<Timestamp>,
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> Self {
        Self { code: problem.code(), detail: problem.to_string(), retry_at: problem.retry_at() }
    }
}

/// Why an employee gets no passcode now.
enum NotIssued {
    Failed(Failure),
    /// A second Security Admin must approve it.
    Waits(Box<Approval>),
}

impl<E: Into<Failure>> From<E> for NotIssued {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The data that all passcodes of a request share.
struct BulkIssue<'a> {
    services: &'a Services<Mail>,
    claims: &'a AccessClaims,
    /// The name of the Security Admin who calls.
    issuer: &'a Name,
    company: &'a Company,
    options: IssueOptions,
    act: AuditContext,
}

pub(crate) async fn issue(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    // Parse now; report body errors only after authorization.
    let bulk = request.json().and_then(JsonBody::read::<BulkRequest>).and_then(checked);
    let bulk = no_key(request).and(bulk);
    let ids: Vec<Option<EmployeeId>> =
        bulk.iter().flat_map(|bulk| bulk.employee_ids.iter().map(|id| id.parse().ok())).collect();
    let known: Vec<_> = ids.iter().copied().flatten().collect();
    let view = services.store.issue_view(claims.company_id, claims.employee_id, &known, None).await?;
    let (admin, _) = admit_admin(&claims, view.rows.get(claims.employee_id), request)?;
    let bulk = bulk?;
    let company = view.rows.company.as_ref().ok_or_else(|| Failure::Fault("a company has no row".to_owned()))?;

    let act = request.act(Actor::Employee { employee_id: claims.employee_id }, services.now());
    let options = IssueOptions { reason: bulk.reason.clone(), ..IssueOptions::default() };
    let issuer = &admin.employee().full_name;
    let issuing = BulkIssue { services, claims: &claims, issuer, company, options, act };
    let logins: Vec<Login> = known.iter().filter_map(|id| Some(view.rows.get(*id)?.login.clone())).collect();
    let replaced = services.store.passcodes(&logins).await?;
    let mut admitted: Vec<Result<&Employee, NotIssued>> = Vec::with_capacity(ids.len());
    for id in &ids {
        admitted.push(issuing.check_holder(&view, &replaced, *id).await);
    }
    issuing.reserve_places(&mut admitted).await?;
    // Stored one after the other: each transaction checks the caller's row, and DynamoDB rejects two transactions that do so at the
    // same time.
    let mut mails = Vec::with_capacity(admitted.len());
    for holder in admitted {
        mails.push(issuing.mail(issuing.store(&view, &replaced, holder).await));
    }
    let outcomes: Vec<_> = stream::iter(mails).buffered(PARALLEL).collect().await;
    let now = services.now();
    let rows = bulk.employee_ids.iter().zip(&outcomes).map(|(id, outcome)| row(id, outcome, issuing.issuer, now));
    answer::ok(&Results { results: rows.collect() })
}

/// This route has no idempotency, so it refuses the header: a client that relied on it would mail all the codes again.
fn no_key(request: &Request) -> Result<(), Problem> {
    if request.headers().contains_key("idempotency-key") {
        let detail = "this route takes no Idempotency-Key".to_owned();
        return Err(Problem::InvalidRequest(vec![FieldError { pointer: String::new(), detail }]));
    }
    Ok(())
}

fn checked(bulk: BulkRequest) -> Result<BulkRequest, Problem> {
    let fault = |detail: &str| {
        let (pointer, detail) = ("/employee_ids".to_owned(), detail.to_owned());
        Err(Problem::InvalidRequest(vec![FieldError { pointer, detail }]))
    };
    if !(1..=MAX_EMPLOYEES).contains(&bulk.employee_ids.len()) {
        return fault("must name 1 to 25 employees");
    }
    if bulk.employee_ids.iter().collect::<BTreeSet<_>>().len() < bulk.employee_ids.len() {
        return fault("must name each employee once");
    }
    Ok(bulk)
}

impl BulkIssue<'_> {
    /// The caller from `view`, if the session is still valid and the role is still Security Admin.
    fn admin<'v>(&self, view: &'v IssueView) -> Result<Admin<'v>, Problem> {
        let caller = live_caller(self.claims, view.rows.get(self.claims.employee_id))?;
        Admin::of(caller).ok_or(Problem::NotSecurityAdmin)
    }

    /// The holder, after all checks except the admin's own rate limit.
    async fn check_holder<'v>(
        &self,
        view: &'v IssueView,
        replaced: &HashMap<Login, PasscodeRow>,
        id: Option<EmployeeId>,
    ) -> Result<&'v Employee, NotIssued> {
        let holder = id.and_then(|id| view.rows.get(id)).ok_or(Problem::EmployeeNotFound)?;
        let (admin, mut random) = (IssuedFor::Admin(self.admin(view)?), self.services.random());
        decide(admin, self.company, holder.clone(), &self.options, self.act.at, &mut random)?;
        if let Some(act) = sensitive_passcode(self.company, holder) {
            return Err(self.wait(act, self.admin(view)?, holder).await?);
        }
        match one_more_code(holder.employee_id, replaced.get(&holder.login), self.act.at) {
            Ok(_) => Ok(holder),
            Err(throttled) => Err(self.throttled(&throttled, holder).await?.into()),
        }
    }

    /// Lets the passcode of a Security Admin wait.
    async fn wait(&self, act: SensitiveAct, admin: Admin<'_>, holder: &Employee) -> Result<NotIssued, Failure> {
        let body = serde_json::to_string(&self.options)?;
        let waiting = WaitingAct { act, concerned: Some(holder), body };
        let approval = self.services.wait_for_approval(admin, waiting, &self.act).await?;
        Ok(approval.map_or_else(|| Problem::NotSecurityAdmin.into(), |approval| NotIssued::Waits(Box::new(approval))))
    }

    /// Reserves places in the admin's rate limit for all admitted holders, in one write. Holders without a place get 429.
    async fn reserve_places(&self, admitted: &mut [Result<&Employee, NotIssued>]) -> Result<(), Failure> {
        let wanted = admitted.iter().filter(|holder| holder.is_ok()).count();
        if wanted == 0 {
            return Ok(());
        }
        let store = &self.services.store;
        let (places, throttled) = match store.reserve(self.claims.employee_id, wanted, self.act.at).await? {
            Admission::Admitted(places) => (places, None),
            Admission::Throttled(throttled) => (Places { count: 0, more_at: None }, Some(throttled)),
        };
        let (now, until) = (self.act.at, places.more_at.unwrap_or(self.act.at));
        for left_out in admitted.iter_mut().filter(|holder| holder.is_ok()).skip(places.count) {
            let Ok(holder) = *left_out else { continue };
            *left_out = Err(match &throttled {
                Some(throttled) => self.throttled(throttled, holder).await?.into(),
                None => Problem::TooManyRequests { until, now }.into(),
            });
        }
        Ok(())
    }

    async fn throttled(&self, throttled: &Throttled, holder: &Employee) -> Result<Failure, Failure> {
        Ok(self.services.throttled(throttled, holder, &self.act).await?.into())
    }

    /// Stores a code for an admitted holder. Stores none if the caller has lost the role in the meantime.
    async fn store(
        &self,
        view: &IssueView,
        replaced: &HashMap<Login, PasscodeRow>,
        holder: Result<&Employee, NotIssued>,
    ) -> Result<CodeToMail, NotIssued> {
        let (holder, store) = (holder?, &self.services.store);
        let (company_id, admin_id) = (self.claims.company_id, self.claims.employee_id);
        let (mut attempts, mut again) = (store.attempts("the holder"), None);
        let mut replaced = replaced.get(&holder.login).cloned();
        attempts.begin().await?;
        loop {
            let view = again.as_ref().unwrap_or(view);
            let admin = self.admin(view)?;
            let holder = view.rows.get(holder.employee_id).ok_or(Problem::EmployeeNotFound)?;
            // The holder may have become a Security Admin since the check.
            if let Some(act) = sensitive_passcode(self.company, holder) {
                return Err(self.wait(act, admin, holder).await?);
            }
            let (now, mut random) = (self.services.now(), self.services.random());
            let issued =
                decide(IssuedFor::Admin(admin), self.company, holder.clone(), &self.options, now, &mut random)?;
            let codes_at = match one_more_code(holder.employee_id, replaced.as_ref(), now) {
                Ok(codes_at) => codes_at,
                Err(throttled) => return Err(self.throttled(&throttled, holder).await?.into()),
            };
            let authority = Some(Authority::of(admin));
            let reservations = Reservations { replaced, codes_at, authority, ..Reservations::default() };
            if let Some(stored) = self.services.store_code(issued, reservations, &self.act).await? {
                return Ok(stored);
            }
            attempts.begin().await?;
            let view = store.issue_view(company_id, admin_id, &[holder.employee_id], None).await?;
            let holder = view.rows.get(holder.employee_id).ok_or(Problem::EmployeeNotFound)?;
            replaced = store.passcode(&holder.login).await?;
            again = Some(view);
        }
    }

    async fn mail(&self, stored: Result<CodeToMail, NotIssued>) -> Result<LatestPasscode, NotIssued> {
        Ok(self.services.mail_code(stored?, self.company, &self.act).await?)
    }
}

/// The result for one employee. The cause of a failure is logged here, because the request as a whole succeeds.
fn row<'a>(
    employee_id: &'a str,
    outcome: &'a Result<LatestPasscode, NotIssued>,
    issuer: &'a Name,
    now: Timestamp,
) -> ResultView<'a> {
    let of = |problem: &Problem| Some(ProblemView::from(problem));
    let (mut passcode, mut approval) = (None, None);
    let problem = match outcome {
        Ok(issued) => {
            passcode = Some(PasscodeView::new(issued, Some(issuer), now));
            None
        }
        Err(NotIssued::Waits(waiting)) => {
            approval = Some(ApprovalView::from(&**waiting));
            None
        }
        Err(NotIssued::Failed(Failure::Problem(problem) | Failure::WithReason(problem, _))) => of(problem),
        Err(NotIssued::Failed(Failure::Dependency(problem, cause))) => {
            tracing::error!(code = problem.code(), cause, "passcode not issued");
            of(problem)
        }
        Err(NotIssued::Failed(Failure::Fault(cause))) => {
            tracing::error!(cause, "passcode not issued");
            of(&Problem::TemporarilyUnavailable)
        }
    };
    ResultView { employee_id, passcode, approval, problem }
}
