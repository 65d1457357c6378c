//! Passcodes for several people in one request.

use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";

async fn issues(ada: &Person<'_>, ids: &[&str]) -> Reply {
    ada.calls(Method::POST, "/v1/passcodes", Some(json!({"employee_ids": ids, "reason": "new phones"}))).await
}

fn outcome(row: &Value) -> &str {
    row.pointer("/problem/code").or(row.pointer("/passcode/status")).and_then(Value::as_str).unwrap()
}

#[tokio::test]
async fn twenty_five_results_have_the_order_of_the_request() {
    let world = World::start().await;
    let rows: Vec<Value> =
        (0..18).map(|n| json!({"email": format!("p{n}@northwind.example"), "name": format!("Person {n}")})).collect();
    world.import(world.northwind(json!(rows))).await;
    let ada = world.enrolled(ADA).await;
    let found = ada.calls(Method::GET, "/v1/employees?query=person", None).await.is(200);
    let people: Vec<String> = found.body["employees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["employee_id"].as_str().unwrap().to_owned())
        .collect();
    for _ in 0..3 {
        ada.issues("sam@northwind.example", None).await.is(201);
    }
    let mut asked = vec![
        world.id("mike@northwind.example"),
        world.id("cleo@client.example"),
        world.id("dora@northwind.example"),
        world.id("ada@northwind.example"),
        world.id("mary@contoso.example"),
        "no id at all",
        world.id("sam@northwind.example"),
    ];
    asked.extend(people.iter().map(String::as_str));
    let reply = issues(&ada, &asked).await.is(200);
    let results = reply.body["results"].as_array().unwrap();
    let wanted = [
        "sent",
        "client_account",
        "employee_disabled",
        "own_account",
        "employee_not_found",
        "employee_not_found",
        "too_many_requests",
    ];
    assert_eq!(results.iter().map(outcome).collect::<Vec<_>>(), [&wanted[..], &["sent"; 18]].concat());
    assert!(results.iter().zip(&asked).all(|(row, id)| row["employee_id"] == **id));
    assert_eq!(world.mails_to("p17@northwind.example").await.len(), 1);
    let code = world.mailed_code("mike@northwind.example").await;
    world.redeem("mike@northwind.example", &code).await.is(200);
    world.reconcile().await;
}

#[tokio::test]
async fn a_mail_that_fails_is_its_own_rows_problem() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.ses.inject(readmit_tests::InjectedFault::Broken, 0, 1);
    let ids =
        ["mike@northwind.example", "sam@northwind.example", "grace@northwind.example"].map(|email| world.id(email));
    let reply = issues(&ada, &ids).await.is(200);
    let mut outcomes: Vec<_> = reply.body["results"].as_array().unwrap().iter().map(outcome).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["email_not_sent", "sent", "sent"]);
    world.reconcile().await;
}

#[tokio::test]
async fn an_admins_hour_has_sixty_places_however_they_are_asked_for() {
    let world = World::start().await;
    let rows: Vec<Value> =
        (0..75).map(|n| json!({"email": format!("p{n}@northwind.example"), "name": format!("Person {n}")})).collect();
    world.import(world.northwind(json!(rows))).await;
    let ada = world.enrolled(ADA).await;
    let found = ada.calls(Method::GET, "/v1/employees?query=person&limit=100", None).await.is(200);
    let people: Vec<&str> =
        found.body["employees"].as_array().unwrap().iter().map(|p| p["employee_id"].as_str().unwrap()).collect();
    let asked = [&people[..25], &people[25..50], &people[50..75]].map(|ids| issues(&ada, ids));
    let mut sent = 0;
    for reply in futures_util::future::join_all(asked).await {
        let reply = reply.is(200);
        let results = reply.body["results"].as_array().unwrap();
        assert!(results.iter().map(outcome).all(|outcome| ["sent", "too_many_requests"].contains(&outcome)));
        sent += results.iter().map(outcome).filter(|outcome| *outcome == "sent").count();
    }
    assert_eq!(sent, 60);
    world.reconcile().await;
}

#[tokio::test]
async fn none_too_many_or_one_twice_is_no_request() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let mike = world.id("mike@northwind.example");
    let many: Vec<String> = (0..26).map(|n| format!("emp_{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for ids in [&[][..], &[mike, mike][..], &many[..]] {
        issues(&ada, ids).await.is_problem(422, "invalid_request");
    }
    assert_eq!(world.mails_to("mike@northwind.example").await.len(), 0);
}
