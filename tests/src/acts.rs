//! What each act takes of DynamoDB: as it was last found, and how to find out.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Cost, PASSWORD, World, cost};

/// An act by its name, and what it takes.
pub type Act = (&'static str, Cost);

/// An act that was done.
#[derive(Clone)]
pub struct Done {
    /// Its name.
    pub name: &'static str,
    /// What it took.
    pub cost: Cost,
    /// Its write units, by table and index.
    pub writes: BTreeMap<String, f64>,
}

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";

const fn act(name: &'static str, requests: usize, trips: usize, reads: f64, writes: f64) -> Act {
    (name, Cost { requests, trips, reads, writes })
}

/// What each act takes, in the order in which [`measured`] has them. Where no more is said, somebody is enrolled, has one of
/// everything, and is no Security Admin.
#[rustfmt::skip]
pub const EXPECTED: [Act; 45] = [
    act("issue", 3, 3, 5.0, 25.0),
    act("delivery report", 2, 2, 1.0, 11.0),
    act("redeem", 3, 3, 1.0, 14.0),
    act("notice of the redemption", 3, 3, 2.0, 2.0),
    act("set the password", 3, 2, 2.0, 7.0),
    act("set up TOTP", 1, 1, 0.0, 1.0),
    act("complete", 3, 2, 1.0, 21.0),
    act("notice of the completion", 3, 3, 2.0, 2.0),
    act("sign in", 5, 3, 3.0, 14.0),
    act("issue to somebody who was never enrolled", 3, 3, 5.0, 27.0),
    act("issue, in place of a code", 3, 3, 5.0, 32.0),
    act("issue, with an Idempotency-Key", 3, 3, 6.0, 29.0),
    act("issue, answered before", 1, 1, 6.0, 0.0),
    act("issue, by a member", 1, 1, 5.0, 0.0),
    act("issue, where the device was stolen", 3, 3, 5.0, 36.0),
    act("issue to ten at once", 22, 13, 23.0, 251.0),
    act("take back", 2, 2, 3.0, 13.0),
    act("disown", 2, 2, 1.0, 14.0),
    act("disown again", 1, 1, 1.0, 0.0),
    act("redeem, a wrong code", 3, 3, 1.0, 3.0),
    act("redeem, an unknown address", 3, 3, 1.0, 2.0),
    act("redeem, the fifth wrong code", 4, 4, 1.0, 14.0),
    act("set the password, a weak one", 2, 1, 2.0, 1.0),
    act("complete, a wrong code", 2, 1, 1.0, 1.0),
    act("sign in, a wrong password", 5, 3, 3.0, 2.0),
    act("sign in, an unknown address", 5, 3, 3.0, 2.0),
    act("sign in with a backup code", 5, 3, 3.0, 14.0),
    act("new backup codes", 6, 4, 4.0, 13.0),
    act("sign out", 2, 2, 1.0, 7.0),
    act("the public keys", 0, 0, 0.0, 0.0),
    act("clean up nothing", 16, 1, 8.0, 0.0),
    act("clean up one code", 17, 2, 8.0, 12.0),
    act("notice, to an admin and another", 6, 6, 2.5, 4.0),
    act("import a new person", 4, 4, 3.0, 18.0),
    act("import a person as known", 3, 3, 4.0, 0.0),
    act("import ten new people", 13, 4, 12.0, 180.0),
    act("change a company's policy", 3, 3, 2.0, 5.0),
    act("create a company", 4, 4, 3.0, 23.0),
    act("a code of the operator's", 6, 6, 4.0, 21.0),
    act("list fifty employees", 2, 1, 3.5, 0.0),
    act("list fifty, by a filter", 2, 1, 3.5, 0.0),
    act("search, fifty found", 3, 2, 53.0, 0.0),
    act("read fifty events", 2, 1, 3.5, 0.0),
    act("read fifty events of a type", 2, 1, 3.5, 0.0),
    act("one employee", 1, 1, 3.0, 0.0),
];

/// What a whole recovery consists of, of somebody who was enrolled before.
pub const RECOVERY: [&str; 9] = [
    "issue",
    "delivery report",
    "redeem",
    "notice of the redemption",
    "set the password",
    "set up TOTP",
    "complete",
    "notice of the completion",
    "sign in",
];

/// What an act takes as [`EXPECTED`] has it.
pub fn expected(name: &str) -> Option<Cost> {
    EXPECTED.iter().find(|(known, _)| *known == name).map(|(_, cost)| *cost)
}

/// Does every act, in worlds of their own, and tells what each took.
pub async fn measured() -> Vec<Done> {
    let groups: [BoxFuture<'_, Vec<Done>>; 6] = [
        Box::pin(a_recovery()),
        Box::pin(other_issues()),
        Box::pin(refusals()),
        Box::pin(sessions()),
        Box::pin(what_time_and_operators_do()),
        Box::pin(reading()),
    ];
    join_all(groups).await.concat()
}

/// The acts of one world.
struct Ledger<'w> {
    world: &'w World,
    acts: Vec<Done>,
}

