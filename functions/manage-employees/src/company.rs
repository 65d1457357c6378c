//! `GET /v1/company` and `PATCH /v1/company`.

use readmit::Services;
use readmit::app::approvals::WaitingAct;
use readmit::domain::{Actor, BrandedCompany, CompanyFields, sensitive_policy};
use readmit::http::{
    ApiRequest as _, Body, CompanySettingsView, Failure, Nothing, Problem, Request, Response, Version, WaitingView,
    access_claims, admit_admin, answer, require_version, with_version,
};
use readmit::json::FieldError;
use readmit::mail::Mail;
use readmit::store::{Authority, Outcome, PeopleConditions};

pub(crate) async fn settings(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let people = [claims.employee_id];
    let (rows, company) = services.store.directory_with_brand(claims.company_id, &people).await?;
    let (_, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
    let (Nothing {}, Nothing {}) = (body.read()?, request.query()?);
    shown(&present(company)?)
}

pub(crate) async fn change(services: &Services<Mail>, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let people = [claims.employee_id];
    let mut attempts = services.store.attempts("the company");
    loop {
        attempts.begin().await?;
        let (rows, company) = services.store.directory_with_brand(claims.company_id, &people).await?;
        let (admin, body) = admit_admin(&claims, rows.get(claims.employee_id), request)?;
        let (fields, Nothing {}): (CompanyFields, _) = (body.clone().read()?, request.query()?);
        if fields.gives_operators_fields() {
            return Err(operators_field().into());
        }
        let before = present(company)?;
        require_version(request, &Version::from(&before))?;

        let after = fields.applied_to(&before);
        if before == after {
            return shown(&before);
        }
        let act = request.act(Actor::Employee { employee_id: claims.employee_id }, services.now());
        if let Some(kind) = sensitive_policy(&before.company, &after.company) {
            let waiting = WaitingAct { act: kind, concerned: None, body: body.to_text() };
            if let Some(approval) = services.wait_for_approval(admin, waiting, &act).await? {
                return answer::accepted(&WaitingView::from(&approval));
            }
            continue;
        }
        let conditions = PeopleConditions::of_admin(Authority::of(admin));
        if services.store.change_company(&before, &after, &conditions, &act).await? == Outcome::Done {
            return shown(&after);
        }
    }
}

fn shown(company: &BrandedCompany) -> Result<Response<Body>, Failure> {
    with_version(answer::ok(&CompanySettingsView::from(company))?, &Version::from(company))
}

pub(crate) fn present(company: Option<BrandedCompany>) -> Result<BrandedCompany, Failure> {
    company.ok_or_else(|| Failure::Fault("a company has no row".to_owned()))
}

/// Ids and domains are the operator's.
fn operators_field() -> Problem {
    let detail = "has a field that only an operator sets: company_id, external_id or domains".to_owned();
    Problem::InvalidRequest(vec![FieldError { pointer: String::new(), detail }])
}
