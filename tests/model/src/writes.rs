//! Repeated by hand: the conditions and writes of a transition in `store/transition.rs`.

use readmit_domain::lifecycle::{Phase, Transition, Wipes};

use crate::tables::{Id, Row};

/// Whether the stored passcode is the expected one, in a phase from which the transition can start.
pub fn holds(row: Option<&Row>, id: Id, transition: &Transition) -> bool {
    row.is_some_and(|row| row.id == id && transition.from.contains(&row.phase))
}

/// Whether the row has not changed since it was read. The count of tries represents the product's count over all codes of the login.
pub fn is_as_seen(row: Option<&Row>, seen: Option<&Row>) -> bool {
    let decided_by = |row: &Row| (row.id, row.phase, row.tries, row.is_disowned);
    row.map(decided_by) == seen.map(decided_by)
}

/// Writes the phase and deletes the secrets.
pub fn write(row: Option<&mut Row>, transition: &Transition) {
    let Some(row) = row else { return };
    let stays = transition.from == [transition.to];
    if !stays {
        set_phase(row, transition.to);
    }
    match transition.wipes {
        Wipes::Nothing => {}
        Wipes::Code => row.has_secret = false,
        Wipes::Factors => (row.password, row.authenticator) = (None, None),
    }
}

fn set_phase(row: &mut Row, to: Phase) {
    row.phase = to;
    if to.is_ended() {
        row.is_listed_as_due = false;
    }
}

/// The item of an ended passcode at another address.
pub fn moved(seen: &Row, ended: Phase) -> Row {
    let mut row = Row { has_secret: false, password: None, authenticator: None, ..seen.clone() };
    set_phase(&mut row, ended);
    row.is_listed_as_due = false;
    row
}
