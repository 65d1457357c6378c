//! Approvals: sensitive acts that wait until a second Security Admin approves them.

use std::time::Duration;

use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::text::display_as_serialized;
use crate::{Admin, ApprovalId, Approvals, Company, CompanyId, Employee, EmployeeId, Login, Role, Timestamp};

/// How long a request for an approval is open.
pub const APPROVAL_LIFETIME: Duration = Duration::from_secs(72 * 60 * 60);
/// After this time the requester may approve the request if the company has no other Security Admin who could.
pub const LONE_APPROVAL_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// An act that waits for an approval, if the company's policy says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SensitiveAct {
    /// Fewer people must give a second proof, or no act waits for an approval any more.
    WeakerPolicy,
    /// Somebody becomes a Security Admin.
    NewSecurityAdmin,
    /// A Security Admin gets another address.
    SecurityAdminAddress,
    /// A Security Admin gets a passcode.
    SecurityAdminPasscode,
}

/// The status of a request. Only an open one can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    /// Nobody has approved or cancelled it, and the cleanup has not ended it.
    Open,
    /// It was approved, and the act was done in the same transaction.
    Approved,
    /// A Security Admin cancelled it.
    Cancelled,
    /// Nobody approved it in time.
    Expired,
}

display_as_serialized!(SensitiveAct, ApprovalStatus);

/// A request for an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The company whose Security Admins can approve it.
    pub company_id: CompanyId,
    /// The id of the request.
    pub approval_id: ApprovalId,
    /// The kind of act that waits.
    pub act: SensitiveAct,
    /// The person whom the act is about. None if it is about the company, or about somebody who would be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<EmployeeId>,
    /// That person's address when the act was asked for. None after the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Login>,
    /// The Security Admin who asked for the act.
    pub requested_by: EmployeeId,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it ends without an approval.
    pub expires_at: Timestamp,
    /// From when on the requester may approve it alone. None if somebody else could approve it when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone_from: Option<Timestamp>,
    /// It changes once, from open.
    pub status: ApprovalStatus,
    /// The body of the request that asked for the act, as JSON. None after the end: it can have names and addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// What somebody, or time, does to a request.
#[derive(Clone, Copy, Debug)]
pub enum ApprovalCommand {
    /// A Security Admin approves it.
    Approve {
        /// The Security Admin.
        by: EmployeeId,
        /// Whether the company has an enrolled Security Admin who is neither the requester nor the person whom the act is about.
        another_could: bool,
    },
    /// A Security Admin cancels it.
    Cancel,
    /// The cleanup ends it.
    Expire,
}

/// Why a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalRefusal {
    /// It is not open, or no longer.
    NotOpen,
    /// Neither the requester nor the person whom the act is about can approve it.
    OwnAccount,
    /// Its time is not over yet.
    NotDue,
}

impl Approval {
    /// A new request of `admin`. `is_alone`: nobody else could approve it.
    pub fn new(
        act: SensitiveAct,
        concerned: Option<&Employee>,
        body: String,
        admin: Admin<'_>,
        is_alone: bool,
        now: Timestamp,
        random: &mut impl CryptoRng,
    ) -> Self {
        Self {
            company_id: admin.employee().company_id,
            approval_id: ApprovalId::new(now, random),
            act,
            employee_id: concerned.map(|person| person.employee_id),
            address: concerned.map(|person| person.login.clone()),
            requested_by: admin.employee().employee_id,
            requested_at: now,
            expires_at: now.after(APPROVAL_LIFETIME),
            alone_from: is_alone.then(|| now.after(LONE_APPROVAL_AFTER)),
            status: ApprovalStatus::Open,
            body: Some(body),
        }
    }