impl<'w> Ledger<'w> {
    fn of(world: &'w World) -> Self {
        Self { world, acts: Vec::new() }
    }

    async fn add<T>(&mut self, name: &'static str, act: impl Future<Output = T>) -> T {
        self.world.store.record();
        let done = act.await;
        let mut writes = BTreeMap::new();
        for request in self.world.store.recorded() {
            assert!(request.all_units() > 0.0, "{name}: the units of {request:?} are not known");
            for (place, units) in request.units.iter().filter(|_| !cost::reads(&request.operation)) {
                *writes.entry(place.clone()).or_default() += units;
            }
        }
        self.acts.push(Done { name, cost: self.world.store.sum(), writes });
        done
    }
}

/// SES says that the newest mail to somebody was delivered.
async fn is_delivered(world: &World, email: &str) {
    let mails = world.mails_to(email).await;
    let body = json!({"message_id": mails.last().unwrap()["message_id"], "event": "delivery"});
    assert_eq!(world.call(Method::POST, "/_local/delivery", None, Some(body)).await.body, "moved");
}

/// Whatever [`RECOVERY`] names, in its order, each in an invocation of its own; nothing after it.
pub async fn a_recovery() -> Vec<Done> {
    let world = World::start().await;
    let (ada, _) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    world.stack.catch_up_with_the_stream().await;
    let mut ledger = Ledger::of(&world);
    ledger.add("issue", ada.issues(MIKE, Some(json!({"reason": "lost phone"})))).await.is(201);
    ledger.add("delivery report", is_delivered(&world, MIKE)).await;
    let code = world.mailed_code(MIKE).await;
    let recovery = ledger.add("redeem", world.recovers(MIKE, &code)).await;
    ledger.add("notice of the redemption", world.stack.catch_up_with_the_stream()).await;
    ledger.add("set the password", recovery.sets_password(PASSWORD)).await.is(204);
    let shown = ledger.add("set up TOTP", recovery.asks_for_totp()).await.is(200);
    let digits = recovery.digits_of(&shown);
    ledger.add("complete", recovery.confirms(&digits)).await.is(200);
    ledger.add("notice of the completion", world.stack.catch_up_with_the_stream()).await;
    world.advance(Duration::from_secs(30)).await;
    let digits = recovery.digits_of(&shown);
    ledger.add("sign in", world.sign_in(MIKE, PASSWORD, &digits)).await.is(200);
    ledger.acts
}

async fn other_issues() -> Vec<Done> {
    let world = World::start().await;
    let rows: Vec<Value> = (0..10).map(row).collect();
    let imported = world.import(world.northwind(json!(rows))).await;
    let ids: Vec<Value> =
        imported.body["results"].as_array().unwrap().iter().map(|row| row["employee_id"].clone()).collect();
    let (mut ada, mike) = (world.enrolled(ADA).await, world.enrolled(MIKE).await);
    ada.signs_in().await;
    let mut ledger = Ledger::of(&world);
    let first = ada.issues(SAM, None);
    ledger.add("issue to somebody who was never enrolled", first).await.is(201);
    ledger.add("issue, in place of a code", ada.issues(SAM, None)).await.is(201);
    let path = format!("/v1/employees/{}/passcode", world.id(MIKE));
    let click = || world.request(Method::POST, &path).bearer_auth(&ada.token).header("idempotency-key", "click-1");
    ledger.add("issue, with an Idempotency-Key", world.send(click())).await.is(201);
    ledger.add("issue, answered before", world.send(click())).await.is(201);
    ledger.add("issue, by a member", mike.issues(SAM, None)).await.is(403);
    ledger.add("issue, where the device was stolen", ada.issues(MIKE, Some(json!({"suspend": true})))).await.is(201);
    let all = ada.calls(Method::POST, "/v1/passcodes", Some(json!({"employee_ids": ids})));
    ledger.add("issue to ten at once", all).await.is(200);
    ledger.add("take back", ada.calls(Method::DELETE, &path, None)).await.is(204);
    ada.issues(SAM, None).await.is(201);
    let token = json!({"token": world.disown_token(SAM).await});
    let disown = || world.call(Method::POST, "/v1/passcodes/disown", None, Some(token.clone()));
    ledger.add("disown", disown()).await.is(204);
    ledger.add("disown again", disown()).await.is(204);
    ledger.acts
}

