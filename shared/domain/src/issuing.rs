//! The rules for issuing a passcode: who may issue one, to whom, and with which properties.

use std::time::Duration;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::lifecycle::{CodeStatus, Phase};
use crate::passcode::{Code, DEFAULT_LIFETIME, MAX_LIFETIME_MINUTES, MIN_LIFETIME_MINUTES, OperatorTag};
use crate::{AccountType, Admin, Company, CompanyId, Employee, Issuer, LatestPasscode, Login, PasscodeId, Timestamp};

/// The options of an issue.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueOptions {
    /// How long the code is valid; by default one hour.
    #[serde(default)]
    pub lifetime_minutes: Option<LifetimeMinutes>,
    /// The reason, for the audit event, and for the mail if the company shows reasons there.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// Whether the account is suspended, because a device was stolen: its sessions end, and password and second factor are refused until
    /// the recovery is completed.
    #[serde(default)]
    pub suspend: bool,
}

/// A lifetime in minutes, from 10 minutes to 24 hours.
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

/// A reason, typed by the admin: at most 500 characters. It is stored in the audit event. The mail shows it only if
/// the company wants that.
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

/// Who issues a passcode.
#[derive(Clone, Copy)]
pub enum IssuedFor<'a> {
    /// A Security Admin of the company.
    Admin(Admin<'a>),
    /// The operator, through an import.
    Operator,
}

/// Why no passcode is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssueRefusal {
    /// Admins cannot issue to themselves: a signed-in admin needs no passcode, and the thief of a session must not get one.
    OwnAccount,
    /// A client. Technical Support helps.
    ClientAccount,
    /// The account is disabled.
    Disabled,
}

/// A passcode that will be stored and mailed.
pub struct IssuedPasscode {
    /// The person's company.
    pub company_id: CompanyId,
    /// The holder, as read for the decision. The write fails if the holder has changed since.
    pub holder: Employee,
    /// The passcode as admins see it.
    pub latest: LatestPasscode,
    /// The admin who issues it, for the mail. None if it is the operator.
    pub issuer: Option<Employee>,
    /// The reason, for the audit event, and for the mail if the company shows reasons there.
    pub reason: Option<Reason>,
    /// Whether the account is suspended until its recovery is completed.
    pub suspend: bool,
    /// Whether a second proof is required in addition to the code.
    pub proof_required: bool,
    /// The code. It must appear in the mail only.
    pub code: Code,
}

impl IssuedPasscode {
    /// The holder's login.
    pub fn login(&self) -> &Login {
        &self.holder.login
    }
}

/// Whether `holder` may get a passcode. The limits of [`crate::limit`] come after this.
pub fn may_issue(by: IssuedFor<'_>, holder: &Employee) -> Result<(), IssueRefusal> {
    match by {
        IssuedFor::Admin(admin) if admin.employee().employee_id == holder.employee_id => Err(IssueRefusal::OwnAccount),
        _ if holder.account_type == AccountType::Client => Err(IssueRefusal::ClientAccount),
        _ if !holder.is_active() => Err(IssueRefusal::Disabled),
        _ => Ok(()),
    }
}

