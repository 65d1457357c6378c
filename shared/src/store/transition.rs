//! Writes the effects of a command on a passcode: the changes to its item, and the audit events.
//!
//! No other file writes the status of a passcode or of a recovery.

use readmit_domain::lifecycle::{CodeStatus, Command, Phase, Transition, Wipes};
use readmit_domain::{AuditContext, Employee, Event, EventType, Login, PasscodeFilter, PasscodeRef, Pending};

use super::attributes::*;
use super::change::{Change, Item, attribute, item, key};
use super::pages::passcode_filter_key;
use super::passcode_row::{PasscodeRow, delete_after, passcode_key};
use super::{Outcome, Store, StoreError};

// Private, so that no other file can write a status.
const PASSCODE_STATUS: &str = "passcode_status";
const RECOVERY_STATE: &str = "recovery_state";
/// The attributes of a passcode's phase, for reading.
pub const PHASE: [&str; 2] = [PASSCODE_STATUS, RECOVERY_STATE];

/// The writes of a transition. An act adds its other changes and conditions.
pub(super) struct Writes {
    pub passcode: Change,
    pub events: Vec<Event>,
}

impl Store {
    /// Ends a passcode or a recovery by a command, and returns the new phase. None if the command is not allowed in the current phase.
    pub async fn end(
        &self,
        row: &PasscodeRow,
        command: Command,
        act: &AuditContext,
    ) -> Result<Option<Phase>, StoreError> {
        let Ok(transition) = row.lifecycle().apply(command, act.at) else { return Ok(None) };
        let outcome = self.transact(self.changes(self.writes(&row.held, &transition, act))?).await?;
        Ok((outcome == Outcome::Done).then_some(transition.to))
    }

    /// The writes of a transition, on condition that the passcode is in one of the phases that it starts from.
    pub(super) fn writes(&self, held: &PasscodeRef, transition: &Transition, act: &AuditContext) -> Writes {
        let passcode = self.update_passcode(&held.login).if_equal(PASSCODE_ID, held.passcode_id);
        let passcode = wipe(if_phase(passcode, &transition.from), transition.wipes);
        let stays = transition.from == [transition.to];
        let passcode = if stays { passcode } else { set_phase(passcode, held, transition.to) };
        Writes { passcode, events: self.events_of(held, transition, act) }
    }

    /// The writes as parts of one transaction.
    pub(super) fn changes(&self, writes: Writes) -> Result<Vec<Change>, StoreError> {
        let events = writes.events.iter().map(|event| self.record(event));
        [Ok(writes.passcode)].into_iter().chain(events).collect()
    }

    /// The audit events for the end of the passcode that a newer code replaces. The newer code overwrites the item.
    pub(super) fn superseded(&self, replaced: Option<&PasscodeRow>, act: &AuditContext) -> Vec<Event> {
        let ended = replaced.and_then(|row| Some((row, row.lifecycle().apply(Command::Supersede, act.at).ok()?)));
        ended.map(|(row, transition)| self.events_of(&row.held, &transition, act)).unwrap_or_default()
    }

    /// Ends the passcode of a person whose access ends, on condition that the item is as it was read, or still does not exist. If the
    /// login changes, the ended item is moved to the new login.
    pub(super) fn end_with_account(
        &self,
        before: &Employee,
        seen: Option<&PasscodeRow>,
        new_login: &Login,
        act: &AuditContext,
    ) -> Result<Vec<Change>, StoreError> {
        let Some(seen) = seen else { return Ok(vec![self.no_passcode(&before.login)]) };
        let transition = seen.lifecycle().apply(Command::EndWithAccount, act.at).ok();
        let events = transition.iter().flat_map(|transition| self.events_of(&seen.held, transition, act));
        let mut changes = events.map(|event| self.record(&event)).collect::<Result<Vec<_>, _>>()?;
        if *new_login != before.login {
            let moved = moved(seen, transition.map_or(seen.phase, |ended| ended.to), new_login)?;
            changes.push(as_seen(Change::delete(&self.tables.passcodes, passcode_key(&before.login)), seen));
            changes.push(Change::put(&self.tables.passcodes, moved).if_absent(LOGIN));
        } else if let Some(transition) = &transition {
            changes.push(as_seen(self.writes(&seen.held, transition, act).passcode, seen));
        } else {
            changes.push(as_seen(Change::check(&self.tables.passcodes, passcode_key(&before.login)), seen));
        }
        Ok(changes)
    }

