//! Repeated by hand: `import-employees`, with `store/imports.rs`. It reads a row and plans its change, reads the passcode, and then writes all.

use readmit_domain::Timestamp;
use readmit_domain::lifecycle::Command;

use crate::mistake::Mistake;
use crate::moments::Clock;
use crate::scene::Scene;
use crate::tables::{Credentials, Employee, Login, Owner, Row};
use crate::writes::{is_as_seen, moved, write};

/// A change of the person by an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// Disables the account. A change of the account type is written in the same way.
    Disable,
    /// Enables it again.
    Enable,
    /// Gives the other address.
    Move,
    /// Erases the person, the credentials and the passcode.
    Erase,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Disable, Self::Enable, Self::Move, Self::Erase];
}

/// A running import of a change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    change: Change,
    at: Timestamp,
    before: Employee,
    credentials: Credentials,
    /// None until the passcode was read. The inner option is none if there is no passcode.
    seen: Option<Option<Row>>,
}

/// Adds a person without secrets at the first address. Refused if the address is in use.
pub fn add(scene: &mut Scene<'_>, owner: Owner) -> Option<()> {
    let login = Login::First;
    if scene.tables.employee.is_some() || scene.tables.credentials(login).is_some() {
        return None;
    }
    scene.tables.employee = Some(Employee { owner, is_active: true, login, is_enrolled: false, epoch: 0 });
    *scene.tables.credentials_mut(login) =
        Some(Credentials { owner, password: None, authenticator: None, is_suspended: false });
    scene.facts.imported = Some(owner);
    Some(())
}

impl Import {
    /// Reads the person.
    pub fn begin(scene: &Scene<'_>, change: Change, clock: Clock) -> Option<Self> {
        let before = scene.tables.employee.clone()?;
        let changes = match change {
            Change::Disable => before.is_active,
            Change::Enable => !before.is_active,
            Change::Move | Change::Erase => true,
        };
        let credentials = scene.tables.credentials(before.login).filter(|_| changes)?.clone();
        Some(Self { change, at: scene.now(clock), before, credentials, seen: None })
    }

    /// Reads the passcode if the change ends access, and then writes.
    pub fn step(self, scene: &mut Scene<'_>) -> Option<Self> {
        let Some(seen) = &self.seen else {
            let ends_access = self.change != Change::Enable;
            let seen = scene.tables.passcode(self.before.login).cloned().filter(|_| ends_access);
            return Some(Self { seen: Some(seen), ..self });
        };
        if self.holds(scene, seen.as_ref()) {
            self.write(scene, seen.as_ref());
        }
        None
    }

    fn holds(&self, scene: &Scene<'_>, seen: Option<&Row>) -> bool {
        let tables = &scene.tables;
        let is_unchanged = tables.employee.as_ref().is_some_and(|now| {
            let parts = |of: &Employee| (of.owner, of.is_active, of.is_enrolled, of.login);
            let login = |of: &Employee| (of.owner, of.login);
            if self.change == Change::Erase {
                login(now) == login(&self.before)
            } else {
                parts(now) == parts(&self.before)
            }
        });
        let unaware = match self.change {
            Change::Enable => true,
            Change::Disable => {
                scene.makes(Mistake::DisableLeavesPasscode) || (scene.makes(Mistake::DisableUnaware) && seen.is_none())
            }
            Change::Move => false,
            Change::Erase => scene.makes(Mistake::EraseLeavesPasscode),
        };
        let drops_claim = matches!(self.change, Change::Move | Change::Erase);
        let claim = !drops_claim || tables.credentials(self.before.login) == Some(&self.credentials);
        let other = self.before.login.other();
        let is_free = self.change != Change::Move
            || (tables.credentials(other).is_none() && (seen.is_none() || tables.passcode(other).is_none()));
        is_unchanged && claim && is_free && (unaware || is_as_seen(tables.passcode(self.before.login), seen))
    }

    fn write(&self, scene: &mut Scene<'_>, seen: Option<&Row>) {
        let (login, other) = (self.before.login, self.before.login.other());
        let leaves = (self.change == Change::Disable && scene.makes(Mistake::DisableLeavesPasscode))
            || (self.change == Change::Erase && scene.makes(Mistake::EraseLeavesPasscode));
        let ended =
            seen.filter(|_| !leaves).map(|row| (row, row.lifecycle().apply(Command::EndWithAccount, self.at).ok()));
        if let Some((row, Some(ended))) = &ended {
            scene.tell(row.id, ended);
        }
        if let Some(employee) = scene.tables.employee.as_mut().filter(|_| self.change != Change::Enable) {
            employee.epoch += 1;
        }
        match self.change {
            Change::Disable | Change::Enable => {
                if let Some((_, Some(ended))) = &ended {
                    write(scene.tables.passcode_mut(login).as_mut(), ended);
                }
                if let Some(employee) = &mut scene.tables.employee {
                    employee.is_active = self.change == Change::Enable;
                }
            }
            Change::Move => {
                if let Some((row, ended)) = ended {
                    let phase = ended.map_or(row.phase, |ended| ended.to);
                    let keeps = scene.makes(Mistake::MoveKeepsPhase);
                    *scene.tables.passcode_mut(login) = None;
                    *scene.tables.passcode_mut(other) = Some(if keeps { row.clone() } else { moved(row, phase) });
                }
                if let Some(employee) = &mut scene.tables.employee {
                    employee.login = other;
                }
                *scene.tables.credentials_mut(other) = scene.tables.credentials_mut(login).take();
            }
            Change::Erase => {
                if !leaves {
                    *scene.tables.passcode_mut(login) = None;
                }
                *scene.tables.credentials_mut(login) = None;
                scene.tables.employee = None;
            }
        }
    }
}
