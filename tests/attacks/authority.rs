//! An admin loses the role while a request is in progress (S23): a write that was not committed before is never committed.

use std::time::Duration;

use futures_util::future::join_all;
use readmit_tests::{Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
/// Stays when Ada goes: a company keeps an enrolled Security Admin.
const GRACE: &str = "grace@northwind.example";
const PEOPLE: usize = 25;
const ROUNDS: usize = 20;

/// The delay of the next round's demotion: longer if no request succeeded in this round, shorter if all did.
fn next_delay(delay_ms: u64, done: usize) -> u64 {
    match done {
        0 => delay_ms + 40,
        PEOPLE => delay_ms / 2,
        _ => delay_ms,
    }
}

/// Creates 25 people and returns their ids.
async fn people(world: &World) -> Vec<Value> {
    let row = |n| json!({"email": format!("p{n}@northwind.example"), "name": format!("Person {n}")});
    let rows: Vec<Value> = (0..PEOPLE).map(row).collect();
    let imported = world.import(world.northwind(json!(rows))).await;
    imported.body["results"].as_array().unwrap().iter().map(|row| row["employee_id"].clone()).collect()
}

/// The number of audit events of a type.
async fn events(world: &World, kind: &str) -> usize {
    world.items("audit").await.iter().filter(|row| row["event_type"]["S"] == kind).count()
}

async fn issues_to_all(ada: &Person<'_>, people: &[Value]) -> Vec<Value> {
    let body = json!({"employee_ids": people});
    let reply = ada.calls(Method::POST, "/v1/passcodes", Some(body)).await;
    // The demotion came before the request was authorized.
    if reply.status == 403 {
        return Vec::new();
    }
    reply.is(200).body["results"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_code_is_stored_after_the_admins_demotion_was_answered() {
    let (mut interrupted, mut delay_ms) = (0, 40);
    for round in 0..ROUNDS {
        let world = World::start().await;
        let (ada, _) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
        let people = people(&world).await;
        let demotion = async {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            world.change(ADA, json!({"role": "member"})).await;
            events(&world, "passcode.issued").await
        };
        let (results, when_answered) = tokio::join!(issues_to_all(&ada, &people), demotion);
        assert_eq!(events(&world, "passcode.issued").await, when_answered, "round {round}");
        let sent = results.iter().filter(|row| row["passcode"].is_object()).count();
        // Two events more: the operator issued the first codes of Ada and Grace.
        assert_eq!(sent + 2, when_answered, "round {round}");
        let refused = results.iter().filter(|row| row["problem"]["code"] == "not_security_admin").count();
        assert!(results.is_empty() || sent + refused == PEOPLE, "round {round}: {results:?}");
        interrupted += usize::from(sent > 0 && refused > 0);
        delay_ms = next_delay(delay_ms, sent);
        world.reconcile().await;
    }
    assert!(interrupted > 0, "no bulk was under way when the role went");
}

/// Revokes all codes in parallel and returns how many were revoked.
async fn revokes_all(ada: &Person<'_>, people: &[Value]) -> usize {
    let paths: Vec<String> =
        people.iter().map(|id| format!("/v1/employees/{}/passcode", id.as_str().unwrap())).collect();
    let replies = join_all(paths.iter().map(|path| ada.calls(Method::DELETE, path, None))).await;
    assert!(replies.iter().all(|reply| [204, 403].contains(&reply.status)));
    replies.iter().filter(|reply| reply.status == 204).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_code_is_revoked_after_the_admins_demotion_was_answered() {
    let (mut interrupted, mut delay_ms) = (0, 40);
    for round in 0..ROUNDS {
        let world = World::start().await;
        let (ada, _) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
        let people = people(&world).await;
        issues_to_all(&ada, &people).await;
        let demotion = async {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            world.change(ADA, json!({"role": "member"})).await;
            events(&world, "passcode.revoked").await
        };
        let (revoked, when_answered) = tokio::join!(revokes_all(&ada, &people), demotion);
        assert_eq!(events(&world, "passcode.revoked").await, when_answered, "round {round}");
        assert_eq!(revoked, when_answered, "round {round}");
        interrupted += usize::from((1..PEOPLE).contains(&revoked));
        delay_ms = next_delay(delay_ms, revoked);
        world.reconcile().await;
        if interrupted == 3 {
            break;
        }
    }
    assert!(interrupted > 0, "no revocation was under way when the role went");
}

/// Ends the authority of Ada in the database, as another request would at this moment.
async fn ends(world: &World, ada: &Value, field: &str, value: &Value) {
    let mut row = ada.clone();
    row[field] = value.clone();
    world.dynamodb("PutItem", json!({"TableName": "readmit-employees", "Item": row})).await;
}

#[tokio::test]
async fn no_act_about_people_is_committed_if_the_authority_ended_after_it_was_read() {
    let world = World::start().await;
    let admin = world.enrolled(ADA).await;
    let employees = world.items("employees").await;
    let row_of = |email: &str| employees.iter().find(|row| row["login"]["S"] == email).unwrap().clone();
    let (ada, grace) = (row_of(ADA), row_of(GRACE));
    let path = |email: &str| format!("/v1/employees/{}", world.id(email));
    let mike = path("mike@northwind.example");
    let before = world.tables().await;
    let mut interrupted = 0;
    for (field, value, refusal) in [
        ("granted_role", json!({"S": "member"}), (403, "not_security_admin")),
        ("account_status", json!({"S": "disabled"}), (401, "unauthenticated")),
        ("session_epoch", grace["session_epoch"].clone(), (401, "unauthenticated")),
    ] {
        for (method, path, body) in [
            (
                Method::POST,
                "/v1/employees".to_owned(),
                Some(json!({"email": "nora@northwind.example", "name": "Nora"})),
            ),
            (Method::PATCH, mike.clone(), Some(json!({"role": "security_admin"}))),
            (Method::PATCH, path(ADA), Some(json!({"name": "Ada L."}))),
            (Method::DELETE, mike.clone(), None),
            (Method::DELETE, format!("{mike}/sessions"), None),
            (Method::PATCH, "/v1/company".to_owned(), Some(json!({"second_proof": "none"}))),
        ] {
            // Each request to the database is held back for 150 ms: the first reads, the second writes.
            world.store.record();
            let ending = async {
                world.store.first_answer().await;
                ends(&world, &ada, field, &value).await;
            };
            let (reply, ()) = tokio::join!(admin.calls(method.clone(), &path, body), ending);
            interrupted += usize::from(world.store.operations().contains(&"TransactWriteItems".to_owned()));
            reply.is_problem(refusal.0, refusal.1);
            ends(&world, &ada, field, &ada[field]).await;
            assert_eq!(world.tables().await, before, "{method} {path}, {field}");
        }
    }
    assert!(interrupted > 9, "the authority ended between read and write in {interrupted} of 18 requests");
}
