//! `POST /v1/backup-codes`: a signed-in person gets ten new backup codes, after a check of password and second factor.

use readmit::Services;
use readmit::app::authenticate::{self, Attempt, VerifiedPerson};
use readmit::domain::{Actor, BACKUP_CODES, BackupCode, EmployeeId, KeyedHash, Versioned};
use readmit::http::{ApiRequest as _, Body, Failure, Problem, Request, Response, access_claims, answer, live_caller};
use readmit::keyring::RootSecret;
use readmit::store::Outcome;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renewal {
    password: SecretString,
    code: SecretString,
}

#[derive(Serialize)]
struct Renewed<'a> {
    backup_codes: Vec<&'a str>,
}

/// Ten backup codes, and the hashes that are stored.
pub(crate) struct NewCodes {
    codes: Vec<BackupCode>,
    pub(crate) hashes: Vec<Versioned<KeyedHash>>,
}

impl NewCodes {
    pub(crate) async fn make(services: &Services, owner: EmployeeId) -> Result<Self, Failure> {
        let keyring = services.keyring().await?;
        let version = keyring.current(RootSecret::Credentials, services.now());
        let key = keyring.backup_code_key(version)?;
        let codes: Vec<_> = (0..BACKUP_CODES).map(|_| BackupCode::generate(&mut services.random())).collect();
        let hashes = codes.iter().map(|code| Versioned { version, value: code.hash(&key, owner) }).collect();
        Ok(Self { codes, hashes })
    }

    /// The codes as the person sees them, once.
    pub(crate) fn shown(&self) -> Vec<Zeroizing<String>> {
        self.codes.iter().map(BackupCode::grouped).collect()
    }
}

pub(crate) async fn renew(services: &Services, request: &Request) -> Result<Response<Body>, Failure> {
    let claims = access_claims(services, request).await?;
    let row = services.store.employee(claims.company_id, claims.employee_id).await?;
    let caller = live_caller(&claims, row.as_ref())?;
    let typed: Renewal = request.json()?.read()?;
    let act = request.act(Actor::Employee { employee_id: caller.employee_id }, services.now());

    let source_ip = request.origin().source_ip.as_deref();
    let attempt = Attempt::read(caller.login.as_str(), &typed.password, &typed.code, source_ip)?;
    let VerifiedPerson { credentials, employee, spent } = authenticate::verify(services, attempt, &act).await?;

    let new_codes = NewCodes::make(services, employee.employee_id).await?;
    if services.store.renew_backup_codes(&credentials, &employee, &spent, &new_codes.hashes, &act).await?
        == Outcome::Refused
    {
        return Err(Failure::WithReason(
            Problem::SignInRejected,
            "account changed, or second factor used, in the meantime",
        ));
    }
    let shown = new_codes.shown();
    answer::ok(&Renewed { backup_codes: shown.iter().map(|code| code.as_str()).collect() })
}
