//! Repeated by hand: `issue-passcode`, `app/issue.rs` and `store/issuing.rs`. A code is planned, stored, mailed and marked, each in one step.

use readmit_domain::Timestamp;
use readmit_domain::lifecycle::{CodeStatus, Command, Passcode, Phase};

use crate::mistake::Mistake;
use crate::moments::{CODE_LIVES, Clock};
use crate::scene::Scene;
use crate::tables::{AdminName, Employee, Id, Login, Row};
use crate::writes::{holds, is_as_seen, write};

/// A running issue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Issue {
    admin: AdminName,
    suspends: bool,
    /// The time when it was planned. All its writes have this time.
    at: Timestamp,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// The admin and the holder have been read.
    Admitted { holder: Employee },
    /// The earlier passcode has been read too.
    Decided { holder: Employee, replaced: Option<Row> },
    /// The code is stored, and must be mailed next.
    Stored { login: Login, id: Id },
    /// The mail service has answered, or its answer was lost.
    Answered { login: Login, id: Id, is_accepted: bool },
}

/// The result of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Accepted.
    Accepted,
    /// Accepted, but the answer is lost.
    Lost,
    /// Not accepted.
    Refused,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::Lost, Self::Refused];
}

fn sending() -> Phase {
    Phase::Code(CodeStatus::Sending)
}

/// Whether the admin may act for the holder.
pub fn admitted(scene: &Scene<'_>, admin: AdminName) -> Option<Employee> {
    let admin = scene.tables.admin(admin);
    scene.tables.employee.clone().filter(|_| admin.has_role && admin.has_session)
}

/// Corresponds to `Store::still_stands`.
pub fn still_stands(scene: &Scene<'_>, admin: AdminName) -> bool {
    let admin = scene.tables.admin(admin);
    admin.has_role && admin.has_session
}

impl Issue {
    /// Reads the admin and the holder.
    pub fn begin(scene: &Scene<'_>, admin: AdminName, suspends: bool, clock: Clock) -> Option<Self> {
        let holder = admitted(scene, admin).filter(|holder| holder.is_active)?;
        Some(Self { admin, suspends, at: scene.now(clock), stage: Stage::Admitted { holder } })
    }

    /// Whether the next step sends the mail.
    pub fn mails(&self) -> bool {
        matches!(self.stage, Stage::Stored { .. })
    }

    /// The code that is stored and is being mailed.
    pub fn id(&self) -> Option<Id> {
        match self.stage {
            Stage::Stored { id, .. } | Stage::Answered { id, .. } => Some(id),
            Stage::Admitted { .. } | Stage::Decided { .. } => None,
        }
    }

    /// Whether it is planned and not stored yet.
    pub fn is_decided_by(&self, admin: AdminName) -> bool {
        self.admin == admin && matches!(self.stage, Stage::Decided { .. })
    }

    /// Sends the mail to the mail service.
    pub fn mail(self, scene: &mut Scene<'_>, answer: Answer) -> Option<Self> {
        let Stage::Stored { login, id } = self.stage else { return None };
        scene.facts.accepted = (answer != Answer::Refused).then_some(id);
        let is_accepted = answer == Answer::Accepted;
        Some(Self { stage: Stage::Answered { login, id, is_accepted }, ..self })
    }

    /// The next step, except for the mail.
    pub fn step(self, scene: &mut Scene<'_>, next: Id) -> Option<Self> {
        let stage = match self.stage.clone() {
            Stage::Admitted { holder } => {
                let replaced = scene.tables.passcode(holder.login).cloned();
                Stage::Decided { holder, replaced }
            }
            Stage::Decided { holder, replaced } => {
                self.store(scene, &holder, replaced.as_ref(), next).then_some(())?;
                Stage::Stored { login: holder.login, id: next }
            }
            Stage::Stored { .. } => return None,
            Stage::Answered { login, id, is_accepted } => {
                self.mark(scene, login, id, is_accepted);
                return None;
            }
        };
        Some(Self { stage, ..self })
    }

    /// Corresponds to `Store::begin`.
    fn store(&self, scene: &mut Scene<'_>, holder: &Employee, replaced: Option<&Row>, id: Id) -> bool {
        let login = holder.login;
        let is_as_decided = |now: &Employee| {
            let parts = |of: &Employee| (of.owner, of.is_enrolled, of.login);
            now.is_active && parts(now) == parts(holder)
        };
        let may = scene.makes(Mistake::IssueWithoutAuthority) || still_stands(scene, self.admin);
        let is_same = scene.makes(Mistake::IssueOverwrites) || is_as_seen(scene.tables.passcode(login), replaced);
        let is_there =
            scene.makes(Mistake::IssueWithoutHolder) || scene.tables.employee.as_ref().is_some_and(is_as_decided);
        let claim = scene.tables.credentials(login).is_some_and(|claim| claim.owner == holder.owner);
        if !(may && is_same && is_there) || (self.suspends && !claim) {
            return false;
        }
        if let Some(row) = replaced
            && let Ok(superseded) = row.lifecycle().apply(Command::Supersede, self.at)
        {
            scene.tell(row.id, &superseded);
        }
        let is_marked_early = scene.makes(Mistake::SentBeforeMailed);
        *scene.tables.passcode_mut(login) = Some(Row {
            id,
            owner: holder.owner,
            phase: if is_marked_early { Phase::Code(CodeStatus::Sent) } else { sending() },
            has_secret: true,
            tries: 0,
            issued_at: self.at,
            expires_at: self.at.after(CODE_LIVES),
            recovery_until: None,
            password: None,
            authenticator: None,
            completion_tries: 0,
            is_disowned: false,
            is_listed_as_due: true,
        });
        scene.facts.events.push((id, readmit_domain::EventType::PasscodeIssued));
        scene.facts.on_authority_of = Some(self.admin);
        scene.facts.issued_to = Some(login);
        if self.suspends {
            scene.facts.has_suspended = true;
            if let Some(employee) = &mut scene.tables.employee {
                employee.epoch += 1;
            }
            if let Some(claim) = scene.tables.credentials_mut(login) {
                claim.is_suspended = true;
            }
        }
        true
    }

    /// Corresponds to `Store::sent` and `Store::withdraw`.
    fn mark(&self, scene: &mut Scene<'_>, login: Login, id: Id, is_accepted: bool) {
        let command = if is_accepted { Command::MarkSent } else { Command::Withdraw };
        let stored = Passcode { phase: sending(), until: self.at.after(CODE_LIVES), tries: 0 };
        let Ok(marked) = stored.apply(command, self.at) else { return };
        let there = scene.tables.passcode(login);
        let meant = match there {
            Some(row) if scene.makes(Mistake::SentWhicheverItIs) && is_accepted => row.id,
            _ => id,
        };
        if holds(there, meant, &marked) {
            write(scene.tables.passcode_mut(login).as_mut(), &marked);
            scene.tell(id, &marked);
        }
    }
}
