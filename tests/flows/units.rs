//! The exact cost of each act in DynamoDB: requests, round trips and the units that AWS charges for.

use readmit_tests::{PASSWORD, World, acts};
use serde_json::{Value, json};

#[tokio::test]
async fn every_act_has_its_expected_cost() {
    let measured: Vec<_> = acts::measured().await.into_iter().map(|done| (done.name, done.cost)).collect();
    let different: Vec<_> = measured.iter().zip(&acts::EXPECTED).filter(|(one, expected)| one != expected).collect();
    assert!(different.is_empty(), "measured and expected: {different:#?}");
    assert_eq!(measured.len(), acts::EXPECTED.len());
}

#[tokio::test]
async fn a_recovery_takes_no_more_than_it_was_designed_for() {
    let writes = |names: &[&str]| names.iter().map(|name| acts::expected(name).unwrap().writes).sum::<f64>();
    let recovery = writes(&acts::RECOVERY);
    let with_key = recovery - writes(&["issue"]) + writes(&["issue, with an Idempotency-Key"]);
    assert!(recovery <= 54.0 && with_key <= 59.0, "{recovery}, {with_key} with a key");
    let reads = |name| acts::expected(name).unwrap().reads;
    assert!(reads("list fifty employees") <= 30.0 && reads("list fifty, by a passcode filter") <= 55.0);
    assert!(reads("search, fifty found") <= 80.0);
}

/// The items of a recovery with both new secrets, and its audit events. A write of up to 1,024 bytes costs one unit.
#[tokio::test]
async fn an_item_of_a_recovery_fits_into_one_unit() {
    let world = World::start().await;
    let (ada, mike) = (world.enrolled("ada@northwind.example").await, world.enrolled("mike@northwind.example").await);
    let reason = json!({"reason": "Phone lost on a train between Malmö and Lund; asked for by the team lead."});
    ada.issues("mike@northwind.example", Some(reason)).await.is(201);
    let code = world.mailed_code("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await;
    recovery.sets_password(PASSWORD).await.is(204);
    recovery.asks_for_totp().await.is(200);
    world.sign_in("mike@northwind.example", PASSWORD, &mike.backup_codes[0]).await;
    for table in ["passcodes", "credentials", "employees", "audit"] {
        for item in world.items(table).await {
            assert!(bytes(&item) <= 1_024, "{} bytes in {table}: {item}", bytes(&item));
        }
    }
    let row = world.items("passcodes").await.into_iter().find(|row| row.get("pending_totp_key").is_some()).unwrap();
    assert!(bytes(&row) <= 970, "{} bytes: {row}", bytes(&row));
}

/// The size of an item, as DynamoDB counts it.
fn bytes(item: &Value) -> usize {
    let of_value = |value: &Value| {
        let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
        match kind.as_str() {
            "S" => value.as_str().unwrap().len(),
            "N" => value.as_str().unwrap().len().div_ceil(2) + 1,
            "SS" => value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().len()).sum(),
            "M" => 3 + value.as_object().unwrap().len() + bytes(value),
            "L" => 3 + value.as_array().unwrap().iter().map(|_| 9).sum::<usize>(),
            _ => 1,
        }
    };
    item.as_object().unwrap().iter().map(|(name, value)| name.len() + of_value(value)).sum()
}

/// The units of one request to the engine.
async fn units(world: &World, operation: &str, request: Value) -> f64 {
    let mut request = request;
    request["ReturnConsumedCapacity"] = json!("TOTAL");
    let told = world.dynamodb(operation, request).await["ConsumedCapacity"].clone();
    let of_one = |told: &Value| told["CapacityUnits"].as_f64().unwrap();
    told.as_array().map_or_else(|| of_one(&told), |tables| tables.iter().map(of_one).sum())
}

/// An audit event of this size that is in both indexes of the table.
fn event(bytes: usize) -> Value {
    let names = "company_id".len() + "event_id".len() + "employee_key".len() + "type_key".len() + "text".len();
    json!({"employee_key": {"S": "k"}, "event_id": {"S": "e"}, "company_id": {"S": "c"}, "type_key": {"S": "t"},
        "text": {"S": "x".repeat(bytes - names - 4)}})
}

