//! The acts: which ones each actor can begin, and the steps of each act.

pub mod importing;
pub mod issuing;
pub mod recovering;
pub mod redeeming;
pub mod revoking;
pub mod signing_in;
pub mod tracking;

use readmit_domain::DeliveryReport;

use crate::moments::Clock;
use crate::scene::Scene;
use crate::tables::{AdminName, Id, Login, Owner};
use importing::{Change, Import};
use issuing::Issue;
use recovering::{Complete, Token};
use redeeming::Try;
use revoking::{Disown, Revoke};
use signing_in::SignIn;
use tracking::{CleanUp, Track};

/// The actors. Each does one act at a time. The holder has two tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A Security Admin.
    Admin(AdminName),
    /// The holder, in one tab.
    Holder,
    /// The holder in another tab, or somebody else who can read the holder's mail.
    OtherTab,
    /// Somebody who guesses secrets.
    Guesser,
    /// The scheduled cleanup, which ends what is overdue.
    Cleanup,
    /// The mail service's delivery reports.
    Tracker,
    /// The operator's import.
    Importer,
}

/// An act that an actor can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// An admin issues a code to the holder.
    Issue,
    /// Issues a code and suspends the account.
    Suspend,
    /// Revokes the passcode.
    Revoke,
    /// Redeems a code, mailed or not.
    Redeem(Token),
    /// Sets a password in a recovery.
    SetPassword(Token),
    /// Gets a new authenticator in a recovery.
    ShowFactor(Token),
    /// Completes a recovery.
    Complete(Token),
    /// Tries to complete a recovery, with a wrong code.
    Mistype(Token),
    /// Says "this was not me".
    Disown(Token),
    /// Signs in at this address.
    SignIn(Login),
    /// Tries a wrong secret.
    Guess(Login),
    /// Runs the cleanup for a passcode.
    CleanUp(Login),
    /// Reports the delivery of a mail.
    Report(Token, DeliveryReport),
    /// Changes the person.
    Import(Change),
    /// Adds a person with this number.
    Add(Owner),
    /// Removes an admin's role.
    Demote(AdminName),
    /// Ends an admin's session.
    SignOut(AdminName),
}

/// A running act.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// See [`Issue`].
    Issue(Issue),
    /// See [`Revoke`].
    Revoke(Revoke),
    /// See [`Disown`].
    Disown(Disown),
    /// See [`Try`].
    Try(Try),
    /// See [`Complete`].
    Complete(Complete),
    /// See [`SignIn`].
    SignIn(SignIn),
    /// See [`Track`].
    Track(Track),
    /// See [`CleanUp`].
    CleanUp(CleanUp),
    /// See [`Import`].
    Import(Import),
}

/// The result of an act's first step.
pub enum FirstStep {
    /// The act has more steps.
    Continues(Act),
    /// The act is complete.
    Finished,
}

impl Intent {
    /// Does the first step. None if it is refused; then nothing changes.
    pub fn begin(self, scene: &mut Scene<'_>, by: Actor, clock: Clock) -> Option<FirstStep> {
        let parts = |token: Token| (token.id, token.login, token.owner);
        Some(match (self, by) {
            (Self::Issue, Actor::Admin(admin)) => {
                FirstStep::Continues(Act::Issue(Issue::begin(scene, admin, false, clock)?))
            }
            (Self::Suspend, Actor::Admin(admin)) => {
                FirstStep::Continues(Act::Issue(Issue::begin(scene, admin, true, clock)?))
            }
            (Self::Revoke, Actor::Admin(admin)) => {
                FirstStep::Continues(Act::Revoke(Revoke::begin(scene, admin, clock)?))
            }
            (Self::Issue | Self::Suspend | Self::Revoke, _) => return None,
            (Self::Redeem(token), _) => begun_try(Try::begin(scene, token.login, Some(token.id), clock)?),
            (Self::Guess(login), _) => begun_try(Try::begin(scene, login, None, clock)?),
            (Self::SetPassword(token), _) => over(recovering::set_password(scene, token, clock)?),
            (Self::ShowFactor(token), _) => over(recovering::show_factor(scene, token, clock)?),
            (Self::Complete(token), _) => {
                FirstStep::Continues(Act::Complete(Complete::begin(scene, token, true, clock)?))
            }
            (Self::Mistype(token), _) => {
                FirstStep::Continues(Act::Complete(Complete::begin(scene, token, false, clock)?))
            }
            (Self::Disown(token), _) => FirstStep::Continues(Act::Disown(Disown::begin(scene, parts(token), clock)?)),
            (Self::SignIn(login), _) => FirstStep::Continues(Act::SignIn(SignIn::begin(scene, login)?)),
            (Self::CleanUp(login), _) => FirstStep::Continues(Act::CleanUp(CleanUp::begin(scene, login, clock)?)),
            (Self::Report(of, report), _) => {
                FirstStep::Continues(Act::Track(Track::begin(scene, parts(of), report, clock)?))
            }
            (Self::Import(change), _) => FirstStep::Continues(Act::Import(Import::begin(scene, change, clock)?)),
            (Self::Add(owner), _) => over(importing::add(scene, owner)?),
            (Self::Demote(admin), _) => over(lose(&mut scene.tables.admin_mut(admin).has_role)?),
            (Self::SignOut(admin), _) => over(lose(&mut scene.tables.admin_mut(admin).has_session)?),
        })
    }
}

fn begun_try(begun: Option<Try>) -> FirstStep {
    begun.map_or(FirstStep::Finished, |begun| FirstStep::Continues(Act::Try(begun)))
}

fn over((): ()) -> FirstStep {
    FirstStep::Finished
}

/// An import or a sign-out as one step, because the time between its read and its write does not affect other acts.
fn lose(what: &mut bool) -> Option<()> {
    std::mem::take(what).then_some(())
}

impl Act {
    /// Does the next step. None if the act is complete.
    pub fn step(self, scene: &mut Scene<'_>, next: Id) -> Option<Self> {
        match self {
            Self::Issue(act) => act.step(scene, next).map(Self::Issue),
            Self::Revoke(act) => act.step(scene).map(Self::Revoke),
            Self::Complete(act) => act.step(scene).map(Self::Complete),
            Self::SignIn(act) => act.step(scene).map(Self::SignIn),
            Self::Track(act) => act.step(scene).map(Self::Track),
            Self::Import(act) => act.step(scene).map(Self::Import),
            Self::Disown(act) => {
                act.step(scene);
                None
            }
            Self::Try(act) => {
                act.step(scene);
                None
            }
            Self::CleanUp(act) => {
                act.step(scene);
                None
            }
        }
    }

    /// Whether it is an issue whose code is not stored yet.
    pub fn will_store(&self) -> bool {
        matches!(self, Self::Issue(issue) if issue.id().is_none())
    }

    /// Whether the next step sends a mail.
    pub fn mails(&self) -> bool {
        matches!(self, Self::Issue(issue) if issue.mails())
    }
}
