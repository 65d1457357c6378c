//! The exact DynamoDB requests of each API request, by round trip.
//!
//! Requests of one round trip are sent at the same time. The figures are those of docs/architecture.md.

use readmit_tests::{PASSWORD, World};
use reqwest::Method;
use serde_json::json;

const MIKE: &str = "mike@northwind.example";
const NEW_PASSWORD: &str = "velvet compass orchard nine";

#[tokio::test]
async fn issuing_takes_three_trips_before_the_mail_and_one_after() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    world.store.record();
    ada.issues(MIKE, None).await.is(201);
    assert_eq!(world.store.trips(), ["BatchGetItem", "GetItem", "TransactWriteItems", "UpdateItem"]);
    // The same number for a code that replaces another.
    world.store.record();
    ada.issues(MIKE, None).await.is(201);
    assert_eq!(world.store.trips(), ["BatchGetItem", "GetItem", "TransactWriteItems", "UpdateItem"]);
}

#[tokio::test]
async fn redeeming_takes_three_trips_and_so_does_a_refusal() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    world.store.record();
    world.redeem(MIKE, "7K3M-9QXT-2BHW").await.is_problem(401, "passcode_rejected");
    assert_eq!(world.store.trips(), ["GetItem", "UpdateItem", "UpdateItem"]);
    world.store.record();
    world.redeem("nobody@northwind.example", &code).await.is_problem(401, "passcode_rejected");
    assert_eq!(world.store.trips(), ["GetItem", "UpdateItem", "UpdateItem"]);
    let wrong = world.wrong_secret(&code);
    for _ in 0..3 {
        world.redeem(MIKE, &wrong).await.is_problem(401, "passcode_rejected");
    }
    world.store.record();
    world.redeem(MIKE, &wrong).await.is_problem(401, "passcode_rejected");
    assert_eq!(world.store.trips(), ["GetItem", "UpdateItem", "UpdateItem"]);
    world.store.record();
    world.redeem(MIKE, &code).await.is(200);
    assert_eq!(world.store.trips(), ["GetItem", "UpdateItem", "BatchGetItem TransactWriteItems"]);

    let code = world.operator_mails_a_code_to(MIKE).await;
    let wrong = world.wrong_secret(&code);
    for _ in 0..4 {
        world.redeem(MIKE, &wrong).await.is_problem(401, "passcode_rejected");
    }
    world.store.record();
    world.redeem(MIKE, &wrong).await.is_problem(401, "passcode_rejected");
    assert_eq!(
        world.store.trips(),
        ["GetItem", "UpdateItem", "TransactWriteItems", "UpdateItem"],
        "the fifth wrong secret"
    );
}

#[tokio::test]
async fn revoking_takes_three_trips_and_a_report_two() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    ada.issues(MIKE, None).await.is(201);
    let body = json!({"message_id": world.mails_to(MIKE).await[0]["message_id"], "event": "delivery"});
    world.store.record();
    world.call(Method::POST, "/_local/delivery", None, Some(body)).await;
    assert_eq!(world.store.trips(), ["GetItem", "TransactWriteItems"]);
    let path = format!("/v1/employees/{}/passcode", world.id(MIKE));
    world.store.record();
    ada.calls(Method::DELETE, &path, None).await.is(204);
    assert_eq!(world.store.trips(), ["BatchGetItem", "GetItem", "TransactWriteItems"]);

    world.operator_mails_a_code_to(MIKE).await;
    let token = json!({"token": world.disown_token(MIKE).await});
    for trips in [&["GetItem", "TransactWriteItems"][..], &["GetItem"][..]] {
        world.store.record();
        world.call(Method::POST, "/v1/passcodes/disown", None, Some(token.clone())).await.is(204);
        assert_eq!(world.store.trips(), trips);
    }
}