#[tokio::test]
async fn the_engine_counts_writes_as_aws_does() {
    let world = World::empty().await;
    let put = |item: Value| json!({"TableName": "readmit-audit", "Item": item});
    // One unit for each started KB, in the table and in each of two indexes.
    assert_eq!(units(&world, "PutItem", put(event(1_024))).await, 3.0);
    // The larger of the old and the new size counts. The index keys do not change.
    assert_eq!(units(&world, "PutItem", put(event(1_025))).await, 6.0);
    assert_eq!(units(&world, "PutItem", put(event(500))).await, 6.0);
    // An unchanged index entry costs nothing. A changed index key costs a deletion and an insertion.
    assert_eq!(units(&world, "PutItem", put(event(500))).await, 1.0);
    let mut moved = event(500);
    moved["type_key"] = json!({"S": "u"});
    assert_eq!(units(&world, "PutItem", put(moved)).await, 1.0 + 1.0 + 2.0);
}

#[tokio::test]
async fn the_engine_counts_transactions_as_aws_does() {
    let world = World::empty().await;
    let put = |table: &str, item: Value| json!({"Put": {"TableName": table, "Item": item}});
    let limit = |bytes: usize| json!({"subject": {"S": "s"}, "text": {"S": "x".repeat(bytes - 12)}});
    let one = json!({"TransactItems": [put("readmit-limits", limit(1_025))]});
    assert_eq!(units(&world, "TransactWriteItems", one).await, 4.0);
    // A transaction costs twice for a table and once for an index: 2 × 1 + 1 + 1, and 2 × 2.
    let two = json!({"TransactItems": [put("readmit-audit", event(900)), put("readmit-limits", limit(30))]});
    assert_eq!(units(&world, "TransactWriteItems", two).await, 4.0 + 4.0);
    let key = json!({"subject": {"S": "s"}});
    let check = json!({"TransactItems": [{"ConditionCheck": {"TableName": "readmit-limits", "Key": key,
        "ConditionExpression": "attribute_exists(subject)"}}]});
    assert_eq!(units(&world, "TransactWriteItems", check).await, 2.0);
}

#[tokio::test]
async fn the_engine_counts_reads_as_aws_does() {
    let world = World::empty().await;
    for (n, bytes) in [4_096, 4_097, 100].into_iter().enumerate() {
        let item = json!({"subject": {"S": n.to_string()}, "text": {"S": "x".repeat(bytes - 12)}});
        world.dynamodb("PutItem", json!({"TableName": "readmit-limits", "Item": item})).await;
    }
    let get = |n: usize, consistent: bool| json!({"TableName": "readmit-limits", "Key": {"subject": {"S": n.to_string()}}, "ConsistentRead": consistent});
    assert_eq!(units(&world, "GetItem", get(0, true)).await, 1.0);
    assert_eq!(units(&world, "GetItem", get(1, true)).await, 2.0);
    assert_eq!(units(&world, "GetItem", get(1, false)).await, 1.0);
    // Nothing there costs as much as the smallest item.
    assert_eq!(units(&world, "GetItem", get(9, true)).await, 1.0);
    // A batch rounds each item, a query all of them together.
    let keys: Vec<Value> = [0, 2, 9].iter().map(|n| json!({"subject": {"S": n.to_string()}})).collect();
    let batch = json!({"RequestItems": {"readmit-limits": {"Keys": keys, "ConsistentRead": true}}});
    assert_eq!(units(&world, "BatchGetItem", batch).await, 3.0);
    for n in 0..9 {
        let item =
            json!({"employee_key": {"S": "c"}, "event_id": {"S": n.to_string()}, "text": {"S": "x".repeat(974)}});
        world.dynamodb("PutItem", json!({"TableName": "readmit-audit", "Item": item})).await;
    }
    let query = |company: &str| {
        json!({"TableName": "readmit-audit", "KeyConditionExpression": "employee_key = :c",
            "ExpressionAttributeValues": {":c": {"S": company}}})
    };
    // 9 × 1,000 bytes are three times 4 KB, at a half each.
    assert_eq!(units(&world, "Query", query("c")).await, 1.5);
    assert_eq!(units(&world, "Query", query("nobody")).await, 0.5);
}
