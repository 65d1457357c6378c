//! Repeated by hand: the steps of a recovery in `reset-2fa`, with `store/recovery.rs`. Each write requires that the recovery is open and
//! is the one of the token.
//!
//! The product counts a password before it hashes it, and stores it with a second write under the same conditions. Here that is one step.

use readmit_domain::Timestamp;
use readmit_domain::lifecycle::{Command, Judgement, MAX_TRIES, judge};

use crate::mistake::Mistake;
use crate::moments::Clock;
use crate::scene::{Completion, Scene};
use crate::tables::{Factor, Id, Login, Owner, Row};
use crate::writes::{holds, write};

/// The content of a recovery token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// The id of the passcode.
    pub id: Id,
    /// The address of the passcode.
    pub login: Login,
    /// The person who had the address.
    pub owner: Owner,
}

/// Corresponds to `Store::update_recovery`: the recovery, if it is the one of the token, open and not expired.
fn open<'s>(scene: &'s mut Scene<'_>, token: Token, step: Command, now: Timestamp) -> Option<&'s mut Row> {
    let row = scene.tables.passcode_mut(token.login).as_mut()?;
    let is_the_one = row.id == token.id && row.owner == token.owner;
    let is_open = row.recovery_until.is_some_and(|until| until > now) && step.allowed().contains(&row.phase);
    (is_the_one && is_open).then_some(row)
}

/// The next secret of this recovery.
fn following(token: Token, before: Option<Factor>) -> Factor {
    Factor { of: Some(token.id), nth: before.map_or(0, |before| before.nth + 1) }
}

/// Stores a new password. Two in a recovery are enough to find a mix-up.
pub fn set_password(scene: &mut Scene<'_>, token: Token, clock: Clock) -> Option<()> {
    let now = scene.now(clock);
    let row = open(scene, token, Command::SetPassword, now)?;
    let next = following(token, row.password);
    (next.nth < 2).then(|| row.password = Some(next))
}

/// Stores the key of a new authenticator, which replaces an earlier one.
pub fn show_factor(scene: &mut Scene<'_>, token: Token, clock: Clock) -> Option<()> {
    let now = scene.now(clock);
    let row = open(scene, token, Command::ShowFactor, now)?;
    let next = following(token, row.authenticator);
    (next.nth < 2).then(|| row.authenticator = Some(next))
}

/// A running completion, which has been counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Complete {
    token: Token,
    clock: Clock,
    /// The recovery that was read last.
    seen: Row,
    /// The authenticator whose code was typed. None for a wrong code.
    typed: Option<Factor>,
    /// With a mistake only: the authenticator is replaced in a second write.
    is_half_done: bool,
}

impl Complete {
    /// Counts it before the code is compared, and reads the employee.
    pub fn begin(scene: &mut Scene<'_>, token: Token, is_right: bool, clock: Clock) -> Option<Self> {
        let now = scene.now(clock);
        let is_active = scene.tables.employee.as_ref().is_some_and(|it| it.owner == token.owner && it.is_active);
        let row = open(scene, token, Command::Complete, now)?;
        let has_both = row.password.is_some() && row.authenticator.is_some();
        if !has_both || u32::from(row.completion_tries) >= MAX_TRIES {
            return None;
        }
        row.completion_tries += 1;
        let seen = row.clone();
        let typed = seen.authenticator.filter(|_| is_right);
        is_active.then_some(Self { token, clock, seen, typed, is_half_done: false })
    }

    /// Replaces all secrets in one write. Reads again if a secret was set in the meantime. The fifth wrong code ends the recovery.
    pub fn step(mut self, scene: &mut Scene<'_>) -> Option<Self> {
        let now = scene.now(self.clock);
        if self.is_half_done {
            if let Some(claim) = scene.tables.credentials_mut(self.token.login) {
                claim.authenticator = self.typed;
            }
            return None;
        }
        let Some(typed) = self.typed.filter(|typed| Some(*typed) == self.seen.authenticator) else {
            if judge(self.seen.completion_tries.into(), false, true) == Judgement::Exhaust {
                scene.end(self.token.login, &self.seen, Command::Abandon, now);
            }
            return None;
        };
        if self.replace(scene, typed, now) {
            self.is_half_done = true;
            return scene.makes(Mistake::CompleteInTwoWrites).then_some(self);
        }
        let again = open(scene, self.token, Command::Complete, now)?.clone();
        (again.password.is_some() && again.authenticator.is_some()).then_some(Self { seen: again, ..self })
    }

    /// Corresponds to `Store::complete_recovery`.
    fn replace(&self, scene: &mut Scene<'_>, typed: Factor, now: Timestamp) -> bool {
        let Ok(completed) = self.seen.lifecycle().apply(Command::Complete, now) else { return false };
        let (login, owner) = (self.token.login, self.token.owner);
        let there = scene.tables.passcode(login);
        let is_open = holds(there, self.seen.id, &completed)
            && there.is_some_and(|row| row.recovery_until.is_some_and(|until| until > now));
        let is_same = scene.makes(Mistake::CompleteWithStaleFactors)
            || there.is_some_and(|row| (row.password, row.authenticator) == (self.seen.password, Some(typed)));
        let whatever = scene.makes(Mistake::CompleteWhateverBecame);
        let claim = scene.tables.credentials(login).is_some_and(|claim| claim.owner == owner);
        let is_active = scene.tables.employee.as_ref().is_some_and(|it| it.owner == owner && it.is_active);
        if !((whatever || (is_open && is_same)) && claim && is_active) {
            return false;
        }
        write(scene.tables.passcode_mut(login).as_mut(), &completed);
        scene.tell(self.seen.id, &completed);
        let is_whole = !scene.makes(Mistake::CompleteInTwoWrites);
        if let Some(claim) = scene.tables.credentials_mut(login) {
            claim.password = self.seen.password;
            claim.is_suspended = false;
            if is_whole {
                claim.authenticator = Some(typed);
            }
        }
        if let Some(employee) = &mut scene.tables.employee {
            (employee.is_enrolled, employee.epoch) = (true, employee.epoch + 1);
        }
        scene.facts.completed = Some(Completion { id: self.seen.id, at: now, typed });
        true
    }
}
