//! Journeys: each is a person's way through the service. They run at the same time.

use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::{Value, json};

use crate::asking::{Asker, Reply, Request};
use crate::cast::{Cast, Code, Person, Session};
use crate::holder::Holder;
use crate::invocation::Claim;
use crate::time::pass;

mod approvals;
mod changes;
mod files;
mod neighbours;
mod passcodes;
mod people;
mod races;

/// The kind of a journey.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Recover,
    ComeLate,
    Bulk,
    TakeBack,
    Disown,
    Guess,
    SignInAndOut,
    Change,
    ChangePolicy,
    ComeAndGo,
    Manage,
    Welcome,
    Approve,
    ImportFile,
    Look,
    Trespass,
    Race,
}

/// The relative frequency of each kind.
const KINDS: [(Kind, u32); 17] = [
    (Kind::Recover, 32),
    (Kind::ComeLate, 4),
    (Kind::Bulk, 6),
    (Kind::TakeBack, 9),
    (Kind::Disown, 6),
    (Kind::Guess, 8),
    (Kind::SignInAndOut, 12),
    (Kind::Change, 12),
    (Kind::ChangePolicy, 6),
    (Kind::ComeAndGo, 4),
    (Kind::Manage, 14),
    (Kind::Welcome, 8),
    (Kind::Approve, 20),
    (Kind::ImportFile, 16),
    (Kind::Look, 4),
    (Kind::Trespass, 3),
    (Kind::Race, 30),
];

/// A journey.
pub struct Journey {
    pub cast: Arc<Cast>,
    pub asker: Asker,
    pub random: StdRng,
}

impl Journey {
    /// Starts at a random time within `span` and runs the journey.
    pub async fn goes(mut self, span: Duration) {
        let begins = self.random.random_range(Duration::ZERO..span);
        pass(begins).await;
        let kind = self.kind();
        let holder = self.somebody();
        self.asker.world.oracle.notes(|| format!("{kind:?} begins, for {}", holder.email()));
        match kind {
            Kind::Recover => self.recover(&holder).await,
            Kind::ComeLate => self.come_late(&holder).await,
            Kind::Bulk => self.bulk(&holder).await,
            Kind::TakeBack => self.take_back(&holder).await,
            Kind::Disown => self.disown(&holder).await,
            Kind::Guess => self.guess(&holder).await,
            Kind::SignInAndOut => self.sign_in_and_out(&holder).await,
            Kind::Change => self.change(&holder).await,
            Kind::ChangePolicy => self.change_policy(&holder).await,
            Kind::ComeAndGo => self.come_and_go(&holder).await,
            Kind::Manage => self.manage(&holder).await,
            Kind::Welcome => self.welcome(&holder).await,
            Kind::Approve => self.approve().await,
            Kind::ImportFile => self.import_file(&holder).await,
            Kind::Look => self.look(&holder).await,
            Kind::Trespass => self.trespass(&holder).await,
            Kind::Race => self.race(&holder).await,
        }
    }

    fn kind(&mut self) -> Kind {
        let shares = KINDS.iter().flat_map(|(kind, share)| std::iter::repeat_n(*kind, *share as usize));
        let all: Vec<Kind> = shares.collect();
        all[self.random.random_range(0..all.len())]
    }

    fn somebody(&mut self) -> Arc<Person> {
        let which = self.random.random_range(0..self.cast.people.len());
        Arc::clone(&self.cast.people[which])
    }

    fn admin_for(&mut self, holder: &Person) -> Arc<Person> {
        let admins = self.cast.admins(holder.company);
        let others: Vec<_> = admins.into_iter().filter(|admin| admin.id != holder.id).collect();
        Arc::clone(others[self.random.random_range(0..others.len())])
    }

    fn as_holder<'a>(&'a self, person: &'a Person) -> Holder<'a> {
        Holder { cast: &self.cast, asker: &self.asker, person }
    }

    /// An admin sends a request with a valid session, and with a new one if the session was ended in the meantime.
    async fn asks_as(&self, admin: &Person, recent: bool, request: impl Fn(&Session) -> Request) -> Option<Reply> {
        let session = self.as_holder(admin).session(recent).await?;
        let reply = self.asker.insists(&request(&session)).await?;
        if reply.status != 401 {
            return Some(reply);
        }
        admin.forgets(&session);
        let session = self.as_holder(admin).session(recent).await?;
        self.asker.insists(&request(&session)).await
    }

    /// An admin issues a code and repeats the request until there is an answer. Returns the newest mailed code, if one was sent.
    async fn issues(&mut self, holder: &Person) -> Option<Code> {
        let admin = self.admin_for(holder);
        let suspends = self.random.random_ratio(1, 12);
        let lifetime_minutes = self.random.random_ratio(1, 3).then_some(10);
        let reply = self.clicks(&admin, holder, suspends, lifetime_minutes).await?;
        if reply.status == 201 { self.cast.newest_code(&holder.email()) } else { None }
    }

    async fn clicks(
        &self,
        admin: &Person,
        holder: &Person,
        suspends: bool,
        lifetime_minutes: Option<u32>,
    ) -> Option<Reply> {
        let mut body = json!({"reason": "lost phone"});
        if suspends {
            body["suspend"] = json!(true);
        }
        if let Some(minutes) = lifetime_minutes {
            body["lifetime_minutes"] = json!(minutes);
        }
        let act = if suspends { "issue, stolen" } else { "issue" };
        let request = |session: &Session| {
            let click = self.cast.click();
            let claim =
                Claim { click: Some(click), lifetime_minutes, session_since: Some(session.since), ..Claim::default() };
            let request = Request::new(act, Method::POST, holder.path(), admin.number).by(&session.token);
            request.with(body.clone()).keyed(format!("click-{click}")).claiming(claim)
        };
        self.asks_as(admin, suspends, request).await
    }

    async fn takes_back(&self, admin: &Person, holder: &Person) -> Option<Reply> {
        let request = |session: &Session| {
            let claim = Claim { session_since: Some(session.since), ..Claim::default() };
            Request::new("revoke", Method::DELETE, holder.path(), admin.number).by(&session.token).claiming(claim)
        };
        self.asks_as(admin, false, request).await
    }

    async fn disowns(&self, holder: &Person, code: &Code) {
        let request = Request::new("disown", Method::POST, "/v1/passcodes/disown", holder.number);
        self.asker.insists(&request.with(json!({"token": code.disown_token}))).await;
    }

    async fn changes(&self, person: &Person, row: Value) {
        self.asker.completes("change a person", "import-employees", person.change(row)).await;
    }
}
