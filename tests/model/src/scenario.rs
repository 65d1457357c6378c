//! Scenarios: the start of a search, the actors, and the limits.

use crate::acts::issuing::Answer;
use crate::acts::recovering::Token;
use crate::acts::{Actor, Intent};
use crate::moments::{Clock, Moment};
use crate::tables::{AdminName, Login};
use crate::world::{Happening, Left, World};

/// A kind of act in a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Both admins issue codes.
    Issue,
    /// Both admins issue codes and suspend the account.
    Suspend,
    /// Both admins revoke codes.
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
    /// The holder disowns codes.
    Disown,
    /// Signs in.
    SignIn,
    /// Guesses.
    Guess,
    /// Cleans up.
    CleanUp,
    /// Delivery reports.
    Report,
    /// Disables, enables, moves, erases.
    Import,
    /// Adds a person with the address of an erased person.
    Add,
}

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name of the scenario.
    pub name: &'static str,
    /// The acts before the search begins.
    pub before: Vec<Happening>,
    /// The kinds of acts.
    pub kinds: &'static [Kind],
    /// How many acts can begin.
    pub left: Left,
    /// The highest number of codes.
    pub codes: u8,
    /// The highest number of acts that run at the same time.
    pub at_once: usize,
    /// The number of moments.
    pub moments: u8,
    /// The clocks of the instances.
    pub clocks: &'static [Clock],
}

/// The first code: for the first address and the first person.
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
    /// The scenarios, each with `more` acts beyond the smallest number.
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

    /// All acts of all actors, from the beginning.
    pub fn everything(more: u8) -> Self {
        let left = Left { acts: 3 + more, guesses: 1, reports: 1 };
        Self { left, ..Self::new("everything, from the beginning", ALL_OF_THEM, 0) }
    }

    /// Two admins and an import act on one holder.
    pub fn issuing(more: u8) -> Self {
        let kinds = &[Kind::Issue, Kind::Suspend, Kind::Revoke, Kind::Demote, Kind::Import, Kind::Add];
        Self { at_once: 3, codes: 3, ..Self::new("two admins and an import", kinds, 4 + more) }
    }

    /// Answers of the mail service are lost, and its reports come in any order.
    pub fn mailing(more: u8) -> Self {
        let kinds = &[Kind::Issue, Kind::Redeem, Kind::CleanUp, Kind::Report, Kind::Disown, Kind::Revoke];
        let left = Left { acts: 2 + more, guesses: 0, reports: 3 };
        Self { left, moments: Moment::COUNT, ..Self::new("mails and their reports", kinds, 0) }
    }

    /// Somebody guesses the secret of an active code.
    pub fn guessing(more: u8) -> Self {
        let kinds = &[Kind::Guess, Kind::Redeem, Kind::Issue, Kind::CleanUp, Kind::Revoke];
        let left = Left { acts: 2 + more, guesses: 6, reports: 0 };
        let before = a_code_is_sent();
        Self { before, left, at_once: 3, moments: 4, ..Self::new("a guesser at a live code", kinds, 0) }
    }

    /// A recovery from its code to the end.
    pub fn recovering(more: u8) -> Self {
        let kinds =
            &[Kind::Redeem, Kind::Choose, Kind::Complete, Kind::SignIn, Kind::Issue, Kind::Import, Kind::Disown];
        let before = a_code_is_sent();
        Self { before, ..Self::new("a recovery from its code on", kinds, 5 + more) }
    }

    /// The completion of a recovery, with all acts that can come before it.
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

    /// An account with an active code is disabled, moved, erased, and its address given to another person.
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
