//! The properties: some must always hold; others must be reachable, because otherwise the model would prove nothing.

use readmit_domain::EventType;
use readmit_domain::lifecycle::{CodeStatus, Phase, RecoveryStatus};
use stateright::Property;

use crate::acts::{Act, Actor};
use crate::moments::Clock;
use crate::service::Service;
use crate::story::{Breach, is_usable};
use crate::tables::{AdminName, Login, Row};
use crate::world::World;

/// The property against a second redemption.
pub const ONE_USABLE_CODE: &str = "a person has at most one usable code or recovery, and it is of the newest code";
/// The property of everything that ends access.
pub const NONE_WITHOUT_ACCOUNT: &str = "no code or recovery of an address is usable without an active account";
/// The property of the limit of guesses.
pub const FIVE_SECRETS: &str = "at most five wrong secrets are compared with a code";
/// The property that only wrong secrets exhaust a code.
pub const EXHAUSTED_BY_TRIES: &str = "a code is exhausted only by five tries";
/// The property of a completed recovery.
pub const OLD_UNTIL_COMPLETED: &str =
    "the old credentials work until the completion commits, and then only the new ones";
/// The property that credentials are replaced together.
pub const NEVER_MIXED: &str = "password and authenticator are always of the same recovery";
/// See [`Breach::WithoutAuthority`].
pub const WITH_AUTHORITY: &str = "an admin's act commits only while the admin may act for the holder";
/// See [`Breach::AuditDiffers`].
pub const AUDIT_IS_COMPLETE: &str = "every change of phase has exactly one audit event, and every event its change";
/// See [`Breach::RepeatedEvent`].
pub const EVENTS_ARE_UNIQUE: &str = "no audit event of a passcode is repeated";
/// See [`Breach::Reactivated`].
pub const ENDS_ARE_FINAL: &str =
    "a code that has ended, or is shown as failed by every clock, never becomes usable again";
/// See [`Breach::UsedUnmailed`].
pub const ONLY_MAILED_WORKS: &str = "a code whose mail was not accepted cannot be redeemed";
/// See [`Breach::UsedLate`].
pub const IN_TIME: &str = "nothing can be redeemed or completed after it has expired";
/// See [`Breach::UsedWithoutAccount`].
pub const FOR_ITS_OWNER: &str = "a code works only for the active account that it was issued to";
/// See [`Breach::WrongFactors`].
pub const AS_CHOSEN: &str = "a completion sets the last password and the authenticator that was confirmed";
/// See [`Breach::SignedInWrongly`].
pub const SIGNED_IN_BY_CURRENT: &str = "a session is created only with the current credentials of an active account";

/// All of them.
pub fn properties() -> Vec<Property<Service>> {
    let mut all = always();
    all.extend(sometimes());
    all
}

fn always() -> Vec<Property<Service>> {
    type P = Property<Service>;
    vec![
        P::always(ONE_USABLE_CODE, |_, world| has_one_usable(world)),
        P::always(NONE_WITHOUT_ACCOUNT, |_, world| usable(world).all(|row| is_of_an_account(world, row))),
        P::always(FIVE_SECRETS, |_, world| world.story.codes.iter().all(|code| code.wrong_secrets <= 5)),
        P::always(EXHAUSTED_BY_TRIES, |_, world| {
            world.tables.rows().all(|(_, row)| row.phase != Phase::Code(CodeStatus::Exhausted) || row.tries >= 5)
        }),
        P::always(OLD_UNTIL_COMPLETED, |_, world| has_its_credentials(world)),
        P::always(NEVER_MIXED, |_, world| is_of_one_recovery(world)),
        P::always(WITH_AUTHORITY, |_, world| !world.story.has(Breach::WithoutAuthority)),
        P::always(AUDIT_IS_COMPLETE, |_, world| !world.story.has(Breach::AuditDiffers)),
        P::always(EVENTS_ARE_UNIQUE, |_, world| !world.story.has(Breach::RepeatedEvent)),
        P::always(ENDS_ARE_FINAL, |_, world| !world.story.has(Breach::Reactivated)),
        P::always(ONLY_MAILED_WORKS, |_, world| !world.story.has(Breach::UsedUnmailed)),
        P::always(IN_TIME, |_, world| !world.story.has(Breach::UsedLate)),
        P::always(FOR_ITS_OWNER, |_, world| !world.story.has(Breach::UsedWithoutAccount)),
        P::always(AS_CHOSEN, |_, world| !world.story.has(Breach::WrongFactors)),
        P::always(SIGNED_IN_BY_CURRENT, |_, world| !world.story.has(Breach::SignedInWrongly)),
    ]
}

