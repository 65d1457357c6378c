//! Compares the audit events of each passcode and person with the tables.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use readmit::domain::lifecycle::{CodeStatus, Phase, RecoveryStatus};
use readmit::domain::{EmployeeId, Event, EventType, PasscodeId, Timestamp};
use readmit::store::{PasscodeRow, due_shard};

use super::people::People;
use super::{Fault, Item, read, text};

/// The events that end a code. `passcode.disowned` ends an open code too, but can also follow the end of another.
const ENDS: [EventType; 8] = [
    EventType::PasscodeBounced,
    EventType::PasscodeComplained,
    EventType::PasscodeSuperseded,
    EventType::PasscodeRevoked,
    EventType::PasscodeRedeemed,
    EventType::PasscodeExhausted,
    EventType::PasscodeExpired,
    EventType::PasscodeDeliveryFailed,
];

/// The number of audit events of each type.
type EventCounts = BTreeMap<String, u32>;

/// All audit events, and the passcodes in the table.
#[derive(Default)]
pub(crate) struct Stories {
    of_passcodes: HashMap<PasscodeId, EventCounts>,
    /// The people who were imported or added, each with the type of that event.
    added: HashMap<EmployeeId, EventType>,
    erased: HashSet<EmployeeId>,
    /// The passcodes in the table: phase and time of issue.
    rows: HashMap<PasscodeId, (Phase, Timestamp)>,
}

fn count(counts: &EventCounts, kind: EventType) -> u32 {
    counts.get(&kind.to_string()).copied().unwrap_or_default()
}

/// The events that must exist for a phase: the one that ended the code, and the one that ended its recovery.
fn ends_of(phase: Phase) -> (Option<EventType>, Option<EventType>) {
    let of_code = match phase {
        Phase::Code(status) => match status {
            CodeStatus::Sending | CodeStatus::Sent | CodeStatus::Delayed | CodeStatus::Delivered => None,
            CodeStatus::Bounced => Some(EventType::PasscodeBounced),
            CodeStatus::Complained => Some(EventType::PasscodeComplained),
            CodeStatus::Failed => Some(EventType::PasscodeDeliveryFailed),
            CodeStatus::Revoked => Some(EventType::PasscodeRevoked),
            CodeStatus::Disowned => Some(EventType::PasscodeDisowned),
            CodeStatus::Superseded => Some(EventType::PasscodeSuperseded),
            CodeStatus::Exhausted => Some(EventType::PasscodeExhausted),
            CodeStatus::Expired => Some(EventType::PasscodeExpired),
        },
        Phase::Recovery(_) => Some(EventType::PasscodeRedeemed),
    };
    let of_recovery = match phase {
        Phase::Recovery(RecoveryStatus::Completed) => Some(EventType::RecoveryCompleted),
        Phase::Recovery(RecoveryStatus::Abandoned) => Some(EventType::RecoveryAbandoned),
        Phase::Code(_) | Phase::Recovery(RecoveryStatus::Open) => None,
    };
    (of_code, of_recovery)
}

impl Stories {
    /// Adds an audit event.
    pub(crate) fn take_event(&mut self, item: Item, faults: &mut BTreeSet<Fault>) {
        let Some(event) = read::<Event>("audit", item, faults) else { return };
        match (event.kind, event.employee_id) {
            (EventType::EmployeeImported | EventType::EmployeeAdded, Some(employee_id)) => {
                self.added.insert(employee_id, event.kind);
            }
            (EventType::EmployeeErased, Some(employee_id)) => {
                self.erased.insert(employee_id);
            }
            _ => {}
        }
        if let Some(passcode_id) = event.text("passcode_id").and_then(|id| id.parse().ok()) {
            let counts = self.of_passcodes.entry(passcode_id).or_default();
            *counts.entry(event.kind.to_string()).or_default() += 1;
        }
    }

    /// Adds a passcode's row, and checks its holder and its index keys.
    pub(crate) fn take_passcode(&mut self, item: Item, people: &People, faults: &mut BTreeSet<Fault>) {
        let keys = ["passcode_pending_key", "passcode_bounced_key", "due_shard", "due_at"];
        let keys = keys.map(|name| (name, text(&item, name).to_owned()));
        let Some(row) = read::<PasscodeRow>("passcodes", item, faults) else { return };
        let (login, passcode_id) = (&row.held.login, row.held.passcode_id);
        let is_holders = people.get(row.held.employee_id).is_some_and(|holder| holder.login == *login);
        if !is_holders {
            faults.insert(Fault::PasscodeWithoutPerson { login: login.clone(), passcode_id });
        }
        for (attribute, found) in keys {
            let (value, is_there) = match attribute {
                "passcode_pending_key" => (passcode_id.to_string(), row.phase.is_pending()),
                "passcode_bounced_key" => (passcode_id.to_string(), row.phase == Phase::Code(CodeStatus::Bounced)),
                "due_shard" => (due_shard(passcode_id), !row.phase.is_ended()),
                _ => (row.expires_at.to_string(), !row.phase.is_ended()),
            };
            if found != if is_there { value } else { String::new() } {
                faults.insert(Fault::PasscodeInWrongIndex { login: login.clone(), passcode_id, attribute });
            }
        }
        self.rows.insert(passcode_id, (row.phase, row.issued_at));
    }

