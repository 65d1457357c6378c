//! The data that a step of an act can use, and its effects outside of the tables.

use readmit_domain::lifecycle::{Command, Transition};
use readmit_domain::{EventType, Timestamp};

use crate::mistake::Mistake;
use crate::moments::{Clock, Moment};
use crate::tables::{AdminName, Credentials, Factor, Id, Login, Owner, Row, Tables};
use crate::writes::{holds, write};

/// A step is atomic: one read, or one write with its conditions.
pub struct Scene<'a> {
    /// The tables.
    pub tables: &'a mut Tables,
    /// The time.
    pub moment: Moment,
    /// The mistake that is made on purpose, if any.
    pub mistake: Option<Mistake>,
    /// The step's effects outside of the tables.
    pub facts: Facts,
}

/// The effects of a step outside of the tables. Only the story uses them, and no act reads them.
#[derive(Default)]
pub struct Facts {
    /// The audit events, with their passcodes.
    pub events: Vec<(Id, EventType)>,
    /// The admin who is the actor of a committed write.
    pub on_authority_of: Option<AdminName>,
    /// A passcode was stored for this address.
    pub issued_to: Option<Login>,
    /// The account was suspended.
    pub has_suspended: bool,
    /// The mail service has accepted the mail of this passcode.
    pub accepted: Option<Id>,
    /// A wrong secret was compared with this code.
    pub wrong_secret: Option<Id>,
    /// This code was redeemed, at this time.
    pub redeemed: Option<(Id, Timestamp)>,
    /// A recovery was completed.
    pub completed: Option<Completion>,
    /// A session was created with these credentials.
    pub signed_in: Option<(Login, Credentials)>,
    /// A person was imported.
    pub imported: Option<Owner>,
}

/// A completion that was committed.
pub struct Completion {
    /// The recovery.
    pub id: Id,
    /// The time of its write.
    pub at: Timestamp,
    /// The authenticator of the typed code.
    pub typed: Factor,
}

impl Scene<'_> {
    /// Whether this mistake is made.
    pub fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// The time of an instance's clock.
    pub fn now(&self, clock: Clock) -> Timestamp {
        self.moment.by(clock)
    }

    /// The events of a transition.
    pub fn tell(&mut self, id: Id, transition: &Transition) {
        self.facts.events.extend(transition.events.iter().map(|event| (id, *event)));
    }

    /// Corresponds to `Store::end`: applies a command that ends the passcode that was read.
    pub fn end(&mut self, login: Login, seen: &Row, command: Command, at: Timestamp) {
        let Ok(transition) = seen.lifecycle().apply(command, at) else { return };
        let row = self.tables.passcode_mut(login);
        if holds(row.as_ref(), seen.id, &transition) {
            write(row.as_mut(), &transition);
            self.tell(seen.id, &transition);
        }
    }
}
