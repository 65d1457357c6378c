//! The API says beforehand why it would refuse a passcode: `refusal` of an employee, `issuing` of the caller's session, and `retry_at`.

use std::time::Duration;

use readmit::domain::Timestamp;
use readmit_tests::{Person, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// What the employee's `refusal` says, after checking that an issue is answered the same.
async fn refusal(world: &World, admin: &Person<'_>, email: &str) -> Value {
    let told = admin.sees(email).await["refusal"].clone();
    let issued = admin.issues(email, None).await;
    if told.is_null() {
        issued.is(201);
        return told;
    }
    assert_eq!((&issued.body["code"], &issued.body["detail"]), (&told["code"], &told["detail"]), "{email}");
    let wait = |at: &str| {
        let millis = at.parse::<Timestamp>().unwrap().millis() - world.stack.clock().now().millis();
        u64::try_from(millis).unwrap().div_ceil(1_000).to_string()
    };
    let until = told["retry_at"].as_str().map(wait);
    assert_eq!(until.unwrap_or_default(), issued.header("retry-after"), "{email}");
    told
}

async fn issuing(person: &Person<'_>) -> Value {
    person.calls(Method::GET, "/v1/session", None).await.is(200).body["issuing"].clone()
}

#[tokio::test]
async fn a_refusal_is_told_before_the_issue_and_is_the_same() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    world.advance(Duration::from_secs(1)).await;
    world.stack.clock().hold();
    let code = async |email: &str| refusal(&world, &ada, email).await["code"].clone();
    assert_eq!(code(ADA).await, "own_account");
    assert_eq!(code("cleo@client.example").await, "client_account");
    assert_eq!(code("dora@northwind.example").await, "employee_disabled");
    for _ in 0..3 {
        assert_eq!(code(MIKE).await, Value::Null);
    }
    assert_eq!(code(MIKE).await, "too_many_requests");
    world.advance(Duration::from_secs(15 * 60)).await;
    assert_eq!(code(MIKE).await, Value::Null);
}

#[tokio::test]
async fn the_lock_after_a_hundred_wrong_secrets_is_told() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    for _ in 0..20 {
        let code = world.operator_mails_a_code_to(MIKE).await;
        for _ in 0..5 {
            world.redeem(MIKE, &world.wrong_secret(&code)).await.is_problem(401, "passcode_rejected");
        }
    }
    world.stack.clock().hold();
    assert_eq!(refusal(&world, &ada, MIKE).await["code"], "too_many_requests");
}

#[tokio::test]
async fn an_admins_own_limit_is_counted_down_and_then_refuses_everybody() {
    let world = World::start().await;
    let ada = world.enrolled(ADA).await;
    let rows: Vec<Value> =
        (0..62).map(|n| json!({"email": format!("p{n}@northwind.example"), "name": "A Person"})).collect();
    let imported = world.import(world.northwind(json!(rows))).await;
    let results = imported.body["results"].as_array().unwrap();
    let ids: Vec<Value> = results.iter().map(|row| row["employee_id"].clone()).collect();
    world.advance(Duration::from_secs(1)).await;
    world.stack.clock().hold();
    assert_eq!(issuing(&ada).await, json!({"left": 60, "limit": 60, "more_at": null}));
    let first = ada.issues(MIKE, None).await.is(201).text_at("/passcode/issued_at");
    let more_at = first.parse::<Timestamp>().unwrap().after(Duration::from_secs(3_600)).to_string();
    assert_eq!(issuing(&ada).await, json!({"left": 59, "limit": 60, "more_at": more_at}));
    let several = async |ids: &[Value]| {
        ada.calls(Method::POST, "/v1/passcodes", Some(json!({"employee_ids": ids}))).await.is(200).body["results"]
            .clone()
    };
    several(&ids[..25]).await;
    several(&ids[25..50]).await;
    // Nine places are left for twelve people.
    let results = several(&ids[50..62]).await;
    let refused: Vec<&Value> = results.as_array().unwrap().iter().filter_map(|row| row.get("problem")).collect();
    assert_eq!(refused.len(), 3);
    assert!(refused.iter().all(|problem| problem["code"] == "too_many_requests" && problem["retry_at"] == more_at));
    assert_eq!(issuing(&ada).await, json!({"left": 0, "limit": 60, "more_at": more_at}));
    assert_eq!(refusal(&world, &ada, "sam@northwind.example").await["retry_at"], more_at);
    // With no place at all it is the same.
    assert_eq!(several(&ids[61..62]).await[0]["problem"]["retry_at"], more_at);
    let grace = world.enrolled("grace@northwind.example").await;
    assert_eq!(issuing(&grace).await["left"], 60);
    assert_eq!(issuing(&world.enrolled(MIKE).await).await, Value::Null);
}
