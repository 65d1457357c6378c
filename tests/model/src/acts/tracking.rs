//! Repeated by hand: `track-delivery` and `cleanup-passcodes`. Each reads a passcode, and writes if it has not changed since.

use readmit_domain::lifecycle::{CodeStatus, Command, Phase};
use readmit_domain::passcode::SENDING_LIMIT;
use readmit_domain::{DeliveryReport, Timestamp};

use crate::mistake::Mistake;
use crate::moments::Clock;
use crate::scene::Scene;
use crate::tables::{Id, Login, Owner, Row};
use crate::writes::{holds, write};

/// A running delivery report of the mail service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Track {
    of: (Id, Login, Owner),
    report: DeliveryReport,
    clock: Clock,
    seen: Row,
    at: Timestamp,
}

/// Corresponds to `LatestPasscode::status_at`: a code that is `sending` for too long is shown as failed.
pub fn is_shown_as_failed(row: &Row, now: Timestamp) -> bool {
    let is_stuck = row.phase == Phase::Code(CodeStatus::Sending) && now >= row.issued_at.after(SENDING_LIMIT);
    is_stuck || row.phase == Phase::Code(CodeStatus::Failed)
}

impl Track {
    /// Reads the passcode of the mail. Refused if the report does not change its phase.
    pub fn begin(
        scene: &Scene<'_>,
        of @ (id, login, owner): (Id, Login, Owner),
        report: DeliveryReport,
        clock: Clock,
    ) -> Option<Self> {
        let at = scene.now(clock);
        let row = scene.tables.passcode(login).filter(|row| row.id == id && row.owner == owner)?;
        let revives = is_shown_as_failed(row, at) && Phase::Code(report.leads_to()).is_live();
        if revives && !scene.makes(Mistake::ReportRevives) {
            return None;
        }
        row.lifecycle().apply(Command::Report(report), at).ok()?;
        Some(Self { of, report, clock, seen: row.clone(), at })
    }

    /// Writes. Reads again if the phase has changed.
    pub fn step(self, scene: &mut Scene<'_>) -> Option<Self> {
        let (id, login, _) = self.of;
        let reported = self.seen.lifecycle().apply(Command::Report(self.report), self.at).ok()?;
        let whatever = scene.makes(Mistake::ReportWhateverBecame);
        let there = scene.tables.passcode(login);
        if holds(there, id, &reported) || (whatever && there.is_some_and(|row| row.id == id)) {
            write(scene.tables.passcode_mut(login).as_mut(), &reported);
            scene.tell(id, &reported);
            return None;
        }
        Self::begin(scene, self.of, self.report, self.clock)
    }
}

/// A run of the cleanup for one passcode.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CleanUp {
    login: Login,
    seen: Row,
    at: Timestamp,
}

impl CleanUp {
    /// Reads a passcode that is overdue.
    pub fn begin(scene: &Scene<'_>, login: Login, clock: Clock) -> Option<Self> {
        let at = scene.now(clock);
        let seen = scene.tables.passcode(login).filter(|row| row.is_listed_as_due && row.expires_at <= at)?;
        seen.lifecycle().apply(Command::Expire, at).ok()?;
        Some(Self { login, seen: seen.clone(), at })
    }

    /// Ends it.
    pub fn step(self, scene: &mut Scene<'_>) {
        if !scene.makes(Mistake::ExpireWhateverBecame) {
            return scene.end(self.login, &self.seen, Command::Expire, self.at);
        }
        let Ok(expired) = self.seen.lifecycle().apply(Command::Expire, self.at) else { return };
        write(scene.tables.passcode_mut(self.login).as_mut(), &expired);
        scene.tell(self.seen.id, &expired);
    }
}
