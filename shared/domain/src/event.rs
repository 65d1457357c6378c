//! Audit events: who did what to whom, and from where.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use rand::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{CompanyId, EmployeeId, EventId, Timestamp};

/// The type of an audit event. Types are never removed, because stored events of all types must stay readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventType {
    /// A passcode was stored, to be mailed.
    #[serde(rename = "passcode.issued")]
    PasscodeIssued,
    /// The receiving mail server accepted the mail.
    #[serde(rename = "passcode.delivered")]
    PasscodeDelivered,
    /// The address does not accept mail; the code ended.
    #[serde(rename = "passcode.bounced")]
    PasscodeBounced,
    /// The mail was reported as spam; the code ended.
    #[serde(rename = "passcode.complained")]
    PasscodeComplained,
    /// The mail service did not accept the mail, or the process died before it could record the result. The code ended.
    #[serde(rename = "passcode.delivery_failed")]
    PasscodeDeliveryFailed,
    /// A newer passcode replaced this one.
    #[serde(rename = "passcode.superseded")]
    PasscodeSuperseded,
    /// A Security Admin revoked the code, or a change of the account ended it.
    #[serde(rename = "passcode.revoked")]
    PasscodeRevoked,
    /// The holder said "this was not me".
    #[serde(rename = "passcode.disowned")]
    PasscodeDisowned,
    /// The code was redeemed.
    #[serde(rename = "passcode.redeemed")]
    PasscodeRedeemed,
    /// The fifth wrong secret ended the code.
    #[serde(rename = "passcode.exhausted")]
    PasscodeExhausted,
    /// A limit of issued codes was reached. Written once in each span of the limit.
    #[serde(rename = "passcode.throttled")]
    PasscodeThrottled,
    /// The code expired.
    #[serde(rename = "passcode.expired")]
    PasscodeExpired,
    /// Password and authenticator were replaced, and a session was started.
    #[serde(rename = "recovery.completed")]
    RecoveryCompleted,
    /// A recovery ended without a completion.
    #[serde(rename = "recovery.abandoned")]
    RecoveryAbandoned,
    /// A person signed in.
    #[serde(rename = "session.started")]
    SessionStarted,
    /// The person ended all of their sessions.
    #[serde(rename = "session.ended")]
    SessionEnded,
    /// A limit of failed sign-ins was reached. Written once in each span of the limit.
    #[serde(rename = "session.throttled")]
    SessionThrottled,
    /// Sessions, password and second factor were suspended, because a device was stolen.
    #[serde(rename = "account.suspended")]
    AccountSuspended,
    /// The person got new backup codes; the old ones are invalid.
    #[serde(rename = "backup_codes.renewed")]
    BackupCodesRenewed,
    /// An operator added a person.
    #[serde(rename = "employee.imported")]
    EmployeeImported,
    /// A Security Admin added a person.
    #[serde(rename = "employee.added")]
    EmployeeAdded,
    /// A person's row was changed.
    #[serde(rename = "employee.changed")]
    EmployeeChanged,
    /// A person's row, credentials and passcode were deleted.
    #[serde(rename = "employee.erased")]
    EmployeeErased,
    /// A sensitive act was asked for, and waits for a second Security Admin.
    #[serde(rename = "approval.requested")]
    ApprovalRequested,
    /// A Security Admin approved a sensitive act, which was done in the same transaction.
    #[serde(rename = "approval.approved")]
    ApprovalApproved,
    /// A Security Admin cancelled a request.
    #[serde(rename = "approval.cancelled")]
    ApprovalCancelled,
    /// Nobody approved a request in time.
    #[serde(rename = "approval.expired")]
    ApprovalExpired,
    /// The company's own row was changed, such as its name or its policy. The event is about no employee.
    #[serde(rename = "company.changed")]
    CompanyChanged,
}

// The name in the audit table and for clients: `passcode.issued`.
crate::text::display_as_serialized!(EventType);

impl EventType {
    /// Whether normal recoveries and sign-ins, and the import of each person, write this type. Most events are of these types.
    pub fn is_routine(self) -> bool {
        use EventType::*;
        matches!(
            self,
            PasscodeIssued
                | PasscodeDelivered
                | PasscodeRedeemed
                | RecoveryCompleted
                | SessionStarted
                | EmployeeImported
        )
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
    /// The service itself, for example the cleanup.
    System,
    /// Somebody who was not signed in.
    Anonymous,
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The source address, as seen by the gateway or by the trusted proxy before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The client's `User-Agent`, cut to 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The request id, as in answers and logs.
    #[serde(default)]
    pub request_id: String,
}

/// One detail of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Detail {
    /// A text, such as an id, a time or a reason.
    Text(String),
    /// A field that changed. `None` is a field without a value.
    Change {
        /// The value before.
        from: Option<String>,
        /// The value after.
        to: Option<String>,
    },
}

/// An audit event. It names people only by id, because it is kept after they are erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The company that the event belongs to.
    pub company_id: CompanyId,
    /// The event's id. Ids sort by time.
    pub event_id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The type of the event. It determines the details.
    #[serde(rename = "event_type")]
    pub kind: EventType,
    /// Who caused it: a person, an operator or the service.
    pub actor: Actor,
    /// The employee that the event is about. None if it is about the company itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<EmployeeId>,
    /// Where the request came from.
    #[serde(flatten)]
    pub origin: Origin,
    /// Further details. Never a secret, and no person's name or address.
    pub detail: BTreeMap<String, Detail>,
}

/// The data that all events of one request share.
#[derive(Clone, Debug)]
pub struct AuditContext {
    /// When the act happens.
    pub at: Timestamp,
    /// Who caused it: a person, an operator or the service.
    pub actor: Actor,
    /// Where the request came from.
    pub origin: Origin,
    /// How many events were made. Their ids sort in this order, although they have the same time.
    events: Arc<AtomicU16>,
}

impl AuditContext {
    /// A context without events.
    pub fn new(at: Timestamp, actor: Actor, origin: Origin) -> Self {
        Self { at, actor, origin, events: Arc::default() }
    }

    /// Makes an event about a person, or (`None`) about the company itself.
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
    /// Adds a detail.
    pub fn with(mut self, what: &str, value: impl ToString) -> Self {
        self.detail.insert(what.to_owned(), Detail::Text(value.to_string()));
        self
    }

    /// Adds the old and the new value of a field, if they differ.
    pub fn with_change<T: PartialEq + ToString>(mut self, field: &str, from: Option<&T>, to: Option<&T>) -> Self {
        if from != to {
            let (from, to) = (from.map(T::to_string), to.map(T::to_string));
            self.detail.insert(field.to_owned(), Detail::Change { from, to });
        }
        self
    }

    /// The value of a detail that is a text.
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
    fn an_event_has_its_texts_and_the_changed_fields() {
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
    fn six_types_are_routine() {
        let is_routine = |name: &str| serde_json::from_value::<EventType>(name.into()).unwrap().is_routine();
        let routine = [
            "passcode.issued",
            "passcode.delivered",
            "passcode.redeemed",
            "recovery.completed",
            "session.started",
            "employee.imported",
        ];
        assert!(routine.into_iter().all(is_routine));
        assert!(
            !["passcode.expired", "recovery.abandoned", "session.ended", "employee.added"].into_iter().any(is_routine)
        );
    }
}
