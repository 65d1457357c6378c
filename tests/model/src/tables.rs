//! The stored data that the lifecycle depends on. By hand: rows of four tables, without attributes that only lists and mails need.

use readmit_domain::Timestamp;
use readmit_domain::lifecycle::{Passcode, Phase};

/// A passcode, by the order in which they were issued.
pub type Id = u8;
/// A person who has or had the account, by the order in which they were imported.
pub type Owner = u8;

/// The two addresses that the person can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Login {
    /// The one at the beginning.
    First,
    /// The one that an import can give.
    Second,
}

/// One of the two Security Admins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdminName {
    /// One.
    Ada,
    /// The other.
    Bea,
}

/// What of an admin's row an act rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Admin {
    /// Whether the role is still there.
    pub has_role: bool,
    /// Whether the session of the admin's token lasts: an active account with the epoch of then.
    pub has_session: bool,
}

/// The person's row of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Employee {
    /// Whose it is.
    pub owner: Owner,
    /// Whether the account is active.
    pub is_active: bool,
    /// The address.
    pub login: Login,
    /// Whether a second factor is enrolled.
    pub is_enrolled: bool,
    /// What sessions must repeat.
    pub epoch: u8,
}

/// A password or an authenticator: of a recovery, or from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Factor {
    /// The passcode whose recovery it was chosen in.
    pub of: Option<Id>,
    /// Which one of that recovery.
    pub nth: u8,
}

/// The row that an address has of its owner's password and authenticator.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Credentials {
    /// Whose they are.
    pub owner: Owner,
    /// Password and authenticator; a person who was never in has neither.
    pub password: Option<Factor>,
    /// See `password`.
    pub authenticator: Option<Factor>,
    /// Whether they open nothing until a recovery is completed.
    pub is_suspended: bool,
}

/// An item of the passcodes table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// Which passcode.
    pub id: Id,
    /// Whose.
    pub owner: Owner,
    /// How far it has come.
    pub phase: Phase,
    /// Whether selector and hash of the secret are there.
    pub has_secret: bool,
    /// Secrets compared so far.
    pub tries: u8,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Until when the code can be redeemed.
    pub expires_at: Timestamp,
    /// Until when the recovery can be completed.
    pub recovery_until: Option<Timestamp>,
    /// The recovery's new password.
    pub password: Option<Factor>,
    /// The recovery's new authenticator.
    pub authenticator: Option<Factor>,
    /// Completions tried.
    pub completion_tries: u8,
    /// Whether its holder has disowned it.
    pub is_disowned: bool,
    /// Whether the cleanup finds it when its time is over.
    pub is_listed_as_due: bool,
}

impl Row {
    /// What the domain decides by.
    pub fn lifecycle(&self) -> Passcode {
        Passcode { phase: self.phase, until: self.recovery_until.unwrap_or(self.expires_at), tries: self.tries.into() }
    }
}

/// All rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tables {
    admins: [Admin; 2],
    /// The person, until an import erases the row.
    pub employee: Option<Employee>,
    credentials: [Option<Credentials>; 2],
    passcodes: [Option<Row>; 2],
}

impl Login {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::First, Self::Second];

    /// The one that it is not.
    pub fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl Default for Tables {
    /// A person who was in before, and has no passcode.
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

    /// A passcode wherever it lies.
    pub fn row(&self, id: Id) -> Option<&Row> {
        self.passcodes.iter().flatten().find(|row| row.id == id)
    }

    /// All passcodes that lie there.
    pub fn rows(&self) -> impl Iterator<Item = (Login, &Row)> {
        Login::BOTH.into_iter().filter_map(|login| Some((login, self.passcode(login)?)))
    }
}
