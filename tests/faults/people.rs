//! Acts of a Security Admin about people and the company, with a fault at every call: the same request once more ends in one effect.

use futures_util::{StreamExt as _, stream};
use readmit_tests::{Attempts, InjectedFault, Person, Reply, World};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

pub(crate) const FAULTS: [InjectedFault; 7] = [
    InjectedFault::Throttled(Attempts::First),
    InjectedFault::Throttled(Attempts::All),
    InjectedFault::NotHeard(Attempts::All),
    InjectedFault::AnswerLost(Attempts::First),
    InjectedFault::AnswerLost(Attempts::All),
    InjectedFault::Conflicting,
    InjectedFault::Broken,
];
/// More calls than one of these acts makes.
pub(crate) const ENOUGH: usize = 12;
/// The number of parallel worlds.
pub(crate) const PARALLEL: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Add,
    AddAndMail,
    Rename,
    Promote,
    Move,
    Disable,
    EndSessions,
    Erase,
    Policy,
}

const ACTS: [Act; 9] = [
    Act::Add,
    Act::AddAndMail,
    Act::Rename,
    Act::Promote,
    Act::Move,
    Act::Disable,
    Act::EndSessions,
    Act::Erase,
    Act::Policy,
];

/// One request, which is sent twice: always with the same idempotency key or the same version.
struct ActRequest<'w> {
    world: &'w World,
    act: Act,
    method: Method,
    path: String,
    body: Value,
    token: String,
    header: (&'static str, String),
}

impl Act {
    fn adds(self) -> bool {
        matches!(self, Self::Add | Self::AddAndMail)
    }

    /// The event of which there must be one.
    fn event(self) -> &'static str {
        match self {
            Self::Add | Self::AddAndMail => "employee.added",
            Self::EndSessions => "session.ended",
            Self::Erase => "employee.erased",
            Self::Policy => "company.changed",
            Self::Rename | Self::Promote | Self::Move | Self::Disable => "employee.changed",
        }
    }

    fn change(self, email: &str) -> Value {
        match self {
            Self::Rename => json!({"name": "Renamed", "external_id": format!("X-{email}")}),
            Self::Promote => json!({"role": "security_admin"}),
            Self::Move => json!({"email": format!("moved.{email}")}),
            Self::Disable => json!({"status": "disabled"}),
            Self::Policy => json!({"support_email": email}),
            Self::Add | Self::AddAndMail => {
                json!({"email": email, "name": "New", "issue_passcode": self == Self::AddAndMail})
            }
            Self::EndSessions | Self::Erase => Value::Null,
        }
    }

    /// The request about a person of its own, who has an open code.
    async fn about<'w>(self, world: &'w World, ada: &Person<'_>, email: &str) -> ActRequest<'w> {
        let (body, token) = (self.change(email), ada.token.clone());
        let asked = |method, path: String, header| ActRequest { world, act: self, method, path, body, token, header };
        if self.adds() {
            return asked(Method::POST, "/v1/employees".to_owned(), ("idempotency-key", email.to_owned()));
        }
        let path = match self {
            Self::Policy => "/v1/company".to_owned(),
            _ => {
                let mut event = world.northwind(json!([{"email": email, "name": "Old", "external_id": email}]));
                event["issue_passcodes"] = json!([email]);
                format!("/v1/employees/{}", world.import(event).await.text_at("/results/0/employee_id"))
            }
        };
        let version = ("if-match", ada.calls(Method::GET, &path, None).await.is(200).body["version"].clone());
        let version = (version.0, format!("\"{}\"", version.1.as_str().unwrap()));
        match self {
            Self::Erase => asked(Method::DELETE, path, version),
            Self::EndSessions => asked(Method::DELETE, format!("{path}/sessions"), version),
            _ => asked(Method::PATCH, path, version),
        }
    }
}