    /// Whether it can still be approved.
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.status == ApprovalStatus::Open && now < self.expires_at
    }

    /// Whether it is still about the person as the approver knows them: with another address, the act could be for somebody else.
    pub fn is_about(&self, person: &Employee) -> bool {
        self.address.as_ref() == Some(&person.login)
    }

    /// The status after the command.
    pub fn apply(&self, command: ApprovalCommand, now: Timestamp) -> Result<ApprovalStatus, ApprovalRefusal> {
        match command {
            _ if self.status != ApprovalStatus::Open => Err(ApprovalRefusal::NotOpen),
            ApprovalCommand::Expire if now < self.expires_at => Err(ApprovalRefusal::NotDue),
            ApprovalCommand::Expire => Ok(ApprovalStatus::Expired),
            _ if !self.is_open_at(now) => Err(ApprovalRefusal::NotOpen),
            ApprovalCommand::Cancel => Ok(ApprovalStatus::Cancelled),
            ApprovalCommand::Approve { by, another_could } => {
                let may_alone = !another_could && self.alone_from.is_some_and(|from| from <= now);
                let is_own = (by == self.requested_by && !may_alone) || Some(by) == self.employee_id;
                if is_own { Err(ApprovalRefusal::OwnAccount) } else { Ok(ApprovalStatus::Approved) }
            }
        }
    }
}

/// Which sensitive act this change of a person is, if the company lets it wait.
pub fn sensitive_change(company: &Company, before: &Employee, after: &Employee) -> Option<SensitiveAct> {
    let is_admin = |employee: &Employee| employee.granted_role == Role::SecurityAdmin;
    // An admin who enables the account of a Security Admin, and knows its password, could approve with it.
    let is_enabled = after.is_active() && !before.is_active();
    let act = if is_admin(after) && (!is_admin(before) || is_enabled) {
        SensitiveAct::NewSecurityAdmin
    } else if is_admin(before) && before.login != after.login {
        SensitiveAct::SecurityAdminAddress
    } else {
        return None;
    };
    waits(company, act)
}

/// Which sensitive act the addition of this person is, if the company lets it wait.
pub fn sensitive_addition(company: &Company, new: &Employee) -> Option<SensitiveAct> {
    (new.granted_role == Role::SecurityAdmin).then(|| waits(company, SensitiveAct::NewSecurityAdmin))?
}

/// Which sensitive act a passcode for this person is, if the company lets it wait.
pub fn sensitive_passcode(company: &Company, holder: &Employee) -> Option<SensitiveAct> {
    (holder.granted_role == Role::SecurityAdmin).then(|| waits(company, SensitiveAct::SecurityAdminPasscode))?
}

/// Which sensitive act this change of the company is, if the company lets it wait.
pub fn sensitive_policy(before: &Company, after: &Company) -> Option<SensitiveAct> {
    let is_weaker = after.second_proof < before.second_proof || after.approvals < before.approvals;
    is_weaker.then(|| waits(before, SensitiveAct::WeakerPolicy))?
}

