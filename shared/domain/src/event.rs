//! The audit trail's events: who did what to whom, from where.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{CompanyId, EmployeeId, EventId, Timestamp};

/// What happened. Once the service is deployed, types are only ever added: the trail keeps events of all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventType {
    /// A passcode was stored, to be mailed.
    #[serde(rename = "passcode.issued")]
    PasscodeIssued,
    /// The receiving mail server took the mail.
    #[serde(rename = "passcode.delivered")]
    PasscodeDelivered,
    /// The address does not take mail; the code ended.
    #[serde(rename = "passcode.bounced")]
    PasscodeBounced,
    /// The mail was reported as unwanted; the code ended.
    #[serde(rename = "passcode.complained")]
    PasscodeComplained,
    /// The mail service did not take the mail, or the process died before it could say: withdrawn.
    #[serde(rename = "passcode.delivery_failed")]
    PasscodeDeliveryFailed,
    /// A newer passcode replaced it.
    #[serde(rename = "passcode.superseded")]
    PasscodeSuperseded,
    /// Taken back by an admin, or ended with a change of the account.
    #[serde(rename = "passcode.revoked")]
    PasscodeRevoked,
    /// Whom it was mailed to says not to have asked for it.
    #[serde(rename = "passcode.disowned")]
    PasscodeDisowned,
    /// Used.
    #[serde(rename = "passcode.redeemed")]
    PasscodeRedeemed,
    /// Ended by wrong secrets.
    #[serde(rename = "passcode.exhausted")]
    PasscodeExhausted,
    /// A limit of codes was reached; told once a span.
    #[serde(rename = "passcode.throttled")]
    PasscodeThrottled,
    /// Ended by time.
    #[serde(rename = "passcode.expired")]
    PasscodeExpired,
    /// Password and authenticator were replaced, and a session was given.
    #[serde(rename = "recovery.completed")]
    RecoveryCompleted,
    /// A recovery ended without that.
    #[serde(rename = "recovery.abandoned")]
    RecoveryAbandoned,
    /// A person signed in.
    #[serde(rename = "session.started")]
    SessionStarted,
    /// The person ended all own sessions.
    #[serde(rename = "session.ended")]
    SessionEnded,
    /// A limit of failed sign-ins was reached; told once a span.
    #[serde(rename = "session.throttled")]
    SessionThrottled,
    /// Sessions, password and second factor were stopped: a device was stolen.
    #[serde(rename = "account.suspended")]
    AccountSuspended,
    /// The person made new backup codes; the old ones ended.
    #[serde(rename = "backup_codes.renewed")]
    BackupCodesRenewed,
    /// A person was added.
    #[serde(rename = "employee.imported")]
    EmployeeImported,
    /// A person's row was changed.
    #[serde(rename = "employee.changed")]
    EmployeeChanged,
    /// A person's row, credentials and codes were dropped.
    #[serde(rename = "employee.erased")]
    EmployeeErased,
    /// The company's own row was changed: its name, its policy. It is about nobody.
    #[serde(rename = "company.changed")]
    CompanyChanged,
}

// The name by which the audit and clients know it: `passcode.issued`.
crate::text::display_as_serialized!(EventType);

impl EventType {
    /// Whether recoveries and sign-ins write it where nothing goes wrong. Most events are of these types.
    pub fn is_routine(self) -> bool {
        use EventType::*;
        matches!(self, PasscodeIssued | PasscodeDelivered | PasscodeRedeemed | RecoveryCompleted | SessionStarted)
    }
}

/// Who caused an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A person of the company.
    Employee {
        /// The person who acted.
        employee_id: EmployeeId,
    },
    /// A person who runs the service.
    Operator,
    /// The service itself: time, or a process that died.
    System,
    /// Somebody who was not signed in.
    Anonymous,
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The source address, as the gateway saw it, or the edge before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The client's own word of itself, cut to 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The request, as answers and logs name it.
    #[serde(default)]
    pub request_id: String,
}

/// One thing worth knowing about an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Detail {
    /// A fact: an id, a moment, a reason.
    Text(String),
    /// A field that changed. `None` is a field without a value.
    Change {
        /// The value before.
        from: Option<String>,
        /// The value after.
        to: Option<String>,
    },
}