    /// Adds a fault for each difference.
    pub(crate) fn finish(&self, people: &People, since: Option<Timestamp>, faults: &mut BTreeSet<Fault>) {
        let may_be_forgotten = |at: Timestamp| since.is_some_and(|since| at < since);
        for (passcode_id, (phase, issued_at)) in &self.rows {
            if !may_be_forgotten(*issued_at) {
                let none = EventCounts::new();
                let counts = self.of_passcodes.get(passcode_id).unwrap_or(&none);
                compare(*passcode_id, counts, *phase, faults);
            }
        }
        // A passcode that was replaced or erased must have all of its audit events.
        for (passcode_id, counts) in self.of_passcodes.iter().filter(|(id, _)| !self.rows.contains_key(*id)) {
            if count(counts, EventType::PasscodeIssued) > 0 {
                ended_once(*passcode_id, counts, faults);
            }
        }
        for employee in people.iter().filter(|_| since.is_none()) {
            if !self.added.contains_key(&employee.employee_id) {
                faults.insert(Fault::act_without_event(employee.employee_id, EventType::EmployeeImported));
            }
            if self.erased.contains(&employee.employee_id) {
                faults.insert(Fault::event_without_act(employee.employee_id, EventType::EmployeeErased));
            }
        }
        let gone = self.added.iter().filter(|(id, _)| people.get(**id).is_none() && !self.erased.contains(*id));
        faults.extend(gone.map(|(id, kind)| Fault::event_without_act(id, kind)));
    }
}

/// Compares a passcode in the table with its audit events.
fn compare(id: PasscodeId, counts: &EventCounts, phase: Phase, faults: &mut BTreeSet<Fault>) {
    let (of_code, of_recovery) = ends_of(phase);
    let shown = [Some(EventType::PasscodeIssued), of_code, of_recovery];
    for kind in shown.into_iter().flatten().filter(|kind| count(counts, *kind) == 0) {
        faults.insert(Fault::act_without_event(id, kind));
    }
    let recovery_ends = [EventType::RecoveryCompleted, EventType::RecoveryAbandoned];
    let others = ENDS.into_iter().chain(recovery_ends).filter(|kind| count(counts, *kind) > 0);
    for kind in others.filter(|kind| ![of_code, of_recovery].contains(&Some(*kind))) {
        faults.insert(Fault::event_without_act(id, kind));
    }
    if count(counts, EventType::PasscodeDisowned) > 0 && !phase.is_ended() {
        faults.insert(Fault::event_without_act(id, EventType::PasscodeDisowned));
    }
    each_once(id, counts, faults);
}

/// Checks that a passcode that is no longer in the table ended once, and its recovery too.
fn ended_once(id: PasscodeId, counts: &EventCounts, faults: &mut BTreeSet<Fault>) {
    let sum = |kinds: &[EventType]| kinds.iter().map(|kind| count(counts, *kind)).sum::<u32>();
    let ends = sum(&ENDS);
    if ends > 1 {
        faults.insert(Fault::event_without_act(id, "more than one end"));
    }
    if ends == 0 && count(counts, EventType::PasscodeDisowned) == 0 {
        faults.insert(Fault::event_without_act(id, EventType::PasscodeIssued));
    }
    let recoveries = count(counts, EventType::PasscodeRedeemed);
    let of_recovery = sum(&[EventType::RecoveryCompleted, EventType::RecoveryAbandoned]);
    if recoveries > of_recovery {
        faults.insert(Fault::act_without_event(id, EventType::RecoveryAbandoned));
    } else if of_recovery > recoveries {
        faults.insert(Fault::event_without_act(id, "the end of a recovery that never began"));
    }
    each_once(id, counts, faults);
}

/// No type of event may occur twice for one passcode.
fn each_once(id: PasscodeId, counts: &EventCounts, faults: &mut BTreeSet<Fault>) {
    let again = counts.iter().filter(|(_, count)| **count > 1);
    faults.extend(again.map(|(kind, _)| Fault::event_without_act(id, format!("{kind}, again"))));
}