fn waits(company: &Company, act: SensitiveAct) -> Option<SensitiveAct> {
    (company.approvals == Approvals::Sensitive).then_some(act)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;
    use serde_json::{Value, from_value, json};

    use super::*;
    use crate::employee::tests::person;

    const NOW: Timestamp = Timestamp::from_millis(1_732_421_884_000);

    fn company(fields: Value) -> Company {
        let id = "cmp_01J00000000000000000000000";
        let mut row = json!({"company_id": id, "company_name": "Northwind", "approvals": "sensitive"});
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        from_value(row).unwrap()
    }

    fn requested(is_alone: bool) -> Approval {
        let ada = person(1, json!({"granted_role": "security_admin"}));
        let (admin, mut random) = (Admin::of(&ada).unwrap(), StdRng::seed_from_u64(1));
        Approval::new(SensitiveAct::WeakerPolicy, None, "{}".to_owned(), admin, is_alone, NOW, &mut random)
    }

    #[test]
    fn four_acts_wait_if_the_company_says_so() {
        let (member, admin) = (person(2, json!({})), person(2, json!({"granted_role": "security_admin"})));
        let moved = |role: &str| person(2, json!({"granted_role": role, "login": "eve@northwind.example"}));
        let sensitive = company(json!({}));
        assert_eq!(sensitive_change(&sensitive, &member, &admin), Some(SensitiveAct::NewSecurityAdmin));
        assert_eq!(
            sensitive_change(&sensitive, &admin, &moved("security_admin")),
            Some(SensitiveAct::SecurityAdminAddress)
        );
        assert_eq!(sensitive_change(&sensitive, &admin, &moved("member")), Some(SensitiveAct::SecurityAdminAddress));
        assert_eq!(sensitive_change(&sensitive, &member, &moved("member")), None);
        assert_eq!(sensitive_change(&sensitive, &admin, &member), None);
        let disabled = person(2, json!({"granted_role": "security_admin", "account_status": "disabled"}));
        assert_eq!(sensitive_change(&sensitive, &disabled, &admin), Some(SensitiveAct::NewSecurityAdmin));
        assert_eq!(sensitive_change(&sensitive, &member, &disabled), Some(SensitiveAct::NewSecurityAdmin));
        assert_eq!(sensitive_change(&sensitive, &admin, &disabled), None);
        assert_eq!(sensitive_addition(&sensitive, &admin), Some(SensitiveAct::NewSecurityAdmin));
        assert_eq!(sensitive_addition(&sensitive, &member), None);
        assert_eq!(sensitive_passcode(&sensitive, &admin), Some(SensitiveAct::SecurityAdminPasscode));
        assert_eq!(sensitive_passcode(&sensitive, &member), None);
        let none = company(json!({"approvals": "none"}));
        let weaker = company(json!({"second_proof": "none"}));
        assert_eq!(sensitive_policy(&sensitive, &weaker), Some(SensitiveAct::WeakerPolicy));
        assert_eq!(sensitive_policy(&sensitive, &none), Some(SensitiveAct::WeakerPolicy));
        assert_eq!(sensitive_policy(&weaker, &sensitive), None);
        assert_eq!(sensitive_policy(&none, &sensitive), None);
        assert_eq!(sensitive_change(&none, &member, &admin), None);
        assert_eq!((sensitive_addition(&none, &admin), sensitive_passcode(&none, &admin)), (None, None));
    }

    #[test]
    fn another_admin_approves_and_the_requester_only_alone_and_after_a_day() {
        let later = |hours: u64| NOW.after(Duration::from_secs(hours * 60 * 60));
        let (ada, grace) = (person(1, json!({})).employee_id, person(2, json!({})).employee_id);
        let approve = |by, another_could| ApprovalCommand::Approve { by, another_could };
        let (two, one) = (requested(false), requested(true));
        for (request, command, at, expected) in [
            (&two, approve(grace, false), later(71), Ok(ApprovalStatus::Approved)),
            (&two, approve(ada, false), later(71), Err(ApprovalRefusal::OwnAccount)),
            (&one, approve(ada, false), later(23), Err(ApprovalRefusal::OwnAccount)),
            (&one, approve(ada, false), later(24), Ok(ApprovalStatus::Approved)),
            (&one, approve(ada, true), later(24), Err(ApprovalRefusal::OwnAccount)),
            (&one, approve(ada, false), later(72), Err(ApprovalRefusal::NotOpen)),
            (&two, approve(grace, true), later(72), Err(ApprovalRefusal::NotOpen)),
            (&two, ApprovalCommand::Cancel, later(71), Ok(ApprovalStatus::Cancelled)),
            (&two, ApprovalCommand::Cancel, later(72), Err(ApprovalRefusal::NotOpen)),
            (&two, ApprovalCommand::Expire, later(71), Err(ApprovalRefusal::NotDue)),
            (&two, ApprovalCommand::Expire, later(72), Ok(ApprovalStatus::Expired)),
        ] {
            assert_eq!(request.apply(command, at), expected, "{command:?} at {at}");
            let about_grace = Approval { employee_id: Some(grace), ..request.clone() };
            if matches!(command, ApprovalCommand::Approve { by, .. } if by == grace) && about_grace.is_open_at(at) {
                assert_eq!(about_grace.apply(command, at), Err(ApprovalRefusal::OwnAccount));
            }
            for status in [ApprovalStatus::Approved, ApprovalStatus::Cancelled, ApprovalStatus::Expired] {
                let ended = Approval { status, ..request.clone() };
                assert_eq!(ended.apply(command, at), Err(ApprovalRefusal::NotOpen));
            }
        }
    }
}