/// States that at least one scenario must reach.
fn sometimes() -> Vec<Property<Service>> {
    type P = Property<Service>;
    vec![
        P::sometimes("a recovery is completed", |_, world| has_event(world, EventType::RecoveryCompleted)),
        P::sometimes("a mail bounces", |_, world| has_event(world, EventType::PasscodeBounced)),
        P::sometimes("the guesser exhausts a code", |_, world| has_event(world, EventType::PasscodeExhausted)),
        P::sometimes("a newer code replaces one", |_, world| has_event(world, EventType::PasscodeSuperseded)),
        P::sometimes("an admin revokes", |_, world| ended_as(world, CodeStatus::Revoked, Actor::Admin(AdminName::Ada))),
        P::sometimes("a process dies, and the cleanup withdraws its code", |_, world| {
            ended_as(world, CodeStatus::Failed, Actor::Cleanup)
        }),
        P::sometimes("an answer is lost, and the mailed code is withdrawn", |_, world| {
            let withdrawn = ended_as(world, CodeStatus::Failed, Actor::Admin(AdminName::Ada));
            withdrawn && world.story.codes.iter().any(|code| code.is_accepted)
        }),
        P::sometimes("a report is faster than the answer to its mail", |_, world| {
            world.running.iter().any(|(_, act)| match act {
                Act::Issue(issue) => issue
                    .id()
                    .and_then(|id| world.tables.row(id))
                    .is_some_and(|row| row.phase == Phase::Code(CodeStatus::Delivered)),
                _ => false,
            })
        }),
        P::sometimes("an admin loses the role between plan and write", |_, world| {
            let is_waiting = |act: &Act| matches!(act, Act::Issue(issue) if issue.is_decided_by(AdminName::Ada));
            !world.tables.admin(AdminName::Ada).has_role && world.running.iter().any(|(_, act)| is_waiting(act))
        }),
        P::sometimes("a completion overtakes a sign-in with the old credentials", |_, world| {
            let credentials = world.tables.employee.as_ref().and_then(|it| world.tables.credentials(it.login));
            let is_old = |act: &Act| match act {
                Act::SignIn(act) => credentials
                    .is_some_and(|now| now.password.is_some_and(|it| it.of.is_some()) && !act.has_compared(now)),
                _ => false,
            };
            world.running.iter().any(|(_, act)| is_old(act))
        }),
        P::sometimes("the old credentials work during a recovery", |_, world| {
            let is_open = world.tables.rows().any(|(_, row)| row.phase == Phase::Recovery(RecoveryStatus::Open));
            let credentials = world.tables.employee.as_ref().and_then(|it| world.tables.credentials(it.login));
            let opens =
                |act: &Act| matches!(act, Act::SignIn(act) if credentials.is_some_and(|now| act.has_compared(now)));
            is_open && world.running.iter().any(|(_, act)| opens(act))
        }),
        P::sometimes("a code expires", |_, world| has_event(world, EventType::PasscodeExpired)),
        P::sometimes("a recovery ends without a result", |_, world| has_event(world, EventType::RecoveryAbandoned)),
        P::sometimes("a holder disowns a completed recovery", |_, world| {
            let is_both = |row: &Row| row.is_disowned && row.phase == Phase::Recovery(RecoveryStatus::Completed);
            world.tables.rows().any(|(_, row)| is_both(row))
        }),
        P::sometimes("a change of the address moves an ended code", |_, world| {
            world.tables.rows().any(|(login, row)| {
                world.story.codes.get(usize::from(row.id)).is_some_and(|code| code.token.login != login)
            })
        }),
        P::sometimes("a new person has the address of an erased person", |_, world| {
            world.tables.employee.as_ref().is_some_and(|it| it.owner > 0)
        }),
    ]
}

/// Passcodes that give access by at least one of the clocks.
fn usable(world: &World) -> impl Iterator<Item = &Row> {
    let now = world.moment.by(Clock::Early);
    let is_in_time = move |row: &Row| now < row.recovery_until.unwrap_or(row.expires_at);
    world.tables.rows().map(|(_, row)| row).filter(move |row| is_usable(row.phase) && is_in_time(row))
}

fn has_one_usable(world: &World) -> bool {
    let newest = |row: &Row| {
        let mut of_the_same = world.story.codes.iter().enumerate().filter(|(_, code)| code.token.owner == row.owner);
        of_the_same.next_back().is_some_and(|(id, _)| id == usize::from(row.id))
    };
    usable(world).all(newest) && usable(world).count() <= 1
}

fn is_of_an_account(world: &World, row: &Row) -> bool {
    let stored_at = world.tables.rows().find(|(_, other)| other.id == row.id).map(|(login, _)| login);
    world
        .tables
        .employee
        .as_ref()
        .is_some_and(|it| it.is_active && it.owner == row.owner && Some(it.login) == stored_at)
}

fn has_its_credentials(world: &World) -> bool {
    let story = &world.story;
    world.tables.employee.as_ref().is_none_or(|employee| {
        let here = world.tables.credentials(employee.login);
        let fits = here.is_some_and(|it| {
            it.owner == employee.owner
                && (it.password, it.authenticator) == story.opens
                && it.is_suspended == story.is_suspended
        });
        fits && world.tables.credentials(employee.login.other()).is_none()
    })
}

fn is_of_one_recovery(world: &World) -> bool {
    let mut all = Login::BOTH.into_iter().filter_map(|login| world.tables.credentials(login));
    all.all(|it| it.password.map(|it| it.of) == it.authenticator.map(|it| it.of))
}

fn has_event(world: &World, event: EventType) -> bool {
    (0..3).any(|id| world.story.has_event(id, event))
}

fn ended_as(world: &World, status: CodeStatus, by: Actor) -> bool {
    let ended_by = |row: &Row| world.story.codes.get(usize::from(row.id)).and_then(|code| code.ended_by);
    world.tables.rows().any(|(_, row)| row.phase == Phase::Code(status) && ended_by(row) == Some(by))
}
