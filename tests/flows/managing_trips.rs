//! The exact DynamoDB requests of each act of a Security Admin about people and the company, by round trip.
//!
//! The figures are those of docs/architecture.md.

use readmit_tests::World;
use reqwest::Method;
use serde_json::json;

const NORA: &str = "nora@northwind.example";

#[tokio::test]
async fn adding_takes_two_trips_and_four_more_for_a_passcode() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let adds = |email: &str, mails: bool, key: &str| {
        let body = json!({"email": email, "name": "Nora Berg", "external_id": email, "issue_passcode": mails});
        let request = world.request(Method::POST, "/v1/employees").bearer_auth(&ada.token);
        world.send(request.header("idempotency-key", key).json(&body))
    };
    world.store.record();
    adds(NORA, false, "one").await.is(201);
    assert_eq!(world.store.trips(), ["BatchGetItem", "TransactWriteItems"]);
    world.store.record();
    adds(NORA, false, "one").await.is(201);
    assert_eq!(world.store.trips(), ["BatchGetItem", "GetItem"], "answered before");
    world.store.record();
    adds(NORA, false, "two").await.is_problem(409, "address_unavailable");
    assert_eq!(world.store.trips(), ["BatchGetItem"]);

    world.store.record();
    adds("otto@northwind.example", true, "three").await.is(201);
    let first = ["BatchGetItem", "TransactWriteItems"];
    let passcode = ["BatchGetItem", "GetItem", "TransactWriteItems", "UpdateItem"];
    assert_eq!(world.store.trips(), [&first[..], &passcode[..]].concat());
    world.store.record();
    adds("otto@northwind.example", true, "three").await.is(201);
    assert_eq!(world.store.trips(), ["BatchGetItem", "GetItem", "BatchGetItem", "GetItem"], "answered before");
}

#[tokio::test]
async fn a_change_takes_two_trips_and_more_if_it_ends_access() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let path = format!("/v1/employees/{}", world.id("sam@northwind.example"));
    for (change, trips) in [
        (json!({"name": "Samuel Wójcik"}), &["BatchGetItem", "TransactWriteItems"][..]),
        (json!({"name": "Samuel Wójcik"}), &["BatchGetItem"]),
        (json!({"role": "security_admin"}), &["BatchGetItem", "TransactWriteItems"]),
        (json!({"external_id": "NW-9"}), &["BatchGetItem", "BatchGetItem", "TransactWriteItems"]),
        (json!({"status": "disabled"}), &["BatchGetItem", "GetItem", "TransactWriteItems"]),
        (json!({"status": "active"}), &["BatchGetItem", "TransactWriteItems"]),
        (
            json!({"email": "samuel@northwind.example"}),
            &["BatchGetItem", "BatchGetItem", "BatchGetItem", "GetItem", "TransactWriteItems"],
        ),
    ] {
        world.store.record();
        ada.calls(Method::PATCH, &path, Some(change.clone())).await.is(200);
        assert_eq!(world.store.trips(), trips, "{change}");
    }
}

#[tokio::test]
async fn ending_sessions_takes_two_trips_and_erasing_four() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let path = format!("/v1/employees/{}", world.id("sam@northwind.example"));
    for (path, trips) in [
        (format!("{path}/sessions"), &["BatchGetItem", "TransactWriteItems"][..]),
        (path, &["BatchGetItem", "BatchGetItem", "GetItem", "TransactWriteItems"]),
    ] {
        world.store.record();
        ada.calls(Method::DELETE, &path, None).await.is(204);
        assert_eq!(world.store.trips(), trips, "{path}");
    }
}

#[tokio::test]
async fn the_companys_settings_take_one_trip_and_a_change_two() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    world.store.record();
    ada.calls(Method::GET, "/v1/company", None).await.is(200);
    assert_eq!(world.store.trips(), ["BatchGetItem"]);
    for trips in [&["BatchGetItem", "TransactWriteItems"][..], &["BatchGetItem"]] {
        world.store.record();
        ada.calls(Method::PATCH, "/v1/company", Some(json!({"second_proof": "everyone"}))).await.is(200);
        assert_eq!(world.store.trips(), trips);
    }
}
