//! Scenarios: the start of a search, the actors, and the limits.

use crate::acts::issuing::Answer;
use crate::acts::recovering::Token;
use crate::acts::{Actor, Intent};
use crate::moments::{Clock, Moment};
use crate::tables::{AdminName, Login};
use crate::world::{Happening, Left, World};

/// A kind of act that a scenario has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Issues, by both admins.
    Issue,
    /// Issues that suspend, by both admins.
    Suspend,
    /// Revokes, by both admins.
    Revoke,
    /// Demotes admins, and ends their sessions.
    Demote,
    /// Redeems.
    Redeem,
    /// Sets passwords and shows authenticators.
    Choose,
    /// Completes.
    Complete,
    /// Completes with a wrong code.
    Mistype,
    /// Says that it was somebody else.
    Disown,
    /// Signs in.
    SignIn,
    /// Guesses.
    Guess,
    /// Cleans up.
    CleanUp,
    /// Reports of mails.
    Report,
    /// Disables, enables, moves, erases.
    Import,
    /// Adds a person in the place of one who was erased.
    Add,
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is about.
    pub name: &'static str,
    /// What has happened before the search begins.
    pub before: Vec<Happening>,
    /// The kinds of acts.
    pub kinds: &'static [Kind],
    /// How much of it.
    pub left: Left,
    /// Codes at most.
    pub codes: u8,
    /// Acts under way at the same time at most.
    pub at_once: usize,
    /// Moments.
    pub moments: u8,
    /// The instances' clocks.
    pub clocks: &'static [Clock],
}

/// The first code, of the first address and the first person.
pub const FIRST: Token = Token { id: 0, login: Login::First, owner: 0 };

/// Ada issues a code, and its mail is accepted.
pub fn a_code_is_sent() -> Vec<Happening> {
    let ada = Actor::Admin(AdminName::Ada);
    vec![
        Happening::Begins(ada, Clock::Early, Intent::Issue),
        Happening::GoesOn(ada),
        Happening::GoesOn(ada),
        Happening::Mails(ada, Answer::Accepted),
        Happening::GoesOn(ada),
    ]
}

/// Then the holder redeems it.
pub fn a_code_is_redeemed() -> Vec<Happening> {
    let redeems = Happening::Begins(Actor::Holder, Clock::Early, Intent::Redeem(FIRST));
    [a_code_is_sent(), vec![redeems, Happening::GoesOn(Actor::Holder)]].concat()
}

/// Then the holder chooses a password and has an authenticator shown.
pub fn a_recovery_is_ready() -> Vec<Happening> {
    let chooses = [Intent::SetPassword(FIRST), Intent::ShowFactor(FIRST)];
    let chooses = chooses.map(|intent| Happening::Begins(Actor::Holder, Clock::Early, intent));
    [a_code_is_redeemed(), chooses.to_vec()].concat()
}

const ALL_OF_THEM: &[Kind] = &[
    Kind::Issue,
    Kind::Suspend,
    Kind::Revoke,
    Kind::Demote,
    Kind::Redeem,
    Kind::Choose,
    Kind::Complete,
    Kind::Disown,
    Kind::SignIn,
    Kind::Guess,
    Kind::CleanUp,
    Kind::Report,
    Kind::Import,
    Kind::Add,
];

impl Scenario {
    /// The scenarios, each with `more` acts than it needs at least.
    pub fn all(more: u8) -> Vec<Self> {
        vec![
            Self::everything(more),
            Self::issuing(more),
            Self::mailing(more),
            Self::guessing(more),
            Self::recovering(more),
            Self::completing(more),
            Self::account(more),
            Self::clocks(more),
        ]
    }

    fn new(name: &'static str, kinds: &'static [Kind], acts: u8) -> Self {
        let left = Left { acts, guesses: 0, reports: 0 };
        let clocks = &[Clock::Early];
        Self { name, before: Vec::new(), kinds, left, codes: 2, at_once: 2, moments: 1, clocks }
    }

