//! An operator's replay: the missing notices of a company and a span of time are sent, and none is sent twice.

use std::time::Duration;

use readmit_tests::{Attempts, InjectedFault, World};
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";
const HOUR: i64 = 3_600_000;

/// The time `millis` milliseconds from now.
fn moment(world: &World, millis: i64) -> String {
    readmit::domain::Timestamp::from_millis(world.stack.clock().now().millis() + millis).to_string()
}

/// A replay of a company's audit events of the last hour.
fn last_hour(world: &World, company: &str) -> Value {
    let company_id = &world.companies[company];
    json!({"replay": {"company_id": company_id, "from": moment(world, -HOUR), "to": moment(world, 0)}})
}

fn answer(told: usize, already: usize) -> Value {
    json!({"told": told, "already": already, "given_up": [], "failed": [], "next": null})
}

#[tokio::test]
async fn a_replay_mails_what_was_not_mailed_and_a_second_one_nothing() {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    world.enrolled("mary@contoso.example").await;
    let replay = last_hour(&world, "Northwind Partners");
    assert_eq!(world.invoke("notify", replay.clone()).await.body, answer(2, 0));
    assert_eq!(world.invoke("notify", replay).await.body, answer(0, 2));
    let told = world.all_mails_to(MIKE).await.into_iter().filter(|mail| mail["tags"]["kind"] != "passcode");
    assert_eq!(told.count(), 2);
    let told_mary = world.all_mails_to("mary@contoso.example").await.len();
    assert_eq!(told_mary, 1, "the code alone: hers is another company");
    // The stream delivers late, and all notices are already sent.
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed", "recovery_completed"]);
}

#[tokio::test]
async fn a_replay_ends_where_the_mail_service_fails_and_says_from_where_to_go_on() {
    let world = World::start().await;
    world.enrolled(MIKE).await;
    world.ses.inject(InjectedFault::Broken, 1, 1);
    let mut replay = last_hour(&world, "Northwind Partners");
    let first = world.invoke("notify", replay.clone()).await.body;
    world.ses.heal();
    assert_eq!((&first["told"], &first["failed"].as_array().unwrap().len()), (&json!(1), &1), "{first}");
    let completed = world.items("audit").await.into_iter().find(|row| row["event_type"]["S"] == "recovery.completed");
    let completed = completed.unwrap();
    assert_eq!(first["failed"][0]["event_id"], completed["event_id"]["S"]);
    assert_eq!(first["next"], completed["at"]["S"]);
    replay["replay"]["from"] = first["next"].clone();
    let rest = world.invoke("notify", replay).await.body;
    assert_eq!((&rest["told"], &rest["next"]), (&json!(1), &Value::Null), "{rest}");
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed", "recovery_completed"]);
}

#[tokio::test]
async fn what_may_have_been_mailed_twice_is_named_and_not_mailed_again() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    world.redeem(MIKE, &code).await.is(200);
    world.ses.inject(InjectedFault::AnswerLost(Attempts::All), 0, 9);
    assert_eq!(world.notices_to(MIKE).await.len(), 2);
    world.ses.heal();
    let answer = world.invoke("notify", last_hour(&world, "Northwind Partners")).await.body;
    let redeemed = world.items("audit").await.into_iter().find(|row| row["event_type"]["S"] == "passcode.redeemed");
    assert_eq!(answer["given_up"], json!([redeemed.unwrap()["event_id"]["S"]]), "{answer}");
    assert_eq!((&answer["told"], &answer["failed"]), (&json!(0), &json!([])), "{answer}");
    assert_eq!(world.notices_to(MIKE).await.len(), 2);
}

#[tokio::test]
async fn a_rejected_mail_and_a_row_that_is_no_event_stop_no_replay() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let poison = readmit::domain::EventId::first_at(world.stack.clock().now()).to_string();
    let company = &world.companies["Northwind Partners"];
    let row = json!({"employee_key": {"S": format!("{company}#company")}, "event_id": {"S": poison},
            "company_id": {"S": company}, "event_type": {"S": "passcode.redeemed"}});
    world.dynamodb("PutItem", json!({"TableName": "readmit-audit", "Item": row})).await;
    world.redeem(MIKE, &code).await.is(200);
    world.ses.inject(InjectedFault::Rejected, 0, 1);
    assert!(world.stack.catch_up_with_the_stream().await);
    world.ses.heal();
    let answer = world.invoke("notify", last_hour(&world, "Northwind Partners")).await.body;
    assert_eq!((&answer["told"], &answer["next"]), (&json!(1), &Value::Null), "{answer}");
    assert_eq!(answer["failed"][0]["event_id"], poison, "{answer}");
    assert_eq!(world.notices_to(MIKE).await, ["passcode_redeemed"]);
}

#[tokio::test]
async fn a_replay_is_read_strictly_and_reaches_back_only_as_far_as_it_is_known_what_was_mailed() {
    let world = World::start().await;
    let good = last_hour(&world, "Northwind Partners")["replay"].clone();
    let with = |field: &str, value: Value| {
        let mut replay = good.clone();
        replay[field] = value;
        json!({"replay": replay})
    };
    let day = 24 * HOUR;
    for (event, error) in [
        (json!({"replay": good, "Records": []}), "invalid_request"),
        (json!({"replay": {}}), "invalid_request"),
        (json!({"replay": [good["company_id"], good["from"], good["to"]]}), "invalid_request"),
        (with("limit", json!(5)), "invalid_request"),
        (with("from", json!("yesterday")), "invalid_request"),
        (with("company_id", json!("Northwind")), "invalid_request"),
        (with("to", json!(moment(&world, -2 * HOUR))), "invalid_request"),
        (with("from", json!(moment(&world, -7 * day))), "span_too_old"),
        (with("company_id", json!("cmp_01JDEXAMP1E00000000000N0RD")), "company_not_found"),
    ] {
        assert_eq!(world.invoke("notify", event.clone()).await.body["errorType"], error, "{event}");
    }
    let reaches = with("from", json!(moment(&world, -6 * day)));
    assert_eq!(world.invoke("notify", reaches).await.body, answer(0, 0));
}

/// A replay of a span whose marks have been deleted would mail everybody again.
#[tokio::test]
async fn an_event_whose_mark_is_gone_is_too_old_for_a_replay() {
    let world = World::start().await;
    world.enrolled(ADA).await;
    let told = world.notices_to(ADA).await.len();
    let replay = last_hour(&world, "Northwind Partners");
    world.advance(Duration::from_secs(7 * 24 * 60 * 60 + 7_200)).await;
    assert_eq!(world.invoke("notify", replay).await.body["errorType"], "span_too_old");
    assert_eq!(world.notices_to(ADA).await.len(), told);
}

#[tokio::test]
async fn a_replay_takes_more_rows_than_one_query() {
    let world = World::start().await;
    for _ in 0..12 {
        for (email, name) in [("sam@northwind.example", "Sam"), (MIKE, "Mike")] {
            for name in ["A", "B", "C", "D"].map(|letter| format!("{name} {letter}")) {
                world.change(email, json!({"name": name})).await;
            }
        }
    }
    let code = world.operator_mails_a_code_to(MIKE).await;
    world.redeem(MIKE, &code).await.is(200);
    world.store.record();
    let told = world.invoke("notify", last_hour(&world, "Northwind Partners")).await.body;
    assert_eq!(told, answer(1, 0));
    assert_eq!(world.store.operations().iter().filter(|operation| *operation == "Query").count(), 2);
}
