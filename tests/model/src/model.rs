//! The model as `stateright` checks it: which states follow a state.

use readmit_domain::DeliveryReport;
use stateright::{Model, Property};

use crate::acts::importing::Change;
use crate::acts::issuing::Answer;
use crate::acts::recovering::Token;
use crate::acts::{Actor, Wish};
use crate::properties::properties;
use crate::scenario::Kind;
use crate::service::Service;
use crate::tables::{AdminName, Login};
use crate::world::{Happening, World};

const ADMINS: [AdminName; 2] = [AdminName::Ada, AdminName::Bea];

impl Model for Service {
    type State = World;
    type Action = Happening;

    fn init_states(&self) -> Vec<World> {
        self.scenario.start().into_iter().collect()
    }

    fn actions(&self, world: &World, happenings: &mut Vec<Happening>) {
        for (actor, act) in &world.running {
            if act.mails() {
                happenings.extend(Answer::ALL.map(|answer| Happening::Mails(*actor, answer)));
            } else {
                happenings.push(Happening::GoesOn(*actor));
            }
            happenings.push(Happening::Dies(*actor));
        }
        happenings.push(Happening::TimePasses);
        if world.running.len() < self.scenario.at_once {
            for kind in self.scenario.kinds {
                self.begin(*kind, world, happenings);
            }
        }
    }

    fn next_state(&self, world: &World, happening: Happening) -> Option<World> {
        world.after(happening, self.mistake, self.scenario.moments)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties()
    }
}

impl Service {
    /// What can be begun of this kind. What is refused is no state.
    fn begin(&self, kind: Kind, world: &World, happenings: &mut Vec<Happening>) {
        let mut begins = |actor: Option<Actor>, wishes: &[Wish]| {
            for (wish, clock) in
                wishes.iter().flat_map(|wish| self.scenario.clocks.iter().map(move |clock| (wish, clock)))
            {
                happenings.extend(actor.map(|actor| Happening::Begins(actor, *clock, *wish)));
            }
        };
        let free = |actor: Actor| world.act(actor).is_none().then_some(actor);
        let tab = || free(Actor::Holder).or(free(Actor::OtherTab));
        let may_issue = world.story.codes.len() + issuing(world) < usize::from(self.scenario.codes);
        let of_codes =
            |wish: fn(Token) -> Wish| world.story.codes.iter().map(|code| wish(code.token)).collect::<Vec<_>>();
        match kind {
            Kind::Issue | Kind::Suspend if !may_issue => {}
            Kind::Issue => begins(free_admin(world), &[Wish::Issue]),
            Kind::Suspend => begins(free_admin(world), &[Wish::Suspend]),
            Kind::Revoke => begins(free_admin(world), &[Wish::Revoke]),
            Kind::Demote => {
                for admin in ADMINS.into_iter().filter(|admin| world.act(Actor::Admin(*admin)).is_some()) {
                    begins(free(Actor::Importer), &[Wish::Demote(admin), Wish::SignOut(admin)]);
                }
            }
            Kind::Redeem => begins(tab(), &of_codes(Wish::Redeem)),
            Kind::Choose => {
                begins(tab(), &of_codes(Wish::SetPassword));
                begins(tab(), &of_codes(Wish::ShowFactor));
            }
            Kind::Complete => begins(tab(), &of_codes(Wish::Complete)),
            Kind::Mistype => begins(tab(), &of_codes(Wish::Mistype)),
            Kind::Disown => begins(tab(), &of_codes(Wish::Disown)),
            Kind::SignIn => begins(tab(), &Login::BOTH.map(Wish::SignIn)),
            Kind::Guess => begins(free(Actor::Guesser), &Login::BOTH.map(Wish::Guess)),
            Kind::CleanUp => begins(free(Actor::Cleanup), &Login::BOTH.map(Wish::CleanUp)),
            Kind::Report => {
                for code in world.story.codes.iter().filter(|code| code.is_accepted) {
                    begins(free(Actor::Tracker), &DeliveryReport::ALL.map(|report| Wish::Report(code.token, report)));
                }
            }
            Kind::Import => begins(free(Actor::Importer), &Change::ALL.map(Wish::Import)),
            Kind::Add => begins(free(Actor::Importer), &[Wish::Add(world.story.people)]),
        }
    }
}

/// Codes that are decided and not stored yet.
fn issuing(world: &World) -> usize {
    world.running.iter().filter(|(_, act)| act.will_store()).count()
}

/// An admin who can begin. The two are alike, so Bea begins only if Ada cannot.
fn free_admin(world: &World) -> Option<Actor> {
    let can = |admin: &AdminName| {
        let row = world.tables.admin(*admin);
        row.has_role && row.has_session && world.act(Actor::Admin(*admin)).is_none()
    };
    ADMINS.into_iter().find(can).map(Actor::Admin)
}
