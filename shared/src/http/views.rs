//! People, passcodes, sessions and audit events, as clients see them.

use std::collections::BTreeMap;

use readmit_domain::lifecycle::PasscodeStatus;
use readmit_domain::passcode::OperatorTag;
use readmit_domain::{
    AccountStatus, AccountType, Actor, CompanyId, Detail, Device, Employee, EmployeeId, Event, EventId, EventType,
    ExternalId, Issuer, LatestPasscode, Locale, Login, Name, PasscodeId, Role, SESSION_LIFETIME, Timestamp, TwoFactor,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize, Serializer};

use super::{CompanyView, Problem, Version};
use crate::keyring::Session;
use crate::store::ShownCompany;

/// A passcode without its code.
#[derive(Serialize)]
pub struct PasscodeView<'a> {
    passcode_id: PasscodeId,
    status: PasscodeStatus,
    sent_to: &'a str,
    issued_at: Timestamp,
    expires_at: Timestamp,
    issued_by: IssuerView<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum IssuerView<'a> {
    Admin { employee_id: EmployeeId, name: &'a str },
    Operator(OperatorTag),
}

/// Shown in place of the issuer's name if the issuer was erased.
const ERASED: &str = "(erased)";

impl<'a> PasscodeView<'a> {
    /// `issuer` is the name of the admin who issued the passcode, if the directory still has it.
    pub fn new(passcode: &'a LatestPasscode, issuer: Option<&'a Name>, now: Timestamp) -> Self {
        Self {
            passcode_id: passcode.passcode_id,
            status: passcode.status_at(now),
            sent_to: &passcode.sent_to,
            issued_at: passcode.issued_at,
            expires_at: passcode.expires_at,
            issued_by: match passcode.issued_by {
                Issuer::Admin(employee_id) => {
                    IssuerView::Admin { employee_id, name: issuer.map_or(ERASED, Name::as_str) }
                }
                Issuer::Operator(tag) => IssuerView::Operator(tag),
            },
        }
    }
}

#[derive(Serialize)]
pub struct IssuedView<'a> {
    passcode: PasscodeView<'a>,
}

impl<'a> IssuedView<'a> {
    /// The passcode that `admin` issued.
    pub fn new(passcode: &'a LatestPasscode, admin: &'a Employee, now: Timestamp) -> Self {
        Self { passcode: PasscodeView::new(passcode, Some(&admin.full_name), now) }
    }
}

/// A person, without the passcode, which only admins see.
#[derive(Serialize)]
pub struct PersonView<'a> {
    employee_id: EmployeeId,
    company_id: CompanyId,
    external_id: Option<&'a ExternalId>,
    name: &'a Name,
    email: &'a Login,
    role: Role,
    account_type: AccountType,
    status: AccountStatus,
    two_factor: TwoFactor,
    factors: &'static [&'static str],
    locale: Option<&'a Locale>,
    last_signed_in_at: Option<Timestamp>,
    version: Version,
}

/// The second factors that the person has enrolled.
fn factors(employee: &Employee) -> &'static [&'static str] {
    match employee.two_factor {
        TwoFactor::Enrolled => &["totp"],
        TwoFactor::NotEnrolled => &[],
    }
}

impl<'a> From<&'a Employee> for PersonView<'a> {
    fn from(employee: &'a Employee) -> Self {
        Self {
            employee_id: employee.employee_id,
            company_id: employee.company_id,
            external_id: employee.external_id.as_ref(),
            name: &employee.full_name,
            email: &employee.login,
            role: employee.granted_role,
            account_type: employee.account_type,
            status: employee.account_status,
            two_factor: employee.two_factor,
            factors: factors(employee),
            locale: employee.mail_locale.as_ref(),
            version: Version::from(employee),
            last_signed_in_at: employee.last_signed_in_at,
        }
    }
}

/// A person with the latest passcode, for Security Admins.
#[derive(Serialize)]
pub struct EmployeeView<'a> {
    #[serde(flatten)]
    person: PersonView<'a>,
    passcode: Option<PasscodeView<'a>>,
}

