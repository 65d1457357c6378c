//! Repeated by hand: `revoke-passcode`, with `Store::revoke` and `Store::disown`.

use readmit_domain::Timestamp;
use readmit_domain::lifecycle::Command;

use super::issuing::{admitted, still_stands};
use crate::mistake::Mistake;
use crate::moments::Clock;
use crate::scene::Scene;
use crate::tables::{AdminName, Employee, Id, Login, Owner, Row};
use crate::writes::{holds, write};

/// A Security Admin revokes a passcode.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Revoke {
    admin: AdminName,
    at: Timestamp,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stage {
    Admitted { holder: Employee },
    Decided { login: Login, seen: Row },
}

impl Revoke {
    /// Reads the admin and the holder.
    pub fn begin(scene: &Scene<'_>, admin: AdminName, clock: Clock) -> Option<Self> {
        let stage = Stage::Admitted { holder: admitted(scene, admin)? };
        Some(Self { admin, at: scene.now(clock), stage })
    }

    /// Reads the passcode and then writes.
    pub fn step(self, scene: &mut Scene<'_>) -> Option<Self> {
        match self.stage.clone() {
            Stage::Admitted { holder } => {
                let row = scene.tables.passcode(holder.login).filter(|row| row.owner == holder.owner)?;
                row.lifecycle().apply(Command::Revoke, self.at).ok()?;
                Some(Self { stage: Stage::Decided { login: holder.login, seen: row.clone() }, ..self })
            }
            Stage::Decided { login, seen } => {
                let revoked = seen.lifecycle().apply(Command::Revoke, self.at).ok()?;
                let may = scene.makes(Mistake::RevokeWithoutAuthority) || still_stands(scene, self.admin);
                if may && holds(scene.tables.passcode(login), seen.id, &revoked) {
                    write(scene.tables.passcode_mut(login).as_mut(), &revoked);
                    scene.tell(seen.id, &revoked);
                    scene.facts.on_authority_of = Some(self.admin);
                }
                None
            }
        }
    }
}

/// The holder disowns a passcode: "this was not me".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Disown {
    login: Login,
    seen: Row,
    at: Timestamp,
}

impl Disown {
    /// Reads the passcode of the mail's link.
    pub fn begin(scene: &Scene<'_>, (id, login, owner): (Id, Login, Owner), clock: Clock) -> Option<Self> {
        let row = scene.tables.passcode(login).filter(|row| row.id == id && row.owner == owner)?;
        (!row.is_disowned).then(|| Self { login, seen: row.clone(), at: scene.now(clock) })
    }

    /// Writes. Of two parallel writes one succeeds.
    pub fn step(self, scene: &mut Scene<'_>) {
        let Ok(disowned) = self.seen.lifecycle().apply(Command::Disown, self.at) else { return };
        let there = scene.tables.passcode(self.login);
        let is_first = scene.makes(Mistake::DisownTwice) || there.is_some_and(|row| !row.is_disowned);
        let claim = scene.tables.credentials(self.login).is_some_and(|claim| claim.owner == self.seen.owner);
        if is_first && claim && holds(there, self.seen.id, &disowned) {
            if let Some(row) = scene.tables.passcode_mut(self.login) {
                row.is_disowned = true;
            }
            write(scene.tables.passcode_mut(self.login).as_mut(), &disowned);
            scene.tell(self.seen.id, &disowned);
        }
    }
}