    /// Deletes the passcode of an erased person, on condition that it is as it was read, and writes the audit events of its end.
    pub(super) fn erase_passcode(
        &self,
        erased: &Employee,
        seen: Option<&PasscodeRow>,
        act: &AuditContext,
    ) -> Result<Vec<Change>, StoreError> {
        let Some(seen) = seen else { return Ok(vec![self.no_passcode(&erased.login)]) };
        let transition = seen.lifecycle().apply(Command::EndWithAccount, act.at).ok();
        let events = transition.iter().flat_map(|transition| self.events_of(&seen.held, transition, act));
        let deleted = as_seen(Change::delete(&self.tables.passcodes, passcode_key(&erased.login)), seen);
        [Ok(deleted)].into_iter().chain(events.map(|event| self.record(&event))).collect()
    }

    /// The condition that the login has no passcode.
    fn no_passcode(&self, login: &Login) -> Change {
        Change::check(&self.tables.passcodes, passcode_key(login)).if_absent(LOGIN)
    }

    fn events_of(&self, held: &PasscodeRef, transition: &Transition, act: &AuditContext) -> Vec<Event> {
        transition.events.iter().map(|kind| self.passcode_event(act, *kind, held)).collect()
    }

    fn passcode_event(&self, act: &AuditContext, kind: EventType, held: &PasscodeRef) -> Event {
        self.event(act, kind, held.company_id, held.employee_id).with("passcode_id", held.passcode_id)
    }
}

/// Sets a new code's phase, on condition that the earlier passcode is as it was read.
pub(super) fn begin(change: Change, held: &PasscodeRef, phase: Phase, replaced: Option<&PasscodeRow>) -> Change {
    let change = set_phase(change.remove(RECOVERY_STATE), held, phase);
    match replaced {
        Some(replaced) => as_seen(change, replaced),
        None => change.if_absent(LOGIN),
    }
}

/// The condition that the passcode is in one of these phases. They are all phases of a code, or one phase of a recovery.
pub(super) fn if_phase(change: Change, phases: &[Phase]) -> Change {
    match phases {
        [Phase::Recovery(status)] => change.if_equal(RECOVERY_STATE, status),
        codes => change.if_one_of(PASSCODE_STATUS, codes.iter().map(|phase| phase.status())),
    }
}

/// The condition that the item is as it was when the act was decided.
fn as_seen(change: Change, seen: &PasscodeRow) -> Change {
    change
        .if_equal(PASSCODE_ID, seen.held.passcode_id)
        .if_equal(PASSCODE_STATUS, seen.phase.status())
        .if_as_seen(RECOVERY_STATE, seen.phase.recovery())
        .if_as_seen(TRIES_WITHOUT_SUCCESS, seen.history.tries_without_success)
        .if_as_seen(DISOWNED_AT, seen.disowned_at)
}

/// Sets the phase, and the keys of the indexes by phase and by due time.
fn set_phase(change: Change, held: &PasscodeRef, to: Phase) -> Change {
    let change = match to {
        Phase::Code(status) => change.set(PASSCODE_STATUS, status),
        Phase::Recovery(status) => change.set(RECOVERY_STATE, status).set(PASSCODE_STATUS, to.status()),
    };
    let pending = passcode_filter_key(PasscodeFilter::Pending);
    let change = if to == Phase::Code(CodeStatus::Sending) {
        change.set(pending, held.passcode_id).remove(passcode_filter_key(PasscodeFilter::Bounced))
    } else if to == Phase::Code(CodeStatus::Bounced) {
        change.set(passcode_filter_key(PasscodeFilter::Bounced), held.passcode_id)
    } else {
        change
    };
    let change = if to.is_pending() { change } else { change.remove(pending) };
    if to.is_ended() { change.remove(DUE_SHARD).remove(DUE_AT) } else { change }
}

fn wipe(change: Change, wipes: Wipes) -> Change {
    match wipes {
        Wipes::Nothing => change,
        Wipes::Code => change.remove(CODE_SELECTOR).remove(SECRET_HASH),
        Wipes::Factors => change.remove(PENDING_PASSWORD).remove(PENDING_TOTP_KEY),
    }
}

/// The item of an ended passcode, for another login.
fn moved(seen: &PasscodeRow, ended: Phase, login: &Login) -> Result<Item, StoreError> {
    let held = PasscodeRef { login: login.clone(), ..seen.held.clone() };
    let row = PasscodeRow { held, phase: ended, secret_hash: None, pending: Pending::default(), ..seen.clone() };
    let mut moved = item(&row)?;
    moved.insert(DELETE_AFTER.to_owned(), attribute(delete_after(row.expires_at))?);
    if ended == Phase::Code(CodeStatus::Bounced) {
        moved.extend(key([(passcode_filter_key(PasscodeFilter::Bounced), &row.held.passcode_id)]));
    }
    Ok(moved)
}
