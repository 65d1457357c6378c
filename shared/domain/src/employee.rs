//! People and the companies that own them.

use serde::{Deserialize, Serialize};

use crate::text::display_as_serialized;
use crate::{CompanyId, EmployeeId, ExternalId, Locale, Login, Name, PasscodeId, PasscodeRef, SessionEpoch, Timestamp};

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

/// Whose account it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountType {
    /// One of the company's own people.
    #[default]
    Employee,
    /// A client of the company: never receives a passcode, Technical Support helps.
    Client,
}

/// Whether the account may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// In use.
    #[default]
    Active,
    /// Shut: no sign-in, no session, no passcode, no recovery.
    Disabled,
}

/// Whether an authenticator is enrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwoFactor {
    /// An authenticator is enrolled.
    Enrolled,
    /// None is: the person has never been in.
    #[default]
    NotEnrolled,
}

/// Of whom a second proof is asked beside a mailed code, by the company's policy: the mailbox alone must not be enough.
/// The variants are in order: each later one asks more people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondProof {
    /// Of nobody.
    None,
    /// Of those who can let others in.
    #[default]
    SecurityAdmins,
    /// Of everybody.
    Everyone,
}

display_as_serialized!(Role, AccountType, AccountStatus, SecondProof);

impl SecondProof {
    /// Whether it is asked of this person. Who was never in has nothing to show.
    pub fn is_asked_of(self, holder: &Employee) -> bool {
        let asked = match self {
            Self::None => false,
            Self::SecurityAdmins => holder.granted_role == Role::SecurityAdmin,
            Self::Everyone => true,
        };
        asked && holder.two_factor == TwoFactor::Enrolled
    }
}

/// The owner of employees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Its id.
    pub company_id: CompanyId,
    /// The operator's own id of the company, unique among all companies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// Its name, as mails show it.
    pub company_name: Name,
    /// Whom its people ask, if not the provider's support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_email: Option<Login>,
    /// The language of its mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_locale: Option<Locale>,
    /// Of whom more than a code is asked.
    #[serde(default)]
    pub second_proof: SecondProof,
}

/// A person in the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Employee {
    /// The owner.
    pub company_id: CompanyId,
    /// The person's id.
    pub employee_id: EmployeeId,
    /// The company's own id of the person, unique in the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// The person's name.
    pub full_name: Name,
    /// The address the person signs in with, and the only one that passcodes are mailed to.
    pub login: Login,
    /// What the person may do.
    pub granted_role: Role,
    /// Whose account it is.
    pub account_type: AccountType,
    /// Whether it may be used.
    pub account_status: AccountStatus,
    /// Whether an authenticator is enrolled.
    pub two_factor: TwoFactor,
    /// The language of mails to this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_locale: Option<Locale>,
    /// When the person last got a session: by a recovery, or by the first sign-in of a day (UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_signed_in_at: Option<Timestamp>,
    /// What every access token of the person must name; a new value ends all sessions at once.
    pub session_epoch: SessionEpoch,
}

/// A Security Admin whose account is in use. Every act that only a Security Admin may do takes one.
#[derive(Clone, Copy, Debug)]
pub struct Admin<'a>(&'a Employee);

impl<'a> Admin<'a> {
    /// The employee as an admin, if it is one.
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

    /// This passcode as one of this person's.
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
