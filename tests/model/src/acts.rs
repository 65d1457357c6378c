//! The acts: what each actor may begin, and how an act that was begun goes on, a step at a time.

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

/// Who acts. Each does one thing at a time; the holder has two tabs.
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
    /// What the mail service reports.
    Tracker,
    /// The operator's import.
    Importer,
}

/// What an actor begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intent {
    /// An admin has a code mailed to the holder.
    Issue,
    /// Issues a code and suspends the account.
    Suspend,
    /// Revokes the passcode.
    Revoke,
    /// Redeems a code that was mailed, or was to be.
    Redeem(Token),
    /// Sets a password in a recovery.
    SetPassword(Token),
    /// Has an authenticator shown in a recovery.
    ShowFactor(Token),
    /// Completes a recovery.
    Complete(Token),
    /// Tries to complete a recovery, with a wrong code.
    Mistype(Token),
    /// Says that it was somebody else.
    Disown(Token),
    /// Signs in at this address.
    SignIn(Login),
    /// Tries a wrong secret.
    Guess(Login),
    /// Ends what is due.
    CleanUp(Login),
    /// Reports of a mail.
    Report(Token, DeliveryReport),
    /// Changes the person.
    Import(Change),
    /// Adds a person of this number.
    Add(Owner),
    /// Takes an admin's role.
    Demote(AdminName),
    /// Ends an admin's session.
    SignOut(AdminName),
}

/// An act under way.
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

/// What has come of a wish.
pub enum FirstStep {
    /// It goes on.
    Continues(Act),
    /// It is over, with its first step.
    Finished,
}

impl Intent {
    /// Takes the first step. None if it is refused, which changes nothing.
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

/// Of an import or a sign-out, whose own reading and writing in between stands in nobody's way.
fn lose(what: &mut bool) -> Option<()> {
    std::mem::take(what).then_some(())
}

impl Act {
    /// Takes the next step. None if the act is over with it.
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

    /// Whether it will store a code.
    pub fn will_store(&self) -> bool {
        matches!(self, Self::Issue(issue) if issue.id().is_none())
    }

    /// Whether its next step is a mail.
    pub fn mails(&self) -> bool {
        matches!(self, Self::Issue(issue) if issue.mails())
    }
}
