//! Approvals with a fault at every call: the same request once more ends in one effect.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use readmit_tests::{InjectedFault, Person, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::people::{ENOUGH, FAULTS, PARALLEL};

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Ask,
    ApproveRole,
    ApproveAddress,
    ApprovePolicy,
    ApprovePasscode,
    ApproveAddition,
    Cancel,
    Expire,
}

const ACTS: [Act; 8] = [
    Act::Ask,
    Act::ApproveRole,
    Act::ApproveAddress,
    Act::ApprovePolicy,
    Act::ApprovePasscode,
    Act::ApproveAddition,
    Act::Cancel,
    Act::Expire,
];

impl Act {
    /// The event of the act, and the event of what was asked for.
    fn events(self) -> (&'static str, &'static str) {
        match self {
            Self::Ask => ("approval.requested", "approval.requested"),
            Self::ApproveRole | Self::ApproveAddress => ("approval.approved", "employee.changed"),
            Self::ApprovePolicy => ("approval.approved", "company.changed"),
            Self::ApprovePasscode => ("approval.approved", "passcode.issued"),
            Self::ApproveAddition => ("approval.approved", "employee.added"),
            Self::Cancel => ("approval.cancelled", "approval.cancelled"),
            Self::Expire => ("approval.expired", "approval.expired"),
        }
    }
}

/// Northwind, where sensitive acts wait, with its two Security Admins.
struct Northwind<'w> {
    world: &'w World,
    ada: Person<'w>,
    grace: Person<'w>,
}

impl Northwind<'_> {
    /// Ada asks for the act about this person. Returns the path of the request.
    async fn asks(&self, act: Act, email: &str) -> String {
        let (method, path, body) = self.sensitive_act(act, email).await;
        let reply = self.ada.calls(method, &path, Some(body)).await.is(202);
        format!("/v1/approvals/{}", reply.text_at("/approval/approval_id"))
    }

    async fn sensitive_act(&self, act: Act, email: &str) -> (Method, String, Value) {
        let is_admin = matches!(act, Act::ApproveAddress | Act::ApprovePasscode);
        let added = json!({"email": email, "name": "New", "role": "security_admin"});
        if act == Act::ApproveAddition {
            return (Method::POST, "/v1/employees".to_owned(), added);
        }
        let role = if is_admin { "security_admin" } else { "member" };
        let row = json!([{"email": email, "name": "Somebody", "role": role}]);
        let person = self.world.import(self.world.northwind(row)).await.text_at("/results/0/employee_id");
        let person = format!("/v1/employees/{person}");
        match act {
            Act::ApproveAddress => (Method::PATCH, person, json!({"email": format!("moved.{email}")})),
            Act::ApprovePasscode => (Method::POST, format!("{person}/passcode"), json!({"reason": "Lost phone"})),
            Act::ApprovePolicy => {
                let stronger = json!({"second_proof": "everyone"});
                self.ada.calls(Method::PATCH, "/v1/company", Some(stronger)).await.is(200);
                (Method::PATCH, "/v1/company".to_owned(), json!({"second_proof": "none"}))
            }
            _ => (Method::PATCH, person, json!({"role": "security_admin"})),
        }
    }

    /// Does the act with the fault, and once more without. Returns whether the fault was injected.
    async fn twice(&self, act: Act, fault: InjectedFault, call: usize, email: &str) -> bool {
        let (method, path, body) = match act {
            Act::Ask => {
                let (method, path, body) = self.sensitive_act(act, email).await;
                (method, path, Some(body))
            }
            Act::Cancel => (Method::DELETE, self.asks(act, email).await, None),
            Act::Expire => return self.expires(fault, call, email).await,
            _ => (Method::POST, self.asks(act, email).await, None),
        };
        let admin = if act == Act::Ask { &self.ada } else { &self.grace };
        let (ends, done) = (self.world.events(act.events().0).await, self.world.events(act.events().1).await);
        self.world.store.inject(fault, call, 1);
        let first = admin.calls(method.clone(), &path, body.clone()).await;
        let was_injected = self.world.store.heal() > call;
        let again = admin.calls(method, &path, body).await;
        let what = format!("{act:?}, {fault:?} at {call}: {} {}", first.text, again.text);
        assert!(first.status < 300 || first.status == 503, "{what}");
        assert!(again.status < 300, "{what}");
        assert_eq!(self.world.events(act.events().0).await - ends, 1, "{what}");
        assert_eq!(self.world.events(act.events().1).await - done, 1, "{what}");
        if act == Act::Ask {
            assert!(first.status == 503 || first.body == again.body, "{what}");
            self.grace
                .calls(Method::DELETE, &format!("/v1/approvals/{}", again.text_at("/approval/approval_id")), None)
                .await;
        }
        was_injected
    }

    /// The cleanup ends the request, although a run of it fails.
    async fn expires(&self, fault: InjectedFault, call: usize, email: &str) -> bool {
        let ended = self.world.events("approval.expired").await;
        self.asks(Act::Expire, email).await;
        self.world.advance(Duration::from_secs(72 * 3_600)).await;
        self.world.store.inject(fault, call, 1);
        self.world.call(Method::POST, "/_local/schedule/cleanup-passcodes", None, None).await;
        let was_injected = self.world.store.heal() > call;
        self.world.clean_up().await;
        assert_eq!(self.world.events("approval.expired").await - ended, 1, "{fault:?} at {call}");
        was_injected
    }
}

async fn every_act_with(fault: InjectedFault) {
    let world = World::start().await;
    let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    let company = json!({"company_id": world.companies["Northwind Partners"], "approvals": "sensitive"});
    world.import(json!({"company": company, "employees": []})).await;
    let mut northwind = Northwind { world: &world, ada, grace };
    for act in ACTS {
        let mut calls = 0;
        loop {
            let email = format!("{act:?}{calls}@northwind.example").to_lowercase();
            if act == Act::Expire {
                // Three days after the sign-ins before.
                northwind.ada.signs_in().await;
            }
            let was_injected = northwind.twice(act, fault, calls, &email).await;
            let mails = world.mails_to(&email).await.len();
            assert!(mails <= 1, "{act:?}, {fault:?} at {calls}: {mails} mails");
            if !was_injected {
                break;
            }
            calls += 1;
            assert!(calls < 4 * ENOUGH, "an end of the calls of {act:?} was not found");
        }
        assert!(calls > 1, "only {calls} calls of {act:?} failed");
    }
    world.reconcile().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_repeated_after_whatever_harm_and_nothing_is_twice() {
    stream::iter(FAULTS.map(every_act_with)).buffer_unordered(PARALLEL).for_each(|()| async {}).await;
}
