//! The six filters of the list of employees.

use serde::Deserialize;

use crate::lifecycle::{CodeStatus, PasscodeStatus};
use crate::{AccountStatus, AccountType, Employee, LatestPasscode, Role, Timestamp, TwoFactor};

/// A filter of the list of employees. Each filter has its own index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Filter {
    /// By a property of the employee.
    Employees(EmployeeFilter),
    /// By the status of the latest passcode.
    Passcodes(PasscodeFilter),
}

/// A filter by a property of the employee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmployeeFilter {
    /// No authenticator is enrolled.
    NoTwoFactor,
    /// Security Admins.
    SecurityAdmins,
    /// Disabled accounts.
    Disabled,
    /// Clients' accounts.
    Clients,
}

/// A filter by the status of the latest passcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasscodeFilter {
    /// The mail is being sent, or the code can be redeemed.
    Pending,
    /// The mail bounced.
    Bounced,
}

impl Filter {
    /// All six, each with an index of its own.
    pub const ALL: [Self; 6] = [
        Self::Employees(EmployeeFilter::NoTwoFactor),
        Self::Passcodes(PasscodeFilter::Pending),
        Self::Passcodes(PasscodeFilter::Bounced),
        Self::Employees(EmployeeFilter::SecurityAdmins),
        Self::Employees(EmployeeFilter::Disabled),
        Self::Employees(EmployeeFilter::Clients),
    ];

    /// The filter's name, for clients. The index has the same name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Employees(filter) => filter.name(),
            Self::Passcodes(filter) => filter.name(),
        }
    }
}

impl TryFrom<String> for Filter {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, &'static str> {
        Self::ALL.into_iter().find(|filter| filter.name() == name).ok_or("is no filter")
    }
}

impl EmployeeFilter {
    /// The four whose indexes are of employees.
    pub const ALL: [Self; 4] = [Self::NoTwoFactor, Self::SecurityAdmins, Self::Disabled, Self::Clients];

    /// The filter's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoTwoFactor => "no_two_factor",
            Self::SecurityAdmins => "security_admins",
            Self::Disabled => "disabled",
            Self::Clients => "clients",
        }
    }

    /// Whether the filter finds this employee.
    pub fn finds(self, employee: &Employee) -> bool {
        match self {
            Self::NoTwoFactor => employee.two_factor == TwoFactor::NotEnrolled,
            Self::SecurityAdmins => employee.granted_role == Role::SecurityAdmin,
            Self::Disabled => employee.account_status == AccountStatus::Disabled,
            Self::Clients => employee.account_type == AccountType::Client,
        }
    }
}

impl PasscodeFilter {
    /// The filter's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "passcode_pending",
            Self::Bounced => "passcode_bounced",
        }
    }

    /// Whether the filter finds this passcode at `now`.
    pub fn finds(self, passcode: &LatestPasscode, now: Timestamp) -> bool {
        use CodeStatus::*;
        let PasscodeStatus::Code(status) = passcode.status_at(now) else { return false };
        match self {
            Self::Pending => matches!(status, Sending | Sent | Delayed | Delivered),
            Self::Bounced => status == Bounced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::employee::tests::person;
    use crate::lifecycle::Phase;
    use crate::passcode::{Issuer, OperatorTag};
    use serde_json::json;

    #[test]
    fn a_filter_is_read_by_its_name() {
        for filter in Filter::ALL {
            assert_eq!(Filter::try_from(filter.name().to_owned()), Ok(filter));
        }
        assert_eq!(Filter::try_from("everybody".to_owned()), Err("is no filter"));
        let names = ["no_two_factor", "passcode_pending", "passcode_bounced", "security_admins", "disabled", "clients"];
        assert_eq!(Filter::ALL.map(Filter::name), names);
        let employees = Filter::ALL.iter().filter_map(|filter| match filter {
            Filter::Employees(filter) => Some(*filter),
            Filter::Passcodes(_) => None,
        });
        assert_eq!(employees.collect::<Vec<_>>(), EmployeeFilter::ALL);
    }

    #[test]
    fn each_filter_finds_only_the_people_with_its_property() {
        for (fields, names) in [
            (json!({}), vec![]),
            (json!({"two_factor": "not_enrolled"}), vec!["no_two_factor"]),
            (json!({"granted_role": "security_admin"}), vec!["security_admins"]),
            (json!({"account_status": "disabled"}), vec!["disabled"]),
            (json!({"account_type": "client"}), vec!["clients"]),
        ] {
            let person = person(1, fields);
            let finding = EmployeeFilter::ALL.into_iter().filter(|filter| filter.finds(&person));
            assert_eq!(finding.map(EmployeeFilter::name).collect::<Vec<_>>(), names);
        }
    }

    #[test]
    fn a_passcode_is_found_while_it_is_pending_and_once_it_has_bounced() {
        let at = Timestamp::from_millis;
        for phase in Phase::ALL {
            let latest = LatestPasscode {
                passcode_id: "pco_01J00000000000000000000000".parse().unwrap(),
                phase,
                sent_to: String::new(),
                issued_at: at(0),
                expires_at: at(1_000),
                issued_by: Issuer::Operator(OperatorTag::Operator),
            };
            for (now, is_pending) in [(at(999), phase.is_pending()), (at(1_000), false)] {
                let found = [PasscodeFilter::Pending, PasscodeFilter::Bounced].map(|filter| filter.finds(&latest, now));
                assert_eq!(found, [is_pending, phase == Phase::Code(CodeStatus::Bounced)], "{phase:?} at {now}");
            }
        }
    }
}
