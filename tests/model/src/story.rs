//! What has happened so far, derived from the writes and not from the rules.
//!
//! No act reads it. It knows only the names of the phases, so that a mistake in the rules cannot hide itself.

use readmit_domain::lifecycle::{CodeStatus, Phase, RecoveryStatus};
use readmit_domain::passcode::SENDING_LIMIT;
use readmit_domain::{EventType, Timestamp};

use crate::acts::Actor;
use crate::acts::recovering::Token;
use crate::scene::Facts;
use crate::tables::{Factor, Id, Owner, Row, Tables};

/// Breaches of the properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// An act was committed for an admin who could not do it at that moment, or for a person who could not be helped.
    WithoutAuthority,
    /// A phase changed without its audit event, or an event came without its change.
    AuditDiffers,
    /// An audit event of a passcode is repeated.
    RepeatedEvent,
    /// A passcode changed after its end.
    Reactivated,
    /// A code was redeemed although its mail was not accepted.
    UsedUnmailed,
    /// A code was redeemed, or a recovery completed, after it had expired.
    UsedLate,
    /// A code was redeemed, or a recovery completed, for a person without the active account.
    UsedWithoutAccount,
    /// A completion did not set the last password and the authenticator whose code was typed.
    WrongFactors,
    /// A session was created with old credentials, or for a suspended or disabled account.
    SignedInWrongly,
}

/// The history of one passcode.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tale {
    /// The passcode, address and person of its mail.
    pub token: Token,
    /// Whether the mail service accepted its mail.
    pub is_accepted: bool,
    /// The number of wrong secrets that were compared with it.
    pub wrong_secrets: u8,
    /// The types of its audit events, one bit per type.
    told: u16,
    /// The actor who ended it.
    pub ended_by: Option<Actor>,
}

/// The whole history.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Story {
    /// The passcodes in the order of their issue.
    pub codes: Vec<Tale>,
    /// The number of people so far.
    pub people: Owner,
    /// The password and authenticator that work: those of the last completion, or the first ones.
    pub opens: (Option<Factor>, Option<Factor>),
    /// Whether the account is suspended until the next completion.
    pub is_suspended: bool,
    /// The breaches that happened, one bit each.
    breaches: u16,
}

impl Default for Story {
    fn default() -> Self {
        let old = Some(Factor { of: None, nth: 0 });
        Self { codes: Vec::new(), people: 1, opens: (old, old), is_suspended: false, breaches: 0 }
    }
}

/// The types of audit events of a passcode.
const OF_A_PASSCODE: [EventType; 13] = [
    EventType::PasscodeIssued,
    EventType::PasscodeDelivered,
    EventType::PasscodeBounced,
    EventType::PasscodeComplained,
    EventType::PasscodeDeliveryFailed,
    EventType::PasscodeSuperseded,
    EventType::PasscodeRevoked,
    EventType::PasscodeDisowned,
    EventType::PasscodeRedeemed,
    EventType::PasscodeExhausted,
    EventType::PasscodeExpired,
    EventType::RecoveryCompleted,
    EventType::RecoveryAbandoned,
];

fn bit(event: EventType) -> u16 {
    OF_A_PASSCODE.iter().position(|of| *of == event).map_or(0, |at| 1 << at)
}

/// Whether the passcode or its recovery has ended.
pub fn is_over(phase: Phase) -> bool {
    use CodeStatus::{Delayed, Delivered, Sending, Sent};
    let goes_on = [Sending, Sent, Delayed, Delivered].map(Phase::Code);
    !goes_on.contains(&phase) && phase != Phase::Recovery(RecoveryStatus::Open)
}

/// Whether the code can be redeemed or the recovery completed, if it has not expired.
pub fn is_usable(phase: Phase) -> bool {
    !is_over(phase) && phase != Phase::Code(CodeStatus::Sending)
}

