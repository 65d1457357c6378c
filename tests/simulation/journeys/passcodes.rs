//! The ways in which a passcode can end.

use rand::RngExt as _;
use reqwest::Method;
use serde_json::json;

use super::Journey;
use crate::asking::{Request, while_between};
use crate::cast::Person;
use crate::invocation::Claim;

impl Journey {
    pub(super) async fn recover(&mut self, holder: &Person) {
        let Some(code) = self.issues(holder).await else { return };
        while_between(&mut self.random, 5, 120).await;
        if self.random.random_ratio(1, 4) {
            for _ in 0..self.random.random_range(1..4) {
                self.as_holder(holder).guesses(&code).await;
            }
        }
        let Some(token) = self.as_holder(holder).opens(&code).await else { return };
        while_between(&mut self.random, 1, 90).await;
        let mut random = self.asker.decides();
        if !self.as_holder(holder).recovers_somehow(&token, &mut random).await {
            return;
        }
        while_between(&mut self.random, 31, 90).await;
        self.as_holder(holder).signs_in(false).await;
        if self.random.random_ratio(1, 3) {
            self.as_holder(holder).signs_out().await;
        }
    }

    /// The code is redeemed close to the time of its expiry.
    pub(super) async fn come_late(&mut self, holder: &Person) {
        let Some(code) = self.issues(holder).await else { return };
        while_between(&mut self.random, 7 * 60, 15 * 60).await;
        let Some(token) = self.as_holder(holder).opens(&code).await else { return };
        while_between(&mut self.random, 10 * 60, 20 * 60).await;
        let mut random = self.asker.decides();
        self.as_holder(holder).recovers_somehow(&token, &mut random).await;
    }

    pub(super) async fn bulk(&mut self, holder: &Person) {
        let admin = self.admin_for(holder);
        let others = self.cast.people.iter().filter(|one| one.company == holder.company && one.id != admin.id);
        let ids: Vec<&str> = others.skip(holder.number % 7).take(5).map(|one| one.id.as_str()).collect();
        self.asks_as(&admin, false, |session| {
            let claim = Claim { session_since: Some(session.since), ..Claim::default() };
            let request = Request::new("issue several", Method::POST, "/v1/passcodes", admin.number);
            request.by(&session.token).with(json!({"employee_ids": ids})).claiming(claim)
        })
        .await;
    }

    pub(super) async fn take_back(&mut self, holder: &Person) {
        let Some(code) = self.issues(holder).await else { return };
        let admin = self.admin_for(holder);
        if self.takes_back(&admin, holder).await.is_some_and(|reply| reply.status == 204) {
            self.as_holder(holder).opens(&code).await;
        }
    }

    pub(super) async fn disown(&mut self, holder: &Person) {
        let Some(code) = self.issues(holder).await else { return };
        if self.random.random_ratio(1, 2) {
            self.as_holder(holder).opens(&code).await;
        }
        self.disowns(holder, &code).await;
        self.as_holder(holder).opens(&code).await;
    }

    pub(super) async fn guess(&mut self, holder: &Person) {
        let Some(code) = self.issues(holder).await else { return };
        for _ in 0..self.random.random_range(4..9) {
            self.as_holder(holder).guesses(&code).await;
        }
        self.as_holder(holder).opens(&code).await;
    }
}
