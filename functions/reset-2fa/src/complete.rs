//! `POST /v1/recovery/complete`: checks a code of the new authenticator, replaces the credentials and starts a session.

use readmit::Services;
use readmit::domain::lifecycle::{Command, Judgement, judge};
use readmit::domain::{
    Actor, AuditContext, Employee, NewCredentials, SessionEpoch, Step, Timestamp, TotpCode, TwoFactor,
};
use readmit::http::{ApiRequest as _, Body, Failure, Problem, Request, Response, SessionView, answer, recovery_claims};
use readmit::keyring::{AccessClaims, RootSecret, Tokens};
use readmit::store::{CompletionTry, Outcome, PasscodeRow, ShownCompany};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::backup_codes::NewCodes;
use crate::body_of_step;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    code: SecretString,
}

#[derive(Serialize)]
struct Completed<'a> {
    #[serde(flatten)]
    session: SessionView<'a>,
    backup_codes: Vec<&'a str>,
}

pub(crate) async fn complete(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = recovery_claims(services, request).await?;
    let typed: Confirmation = body_of_step(services, request, &claims).await?;
    let code = TotpCode::read(typed.code.expose_secret());

    let now = services.now();
    let employee = services.store.employee(claims.company_id, claims.employee_id);
    let company = services.shown_company(claims.company_id);
    let (counted, employee, company) = tokio::join!(services.store.count_completion(&claims, now), employee, company);
    let mut row = match counted? {
        CompletionTry::Counted(row) => *row,
        CompletionTry::Incomplete(missing) => return Err(Problem::RecoveryIncomplete(missing).into()),
        CompletionTry::Ended => return Err(Problem::Unauthenticated.into()),
    };
    let employee = employee?.filter(Employee::is_active).ok_or(Problem::Unauthenticated)?;
    let mut attempts = services.store.attempts("the recovery");
    attempts.begin().await?;
    loop {
        let new = row.pending.clone().complete().map_err(Problem::RecoveryIncomplete)?;
        let Some(step) = confirmed_step(services, &new, &employee, code.as_ref(), now).await? else {
            return Err(wrong_code(services, request, &row).await?);
        };
        let new_codes = NewCodes::make(services, employee.employee_id).await?;
        let epoch = SessionEpoch::generate(&mut services.random());
        let act = request.act(Actor::Employee { employee_id: employee.employee_id }, services.now());
        if services.store.complete_recovery(&row, &new, step, &new_codes.hashes, &epoch, &act).await? == Outcome::Done {
            return completed(services, (employee, company), epoch, &new_codes, &act).await;
        }
        // In the meantime a password or an authenticator was set, or the recovery ended.
        attempts.begin().await?;
        row = services.store.open_recovery(&claims, services.now()).await?.ok_or(Problem::Unauthenticated)?;
    }
}

/// The step of the new authenticator that the code belongs to.
async fn confirmed_step(
    services: &Services,
    new: &NewCredentials,
    employee: &Employee,
    code: Option<&TotpCode>,
    now: Timestamp,
) -> Result<Option<Step>, Failure> {
    let keyring = services.keyring_knowing(RootSecret::Authenticators, new.totp_key.version).await?;
    let key = keyring.unseal_totp_key(employee.employee_id, &new.totp_key)?;
    Ok(code.zip(key).and_then(|(code, key)| key.matching_step(code, now)))
}

async fn completed(
    services: &Services,
    (mut employee, company): (Employee, Option<ShownCompany>),
    epoch: SessionEpoch,
    new_codes: &NewCodes,
    act: &AuditContext,
) -> Result<Response<Body>, Failure> {
    employee.last_signed_in_at = Some(act.at);
    employee.two_factor = TwoFactor::Enrolled;
    let claims = AccessClaims {
        employee_id: employee.employee_id,
        company_id: employee.company_id,
        epoch: epoch.clone(),
        auth_time: act.at.seconds(),
        amr: Vec::new(),
    };
    let keyring = services.keyring().await?;
    let token = Tokens::new(&keyring, &services.portal_url).sign(claims, act.at, &mut services.random())?;
    let device = keyring.device_token(&employee.login, &epoch, act.at, &mut services.random())?;
    let shown = new_codes.shown();
    let backup_codes = shown.iter().map(|code| code.as_str()).collect();
    let session = SessionView::new(&token, &employee, company.as_ref());
    let answer = answer::ok(&Completed { session, backup_codes })?;
    answer::with_device(answer, &device)
}

/// The fifth wrong code ends the recovery.
async fn wrong_code(services: &Services, request: &Request, row: &PasscodeRow) -> Result<Failure, Failure> {
    if judge(row.completion_tries, false, true) == Judgement::Exhaust {
        let act = request.act(Actor::Employee { employee_id: row.held.employee_id }, services.now());
        services.store.end(row, Command::Abandon, &act).await?;
    }
    Ok(Problem::TotpRejected.into())
}
