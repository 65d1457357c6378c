//! Employees and their companies.

use serde::{Deserialize, Serialize};

use crate::text::display_as_serialized;
use crate::{
    Color, CompanyId, DomainName, EmployeeId, ExternalId, Locale, Login, Name, PasscodeId, PasscodeRef, SessionEpoch,
    TimeZone, Timestamp,
};

/// What a person may do in the company.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May list the company's employees and issue passcodes to them.
    SecurityAdmin,
    /// May sign in.
    #[default]
    Member,
}

/// Whether an account belongs to an employee or to a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountType {
    /// An account of the company's own people.
    #[default]
    Employee,
    /// An account of a client. It never receives a passcode; Technical Support helps.
    Client,
}

/// Whether the account may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// In use.
    #[default]
    Active,
    /// Disabled: no sign-in, no session, no passcode, no recovery.
    Disabled,
}

/// Whether an authenticator is enrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwoFactor {
    /// An authenticator is enrolled.
    Enrolled,
    /// No authenticator is enrolled: the person has never signed in.
    #[default]
    NotEnrolled,
}

/// The company's policy: who must give a second proof in addition to the mailed code, so that access to the mailbox is not enough.
/// The variants are ordered: each later one includes more people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondProof {
    /// Nobody.
    None,
    /// Security Admins, because they can issue passcodes to others.
    #[default]
    SecurityAdmins,
    /// Every employee.
    Everyone,
}

/// The company's policy: which acts wait until a second Security Admin approves them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approvals {
    /// No act waits.
    #[default]
    None,
    /// Sensitive acts wait: a weaker policy, a new Security Admin, and an address or a passcode of a Security Admin.
    Sensitive,
}

display_as_serialized!(Role, AccountType, AccountStatus, SecondProof, Approvals);

impl SecondProof {
    /// Whether this person must give a second proof. A person who has never signed in has none.
    pub fn is_asked_of(self, holder: &Employee) -> bool {
        let asked = match self {
            Self::None => false,
            Self::SecurityAdmins => holder.granted_role == Role::SecurityAdmin,
            Self::Everyone => true,
        };
        asked && holder.two_factor == TwoFactor::Enrolled
    }
}

/// A company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// The company's id.
    pub company_id: CompanyId,
    /// The operator's own id for the company, unique among all companies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The company's name, as mails show it.
    pub company_name: Name,
    /// The address of the company's own support. None means the provider's support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_email: Option<Login>,
    /// The language of mails to the company's people, unless a person has another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_locale: Option<Locale>,
    /// Who must give a second proof in addition to the code.
    #[serde(default)]
    pub second_proof: SecondProof,
    /// The colour of the company's buttons, in the portal and in mails. None means the portal's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand_color: Option<Color>,
    /// Whether the mail with a passcode shows the reason that the admin typed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reason_in_mail: bool,
    /// The zone of the times in the portal and in mails.
    #[serde(default, skip_serializing_if = "TimeZone::is_utc")]
    pub time_zone: TimeZone,
    /// The domains in which Security Admins may give addresses. Only an operator changes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<DomainName>,
    /// Which acts wait for a second Security Admin.
    #[serde(default, skip_serializing_if = "Approvals::is_none")]
    pub approvals: Approvals,
}

impl Approvals {
    /// Whether no act waits.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// A person in the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Employee {
    /// The person's company.
    pub company_id: CompanyId,
    /// The person's id.
    pub employee_id: EmployeeId,
    /// The company's own id of the person, unique in the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The person's name.
    pub full_name: Name,
    /// The address that the person signs in with, and the only one that passcodes are mailed to.
    pub login: Login,
    /// What the person may do.
    pub granted_role: Role,
    /// Whether the account belongs to an employee or to a client.
    pub account_type: AccountType,
    /// Whether the account may be used.
    pub account_status: AccountStatus,
    /// Whether an authenticator is enrolled.
    pub two_factor: TwoFactor,
    /// The language of mails to this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_locale: Option<Locale>,
    /// The last recovery, or the first sign-in of the last day (UTC) with a sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_signed_in_at: Option<Timestamp>,
    /// Every access token of the person must contain this value. A new value ends all sessions at once.
    pub session_epoch: SessionEpoch,
}

/// A Security Admin whose account is active. Every act that requires a Security Admin takes one as an argument.
#[derive(Clone, Copy, Debug)]
pub struct Admin<'a>(&'a Employee);

impl<'a> Admin<'a> {
    /// The employee as an admin. None if the employee is not an active Security Admin.
    pub fn of(employee: &'a Employee) -> Option<Self> {
        (employee.granted_role == Role::SecurityAdmin && employee.is_active()).then_some(Self(employee))
    }

    /// The admin as an employee.
    pub fn employee(self) -> &'a Employee {
        self.0
    }
}

impl Employee {
    /// Whether the account may be used at all.
    pub fn is_active(&self) -> bool {
        self.account_status == AccountStatus::Active
    }

    /// Whether the person is a Security Admin who can sign in: active and enrolled. Suspension is not part of the directory.
    pub fn is_enrolled_admin(&self) -> bool {
        self.granted_role == Role::SecurityAdmin && self.is_active() && self.two_factor == TwoFactor::Enrolled
    }

    /// A reference to this person's passcode with this id.
    pub fn held(&self, passcode_id: PasscodeId) -> PasscodeRef {
        PasscodeRef {
            login: self.login.clone(),
            company_id: self.company_id,
            employee_id: self.employee_id,
            passcode_id,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    /// A row of the directory, with these fields.
    pub fn person(id: u8, fields: Value) -> Employee {
        let mut row = json!({
            "company_id": "cmp_01J00000000000000000000000", "employee_id": format!("emp_01J0000000000000000000000{id}"),
            "full_name": "Ada Lindqvist", "login": "ada@northwind.example", "granted_role": "member",
            "account_type": "employee", "account_status": "active", "two_factor": "enrolled",
            "session_epoch": "AAAAAAAAAAAAAAAA",
        });
        row.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        from_value(row).unwrap()
    }
}
