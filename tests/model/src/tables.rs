//! The stored data that the lifecycle depends on. Repeated by hand: rows of four tables, without attributes that only lists and mails need.

use readmit_domain::Timestamp;
use readmit_domain::lifecycle::{Passcode, Phase};

/// The number of a passcode, in the order of issue.
pub type Id = u8;
/// The number of a person who has or had the account, in the order of import.
pub type Owner = u8;

/// The two addresses that the person can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Login {
    /// The address at the beginning.
    First,
    /// The address that an import can set.
    Second,
}

/// One of the two Security Admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdminName {
    /// The first one.
    Ada,
    /// The second one.
    Bea,
}

/// The fields of an admin's row that acts depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Admin {
    /// Whether the admin still has the role.
    pub has_role: bool,
    /// Whether the admin's session is valid: the account is active and the epoch has not changed.
    pub has_session: bool,
}

/// The person's row in the directory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Employee {
    /// The person.
    pub owner: Owner,
    /// Whether the account is active.
    pub is_active: bool,
    /// The address.
    pub login: Login,
    /// Whether a second factor is enrolled.
    pub is_enrolled: bool,
    /// The epoch, which a session must have.
    pub epoch: u8,
}

/// A password or an authenticator: of a recovery, or the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Factor {
    /// The passcode of the recovery in which it was chosen.
    pub of: Option<Id>,
    /// Its number in that recovery.
    pub nth: u8,
}

/// The credentials of an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// The person.
    pub owner: Owner,
    /// The password. A person who was never enrolled has no password and no authenticator.
    pub password: Option<Factor>,
    /// The authenticator.
    pub authenticator: Option<Factor>,
    /// Whether sign-ins are refused until a recovery is completed.
    pub is_suspended: bool,
}

/// An item of the passcodes table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// The passcode's number.
    pub id: Id,
    /// The person.
    pub owner: Owner,
    /// The phase.
    pub phase: Phase,
    /// Whether the selector and the hash of the secret are stored.
    pub has_secret: bool,
    /// The number of tries.
    pub tries: u8,
    /// The time of the issue.
    pub issued_at: Timestamp,
    /// The time when the code expires.
    pub expires_at: Timestamp,
    /// The time when the recovery expires.
    pub recovery_until: Option<Timestamp>,
    /// The recovery's new password.
    pub password: Option<Factor>,
    /// The recovery's new authenticator.
    pub authenticator: Option<Factor>,
    /// The number of tries to complete it.
    pub completion_tries: u8,
    /// Whether the holder has disowned it.
    pub is_disowned: bool,
    /// Whether the cleanup's index has it.
    pub is_listed_as_due: bool,
}

impl Row {
    /// The passcode as the domain's rules see it.
    pub fn lifecycle(&self) -> Passcode {
        Passcode { phase: self.phase, until: self.recovery_until.unwrap_or(self.expires_at), tries: self.tries.into() }
    }
}

/// All rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tables {
    admins: [Admin; 2],
    /// The person's row, until an import erases it.
    pub employee: Option<Employee>,
    credentials: [Option<Credentials>; 2],
    passcodes: [Option<Row>; 2],
}

impl Login {
    /// Both addresses.
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// The other address.
    pub fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl Default for Tables {
    /// The tables with an enrolled person who has no passcode.
    fn default() -> Self {
        let old = Some(Factor { of: None, nth: 0 });
        let login = Login::First;
        Self {
            admins: [Admin { has_role: true, has_session: true }; 2],
            employee: Some(Employee { owner: 0, is_active: true, login, is_enrolled: true, epoch: 0 }),
            credentials: [Some(Credentials { owner: 0, password: old, authenticator: old, is_suspended: false }), None],
            passcodes: [None, None],
        }
    }
}

impl Tables {
    /// An admin's row.
    pub fn admin(&self, name: AdminName) -> Admin {
        let [ada, bea] = self.admins;
        match name {
            AdminName::Ada => ada,
            AdminName::Bea => bea,
        }
    }

    /// An admin's row, to be changed.
    pub fn admin_mut(&mut self, name: AdminName) -> &mut Admin {
        let [ada, bea] = &mut self.admins;
        match name {
            AdminName::Ada => ada,
            AdminName::Bea => bea,
        }
    }

    /// The credentials of an address.
    pub fn credentials(&self, login: Login) -> Option<&Credentials> {
        let [first, second] = &self.credentials;
        match login {
            Login::First => first.as_ref(),
            Login::Second => second.as_ref(),
        }
    }

    /// The credentials of an address, to be changed.
    pub fn credentials_mut(&mut self, login: Login) -> &mut Option<Credentials> {
        let [first, second] = &mut self.credentials;
        match login {
            Login::First => first,
            Login::Second => second,
        }
    }

    /// The passcode of an address.
    pub fn passcode(&self, login: Login) -> Option<&Row> {
        let [first, second] = &self.passcodes;
        match login {
            Login::First => first.as_ref(),
            Login::Second => second.as_ref(),
        }
    }

    /// The passcode of an address, to be changed.
    pub fn passcode_mut(&mut self, login: Login) -> &mut Option<Row> {
        let [first, second] = &mut self.passcodes;
        match login {
            Login::First => first,
            Login::Second => second,
        }
    }

    /// A passcode at either address.
    pub fn row(&self, id: Id) -> Option<&Row> {
        self.passcodes.iter().flatten().find(|row| row.id == id)
    }

    /// All passcodes with their addresses.
    pub fn rows(&self) -> impl Iterator<Item = (Login, &Row)> {
        Login::BOTH.into_iter().filter_map(|login| Some((login, self.passcode(login)?)))
    }
}
