//! `GET /v1/session`: the caller's session and company, and how many passcodes a Security Admin may still issue.

use readmit::Services;
use readmit::domain::limit::{Allowance, CODES_AN_ADMIN};
use readmit::domain::{Admin, Timestamp};
use readmit::http::{
    ApiRequest as _, Body, Failure, LiveSessionView, Nothing, Request, Response, access_session, answer, live_caller,
};
use serde::Serialize;

#[derive(Serialize)]
struct OwnSession<'a> {
    #[serde(flatten)]
    session: LiveSessionView<'a>,
    issuing: Option<Issuing>,
}

/// The caller's rate limit.
#[derive(Serialize)]
struct Issuing {
    left: usize,
    limit: usize,
    more_at: Option<Timestamp>,
}

pub(crate) async fn session(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let session = access_session(services, request).await?;
    let (company_id, employee_id) = (session.claims.company_id, session.claims.employee_id);
    let (row, company, allowance) = tokio::join!(
        services.store.employee(company_id, employee_id),
        services.shown_company(company_id),
        services.store.issuing_allowance(employee_id, services.now())
    );
    let row = row?;
    let caller = live_caller(&session.claims, row.as_ref())?;
    let Nothing {} = request.json()?.read()?;
    let allowance = allowance?;
    let issuing = Admin::of(caller).map(|_| Issuing::from(allowance));
    answer::ok(&OwnSession { session: LiveSessionView::new(&session, caller, company.as_ref()), issuing })
}

impl From<Allowance> for Issuing {
    fn from(Allowance { left, more_at }: Allowance) -> Self {
        let [limit] = CODES_AN_ADMIN;
        Self { left, limit: limit.most, more_at }
    }
}
