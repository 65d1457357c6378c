//! `GET /v1/company` and `PATCH /v1/company`.

use readmit::Services;
use readmit::domain::{Actor, BrandedCompany, CompanyFields};
use readmit::http::{
    ApiRequest as _, Body, CompanySettingsView, Failure, Nothing, Problem, Request, Response, Version, access_claims,
    admit_admin, answer, require_version, with_version,
};
use readmit::json::FieldError;
use readmit::mail::Mail;
use readmit::store::{Authority, Outcome};

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
        let (fields, Nothing {}): (CompanyFields, _) = (body.read()?, request.query()?);
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
        let authority = Authority::of(admin);
        if services.store.change_company(&before, &after, Some(&authority), &act).await? == Outcome::Done {
            return shown(&after);
        }
    }
}

fn shown(company: &BrandedCompany) -> Result<Response<Body>, Failure> {
    with_version(answer::ok(&CompanySettingsView::from(company))?, &Version::from(company))
}

fn present(company: Option<BrandedCompany>) -> Result<BrandedCompany, Failure> {
    company.ok_or_else(|| Failure::Fault("a company has no row".to_owned()))
}

/// Ids and domains are the operator's.
fn operators_field() -> Problem {
    let detail = "has a field that only an operator sets: company_id, external_id or domains".to_owned();
    Problem::InvalidRequest(vec![FieldError { pointer: String::new(), detail }])
}
