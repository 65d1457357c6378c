//! `POST /v1/recovery/complete`: a code of the new authenticator, and the person is in.

use readmit::Services;
use readmit::domain::totp::MAX_WRONG_CODES_A_RECOVERY;
use readmit::domain::{Actor, BACKUP_CODES, BackupCode, Employee, SessionEpoch, TotpCode, TwoFactor, Versioned};
use readmit::http::{Answer, ApiRequest, Failure, Problem, SessionView};
use readmit::keyring::{AccessClaims, Tokens};
use readmit::store::{CompletionTry, Outcome, PasscodeRow};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

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

pub(crate) async fn complete(services: &Services, request: &ApiRequest) -> Result<Answer, Failure> {
    let claims = request.recovery_claims(services).await?;
    let typed: Confirmation = request.json()?.read()?;

    let now = services.now();
    let employee = services.store.employee(claims.company_id, claims.employee_id);
    let (counted, employee) = tokio::join!(services.store.count_completion(&claims, now), employee);
    let row = match counted? {
        CompletionTry::Counted(row) => row,
        CompletionTry::Incomplete(missing) => return Err(Problem::RecoveryIncomplete(missing).into()),
        CompletionTry::Ended => return Err(Problem::Unauthenticated.into()),
    };
    let mut employee = employee?.filter(Employee::is_active).ok_or(Problem::Unauthenticated)?;
    let new = row.pending.clone().complete().map_err(Problem::RecoveryIncomplete)?;
    let keyring = services.keyring_knowing(new.totp_key.version).await?;
    let key = keyring.unseal_totp_key(claims.employee_id, &new.totp_key)?;
    let code = TotpCode::read(typed.code.expose_secret());
    let Some(step) = code.and_then(|code| key.matching_step(&code, now)) else {
        return wrong_code(services, request, &row).await;
    };

    let version = keyring.current(now);
    let codes: Vec<BackupCode> = (0..BACKUP_CODES).map(|_| BackupCode::generate(&mut services.random())).collect();
    let backup_key = keyring.backup_code_key(version)?;
    let hashes: Vec<_> =
        codes.iter().map(|code| Versioned { version, value: code.hash(&backup_key, claims.employee_id) }).collect();
    let epoch = SessionEpoch::generate(&mut services.random());
    let act = request.act(Actor::Employee { employee_id: claims.employee_id }, services.now());
    if services.store.complete_recovery(&row, &new, step, &hashes, &epoch, &act).await? == Outcome::Refused {
        return Err(Problem::Unauthenticated.into());
    }

    employee.last_signed_in_at = Some(act.at);
    employee.two_factor = TwoFactor::Enrolled;
    employee.session_epoch = epoch.clone();
    let claims = AccessClaims { employee_id: claims.employee_id, company_id: claims.company_id, epoch };
    let token = Tokens::new(&keyring, &services.portal_url).access(claims, act.at, &mut services.random())?;
    let shown: Vec<_> = codes.iter().map(BackupCode::grouped).collect();
    let backup_codes = shown.iter().map(|code| code.as_str()).collect();
    Answer::ok(&Completed { session: SessionView::new(&token, &employee, act.at), backup_codes })
}

/// The fifth wrong code ends the recovery.
async fn wrong_code(services: &Services, request: &ApiRequest, row: &PasscodeRow) -> Result<Answer, Failure> {
    if row.completion_tries >= MAX_WRONG_CODES_A_RECOVERY {
        let act = request.act(Actor::Employee { employee_id: row.employee_id }, services.now());
        // Refused: it ended otherwise in the meantime.
        let _: Outcome = services.store.abandon_recovery(row, &act).await?;
    }
    Err(Problem::TotpRejected.into())
}
