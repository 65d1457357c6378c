//! Acts that wait for a second Security Admin, in the company whose policy says so.

use std::sync::Arc;

use futures_util::future::join;
use rand::RngExt as _;
use reqwest::Method;
use serde_json::{Value, json};

use super::Journey;
use crate::asking::{Reply, while_between};
use crate::cast::{Person, SENSITIVE};

/// The acts in the table of faults. The two ends of a request are one, so that each fault meets them.
const ASK: &str = "ask for an approval";
const END: &str = "approve or cancel";

/// Everybody who has to do with a request.
struct Request {
    path: String,
    requester: Arc<Person>,
    concerned: Arc<Person>,
    second: Arc<Person>,
}

impl Journey {
    /// A Security Admin asks for a sensitive act, and it is approved, cancelled, or left until it expires.
    pub(super) async fn approve(&mut self) {
        let admins: Vec<Arc<Person>> = self.cast.admins(SENSITIVE).into_iter().cloned().collect();
        let first = self.random.random_range(0..admins.len());
        let [requester, second, third] = [0, 1, 2].map(|n| Arc::clone(&admins[(first + n) % admins.len()]));
        let members = self.cast.people.iter().filter(|one| one.company == SENSITIVE && !one.is_admin && !one.is_client);
        let members: Vec<Arc<Person>> = members.cloned().collect();
        let member = Arc::clone(&members[self.random.random_range(0..members.len())]);
        let passcode = json!({"reason": "lost phone"});
        let moved = json!({"email": format!("moved{}@company{SENSITIVE}.example", self.cast.click())});
        let of = |person: &Person| format!("/v1/employees/{}", person.id);
        let (concerned, method, path, body) = match self.random.random_range(0..4) {
            0 => (member.clone(), Method::PATCH, of(&member), json!({"role": "security_admin"})),
            1 => (third.clone(), Method::POST, third.path(), passcode),
            2 => (third.clone(), Method::PATCH, of(&third), moved),
            _ => {
                self.sets_policy(&requester, "everyone").await;
                (member.clone(), Method::PATCH, "/v1/company".to_owned(), json!({"second_proof": "none"}))
            }
        };
        let asked = self.asks_to(&requester, ASK, method, &path, body).await;
        let id = asked.and_then(|reply| reply.body["approval"]["approval_id"].as_str().map(str::to_owned));
        let Some(id) = id else { return };
        while_between(&mut self.random, 1, 60).await;
        let request = Request { path: format!("/v1/approvals/{id}"), requester, concerned, second };
        self.ends(&request).await;
        // The person is as before, for the other journeys.
        if request.concerned.is_admin {
            request.concerned.looks_up_its_address(&self.cast.aws);
        } else {
            self.changes(&request.concerned, json!({"role": "member"})).await;
        }
    }

    async fn ends(&mut self, request: &Request) {
        let Request { requester, concerned, second, .. } = request;
        self.asks_to(second, "list the requests", Method::GET, "/v1/approvals", Value::Null).await;
        let is_first = self.cast.admins(SENSITIVE)[0].id == requester.id;
        match self.random.random_range(0..9) {
            0 => self.tries_alone(requester, request).await,
            1 if concerned.is_admin => self.tries_alone(concerned, request).await,
            2 => drop(join(self.approves(second, request), self.cancels(requester, request)).await),
            3 => drop(join(self.approves(second, request), self.approves(second, request)).await),
            4 | 5 if !is_first => {
                let demoted = self.changes(requester, json!({"role": "member"}));
                join(self.approves(second, request), demoted).await;
                self.approves(second, request).await;
                self.changes(requester, json!({"role": "security_admin"})).await;
            }
            6 => drop(self.cancels(second, request).await),
            // Nobody ends it, so it expires.
            7 => {}
            _ => drop(self.approves(second, request).await),
        }
    }

    /// Neither the requester nor the person concerned can approve it.
    async fn tries_alone(&self, person: &Person, request: &Request) {
        let reply = self.approves(person, request).await;
        if reply.is_some_and(|reply| reply.status < 400) {
            self.asker.world.oracle.finds(format!("{} approves an act of their own", person.email()));
        }
        self.cancels(person, request).await;
    }

    async fn approves(&self, admin: &Person, request: &Request) -> Option<Reply> {
        self.asks_to(admin, END, Method::POST, &request.path, Value::Null).await
    }

    async fn cancels(&self, admin: &Person, request: &Request) -> Option<Reply> {
        self.asks_to(admin, END, Method::DELETE, &request.path, Value::Null).await
    }
}
