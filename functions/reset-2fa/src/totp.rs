//! `POST /v1/recovery/totp`: the key of a new authenticator. It replaces the old one when the recovery is completed.

use readmit::Services;
use readmit::domain::TotpKey;
use readmit::http::{Body, Failure, Nothing, Problem, Request, Response, answer, recovery_claims};
use readmit::store::Outcome;
use serde::Serialize;

use crate::body_of_step;

#[derive(Serialize)]
struct EnrolmentView<'a> {
    secret: &'a str,
    otpauth_uri: &'a str,
    qr_svg: &'a str,
}

pub(crate) async fn enrol(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = recovery_claims(services, request).await?;
    let Nothing {} = body_of_step(services, request, &claims).await?;

    let now = services.now();
    let key = TotpKey::generate(&mut services.random());
    let enrolment = key.enrolment(&services.brand_name, &claims.login)?;
    let sealed = services.keyring().await?.seal_totp_key(claims.employee_id, &key, now, &mut services.random())?;
    match services.store.set_totp_key(&claims, &sealed, now).await? {
        Outcome::Done => {
            let (secret, otpauth_uri, qr_svg) = (&enrolment.secret, &enrolment.otpauth_uri, &enrolment.qr_svg);
            answer::ok(&EnrolmentView { secret, otpauth_uri, qr_svg })
        }
        Outcome::Refused => Err(Problem::Unauthenticated.into()),
    }
}