/// One event. It names people by id alone: the trail outlives them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Whose trail it is in.
    pub company_id: CompanyId,
    /// Its id, which sorts by time.
    pub event_id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// What kind of event it is; the details follow from it.
    #[serde(rename = "event_type")]
    pub kind: EventType,
    /// Who caused it: a person, an operator or the service.
    pub actor: Actor,
    /// To whom; to nobody if it happened to the company itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<EmployeeId>,
    /// From where.
    #[serde(flatten)]
    pub origin: Origin,
    /// What else is worth knowing; never a secret, and no person's name or address.
    pub detail: BTreeMap<String, Detail>,
}

/// What the events of one request have in common.
#[derive(Clone, Debug)]
pub struct AuditContext {
    /// When.
    pub at: Timestamp,
    /// Who caused it: a person, an operator or the service.
    pub actor: Actor,
    /// From where.
    pub origin: Origin,
    /// How many events it has had: their ids follow each other, though they share a moment.
    events: Arc<AtomicU16>,
}

impl AuditContext {
    /// An act that has had no event yet.
    pub fn new(at: Timestamp, actor: Actor, origin: Origin) -> Self {
        Self { at, actor, origin, events: Arc::default() }
    }

    /// An event of this act: about a person, or (`None`) about the company itself.
    pub fn event(
        &self,
        kind: EventType,
        company_id: CompanyId,
        employee_id: impl Into<Option<EmployeeId>>,
        random: &mut impl CryptoRng,
    ) -> Event {
        Event {
            company_id,
            event_id: EventId::in_order(self.at, self.events.fetch_add(1, Ordering::Relaxed), random),
            at: self.at,
            kind,
            actor: self.actor,
            employee_id: employee_id.into(),
            origin: self.origin.clone(),
            detail: BTreeMap::new(),
        }
    }
}

impl Event {
    /// This event with one more thing worth knowing.
    pub fn with(mut self, what: &str, value: impl ToString) -> Self {
        self.detail.insert(what.to_owned(), Detail::Text(value.to_string()));
        self
    }

    /// This event with a field's old and new value, if they differ.
    pub fn with_change<T: PartialEq + ToString>(mut self, field: &str, from: Option<&T>, to: Option<&T>) -> Self {
        if from != to {
            let (from, to) = (from.map(T::to_string), to.map(T::to_string));
            self.detail.insert(field.to_owned(), Detail::Change { from, to });
        }
        self
    }

    /// A detail that is a text.
    pub fn text(&self, what: &str) -> Option<&str> {
        match self.detail.get(what)? {
            Detail::Text(text) => Some(text),
            Detail::Change { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    #[test]
    fn an_event_tells_its_texts_and_the_fields_that_changed() {
        let act = AuditContext::new(Timestamp::from_millis(7), Actor::Operator, Origin::default());
        let company_id = "cmp_01J00000000000000000000000".parse().unwrap();
        let event = act.event(EventType::CompanyChanged, company_id, None, &mut StdRng::seed_from_u64(1));
        let event =
            event.with("passcode_id", 7).with_change("same", Some(&1), Some(&1)).with_change("new", None, Some(&2));
        assert_eq!(event.kind.to_string(), "company.changed");
        assert_eq!((event.text("passcode_id"), event.text("new"), event.text("same")), (Some("7"), None, None));
        let change = Detail::Change { from: None, to: Some("2".to_owned()) };
        assert_eq!((event.detail.len(), event.detail.get("new")), (2, Some(&change)));
    }

    #[test]
    fn five_types_are_of_every_recovery_and_sign_in() {
        let is_routine = |name: &str| serde_json::from_value::<EventType>(name.into()).unwrap().is_routine();
        let routine =
            ["passcode.issued", "passcode.delivered", "passcode.redeemed", "recovery.completed", "session.started"];
        assert!(routine.into_iter().all(is_routine));
        assert!(
            !["passcode.expired", "recovery.abandoned", "session.ended", "employee.imported"]
                .into_iter()
                .any(is_routine)
        );
    }
}
