//! Writes what a command does to a passcode: its item, the directory's copy of its status, and the audit events.
//!
//! No other file writes the status of a passcode or of a recovery.

use readmit_domain::lifecycle::{Command, Passcode, Phase, Transition, Wipes};
use readmit_domain::{AuditContext, Employee, Event, EventType, Filter, LatestPasscode, PasscodeRef};

use super::attributes::*;
use super::change::{Change, key};
use super::pages::filter_key;
use super::{Outcome, Store, StoreError};

// Private: nobody else can write a status.
const PASSCODE_STATUS: &str = "passcode_status";
const RECOVERY_STATE: &str = "recovery_state";
pub(super) const LATEST_PASSCODE: &str = "latest_passcode";

/// The writes of a transition. An act adds to them what else it changes, and its conditions.
pub(super) struct Writes {
    pub passcode: Change,
    /// The directory's copy of the status; none if it stays as it is.
    pub directory: Option<Change>,
    pub events: Vec<Event>,
}

impl Store {
    /// Gives a command that ends a passcode or a recovery, and tells where that led. None if it cannot be given, or no longer.
    pub async fn end(
        &self,
        held: &PasscodeRef,
        passcode: &Passcode,
        command: Command,
        act: &AuditContext,
    ) -> Result<Option<Phase>, StoreError> {
        let Ok(transition) = passcode.apply(command, act.at) else { return Ok(None) };
        let writes = self.writes(held, &transition, act);
        let outcome = self.transact(self.changes(writes)?).await?;
        Ok((outcome == Outcome::Done).then_some(transition.to))
    }

    /// The writes of a transition, which hold only in one of the phases that it starts from.
    pub(super) fn writes(&self, held: &PasscodeRef, transition: &Transition, act: &AuditContext) -> Writes {
        let (to, stays) = (transition.to, transition.from == [transition.to]);
        let passcode = self.update_passcode(&held.login).if_equal(PASSCODE_ID, held.passcode_id);
        let passcode = wipe(if_phase(passcode, &transition.from), transition.wipes);
        let passcode = if stays { passcode } else { due(set_phase(passcode, str::to_owned, to), transition) };
        let directory = (!stays).then(|| {
            let copy = set_phase(self.update_latest(held), copy, to);
            // A recovery that ends was taken out of this list when it began.
            let leaves_the_list = !to.is_pending() && transition.wipes == Wipes::Code;
            if leaves_the_list { copy.remove(filter_key(Filter::PasscodePending)) } else { copy }
        });
        let events = transition.events.iter().map(|kind| self.passcode_event(act, *kind, held)).collect();
        Writes { passcode, directory, events }
    }

    /// The writes as changes of one transaction.
    pub(super) fn changes(&self, writes: Writes) -> Result<Vec<Change>, StoreError> {
        let events = writes.events.iter().map(|event| self.record(event));
        [writes.passcode].into_iter().chain(writes.directory).map(Ok).chain(events).collect()
    }

    /// The end of the passcode that a newer code replaces: its audit events. The code's own item is written over.
    pub(super) fn superseded(&self, holder: &Employee, act: &AuditContext) -> Vec<Event> {
        let Some(latest) = &holder.latest_passcode else { return Vec::new() };
        let transition = latest.lifecycle().apply(Command::Supersede, act.at).ok();
        let kinds = transition.into_iter().flat_map(|transition| transition.events);
        kinds.map(|kind| self.passcode_event(act, kind, &holder.held(latest.passcode_id))).collect()
    }

    /// Deletes the passcode of a person whose access ends, with its audit events if it had not ended; and what the directory
    /// shows of it from then on.
    pub(super) fn end_with_account(
        &self,
        before: &Employee,
        act: &AuditContext,
    ) -> Result<(Option<LatestPasscode>, Vec<Change>), StoreError> {
        let deleted = Change::delete(&self.tables.passcodes, key([(LOGIN, &before.login)]));
        let deleted = deleted.if_absent_or(EMPLOYEE_ID, "=", before.employee_id);
        let (mut latest, mut changes) = (before.latest_passcode.clone(), vec![deleted]);
        if let Some(latest) = &mut latest
            && let Ok(transition) = latest.lifecycle().apply(Command::EndWithAccount, act.at)
        {
            latest.phase = transition.to;
            for kind in transition.events {
                changes.push(self.record(&self.passcode_event(act, kind, &before.held(latest.passcode_id)))?);
            }
        }
        Ok((latest, changes))
    }

    fn passcode_event(&self, act: &AuditContext, kind: EventType, held: &PasscodeRef) -> Event {
        self.event(act, kind, held.company_id, held.employee_id).with("passcode_id", held.passcode_id)
    }
}

impl Change {
    /// The person's latest passcode must be as it was read: what follows was decided by it.
    pub(super) fn if_latest_as_seen(self, seen: Option<&LatestPasscode>) -> Self {
        match seen {
            Some(seen) => self
                .if_equal(&copy(PASSCODE_ID), seen.passcode_id)
                .if_equal(&copy(PASSCODE_STATUS), seen.phase.status())
                .if_as_seen(&copy(RECOVERY_STATE), seen.phase.recovery()),
            None => self.if_absent(LATEST_PASSCODE),
        }
    }
}

/// A new code's phase, in its item.
pub(super) fn begin(change: Change, phase: Phase) -> Change {
    change.set(PASSCODE_STATUS, phase.status()).remove(RECOVERY_STATE)
}

/// The directory's copy of a passcode, as a whole.
pub(super) fn show(change: Change, latest: Option<&LatestPasscode>) -> Change {
    change.set_or_remove(LATEST_PASSCODE, latest)
}

/// The passcode must be in one of these phases: all of them codes, or one of a recovery.
pub(super) fn if_phase(change: Change, phases: &[Phase]) -> Change {
    match phases {
        [Phase::Recovery(status)] => change.if_equal(RECOVERY_STATE, status),
        codes => change.if_one_of(PASSCODE_STATUS, codes.iter().map(|phase| phase.status())),
    }
}

/// The path in the directory to an attribute of the latest passcode.
pub(super) fn copy(attribute: &str) -> String {
    format!("{LATEST_PASSCODE}.{attribute}")
}

fn set_phase(change: Change, path: fn(&str) -> String, to: Phase) -> Change {
    match to {
        Phase::Code(status) => change.set(&path(PASSCODE_STATUS), status),
        // Its status is `redeemed` already.
        Phase::Recovery(status) if to != Phase::OPEN => change.set(&path(RECOVERY_STATE), status),
        Phase::Recovery(status) => change.set(&path(RECOVERY_STATE), status).set(&path(PASSCODE_STATUS), to.status()),
    }
}

fn wipe(change: Change, wipes: Wipes) -> Change {
    match wipes {
        Wipes::Nothing => change,
        Wipes::Code => change.remove(CODE_SELECTOR).remove(SECRET_HASH),
        Wipes::Factors => change.remove(PENDING_PASSWORD).remove(PENDING_TOTP_KEY),
    }
}

fn due(change: Change, transition: &Transition) -> Change {
    match transition.due {
        Some(due) => change.set(DUE_AT, due),
        None => change.remove(DUE_SHARD).remove(DUE_AT),
    }
}