async fn refusals() -> Vec<Done> {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let wrong = world.wrong_secret(&code);
    let mut ledger = Ledger::of(&world);
    ledger.add("redeem, a wrong code", world.redeem(MIKE, &wrong)).await.is(401);
    let unknown = "nobody@northwind.example";
    ledger.add("redeem, an unknown address", world.redeem(unknown, &code)).await.is(401);
    for _ in 0..3 {
        world.redeem(MIKE, &wrong).await.is(401);
    }
    ledger.add("redeem, the fifth wrong code", world.redeem(MIKE, &wrong)).await.is(401);
    let code = world.operator_mails_a_code_to(MIKE).await;
    let recovery = world.recovers(MIKE, &code).await;
    ledger.add("set the password, a weak one", recovery.sets_password("password")).await.is(422);
    recovery.sets_password(PASSWORD).await.is(204);
    recovery.asks_for_totp().await.is(200);
    ledger.add("complete, a wrong code", recovery.confirms("000000")).await.is(401);
    ledger.acts
}

async fn sessions() -> Vec<Done> {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let mut ledger = Ledger::of(&world);
    let digits = mike.digits().await;
    ledger.add("sign in, a wrong password", world.sign_in(MIKE, "wrong password", &digits)).await.is(401);
    let unknown = world.sign_in("nobody@northwind.example", PASSWORD, &digits);
    ledger.add("sign in, an unknown address", unknown).await.is(401);
    let backup = world.sign_in(MIKE, PASSWORD, &mike.backup_codes[0]);
    ledger.add("sign in with a backup code", backup).await.is(200);
    let proof = json!({"password": PASSWORD, "code": mike.digits().await});
    ledger.add("new backup codes", mike.calls(Method::POST, "/v1/backup-codes", Some(proof))).await.is(200);
    ledger.add("sign out", mike.calls(Method::DELETE, "/v1/sessions", None)).await.is(204);
    ledger.add("the public keys", world.call(Method::GET, "/.well-known/jwks.json", None, None)).await.is(200);
    ledger.acts
}

async fn what_time_and_operators_do() -> Vec<Done> {
    let world = World::start().await;
    let (ada, _) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
    world.stack.catch_up_with_the_stream().await;
    let code = ada.issues_a_code_to(MIKE).await;
    let mut ledger = Ledger::of(&world);
    ledger.add("clean up nothing", world.clean_up()).await;
    world.advance(Duration::from_secs(3_600)).await;
    ledger.add("clean up one code", world.clean_up()).await;
    world.redeem(MIKE, &code).await.is(401);

    let code = world.operator_mails_a_code_to(ADA).await;
    world
        .call(Method::POST, "/v1/passcodes/redeem", None, Some(json!({"email": ADA, "code": code, "proof": PASSWORD})))
        .await
        .is(200);
    ledger.add("notice, to an admin and another", world.stack.catch_up_with_the_stream()).await;
    let one = |event: Value| world.import(event);
    ledger.add("import a new person", one(world.northwind(json!([row(0)])))).await;
    ledger.add("import a person as known", one(world.northwind(json!([row(0)])))).await;
    let ten: Vec<Value> = (100..110).map(row).collect();
    ledger.add("import ten new people", one(world.northwind(json!(ten)))).await;
    let mut policy = world.northwind(json!([]));
    policy["company"]["second_proof"] = json!("everyone");
    ledger.add("change a company's policy", one(policy)).await;
    let admin = json!({"email": "rosa@fabrikam.example", "name": "Person Number 000", "role": "security_admin"});
    let company = json!({"external_id": "fabrikam", "name": "Fabrikam"});
    let founding = json!({"mode": "create", "company": company, "employees": [admin]});
    ledger.add("create a company", one(founding)).await;
    ledger.add("a code of the operator's", world.operator_mails_a_code_to(SAM)).await;
    ledger.acts
}

async fn reading() -> Vec<Done> {
    let world = World::start().await;
    let hundred: Vec<Value> = (100..200).map(row).collect();
    world.import(world.northwind(json!(hundred))).await;
    let ada = world.enrolled(ADA).await;
    let mut ledger = Ledger::of(&world);
    for (name, path) in [
        ("list fifty employees", "/v1/employees"),
        ("list fifty, by a filter", "/v1/employees?filter=no_two_factor"),
        ("search, fifty found", "/v1/employees?query=person"),
        ("read fifty events", "/v1/audit-events"),
        ("read fifty events of a type", "/v1/audit-events?type=employee.imported"),
    ] {
        ledger.add(name, ada.calls(Method::GET, path, None)).await.is(200);
    }
    ledger.add("one employee", ada.sees(MIKE)).await;
    ledger.acts
}

fn row(n: usize) -> Value {
    json!({"email": format!("person{n:03}@northwind.example"), "name": format!("Person Number {n:03}")})
}
