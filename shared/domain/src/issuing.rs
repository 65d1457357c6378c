//! Who may issue a passcode to whom, and what is issued.

use std::time::Duration;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::lifecycle::{CodeStatus, Phase};
use crate::passcode::{Code, DEFAULT_LIFETIME, MAX_LIFETIME_MINUTES, MIN_LIFETIME_MINUTES, OperatorTag};
use crate::{AccountType, Admin, Company, CompanyId, Employee, Issuer, LatestPasscode, Login, PasscodeId, Timestamp};

/// What an admin may say of a passcode to be issued.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueOptions {
    /// How long the code lives; one hour unless said.
    #[serde(default)]
    pub lifetime_minutes: Option<LifetimeMinutes>,
    /// Why, for the trail.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// Whether a device was stolen: sessions end, and password and second factor open nothing, until the recovery is completed.
    #[serde(default)]
    pub suspend: bool,
}

/// Ten minutes to a day.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "u32")]
pub struct LifetimeMinutes(u32);

impl TryFrom<u32> for LifetimeMinutes {
    type Error = &'static str;

    fn try_from(minutes: u32) -> Result<Self, &'static str> {
        let fits = (MIN_LIFETIME_MINUTES..=MAX_LIFETIME_MINUTES).contains(&minutes);
        if fits { Ok(Self(minutes)) } else { Err("must be 10 to 1440 minutes") }
    }
}

/// A reason in the admin's words, 500 characters at most. It goes to the trail, never into a mail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Reason(String);

impl TryFrom<String> for Reason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if text.chars().count() <= 500 { Ok(Self(text)) } else { Err("must have at most 500 characters") }
    }
}

impl Reason {
    /// The reason as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who issues: a person of the company, or whoever runs the service.
#[derive(Clone, Copy)]
pub enum IssuedFor<'a> {
    /// A Security Admin.
    Admin(Admin<'a>),
    /// The operator, through an import.
    Operator,
}

/// Why no passcode is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueRefusal {
    /// Nobody lets himself in: an admin who is signed in needs no passcode, and a thief of the session must not get one.
    OwnAccount,
    /// Clients are helped by Technical Support.
    ClientAccount,
    /// The account is shut.
    Disabled,
}

/// A passcode about to be stored and mailed.
pub struct IssuedPasscode {
    /// The person's company.
    pub company_id: CompanyId,
    /// Whom it is for, as it was when this was decided: the write holds only if nothing of it has changed.
    pub holder: Employee,
    /// As the directory will show it.
    pub latest: LatestPasscode,
    /// Why, for the trail.
    pub reason: Option<Reason>,
    /// Whether the account is stopped until its recovery is completed.
    pub suspend: bool,
    /// Whether the code alone is not enough.
    pub proof_required: bool,
    /// The code itself, for the mail alone.
    pub code: Code,
}

impl IssuedPasscode {
    /// The login it is bound to.
    pub fn login(&self) -> &Login {
        &self.holder.login
    }
}

/// Decides whether `holder` gets a passcode, and makes it.
pub fn issue(
    by: IssuedFor<'_>,
    company: &Company,
    holder: Employee,
    wish: &IssueOptions,
    now: Timestamp,
    random: &mut impl CryptoRng,
) -> Result<IssuedPasscode, IssueRefusal> {
    let admin = match by {
        IssuedFor::Admin(admin) => Some(admin.employee()),
        IssuedFor::Operator => None,
    };
    if admin.is_some_and(|admin| admin.employee_id == holder.employee_id) {
        return Err(IssueRefusal::OwnAccount);
    }
    if holder.account_type == AccountType::Client {
        return Err(IssueRefusal::ClientAccount);
    }
    if !holder.is_active() {
        return Err(IssueRefusal::Disabled);
    }
    let lifetime =
        wish.lifetime_minutes.map_or(DEFAULT_LIFETIME, |minutes| Duration::from_secs(60 * u64::from(minutes.0)));
    let issued_by = admin.map_or(Issuer::Operator(OperatorTag::Operator), |admin| Issuer::Admin {
        employee_id: admin.employee_id,
        name: admin.full_name.clone(),
    });
    let latest = LatestPasscode {
        passcode_id: PasscodeId::new(now, random),
        phase: Phase::Code(CodeStatus::Sending),
        sent_to: holder.login.masked(),
        issued_at: now,
        expires_at: now.after(lifetime),
        issued_by,
    };
    Ok(IssuedPasscode {
        company_id: holder.company_id,
        latest,
        reason: wish.reason.clone(),
        suspend: wish.suspend,
        // The operator is asked where nobody in the company can help, a lost password included.
        proof_required: admin.is_some() && company.second_proof.is_asked_of(&holder),
        code: Code::generate(random),
        holder,
    })
}
