//! The cost of each act in DynamoDB: the expected values, and how to measure them.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, stream};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{Cost, PASSWORD, World, cost};

mod expected;
mod managing;

pub use expected::{Act, EXPECTED, RECOVERY, expected};

/// An act that was done.
#[derive(Clone)]
pub struct Done {
    /// Its name.
    pub name: &'static str,
    /// The cost.
    pub cost: Cost,
    /// Its write units, by table and index.
    pub writes: BTreeMap<String, f64>,
}

const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";
const SAM2: &str = "sam2@northwind.example";

/// Does every act, one group after the other, each in its own world, and returns the cost of each.
pub async fn measured() -> Vec<Done> {
    let groups: [BoxFuture<'_, Vec<Done>>; 8] = [
        Box::pin(a_recovery()),
        Box::pin(other_issues()),
        Box::pin(refusals()),
        Box::pin(sessions()),
        Box::pin(what_time_and_operators_do()),
        Box::pin(reading()),
        Box::pin(managing::of_people()),
        Box::pin(managing::approvals()),
    ];
    stream::iter(groups).then(|group| group).concat().await
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

/// SES reports that the newest mail to a person was delivered.
async fn is_delivered(world: &World, email: &str) {
    let mails = world.mails_to(email).await;
    let body = json!({"message_id": mails.last().unwrap()["message_id"], "event": "delivery"});
    assert_eq!(world.call(Method::POST, "/_local/delivery", None, Some(body)).await.body, "moved");
}

/// The acts of [`RECOVERY`], in this order, each in its own invocation.
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
    ledger.add("revoke", ada.calls(Method::DELETE, &path, None)).await.is(204);
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
    let mut mike = world.enrolled(MIKE).await;
    let mut ledger = Ledger::of(&world);
    let digits = mike.digits().await;
    ledger.add("sign in, a wrong password", world.sign_in(MIKE, "wrong password", &digits)).await.is(401);
    let unknown = world.sign_in("nobody@northwind.example", PASSWORD, &digits);
    ledger.add("sign in, an unknown address", unknown).await.is(401);
    let backup = world.sign_in(MIKE, PASSWORD, &mike.backup_codes[0]);
    ledger.add("sign in with a backup code", backup).await.is(200);
    let proof = json!({"password": PASSWORD, "code": mike.digits().await});
    ledger.add("new backup codes", mike.calls(Method::POST, "/v1/backup-codes", Some(proof))).await.is(200);
    world.advance(Duration::from_secs(24 * 60 * 60)).await;
    let digits = mike.digits().await;
    let next_day = world.sign_in(MIKE, PASSWORD, &digits);
    let next_day = ledger.add("sign in, the first of a day", next_day).await.is(200);
    mike.token = next_day.text_at("/access_token");
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
    let rows = (110..120).map(|n| format!("{},{},NW-{n}\n", email(n), row(n)["name"].as_str().unwrap()));
    let object =
        world.upload("uploads/people.csv", format!("email,name,external_id\n{}", rows.collect::<String>())).await;
    world.import(world.northwind_file(object)).await;
    ledger.add("import ten new people from a file", world.stack.files_and_queues().catch_up()).await;
    for (name, row) in [
        ("change a person's address", json!({"email": SAM2, "employee_id": world.id(SAM)})),
        ("disable a Security Admin", json!({"email": GRACE, "status": "disabled"})),
        ("erase a person", json!({"email": MIKE, "erase": true})),
    ] {
        ledger.add(name, one(world.northwind(json!([row])))).await;
    }
    let mut policy = world.northwind(json!([]));
    policy["company"]["second_proof"] = json!("everyone");
    ledger.add("change a company's policy", one(policy)).await;
    let admin = json!({"email": "rosa@fabrikam.example", "name": "Person Number 000", "role": "security_admin"});
    let company = json!({"external_id": "fabrikam", "name": "Fabrikam"});
    let founding = json!({"mode": "create", "company": company, "employees": [admin]});
    ledger.add("create a company", one(founding)).await;
    let sam = world.operator_mails_a_code_to("sam2@northwind.example");
    ledger.add("a code of the operator's", sam).await;
    ledger.acts
}

async fn reading() -> Vec<Done> {
    let world = World::start().await;
    let hundred: Vec<Value> = (100..200).map(row).collect();
    let mut first_codes = world.northwind(json!(hundred));
    first_codes["issue_passcodes"] = json!(true);
    let ada = world.enrolled(ADA).await;
    world.import(first_codes).await;
    let renamed: Vec<Value> =
        (100..200).map(|n| json!({"email": email(n), "name": format!("Renamed {n:03}")})).collect();
    world.import(world.northwind(json!(renamed))).await;
    let mut ledger = Ledger::of(&world);
    for (name, path) in [
        ("list fifty employees", "/v1/employees"),
        ("list fifty, by a filter", "/v1/employees?filter=no_two_factor"),
        ("list fifty, by a passcode filter", "/v1/employees?filter=passcode_pending"),
        ("search, fifty found", "/v1/employees?query=person"),
        ("count a hundred employees", "/v1/employees/count"),
        ("count a hundred, by a search", "/v1/employees/count?query=person"),
        ("own session", "/v1/session"),
        ("read fifty events", "/v1/audit-events"),
        ("read fifty events of a type", "/v1/audit-events?type=employee.changed"),
        ("read fifty events of a routine type", "/v1/audit-events?type=passcode.issued"),
    ] {
        ledger.add(name, ada.calls(Method::GET, path, None)).await.is(200);
    }
    ledger.add("one employee", ada.sees(MIKE)).await;
    ledger.acts
}

fn row(n: usize) -> Value {
    json!({"email": email(n), "name": format!("Person Number {n:03}")})
}

fn email(n: usize) -> String {
    format!("person{n:03}@northwind.example")
}
