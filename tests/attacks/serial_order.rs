//! Checks whether the audit events of parallel acts can be explained by a serial order of the acts.

use std::collections::BTreeSet;

use serde_json::Value;

/// The stage of a passcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Stored, and perhaps mailed: it can be redeemed, replaced or ended.
    Pending,
    /// Redeemed, and its recovery is open.
    Recovering,
    /// Ended, in any way.
    Ended,
}

/// The state of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// False if the account is disabled.
    pub(crate) is_active: bool,
    /// The id and the stage of the latest passcode.
    pub(crate) latest: Option<(String, Stage)>,
}

/// The fields of an audit event on which the order of acts depends.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The type, for example `passcode.redeemed`.
    pub(crate) kind: String,
    /// The passcode's id, or an empty text.
    pub(crate) passcode_id: String,
    /// The request that wrote it. Events of one transaction are next to each other.
    pub(crate) request_id: String,
}

impl Event {
    /// Reads an item of the audit table.
    pub(crate) fn of(item: &Value) -> Self {
        let text = |value: &Value| value["S"].as_str().unwrap_or_default().to_owned();
        Self {
            kind: text(&item["event_type"]),
            passcode_id: text(&item["detail"]["M"]["passcode_id"]),
            request_id: text(&item["request_id"]),
        }
    }

    /// Whether it ends a passcode or its recovery.
    pub(crate) fn is_an_end(&self) -> bool {
        let ends = ["superseded", "revoked", "exhausted", "expired", "delivery_failed"];
        self.kind == "recovery.abandoned" || ends.iter().any(|end| self.kind == format!("passcode.{end}"))
    }
}

/// The events of one transaction: the ends, and the other event.
#[derive(Clone, Debug, Default)]
struct Act {
    ended: Option<Event>,
    begun: Option<Event>,
}

/// Groups events into acts. The end of a passcode belongs to the issue or the disabling that ended it.
fn acts(events: &[Event]) -> Vec<Act> {
    let begins = |event: &Event| ["passcode.issued", "employee.changed"].contains(&&*event.kind);
    let mut acts: Vec<Act> = events
        .iter()
        .filter(|event| begins(event))
        .map(|event| Act { begun: Some(event.clone()), ended: None })
        .collect();
    for event in events.iter().filter(|event| !begins(event)) {
        // A failed mail ends its own passcode in another transaction of the same request: that is an act of its own.
        let with = acts.iter_mut().find(|act| {
            let begun = act.begun.as_ref();
            act.ended.is_none()
                && event.is_an_end()
                && begun
                    .is_some_and(|begun| begun.request_id == event.request_id && begun.passcode_id != event.passcode_id)
        });
        match with {
            Some(act) => act.ended = Some(event.clone()),
            None => acts.push(Act { ended: Some(event.clone()), begun: None }),
        }
    }
    acts
}

impl Account {
    /// The account after the act, or none if the act is impossible in this state.
    fn after(&self, act: &Act) -> Option<Self> {
        let mut account = self.clone();
        if let Some(event) = &act.ended {
            let (id, stage) = account.latest.as_ref()?;
            let next = match (event.kind.as_str(), stage) {
                ("passcode.redeemed", Stage::Pending) if account.is_active => Stage::Recovering,
                ("recovery.abandoned", Stage::Recovering) => Stage::Ended,
                (_, Stage::Pending) if event.is_an_end() && event.kind != "recovery.abandoned" => Stage::Ended,
                _ => return None,
            };
            if *id != event.passcode_id {
                return None;
            }
            account.latest = Some((id.clone(), next));
        }
        match act.begun.as_ref().map(|event| (event.kind.as_str(), event)) {
            Some(("passcode.issued", event)) => {
                let is_free = account.latest.as_ref().is_none_or(|(_, stage)| *stage == Stage::Ended);
                if !is_free || !account.is_active {
                    return None;
                }
                account.latest = Some((event.passcode_id.clone(), Stage::Pending));
            }
            Some(_) => {
                account.is_active = !account.is_active;
                if !account.is_active && account.latest.as_ref().is_some_and(|(_, stage)| *stage != Stage::Ended) {
                    return None;
                }
            }
            None => {}
        }
        Some(account)
    }

    /// Whether some order of the acts leads from this state to `there`.
    fn leads_to(&self, there: &Self, acts: &[Act]) -> bool {
        if acts.is_empty() {
            return self == there;
        }
        (0..acts.len()).any(|first| {
            let mut others = acts.to_vec();
            let act = others.swap_remove(first);
            self.after(&act).is_some_and(|next| next.leads_to(there, &others))
        })
    }
}

/// Fails unless a serial order of the audit events leads from `before` to `after` and no event is repeated.
#[track_caller]
pub(crate) fn some_serial_order_explains(before: &Account, events: &[Event], after: &Account, round: &str) {
    let mut told = BTreeSet::new();
    for event in events.iter().filter(|event| !event.passcode_id.is_empty()) {
        assert!(told.insert((&event.kind, &event.passcode_id)), "{round}: {event:?} is told twice: {events:#?}");
    }
    let acts = acts(events);
    assert!(before.leads_to(after, &acts), "{round}: no serial order leads from {before:?} to {after:?} by {acts:#?}");
}