impl ActRequest<'_> {
    fn request(&self) -> RequestBuilder {
        let request = self.world.request(self.method.clone(), &self.path).bearer_auth(&self.token);
        let request = request.header(self.header.0, &self.header.1);
        if self.body.is_null() { request } else { request.json(&self.body) }
    }

    /// Sends the request with the fault, and once more without. Returns whether the fault was injected.
    async fn twice(&self, fault: InjectedFault, call: usize) -> bool {
        let before = self.world.events(self.act.event()).await;
        self.world.store.inject(fault, call, 1);
        let first = self.world.send(self.request()).await;
        let was_injected = self.world.store.heal() > call;
        let again = self.world.send(self.request()).await;
        let what = format!("{:?}, {fault:?} at {call}: {} {}", self.act, first.text, again.text);
        assert!(first.status < 300 || first.status == 503, "{what}");
        // After 503 the act may have been done.
        let is_unsure = first.status == 503;
        let is_done = |reply: &Reply| reply.status < 300;
        // A change that was done has given the person another version, or has erased the person.
        let was_done_before = [404, 412].contains(&again.status) && (is_unsure || !self.repeats());
        assert!(is_done(&again) || was_done_before, "{what}");
        let events = self.world.events(self.act.event()).await - before;
        let most = if self.act == Act::EndSessions && (is_unsure || is_done(&first)) { 2 } else { 1 };
        assert!((1..=most).contains(&events), "{events} events: {what}");
        if self.act.adds() {
            assert_eq!(again.status, 201, "{what}");
            assert!(is_unsure || first.body["employee_id"] == again.body["employee_id"], "{what}");
        }
        was_injected
    }

    /// Whether the second request is answered like the first. A change that was made has changed the version.
    fn repeats(&self) -> bool {
        self.act.adds() || self.act == Act::EndSessions
    }
}

async fn every_act_with(fault: InjectedFault) {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    for act in ACTS {
        let mut calls = 0;
        loop {
            let email = format!("{act:?}{calls}@northwind.example").to_lowercase();
            let was_injected = act.about(&world, &ada, &email).await.twice(fault, calls).await;
            let mails = world.mails_to(&email).await.len();
            assert!(mails <= 1, "{act:?}, {fault:?} at {calls}: {mails} mails");
            if !was_injected {
                break;
            }
            calls += 1;
            assert!(calls < ENOUGH, "an end of the calls of {act:?} was not found");
        }
        assert!(calls > 1, "only {calls} calls of {act:?} failed");
    }
    world.reconcile().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_about_people_is_repeated_after_whatever_harm_and_nothing_is_twice() {
    stream::iter(FAULTS.map(every_act_with)).buffer_unordered(PARALLEL).for_each(|()| async {}).await;
}

/// The mail service does not answer, or refuses: the person is added all the same, and the same request once more mails no second code.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_passcode_whose_mail_fails_leaves_the_person_and_no_live_code() {
    for fault in [
        InjectedFault::Rejected,
        InjectedFault::Throttled(Attempts::All),
        InjectedFault::AnswerLost(Attempts::All),
        InjectedFault::NotHeard(Attempts::All),
    ] {
        let world = World::start().await;
        let ada = world.enrolled("ada@northwind.example").await;
        let asked = Act::AddAndMail.about(&world, &ada, "nora@northwind.example").await;
        world.ses.inject(fault, 0, 1);
        let first = world.send(asked.request()).await.is(201);
        world.ses.heal();
        assert_eq!(first.body["refusal"]["code"], "email_not_sent", "{fault:?}: {}", first.text);
        let again = world.send(asked.request()).await.is(201);
        assert_eq!(first.body["employee_id"], again.body["employee_id"]);
        let mails = world.mails_to("nora@northwind.example").await;
        assert!(mails.len() <= 1, "{fault:?}: {} mails", mails.len());
        if !mails.is_empty() {
            let code = world.mailed_code("nora@northwind.example").await;
            world.redeem("nora@northwind.example", &code).await.is_problem(401, "passcode_rejected");
        }
        assert_eq!(world.events("employee.added").await, 1);
        world.reconcile().await;
    }
}