    /// Whatever anybody can do, from the beginning.
    pub fn everything(more: u8) -> Self {
        let left = Left { acts: 3 + more, guesses: 1, reports: 1 };
        Self { left, ..Self::new("everything, from the beginning", ALL_OF_THEM, 0) }
    }

    /// Two admins and an import about one holder.
    pub fn issuing(more: u8) -> Self {
        let kinds = &[Kind::Issue, Kind::Suspend, Kind::Revoke, Kind::Demote, Kind::Import, Kind::Add];
        Self { at_once: 3, codes: 3, ..Self::new("two admins and an import", kinds, 4 + more) }
    }

    /// Mails, whose answers are lost and whose reports come as they like.
    pub fn mailing(more: u8) -> Self {
        let kinds = &[Kind::Issue, Kind::Redeem, Kind::CleanUp, Kind::Report, Kind::Disown, Kind::Revoke];
        let left = Left { acts: 2 + more, guesses: 0, reports: 3 };
        Self { left, moments: Moment::COUNT, ..Self::new("mails and their reports", kinds, 0) }
    }

    /// A guesser at a code that lives.
    pub fn guessing(more: u8) -> Self {
        let kinds = &[Kind::Guess, Kind::Redeem, Kind::Issue, Kind::CleanUp, Kind::Revoke];
        let left = Left { acts: 2 + more, guesses: 6, reports: 0 };
        let before = a_code_is_sent();
        Self { before, left, at_once: 3, moments: 4, ..Self::new("a guesser at a live code", kinds, 0) }
    }

    /// A recovery from its code on.
    pub fn recovering(more: u8) -> Self {
        let kinds =
            &[Kind::Redeem, Kind::Choose, Kind::Complete, Kind::SignIn, Kind::Issue, Kind::Import, Kind::Disown];
        let before = a_code_is_sent();
        Self { before, ..Self::new("a recovery from its code on", kinds, 5 + more) }
    }

    /// A recovery that has all it needs, with whatever can come between.
    pub fn completing(more: u8) -> Self {
        let kinds = &[
            Kind::Choose,
            Kind::Complete,
            Kind::Mistype,
            Kind::SignIn,
            Kind::Revoke,
            Kind::Suspend,
            Kind::Import,
            Kind::Disown,
            Kind::CleanUp,
        ];
        let before = a_recovery_is_ready();
        Self { before, at_once: 3, ..Self::new("the end of a recovery", kinds, 4 + more) }
    }

    /// An account that is disabled, moved, erased and given to somebody else, while a code lives.
    pub fn account(more: u8) -> Self {
        let kinds = &[Kind::Import, Kind::Add, Kind::Issue, Kind::Redeem, Kind::SignIn, Kind::Report];
        let left = Left { acts: 4 + more, guesses: 0, reports: 1 };
        Self { before: a_code_is_sent(), left, ..Self::new("an account that changes", kinds, 0) }
    }

    /// Two instances whose clocks differ.
    pub fn clocks(more: u8) -> Self {
        let kinds =
            &[Kind::Issue, Kind::Redeem, Kind::Choose, Kind::Complete, Kind::CleanUp, Kind::Revoke, Kind::Report];
        let left = Left { acts: 4 + more, guesses: 0, reports: 1 };
        let clocks = &[Clock::Early, Clock::Late];
        let moments = Moment::COUNT;
        Self { left, clocks, codes: 1, moments, ..Self::new("two clocks", kinds, 0) }
    }

    /// The state in which the search begins.
    pub fn start(&self) -> Option<World> {
        let enough = Left { acts: u8::MAX, guesses: 0, reports: 0 };
        let started =
            self.before.iter().try_fold(World::new(enough), |world, happening| world.after(*happening, None, 1))?;
        Some(World { left: self.left, ..started })
    }
}