/// The audit event of the change to this phase.
fn has_event(phase: Phase) -> Option<EventType> {
    Some(match phase {
        Phase::Code(CodeStatus::Sending) => EventType::PasscodeIssued,
        Phase::Code(CodeStatus::Sent | CodeStatus::Delayed) => return None,
        Phase::Code(CodeStatus::Delivered) => EventType::PasscodeDelivered,
        Phase::Code(CodeStatus::Bounced) => EventType::PasscodeBounced,
        Phase::Code(CodeStatus::Complained) => EventType::PasscodeComplained,
        Phase::Code(CodeStatus::Failed) => EventType::PasscodeDeliveryFailed,
        Phase::Code(CodeStatus::Revoked) => EventType::PasscodeRevoked,
        Phase::Code(CodeStatus::Disowned) => EventType::PasscodeDisowned,
        Phase::Code(CodeStatus::Superseded) => EventType::PasscodeSuperseded,
        Phase::Code(CodeStatus::Exhausted) => EventType::PasscodeExhausted,
        Phase::Code(CodeStatus::Expired) => EventType::PasscodeExpired,
        Phase::Recovery(RecoveryStatus::Open) => EventType::PasscodeRedeemed,
        Phase::Recovery(RecoveryStatus::Completed) => EventType::RecoveryCompleted,
        Phase::Recovery(RecoveryStatus::Abandoned) => EventType::RecoveryAbandoned,
    })
}

/// The audit events that are possible when the item of a passcode in this phase is replaced or deleted.
fn events_of_deletion(before: Phase) -> &'static [EventType] {
    use EventType::{PasscodeExpired, PasscodeRevoked, PasscodeSuperseded, RecoveryAbandoned};
    match before {
        over if is_over(over) => &[],
        Phase::Code(_) => &[PasscodeSuperseded, PasscodeRevoked, PasscodeExpired],
        Phase::Recovery(_) => &[RecoveryAbandoned],
    }
}

impl Story {
    /// Whether this breach happened.
    pub fn has(&self, breach: Breach) -> bool {
        self.breaches & (1 << breach as u16) != 0
    }

    fn must(&mut self, holds: bool, or: Breach) {
        if !holds {
            self.breaches |= 1 << or as u16;
        }
    }

    /// Whether there is an audit event of this type about the passcode.
    pub fn has_event(&self, id: Id, event: EventType) -> bool {
        self.codes.get(usize::from(id)).is_some_and(|code| code.told & bit(event) != 0)
    }

    fn code(&self, id: Id) -> Option<&Tale> {
        self.codes.get(usize::from(id))
    }

    /// Adds a step: the tables before and after it, its facts, its actor, and its time by the early clock.
    pub fn go_on(&mut self, before: &Tables, after: &Tables, facts: &Facts, by: Actor, now: Timestamp) {
        self.begin(before, after, facts);
        for id in (0..).take(self.codes.len()) {
            self.passcode(id, (before.row(id), after.row(id)), facts, by, now);
        }
        let known = |id: Id| usize::from(id) < self.codes.len();
        let is_ours = facts.events.iter().all(|(id, _)| known(*id));
        self.must(is_ours, Breach::AuditDiffers);
        if let Some(id) = facts.accepted {
            self.tale(id, |code| code.is_accepted = true);
        }
        if let Some(id) = facts.wrong_secret {
            self.tale(id, |code| code.wrong_secrets = code.wrong_secrets.saturating_add(1));
        }
        self.openings(before, facts);
        self.credentials(before, after, facts);
    }

    fn tale(&mut self, id: Id, change: impl FnOnce(&mut Tale)) {
        self.codes.get_mut(usize::from(id)).map(change);
    }

    /// Checks the authority for an act of an admin, and the holder's account.
    fn begin(&mut self, before: &Tables, after: &Tables, facts: &Facts) {
        if let Some(name) = facts.on_authority_of {
            let admin = before.admin(name);
            self.must(admin.has_role && admin.has_session, Breach::WithoutAuthority);
        }
        if let Some(login) = facts.issued_to {
            let owner = before.employee.as_ref().filter(|it| it.is_active && it.login == login).map(|it| it.owner);
            let row = after.passcode(login).filter(|row| Some(row.owner) == owner);
            self.must(row.is_some(), Breach::WithoutAuthority);
            let (id, owner) = (u8::try_from(self.codes.len()).unwrap_or(u8::MAX), owner.unwrap_or_default());
            let token = Token { id, login, owner };
            self.codes.push(Tale { token, is_accepted: false, wrong_secrets: 0, told: 0, ended_by: None });
        }
    }

