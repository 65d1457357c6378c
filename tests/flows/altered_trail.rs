//! Changing or deleting an audit event in the table rings an alarm. A deletion by the time to live does not.

use std::time::Duration;

use readmit_tests::{Log, World};
use serde_json::{Value, json};

const MIKE: &str = "mike@northwind.example";

fn key_of(event: &Value) -> Value {
    json!({"employee_key": event["employee_key"], "event_id": event["event_id"]})
}

#[tokio::test]
async fn a_changed_and_then_deleted_event_is_counted_twice_and_mailed_to_nobody() {
    let world = World::start().await;
    world.operator_mails_a_code_to(MIKE).await;
    world.stack.catch_up_with_the_stream().await;
    let event = world.items("audit").await.into_iter().find(|row| row["event_type"]["S"] == "passcode.issued").unwrap();
    let mails = world.ses.recorded().len();
    let (log, _until_the_end) = Log::of_this_thread();
    let key = key_of(&event);
    let change = json!({"TableName": "readmit-audit", "Key": key, "UpdateExpression": "SET request_id = :r",
        "ExpressionAttributeValues": {":r": {"S": "the words of a forger"}}});
    world.dynamodb("UpdateItem", change).await;
    assert!(world.stack.catch_up_with_the_stream().await);
    world.dynamodb("DeleteItem", json!({"TableName": "readmit-audit", "Key": key})).await;
    assert!(world.stack.catch_up_with_the_stream().await);

    assert_eq!(log.lines_with("trail.altered=1").len(), 2, "{}", log.text());
    let told = log.lines_with("trail altered");
    for (line, how) in told.iter().zip(["MODIFY", "REMOVE"]) {
        let names = ["company_id", "event_id"].map(|name| event[name]["S"].as_str().unwrap());
        assert!(line.contains("ERROR") && line.contains(how) && names.iter().all(|name| line.contains(name)), "{line}");
    }
    assert!(told.len() == 2 && !log.text().contains("forger"), "{}", log.text());
    assert_eq!(world.ses.recorded().len(), mails, "nobody is told by mail");
}

#[tokio::test]
async fn an_event_that_ends_by_its_time_to_live_is_no_alarm() {
    let world = World::start().await;
    let event = world.items("audit").await.remove(0);
    world.stack.catch_up_with_the_stream().await;
    let (log, _until_the_end) = Log::of_this_thread();
    let (mut ended, key) = (event.clone(), key_of(&event));
    ended["event_id"] = json!({"S": "evt_01KF0XAMP1E0000000000EVT01"});
    ended["delete_after"] = json!({"N": "1"});
    world.dynamodb("PutItem", json!({"TableName": "readmit-audit", "Item": ended})).await;
    assert_eq!(world.stack.database().engine().sweep_ttl().unwrap(), 1);
    assert!(world.stack.catch_up_with_the_stream().await);
    assert_eq!(log.lines_with("altered"), Vec::<String>::new());
    // The function does not count a deletion by the time to live either, even if the filter passes one.
    let by_ttl = json!({"eventName": "REMOVE", "dynamodb": {"SequenceNumber": "1", "Keys": key},
        "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}});
    let answer = world.invoke("notify", json!({"Records": [by_ttl]})).await;
    assert_eq!(answer.body, json!({"batchItemFailures": []}));
    assert_eq!(log.lines_with("altered"), Vec::<String>::new());
}

#[tokio::test]
async fn whatever_people_do_alters_no_event() {
    let world = World::start().await;
    let (log, _until_the_end) = Log::of_this_thread();
    let mut mike = world.enrolled(MIKE).await;
    mike.signs_in().await;
    world.change(MIKE, json!({"role": "security_admin", "name": "Michael"})).await;
    // An import leaves an enrolled Security Admin.
    world.enrolled("ada@northwind.example").await;
    world.operator_mails_a_code_to(MIKE).await;
    world.advance(Duration::from_secs(7_200)).await;
    world.clean_up().await;
    world.change(MIKE, json!({"erase": true})).await;
    assert!(world.stack.catch_up_with_the_stream().await);
    assert_eq!(log.lines_with("altered"), Vec::<String>::new());
}
