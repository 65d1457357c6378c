//! A Security Admin manages people and the company over HTTP.

use rand::RngExt as _;
use reqwest::Method;
use serde_json::{Value, json};

use super::Journey;
use crate::asking::{Reply, Request, while_between};
use crate::cast::{Person, Session};
use crate::invocation::Claim;

/// The acts in the table of faults.
const CHANGE: &str = "change over HTTP";
const ERASE: &str = "erase over HTTP";

impl Journey {
    /// A change and its opposite. What the admin may no longer take back, the operator does.
    pub(super) async fn manage(&mut self, holder: &Person) {
        // The first admin of a company is not changed, so that one admin can always help.
        if self.cast.admins(holder.company)[0].id == holder.id {
            return;
        }
        let admin = self.admin_for(holder);
        let role = if holder.is_admin { "security_admin" } else { "member" };
        let (change, back) = match self.random.random_range(0..7) {
            0 => (json!({"name": format!("{} Senior", holder.name)}), json!({"name": holder.name})),
            1 => (json!({"role": "security_admin"}), json!({"role": role})),
            2 => (json!({"role": "member"}), json!({"role": role})),
            3 => (json!({"status": "disabled"}), json!({"status": "active"})),
            4 => {
                let sessions = format!("/v1/employees/{}/sessions", holder.id);
                self.asks_to(&admin, ERASE, Method::DELETE, &sessions, Value::Null).await;
                return;
            }
            5 => return self.own_account(&admin).await,
            _ => return self.move_over_http(&admin, holder).await,
        };
        self.changes_over_http(&admin, holder, change).await;
        while_between(&mut self.random, 5, 300).await;
        let admin = self.admin_for(holder);
        let undone = self.changes_over_http(&admin, holder, back.clone()).await;
        if undone.is_none_or(|reply| reply.status != 200) {
            self.changes(holder, back).await;
        }
    }

    async fn move_over_http(&mut self, admin: &Person, holder: &Person) {
        let new = format!("moved{}@company{}.example", self.cast.click(), holder.company);
        self.changes_over_http(admin, holder, json!({"email": new})).await;
        // Without an answer it may have been done.
        holder.looks_up_its_address(&self.cast.aws);
    }

    /// Nobody decides about their own access; the oracle checks that nothing was committed.
    async fn own_account(&self, admin: &Person) {
        for change in [json!({"role": "member"}), json!({"status": "disabled"}), json!({"email": "x@company0.example"})]
        {
            let reply = self.changes_over_http(admin, admin, change).await;
            if reply.is_some_and(|reply| reply.status < 400) {
                self.asker.world.oracle.finds(format!("{} decides about the own access", admin.email()));
            }
        }
        let renamed = json!({"name": format!("{} Renamed", admin.name)});
        self.changes_over_http(admin, admin, renamed).await;
        self.changes(admin, json!({"name": admin.name})).await;
    }

    /// A new person gets in with the first passcode, and is erased.
    pub(super) async fn welcome(&mut self, colleague: &Person) {
        let admin = self.admin_for(colleague);
        let email = format!("guest{}@company{}.example", self.cast.click(), colleague.company);
        let person = json!({"email": email, "name": "Guest", "issue_passcode": true});
        let adds = |session: &Session| {
            let click = self.cast.click();
            let claim = Claim { click: Some(click), session_since: Some(session.since), ..Claim::default() };
            let request = Request::new("add over HTTP", Method::POST, "/v1/employees", admin.number).by(&session.token);
            request.with(person.clone()).keyed(format!("click-{click}")).claiming(claim)
        };
        let Some(added) = self.asks_as(&admin, false, adds).await.filter(|reply| reply.status == 201) else { return };
        let guest = colleague.guest(added.body["employee_id"].as_str().unwrap(), &email);
        if let Some(code) = self.cast.newest_code(&email)
            && let Some(token) = self.as_holder(&guest).opens(&code).await
        {
            let mut random = self.asker.decides();
            self.as_holder(&guest).recovers_somehow(&token, &mut random).await;
        }
        while_between(&mut self.random, 5, 300).await;
        let path = format!("/v1/employees/{}", guest.id);
        let erased = self.asks_to(&admin, ERASE, Method::DELETE, &path, Value::Null).await;
        if erased.is_some_and(|reply| reply.status == 204) {
            self.is_gone(&guest).await;
        }
    }

    pub(super) async fn sets_policy(&self, admin: &Person, second_proof: &str) {
        let change = json!({"second_proof": second_proof});
        self.asks_to(admin, CHANGE, Method::PATCH, "/v1/company", change).await;
    }

    pub(super) async fn changes_over_http(&self, admin: &Person, person: &Person, change: Value) -> Option<Reply> {
        self.asks_to(admin, CHANGE, Method::PATCH, &format!("/v1/employees/{}", person.id), change).await
    }

    pub(super) async fn asks_to(
        &self,
        admin: &Person,
        act: &'static str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Option<Reply> {
        let request = |session: &Session| {
            let claim = Claim { session_since: Some(session.since), ..Claim::default() };
            let request = Request::new(act, method.clone(), path, admin.number).by(&session.token).claiming(claim);
            if body.is_null() { request } else { request.with(body.clone()) }
        };
        self.asks_as(admin, false, request).await
    }
}