    /// Checks the change of one passcode and its audit events.
    fn passcode(
        &mut self,
        id: Id,
        (before, after): (Option<&Row>, Option<&Row>),
        facts: &Facts,
        by: Actor,
        now: Timestamp,
    ) {
        let told: Vec<EventType> = facts.events.iter().filter(|(of, _)| *of == id).map(|(_, event)| *event).collect();
        let is_disowned_now = after.is_some_and(|row| row.is_disowned) && before.is_some_and(|row| !row.is_disowned);
        let (mut expected, choices): (Vec<EventType>, &[EventType]) = match (before, after) {
            (None, Some(row)) => (has_event(row.phase).into_iter().collect(), &[]),
            (Some(from), Some(to)) if from.phase != to.phase => (has_event(to.phase).into_iter().collect(), &[]),
            (Some(from), None) => (Vec::new(), events_of_deletion(from.phase)),
            _ => (Vec::new(), &[]),
        };
        if is_disowned_now && !expected.contains(&EventType::PasscodeDisowned) {
            expected.insert(0, EventType::PasscodeDisowned);
        }
        let fits = if choices.is_empty() {
            told == expected
        } else {
            told.len() == 1 && told.iter().all(|it| choices.contains(it))
        };
        self.must(fits, Breach::AuditDiffers);

        let was_over = self.code(id).is_some_and(|code| code.ended_by.is_some());
        let phase = |row: Option<&Row>| row.map(|row| row.phase);
        let is_taken_along = after.is_none() || phase(before) == phase(after);
        self.must(!was_over || is_taken_along, Breach::Reactivated);
        self.must(before.is_some() || after.is_none() || facts.issued_to.is_some(), Breach::Reactivated);
        let is_stuck =
            |row: &Row| row.phase == Phase::Code(CodeStatus::Sending) && now >= row.issued_at.after(SENDING_LIMIT);
        let is_revived = before.is_some_and(is_stuck) && phase(after).is_some_and(is_usable);
        self.must(!is_revived, Breach::Reactivated);

        let repeats = self.code(id).is_some_and(|code| told.iter().any(|event| code.told & bit(*event) != 0));
        self.must(!repeats, Breach::RepeatedEvent);
        let ends = phase(before).is_some_and(|phase| !is_over(phase)) && phase(after).is_none_or(is_over);
        self.tale(id, |code| {
            code.told = told.iter().fold(code.told, |all, event| all | bit(*event));
            code.ended_by = code.ended_by.or(ends.then_some(by));
        });
    }

    /// Checks the code, the time and the account of a redemption or completion.
    fn openings(&mut self, before: &Tables, facts: &Facts) {
        let completed = facts.completed.as_ref().map(|completed| (completed.id, completed.at));
        for (id, at) in facts.redeemed.into_iter().chain(completed) {
            let token = self.code(id).map(|code| code.token);
            let is_accepted = self.code(id).is_some_and(|code| code.is_accepted);
            self.must(is_accepted, Breach::UsedUnmailed);
            let is_in_time = before.row(id).is_some_and(|row| at < row.recovery_until.unwrap_or(row.expires_at));
            self.must(is_in_time, Breach::UsedLate);
            let whose = before.employee.as_ref().filter(|it| it.is_active).map(|it| (it.login, it.owner));
            self.must(whose == token.map(|token| (token.login, token.owner)), Breach::UsedWithoutAccount);
        }
    }

    /// Checks the changes of credentials and the credentials of sessions.
    fn credentials(&mut self, before: &Tables, after: &Tables, facts: &Facts) {
        if let Some(completed) = &facts.completed {
            let (row, token) = (before.row(completed.id), self.code(completed.id).map(|code| code.token));
            let set = row.and_then(|row| row.password);
            let now = token.and_then(|token| after.credentials(token.login));
            self.must(set.is_some() && now.and_then(|now| now.password) == set, Breach::WrongFactors);
            let shown = row.and_then(|row| row.authenticator);
            self.must(shown == Some(completed.typed), Breach::WrongFactors);
            (self.opens, self.is_suspended) = ((set, shown), false);
        }
        if facts.has_suspended {
            self.is_suspended = true;
        }
        if facts.imported.is_some() {
            (self.opens, self.is_suspended) = ((None, None), false);
            self.people += 1;
        }
        if let Some((login, used)) = &facts.signed_in {
            let opens = (used.password, used.authenticator) == self.opens && !self.is_suspended;
            let is_theirs =
                before.employee.as_ref().is_some_and(|it| it.is_active && it.login == *login && it.owner == used.owner);
            self.must(opens && is_theirs, Breach::SignedInWrongly);
        }
    }
}