/// Decides whether `holder` may get a passcode, and makes it.
pub fn issue(
    by: IssuedFor<'_>,
    company: &Company,
    holder: Employee,
    options: &IssueOptions,
    now: Timestamp,
    random: &mut impl CryptoRng,
) -> Result<IssuedPasscode, IssueRefusal> {
    may_issue(by, &holder)?;
    let admin = match by {
        IssuedFor::Admin(admin) => Some(admin.employee()),
        IssuedFor::Operator => None,
    };
    let lifetime =
        options.lifetime_minutes.map_or(DEFAULT_LIFETIME, |minutes| Duration::from_secs(60 * u64::from(minutes.0)));
    let issued_by = admin.map_or(Issuer::Operator(OperatorTag::Operator), |admin| Issuer::Admin(admin.employee_id));
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
        issuer: admin.cloned(),
        reason: options.reason.clone(),
        suspend: options.suspend,
        // The operator helps people who have lost everything, including the password, so no second proof is possible.
        proof_required: admin.is_some() && company.second_proof.is_asked_of(&holder),
        code: Code::generate(random),
        holder,
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::employee::tests::person;
    use crate::{AccountStatus, Role, SecondProof, TwoFactor};

    const NOW: Timestamp = Timestamp::from_millis(1_732_421_884_000);

    fn company(second_proof: SecondProof) -> Company {
        let id = "cmp_01J00000000000000000000000";
        from_value(json!({"company_id": id, "company_name": "Northwind", "second_proof": second_proof})).unwrap()
    }

    fn issued(by: IssuedFor<'_>, holder: Employee, options: Value) -> Result<IssuedPasscode, IssueRefusal> {
        let options = from_value(options).unwrap();
        issue(by, &company(SecondProof::Everyone), holder, &options, NOW, &mut StdRng::seed_from_u64(1))
    }

    #[test]
    fn an_admin_issues_to_active_employees_other_than_himself() {
        let admin = person(1, json!({"granted_role": "security_admin"}));
        let by = IssuedFor::Admin(Admin::of(&admin).unwrap());
        let refusal = |holder| issued(by, holder, json!({})).err();
        assert_eq!(refusal(person(2, json!({}))), None);
        assert_eq!(refusal(admin.clone()), Some(IssueRefusal::OwnAccount));
        assert_eq!(refusal(person(2, json!({"account_type": "client"}))), Some(IssueRefusal::ClientAccount));
        assert_eq!(refusal(person(2, json!({"account_status": "disabled"}))), Some(IssueRefusal::Disabled));
        assert!(issued(IssuedFor::Operator, admin.clone(), json!({})).is_ok());
    }

    #[test]
    fn only_an_active_security_admin_is_an_admin() {
        let is_admin = |role, status| {
            let person = person(1, json!({"granted_role": role, "account_status": status}));
            assert_eq!(person.is_active(), status == AccountStatus::Active);
            Admin::of(&person).is_some()
        };
        assert!(is_admin(Role::SecurityAdmin, AccountStatus::Active));
        assert!(
            !is_admin(Role::SecurityAdmin, AccountStatus::Disabled) && !is_admin(Role::Member, AccountStatus::Active)
        );
    }

    #[test]
    fn a_code_is_valid_for_an_hour_or_as_long_as_the_admin_says() {
        for (options, minutes) in
            [(json!({}), 60), (json!({"lifetime_minutes": 10}), 10), (json!({"lifetime_minutes": 1440}), 1440)]
        {
            let issued = issued(IssuedFor::Operator, person(2, json!({})), options).unwrap();
            assert_eq!(issued.latest.expires_at, NOW.after(Duration::from_secs(minutes * 60)));
        }
        for minutes in [9, 1441] {
            assert!(from_value::<IssueOptions>(json!({"lifetime_minutes": minutes})).is_err());
        }
        let reason = |length| from_value::<Reason>(json!("é".repeat(length)));
        assert_eq!(reason(500).unwrap().as_str(), "é".repeat(500));
        assert!(reason(501).is_err());
    }

    #[test]
    fn the_policy_says_who_must_give_a_second_proof_if_enrolled() {
        let admin = person(1, json!({"granted_role": "security_admin"}));
        let new = person(1, json!({"granted_role": "security_admin", "two_factor": TwoFactor::NotEnrolled}));
        let asked =
            |policy: SecondProof| [&admin, &person(2, json!({})), &new].map(|holder| policy.is_asked_of(holder));
        assert_eq!(asked(SecondProof::None), [false, false, false]);
        assert_eq!(asked(SecondProof::SecurityAdmins), [true, false, false]);
        assert_eq!(asked(SecondProof::Everyone), [true, true, false]);
        // A passcode of the operator never requires a second proof.
        let proof = |by| issued(by, person(2, json!({})), json!({})).unwrap().proof_required;
        assert!(proof(IssuedFor::Admin(Admin::of(&admin).unwrap())) && !proof(IssuedFor::Operator));
    }
}