#[tokio::test]
async fn a_recovery_takes_two_trips_one_and_two() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    let recovery = world.recovers(MIKE, &code).await;
    world.store.record();
    recovery.sets_password(NEW_PASSWORD).await.is(204);
    assert_eq!(world.store.trips(), ["BatchGetItem UpdateItem", "UpdateItem"]);
    world.store.record();
    let shown = recovery.asks_for_totp().await.is(200);
    assert_eq!(world.store.trips(), ["UpdateItem"]);
    world.store.record();
    recovery.confirms(&recovery.digits_of(&shown)).await.is(200);
    assert_eq!(world.store.trips(), ["BatchGetItem GetItem UpdateItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn signing_in_takes_three_trips_and_so_does_a_refusal_known_or_not() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let digits = mike.digits().await;
    for (email, password) in
        [(MIKE, "wrong password"), ("nobody@northwind.example", PASSWORD), ("not an address", PASSWORD)]
    {
        world.store.record();
        world.sign_in(email, password, &digits).await.is_problem(401, "sign_in_rejected");
        assert_eq!(world.store.trips(), ["BatchGetItem UpdateItem", "GetItem", "UpdateItem"], "{email}");
    }
    world.store.record();
    world.sign_in(MIKE, PASSWORD, &digits).await.is(200);
    assert_eq!(world.store.trips(), ["BatchGetItem UpdateItem", "GetItem", "BatchGetItem TransactWriteItems"]);
    world.store.record();
    mike.calls(Method::GET, "/v1/session", None).await.is(200);
    assert_eq!(world.store.trips(), ["BatchGetItem GetItem GetItem"]);
    world.store.record();
    mike.calls(Method::DELETE, "/v1/sessions", None).await.is(204);
    assert_eq!(world.store.trips(), ["GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn signing_in_with_a_used_step_takes_the_trips_of_a_refusal() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    let digits = mike.digits().await;
    world.sign_in(MIKE, PASSWORD, &digits).await.is(200);
    world.store.record();
    world.sign_in(MIKE, PASSWORD, &digits).await.is_problem(401, "sign_in_rejected");
    assert_eq!(world.store.trips(), ["BatchGetItem UpdateItem", "GetItem", "UpdateItem"]);
}

#[tokio::test]
async fn listing_takes_two_trips_and_a_search_three() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    ada.issues(MIKE, None).await.is(201);
    for (asked, trips) in [
        ("limit=2", &["GetItem Query", "BatchGetItem"][..]),
        ("filter=clients", &["GetItem Query", "BatchGetItem"]),
        ("filter=passcode_pending", &["GetItem Query", "BatchGetItem BatchGetItem"]),
        // First the words, then their people, then the passcodes.
        ("query=mi", &["GetItem Query", "BatchGetItem", "BatchGetItem"]),
    ] {
        world.store.record();
        ada.calls(Method::GET, &format!("/v1/employees?{asked}"), None).await.is(200);
        assert_eq!(world.store.trips(), trips, "{asked}");
    }
    for asked in ["", "filter=clients", "filter=passcode_pending", "query=mi"] {
        world.store.record();
        ada.calls(Method::GET, &format!("/v1/employees/count?{asked}"), None).await.is(200);
        assert_eq!(world.store.trips(), ["GetItem Query"], "{asked}");
    }
    world.store.record();
    ada.sees(MIKE).await;
    assert_eq!(world.store.trips(), ["BatchGetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn the_name_of_another_issuer_takes_one_trip_more() {
    let world = World::start().await;
    let (ada, grace) = (world.enrolled("ada@northwind.example").await, world.enrolled("grace@northwind.example").await);
    grace.issues(MIKE, None).await.is(201);
    world.store.record();
    assert_eq!(ada.sees(MIKE).await["passcode"]["issued_by"]["name"], "Grace Okafor");
    assert_eq!(world.store.trips(), ["BatchGetItem", "BatchGetItem", "BatchGetItem"]);
}

#[tokio::test]
async fn reading_the_trail_takes_one_trip() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let month = "from=2020-01-01T00:00:00Z&to=2999-01-01T00:00:00Z";
    for asked in ["", "limit=2", month, "type=employee.imported", &format!("employee_id={}", world.id(MIKE))] {
        world.store.record();
        ada.calls(Method::GET, &format!("/v1/audit-events?{asked}"), None).await.is(200);
        assert_eq!(world.store.trips(), ["GetItem Query"], "{asked}");
    }
}

#[tokio::test]
async fn cleaning_up_takes_seventeen_queries_at_once_and_a_get_and_a_transaction_a_code() {
    let world = World::start().await;
    world.operator_mails_a_code_to(MIKE).await;
    world.store.record();
    world.clean_up().await;
    assert_eq!(world.store.trips(), [["Query"; 17].join(" ")]);
    world.advance(std::time::Duration::from_secs(3_600)).await;
    world.store.record();
    assert_eq!(world.clean_up().await["expired"], 1);
    // The shards are queried in parallel, and the get and the transaction may start before the last query ends: so
    // this checks the operations and not the trips.
    assert_eq!(world.store.operations().join(" "), format!("GetItem {} TransactWriteItems", ["Query"; 17].join(" ")));
}

#[tokio::test]
async fn keys_cost_no_trip() {
    let world = World::start().await;
    world.store.record();
    world.call(Method::GET, "/.well-known/jwks.json", None, None).await.is(200);
    assert!(world.store.trips().is_empty());
}

#[tokio::test]
async fn a_backup_code_takes_the_trips_of_a_code_and_new_ones_one_more() {
    let world = World::start().await;
    let mike = world.enrolled(MIKE).await;
    world.store.record();
    world.sign_in(MIKE, PASSWORD, &mike.backup_codes[0]).await.is(200);
    assert_eq!(world.store.trips(), ["BatchGetItem UpdateItem", "GetItem", "BatchGetItem TransactWriteItems"]);
    let proof = json!({"password": PASSWORD, "code": mike.digits().await});
    world.store.record();
    mike.calls(Method::POST, "/v1/backup-codes", Some(proof)).await.is(200);
    assert_eq!(world.store.trips(), ["GetItem", "BatchGetItem UpdateItem", "GetItem", "TransactWriteItems"]);
}

#[tokio::test]
async fn issuing_to_ten_takes_three_requests_and_two_for_each() {
    let world = World::start().await;
    let ada = world.enrolled("ada@northwind.example").await;
    let rows: Vec<_> =
        (0..10).map(|n| json!({"email": format!("p{n}@northwind.example"), "name": "A Person"})).collect();
    let imported = world.import(world.northwind(json!(rows))).await;
    let results = imported.body["results"].as_array().unwrap();
    let ids: Vec<_> = results.iter().map(|row| row["employee_id"].clone()).collect();
    world.store.record();
    ada.calls(Method::POST, "/v1/passcodes", Some(json!({"employee_ids": ids}))).await.is(200);
    assert_eq!(
        world.store.operations(),
        [&["BatchGetItem"; 2][..], &["TransactWriteItems"; 10], &["UpdateItem"; 11]].concat()
    );
    // The codes are stored one after the other, because each checks the admin's row. The mails are sent in parallel.
    assert_eq!(world.store.sum().trips, 14);
}

#[tokio::test]
async fn a_notice_takes_one_trip_and_two_for_each_reader() {
    let world = World::start().await;
    let code = world.operator_mails_a_code_to(MIKE).await;
    world.recovers(MIKE, &code).await;
    world.store.record();
    world.stack.catch_up_with_the_stream().await;
    assert_eq!(world.store.trips(), ["BatchGetItem", "UpdateItem", "UpdateItem"]);
}

#[tokio::test]
async fn creating_a_company_and_changing_one_take_a_transaction_each() {
    let world = World::start().await;
    let admin = json!({"email": "rosa@fabrikam.example", "name": "Rosa Admin", "role": "security_admin"});
    let company = json!({"external_id": "fabrikam", "name": "Fabrikam"});
    let event = json!({"mode": "create", "company": company, "employees": [admin]});
    world.store.record();
    world.import(event.clone()).await;
    assert_eq!(world.store.trips(), ["GetItem", "BatchGetItem", "BatchGetItem", "TransactWriteItems"]);
    world.store.record();
    world.import(event).await;
    assert_eq!(world.store.trips(), ["GetItem", "BatchGetItem"], "created before: whose the addresses are");
    let stricter = json!({"company": {"external_id": "fabrikam", "second_proof": "everyone"}, "employees": []});
    world.store.record();
    world.import(stricter).await;
    assert_eq!(world.store.trips(), ["GetItem", "BatchGetItem", "TransactWriteItems", "BatchGetItem"]);
}

#[tokio::test]
async fn importing_takes_a_transaction_for_each_new_person() {
    let world = World::start().await;
    let rows = |names: std::ops::Range<usize>| {
        let row = |n| json!({"email": format!("p{n}@northwind.example"), "name": "A Person"});
        world.northwind(names.map(row).collect())
    };
    world.store.record();
    world.import(rows(0..1)).await;
    let before = ["BatchGetItem"; 3];
    assert_eq!(world.store.trips(), [&before[..], &["TransactWriteItems"]].concat());
    world.store.record();
    world.import(rows(1..11)).await;
    assert_eq!(world.store.sum().requests, before.len() + 10);
}
