//! A state of the model: the tables, the running acts, the time, and how many acts can still begin.

use crate::acts::issuing::Answer;
use crate::acts::{Act, Actor, FirstStep, Intent};
use crate::mistake::Mistake;
use crate::moments::{Clock, Moment};
use crate::scene::{Facts, Scene};
use crate::story::Story;
use crate::tables::Tables;

/// How many acts can still begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Left {
    /// Acts of people and programs that can still begin.
    pub acts: u8,
    /// Wrong secrets that can still be tried.
    pub guesses: u8,
    /// Delivery reports that can still come.
    pub reports: u8,
}

/// A state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// The tables.
    pub tables: Tables,
    /// The time.
    pub moment: Moment,
    /// The running act of each actor.
    pub running: Vec<(Actor, Act)>,
    /// The history. No act reads it.
    pub story: Story,
    /// How many acts can still begin.
    pub left: Left,
}

/// A step from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Happening {
    /// An actor begins an act on an instance with this clock, and does its first step.
    Begins(Actor, Clock, Intent),
    /// The actor's act does its next step.
    GoesOn(Actor),
    /// The actor's act sends the mail of a code.
    Mails(Actor, Answer),
    /// The process of the actor's act dies.
    Dies(Actor),
    /// The next moment comes. Most running processes have ended by then.
    TimePasses,
}

impl World {
    /// The state before the first act.
    pub fn new(left: Left) -> Self {
        let (tables, story) = (Tables::default(), Story::default());
        Self { tables, moment: Moment::FIRST, running: Vec::new(), story, left }
    }

    /// The actor's running act.
    pub fn act(&self, actor: Actor) -> Option<&Act> {
        self.running.iter().find(|(of, _)| *of == actor).map(|(_, act)| act)
    }

    fn put(&mut self, actor: Actor, act: Option<Act>) {
        self.running.retain(|(of, _)| *of != actor);
        let at = self.running.iter().filter(|(of, _)| *of < actor).count();
        if let Some(act) = act {
            self.running.insert(at, (actor, act));
        }
    }

    /// The next state. None if the step is impossible, or changes nothing.
    pub fn after(&self, happening: Happening, mistake: Option<Mistake>, moments: u8) -> Option<Self> {
        let mut world = self.clone();
        let (actor, begun) = match happening {
            Happening::TimePasses => {
                world.moment = self.moment.next(moments)?;
                if !self.moment.is_outlived() {
                    world.running.clear();
                }
                return Some(world);
            }
            Happening::Dies(actor) => {
                world.put(actor, None);
                return Some(world);
            }
            Happening::Begins(actor, clock, intent) => {
                let counted = match intent {
                    Intent::Guess(_) => &mut world.left.guesses,
                    Intent::Report(..) => &mut world.left.reports,
                    _ => &mut world.left.acts,
                };
                *counted = counted.checked_sub(1)?;
                (actor, Some((clock, intent)))
            }
            Happening::GoesOn(actor) | Happening::Mails(actor, _) => (actor, None),
        };
        let next = u8::try_from(self.story.codes.len()).unwrap_or(u8::MAX);
        let mut scene = Scene { tables: &mut world.tables, moment: self.moment, mistake, facts: Facts::default() };
        let act = match (happening, begun) {
            (_, Some((clock, intent))) => match intent.begin(&mut scene, actor, clock)? {
                FirstStep::Continues(act) => Some(act),
                FirstStep::Finished => None,
            },
            (Happening::Mails(_, answer), None) => match self.act(actor)?.clone() {
                Act::Issue(issue) => issue.mail(&mut scene, answer).map(Act::Issue),
                _ => return None,
            },
            _ => self.act(actor)?.clone().step(&mut scene, next),
        };
        let facts = scene.facts;
        world.put(actor, act);
        world.story.go_on(&self.tables, &world.tables, &facts, actor, self.moment.by(Clock::Early));
        Some(world)
    }
}