impl<'a> EmployeeView<'a> {
    pub fn new(employee: &'a Employee, passcode: Option<PasscodeView<'a>>) -> Self {
        Self { person: PersonView::from(employee), passcode }
    }
}

/// Why no passcode can be issued to a person.
#[derive(Serialize)]
pub struct RefusalView {
    code: &'static str,
    detail: String,
    retry_at: Option<Timestamp>,
}

impl From<&Problem> for RefusalView {
    fn from(problem: &Problem) -> Self {
        Self { code: problem.code(), detail: problem.to_string(), retry_at: problem.retry_at() }
    }
}

#[derive(Serialize)]
pub struct EventView<'a> {
    event_id: EventId,
    at: Timestamp,
    #[serde(rename = "type")]
    kind: EventType,
    actor: ActorView,
    employee_id: Option<EmployeeId>,
    source_ip: Option<&'a str>,
    user_agent: Option<&'a str>,
    device: Option<DeviceView>,
    request_id: &'a str,
    detail: &'a BTreeMap<String, Detail>,
}

/// The browser and the system that the client's `User-Agent` names.
#[derive(Serialize)]
struct DeviceView {
    browser: Option<&'static str>,
    system: Option<&'static str>,
}

#[derive(Serialize)]
struct ActorView {
    kind: &'static str,
    employee_id: Option<EmployeeId>,
}

impl From<Device> for DeviceView {
    fn from(Device { browser, system }: Device) -> Self {
        Self { browser, system }
    }
}

impl<'a> From<&'a Event> for EventView<'a> {
    fn from(event: &'a Event) -> Self {
        let (kind, employee_id) = match event.actor {
            Actor::Employee { employee_id } => ("employee", Some(employee_id)),
            Actor::Operator => ("operator", None),
            Actor::System => ("system", None),
            Actor::Anonymous => ("anonymous", None),
        };
        Self {
            event_id: event.event_id,
            at: event.at,
            kind: event.kind,
            actor: ActorView { kind, employee_id },
            employee_id: event.employee_id,
            source_ip: event.origin.source_ip.as_deref(),
            user_agent: event.origin.user_agent.as_deref(),
            device: event.origin.user_agent.as_deref().and_then(Device::of).map(DeviceView::from),
            request_id: &event.origin.request_id,
            detail: &event.detail,
        }
    }
}

/// A session with its token, for its owner.
#[derive(Serialize)]
pub struct SessionView<'a> {
    #[serde(serialize_with = "exposed")]
    access_token: &'a SecretString,
    token_type: &'static str,
    expires_in: u64,
    employee: PersonView<'a>,
    company: Option<CompanyView<'a>>,
}

impl<'a> SessionView<'a> {
    pub fn new(access_token: &'a SecretString, employee: &'a Employee, company: Option<&'a ShownCompany>) -> Self {
        Self {
            access_token,
            token_type: "Bearer",
            expires_in: SESSION_LIFETIME.as_secs(),
            employee: PersonView::from(employee),
            company: company.map(CompanyView::from),
        }
    }
}

/// A valid session, for a portal's backend.
#[derive(Serialize)]
pub struct LiveSessionView<'a> {
    employee: PersonView<'a>,
    company: Option<CompanyView<'a>>,
    authenticated_at: Timestamp,
    expires_at: Timestamp,
}

impl<'a> LiveSessionView<'a> {
    /// The session of a token, and its person and company as the directory has them now.
    pub fn new(session: &Session, employee: &'a Employee, company: Option<&'a ShownCompany>) -> Self {
        let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1_000));
        let (authenticated_at, expires_at) = (at(session.claims.auth_time), at(session.expires_at));
        let company = company.map(CompanyView::from);
        Self { employee: PersonView::from(employee), company, authenticated_at, expires_at }
    }
}

/// Writes a secret into an answer. Only for the answer that must contain it.
pub fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}
