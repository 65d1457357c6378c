//! Repeated by hand: `redeem-passcode`, with `Store::count_try` and `Store::redeem`. A try is counted before its secret is compared.

use readmit_domain::lifecycle::{CodeStatus, Command, Judgement, MAX_TRIES, Phase, Transition, judge};
use readmit_domain::{RECOVERY_LIFETIME, Timestamp};

use crate::mistake::Mistake;
use crate::moments::Clock;
use crate::scene::Scene;
use crate::tables::{Id, Login, Row};
use crate::writes::{holds, write};

/// A running try, which has been counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Try {
    login: Login,
    /// The row that the count returned.
    counted: Row,
    clock: Clock,
    /// The time of the count.
    at: Timestamp,
    is_right: bool,
}

impl Try {
    /// Counts a try of the holder or of a guesser, who can know the selector but not the secret.
    pub fn begin(scene: &mut Scene<'_>, login: Login, known: Option<Id>, clock: Clock) -> Option<Option<Self>> {
        let now = scene.now(clock);
        let sending = scene.makes(Mistake::TryWhileSending);
        let unlimited = scene.makes(Mistake::TryWithoutLimit);
        let row = scene.tables.passcode_mut(login).as_mut()?;
        let has_selector = row.has_secret && known.is_none_or(|id| id == row.id);
        let is_in_time = row.expires_at > now;
        let has_tries = unlimited || u32::from(row.tries) < MAX_TRIES;
        let is_live = Command::CountTry.allowed().contains(&row.phase)
            || (sending && row.phase == Phase::Code(CodeStatus::Sending));
        if !(has_selector && is_in_time && has_tries && is_live) {
            return None;
        }
        row.tries += 1;
        let counted = row.clone();
        let is_right = known == Some(counted.id);
        if !is_right {
            scene.facts.wrong_secret = Some(counted.id);
        }
        // A second proof is not modelled, because it can only cause a refusal.
        Some(match judge(counted.tries.into(), is_right, true) {
            Judgement::Reject => None,
            Judgement::Accept | Judgement::Exhaust => Some(Self { login, counted, clock, at: now, is_right }),
        })
    }

    /// Opens the recovery, or ends the code after the last wrong try.
    pub fn step(self, scene: &mut Scene<'_>) {
        if self.is_right { self.redeem(scene) } else { self.exhaust(scene) }
    }

    fn exhaust(self, scene: &mut Scene<'_>) {
        let now = scene.now(self.clock);
        let there = scene.tables.passcode(self.login).cloned();
        match there.filter(|_| scene.makes(Mistake::ExhaustWhicheverItIs)) {
            Some(row) => scene.end(self.login, &row, Command::Exhaust, now),
            None => scene.end(self.login, &self.counted, Command::Exhaust, now),
        }
    }

    fn redeem(self, scene: &mut Scene<'_>) {
        let now = scene.now(self.clock);
        let decided_at = if scene.makes(Mistake::RedeemLate) { self.at } else { now };
        let mut counted = self.counted.lifecycle();
        if scene.makes(Mistake::TryWhileSending) && counted.phase == Phase::Code(CodeStatus::Sending) {
            counted.phase = Phase::Code(CodeStatus::Sent);
        }
        let Ok(redeemed) = counted.apply(Command::Redeem, decided_at) else { return };
        let there = scene.tables.passcode(self.login);
        if !self.may(scene, there, &redeemed, decided_at) {
            return;
        }
        write(scene.tables.passcode_mut(self.login).as_mut(), &redeemed);
        if let Some(row) = scene.tables.passcode_mut(self.login) {
            row.recovery_until = Some(now.after(RECOVERY_LIFETIME));
        }
        scene.tell(self.counted.id, &redeemed);
        scene.facts.redeemed = Some((self.counted.id, now));
    }

    fn may(&self, scene: &Scene<'_>, there: Option<&Row>, redeemed: &Transition, at: Timestamp) -> bool {
        let is_the_one = there.is_some_and(|row| row.id == self.counted.id && row.expires_at > at);
        let any_phase = scene.makes(Mistake::RedeemAnyPhase) || scene.makes(Mistake::TryWhileSending);
        is_the_one && (any_phase || holds(there, self.counted.id, redeemed))
    }
}
