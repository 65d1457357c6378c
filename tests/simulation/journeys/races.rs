//! Two acts about the same person at the same time.

use std::time::Duration;

use futures_util::future::join;
use rand::RngExt as _;
use serde_json::json;

use super::Journey;
use crate::cast::Person;
use crate::time::pass;

/// The largest difference between the two starts: about the time of a request.
const SOON: Duration = Duration::from_millis(40);

/// The delay of each of the two.
#[derive(Clone, Copy)]
struct Waits(Duration, Duration);

async fn after<A>(wait: Duration, then: impl Future<Output = A>) -> A {
    pass(wait).await;
    then.await
}

/// Runs both, each after its delay.
async fn at_once<A, B>(waits: Waits, one: impl Future<Output = A>, other: impl Future<Output = B>) -> (A, B) {
    join(after(waits.0, one), after(waits.1, other)).await
}

impl Journey {
    pub(super) async fn race(&mut self, holder: &Person) {
        let (admin, other) = (self.admin_for(holder), self.admin_for(holder));
        let later = self.random.random_range(Duration::ZERO..SOON);
        let waits = if self.random.random() { Waits(Duration::ZERO, later) } else { Waits(later, Duration::ZERO) };
        // Signs in before, so that the race is only about the request.
        if self.as_holder(&admin).session(true).await.is_none() || self.as_holder(&other).session(true).await.is_none()
        {
            return;
        }
        let is_first = |person: &Person| self.cast.admins(person.company)[0].id == person.id;
        let suspends = self.random.random_ratio(1, 3);
        match self.random.random_range(0..8) {
            0 if !is_first(&admin) => {
                let demoted = self.changes(&admin, json!({"role": "member"}));
                self.acts_while(waits, &admin, holder, demoted).await;
                self.changes(&admin, json!({"role": "security_admin"})).await;
            }
            1 if !is_first(holder) => {
                let disabled = self.changes(holder, json!({"status": "disabled"}));
                let known = holder.credentials.lock().unwrap().last().copied();
                if let Some(number) = known.filter(|_| suspends) {
                    at_once(waits, self.as_holder(holder).tries_digits_of(number), disabled).await;
                } else {
                    at_once(waits, self.clicks(&admin, holder, suspends, None), disabled).await;
                }
                self.changes(holder, json!({"status": "active"})).await;
            }
            2 => {
                let signs_out = async { self.as_holder(&admin).signs_out().await };
                self.acts_while(waits, &admin, holder, signs_out).await;
            }
            3 => {
                let clicks = self.clicks(&other, holder, false, None);
                at_once(waits, self.clicks(&admin, holder, suspends, None), clicks).await;
            }
            4 => self.two_sign_ins(holder, waits).await,
            5 if !is_first(&admin) && !is_first(&other) && admin.id != other.id => {
                self.rivals(&admin, &other, waits).await;
            }
            6 if !is_first(holder) => {
                let imported = self.changes(holder, json!({"name": format!("{} Junior", holder.name)}));
                let change = json!({"name": format!("{} Senior", holder.name), "locale": "de"});
                at_once(waits, self.changes_over_http(&admin, holder, change), imported).await;
                self.changes(holder, json!({"name": holder.name})).await;
            }
            _ => self.race_of_a_code(holder, waits).await,
        }
    }

    /// The admin issues or revokes a code while another act ends the admin's authority.
    async fn acts_while(&self, waits: Waits, admin: &Person, holder: &Person, ends: impl Future<Output = ()>) {
        match self.asker.decides().random_range(0..3) {
            0 => drop(at_once(waits, self.clicks(admin, holder, false, None), ends).await),
            1 => drop(at_once(waits, self.clicks(admin, holder, true, None), ends).await),
            _ => {
                self.clicks(admin, holder, false, None).await;
                at_once(waits, self.takes_back(admin, holder), ends).await;
            }
        }
    }

    /// Two Security Admins end the authority of each other.
    async fn rivals(&self, one: &Person, other: &Person, waits: Waits) {
        let mut random = self.asker.decides();
        let [change, other_change] = [0, 1].map(|_| match random.random_range(0..2) {
            0 => json!({"role": "member"}),
            _ => json!({"status": "disabled"}),
        });
        let first = self.changes_over_http(one, other, change);
        at_once(waits, first, self.changes_over_http(other, one, other_change)).await;
        for person in [one, other] {
            self.changes(person, json!({"role": "security_admin", "status": "active"})).await;
        }
    }

    /// Two sign-ins with the same second factor.
    async fn two_sign_ins(&self, holder: &Person, waits: Waits) {
        let Some(number) = holder.credentials.lock().unwrap().last().copied() else { return };
        let as_holder = self.as_holder(holder);
        at_once(waits, as_holder.tries_digits_of(number), as_holder.tries_digits_of(number)).await;
        if let Some(code) = self.cast.take_backup_code(number) {
            let one = as_holder.tries_backup_code(number, &code);
            at_once(waits, one, as_holder.tries_backup_code(number, &code)).await;
        }
    }

    /// A code is redeemed while another act changes it.
    async fn race_of_a_code(&mut self, holder: &Person, waits: Waits) {
        let Some(code) = self.issues(holder).await else { return };
        let (admin, as_holder) = (self.admin_for(holder), self.as_holder(holder));
        let opens = as_holder.opens(&code);
        let which = self.asker.decides().random_range(0..6);
        let (token, ()) = match which {
            0 => at_once(waits, opens, async { drop(as_holder.opens(&code).await) }).await,
            1 => at_once(waits, opens, async { drop(self.takes_back(&admin, holder).await) }).await,
            2 => at_once(waits, opens, self.disowns(holder, &code)).await,
            3 => at_once(waits, opens, async { drop(self.clicks(&admin, holder, false, None).await) }).await,
            4 => at_once(waits, opens, self.guesses_much(holder, &code)).await,
            _ => {
                // An ended code can be disowned too, once.
                self.takes_back(&admin, holder).await;
                at_once(waits, self.disowns(holder, &code), self.disowns(holder, &code)).await;
                return;
            }
        };
        let Some(token) = token else { return };
        let recovers = as_holder.recovers(&token);
        match which {
            0 => drop(at_once(waits, recovers, as_holder.recovers(&token)).await),
            1 => drop(at_once(waits, recovers, self.takes_back(&admin, holder)).await),
            2 => drop(at_once(waits, recovers, self.clicks(&admin, holder, true, None)).await),
            _ => drop(recovers.await),
        }
    }

    async fn guesses_much(&self, holder: &Person, code: &crate::cast::Code) {
        let guesses = (0..7).map(|_| async { self.as_holder(holder).guesses(code).await });
        futures_util::future::join_all(guesses).await;
    }
}
