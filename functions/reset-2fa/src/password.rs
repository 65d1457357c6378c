//! `PUT /v1/recovery/password`: the new password.

use readmit::Services;
use readmit::app::passwords;
use readmit::domain::{Password, Person};
use readmit::http::{Body, Failure, Problem, Request, Response, answer, recovery_claims};
use readmit::store::{Outcome, PasswordTry};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::body_of_step;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    password: SecretString,
}

pub(crate) async fn set(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = recovery_claims(services, request).await?;
    let typed: NewPassword = body_of_step(services, request, &claims).await?;
    let password = Password::new(typed.password.expose_secret());

    let now = services.now();
    let ids = [claims.employee_id];
    let (counted, rows) =
        tokio::join!(services.store.count_password(&claims, now), services.store.directory(claims.company_id, &ids));
    match counted? {
        PasswordTry::Counted(_) => {}
        PasswordTry::TooMany(until) => return Err(Problem::TooManyRequests { until, now }.into()),
        PasswordTry::Ended => return Err(Problem::Unauthenticated.into()),
    }
    let rows = rows?;
    let employee = rows.get(claims.employee_id).ok_or(Problem::Unauthenticated)?;
    let company = rows.company.as_ref().ok_or_else(|| Failure::Fault("a company has no row".to_owned()))?;
    let faults =
        password.faults(&Person { name: &employee.full_name, login: &claims.login, company: &company.company_name });
    if !faults.is_empty() {
        return Err(Problem::PasswordRejected(faults).into());
    }

    let keyring = services.keyring().await?;
    let hash = passwords::hash(services, &keyring, password, now).await?;
    match services.store.set_password(&claims, &hash, services.now()).await? {
        Outcome::Done => Ok(answer::no_content()),
        Outcome::Refused => Err(Problem::Unauthenticated.into()),
    }
}
