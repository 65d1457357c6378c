//! The model for `stateright`: the states that can follow a state.

use readmit_domain::DeliveryReport;
use stateright::{Model, Property};

use crate::acts::importing::Change;
use crate::acts::issuing::Answer;
use crate::acts::recovering::Token;
use crate::acts::{Actor, Intent};
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
    /// The acts of this kind that can begin. A refused act leads to no new state.
    fn begin(&self, kind: Kind, world: &World, happenings: &mut Vec<Happening>) {
        let mut begins = |actor: Option<Actor>, intents: &[Intent]| {
            for (intent, clock) in
                intents.iter().flat_map(|intent| self.scenario.clocks.iter().map(move |clock| (intent, clock)))
            {
                happenings.extend(actor.map(|actor| Happening::Begins(actor, *clock, *intent)));
            }
        };
        let free = |actor: Actor| world.act(actor).is_none().then_some(actor);
        let tab = || free(Actor::Holder).or(free(Actor::OtherTab));
        let may_issue = world.story.codes.len() + issuing(world) < usize::from(self.scenario.codes);
        let of_codes =
            |intent: fn(Token) -> Intent| world.story.codes.iter().map(|code| intent(code.token)).collect::<Vec<_>>();
        match kind {
            Kind::Issue | Kind::Suspend if !may_issue => {}
            Kind::Issue => begins(free_admin(world), &[Intent::Issue]),
            Kind::Suspend => begins(free_admin(world), &[Intent::Suspend]),
            Kind::Revoke => begins(free_admin(world), &[Intent::Revoke]),
            Kind::Demote => {
                for admin in ADMINS.into_iter().filter(|admin| world.act(Actor::Admin(*admin)).is_some()) {
                    begins(free(Actor::Importer), &[Intent::Demote(admin), Intent::SignOut(admin)]);
                }
            }
            Kind::Redeem => begins(tab(), &of_codes(Intent::Redeem)),
            Kind::Choose => {
                begins(tab(), &of_codes(Intent::SetPassword));
                begins(tab(), &of_codes(Intent::ShowFactor));
            }
            Kind::Complete => begins(tab(), &of_codes(Intent::Complete)),
            Kind::Mistype => begins(tab(), &of_codes(Intent::Mistype)),
            Kind::Disown => begins(tab(), &of_codes(Intent::Disown)),
            Kind::SignIn => begins(tab(), &Login::BOTH.map(Intent::SignIn)),
            Kind::Guess => begins(free(Actor::Guesser), &Login::BOTH.map(Intent::Guess)),
            Kind::CleanUp => begins(free(Actor::Cleanup), &Login::BOTH.map(Intent::CleanUp)),
            Kind::Report => {
                for code in world.story.codes.iter().filter(|code| code.is_accepted) {
                    begins(free(Actor::Tracker), &DeliveryReport::ALL.map(|report| Intent::Report(code.token, report)));
                }
            }
            Kind::Import => begins(free(Actor::Importer), &Change::ALL.map(Intent::Import)),
            Kind::Add => begins(free(Actor::Importer), &[Intent::Add(world.story.people)]),
        }
    }
}

/// The number of codes that are planned and not stored yet.
fn issuing(world: &World) -> usize {
    world.running.iter().filter(|(_, act)| act.will_store()).count()
}

/// An admin who can begin an act. Both are equal, so Bea begins only if Ada cannot.
fn free_admin(world: &World) -> Option<Actor> {
    let can = |admin: &AdminName| {
        let row = world.tables.admin(*admin);
        row.has_role && row.has_session && world.act(Actor::Admin(*admin)).is_none()
    };
    ADMINS.into_iter().find(can).map(Actor::Admin)
}
