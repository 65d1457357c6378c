//! A page of very many audit events: its cost and its content.

use readmit_tests::World;
use serde_json::{Value, json};

use crate::audit::{events, get};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";

/// Adds copies of the event of Mike's import as events of changes, newer than all other events.
async fn lengthen_trail(world: &World, count: usize) {
    let mut event = world.items("audit").await;
    event.retain(|item| item["employee_id"]["S"] == world.id(MIKE));
    let copies: Vec<Value> = (0..count)
        .map(|n| {
            event[0]["event_id"] = json!({"S": format!("evt_7Z00000000000000000000{n:04}")});
            event[0]["event_type"] = json!({"S": "employee.changed"});
            let company = event[0]["company_id"]["S"].as_str().unwrap().to_owned();
            event[0]["type_key"] = json!({"S": format!("{company}#employee.changed")});
            json!({"PutRequest": {"Item": event[0]}})
        })
        .collect();
    for copies in copies.chunks(25) {
        world.dynamodb("BatchWriteItem", json!({"RequestItems": {"readmit-audit": copies}})).await;
    }
}

#[tokio::test]
async fn a_page_costs_the_same_among_a_hundred_events_and_among_five_thousand() {
    let mut costs = Vec::new();
    for count in [100, 5_000] {
        let world = World::start().await;
        lengthen_trail(&world, count).await;
        let ada = world.enrolled(ADA).await;
        let by_person = format!("employee_id={}", world.id(MIKE));
        let mut of_this = Vec::new();
        for asked in ["", &by_person, "type=employee.changed"] {
            let mut cursor = String::new();
            for _ in 0..2 {
                world.store.record();
                let page = get(&ada, &format!("limit=10&{asked}{cursor}")).await.is(200);
                of_this.push((events(&page).len(), world.store.cost()));
                cursor = page.body["next_cursor"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
            }
        }
        costs.push(of_this);
    }
    assert_eq!(costs[0], costs[1]);
    assert_eq!(costs[0].iter().map(|(length, _)| *length).collect::<Vec<_>>(), [10; 6]);
    assert!(
        costs[0].iter().all(|(_, cost)| cost.len() == 2 && cost.iter().all(|(_, units)| *units > 0.0)),
        "{costs:?}"
    );
}

#[tokio::test]
async fn a_routine_type_is_looked_for_among_a_thousand_events_a_request() {
    let world = World::start().await;
    lengthen_trail(&world, 2_500).await;
    let ada = world.enrolled(ADA).await;
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    for queries in [5, 5, 3] {
        world.store.record();
        let page = get(&ada, &format!("limit=10&type=recovery.completed{cursor}")).await.is(200);
        assert_eq!(world.store.operations().iter().filter(|operation| **operation == "Query").count(), queries);
        seen.push(events(&page).len());
        cursor = page.body["next_cursor"].as_str().map(|next| format!("&cursor={next}")).unwrap_or_default();
    }
    // Pages are short, and the event that is wanted comes after the copies.
    assert_eq!((seen, cursor.as_str()), (vec![0, 0, 1], ""));
    // A full page stops reading.
    let full = get(&ada, "limit=10&type=passcode.issued").await.is(200);
    assert!(full.body["next_cursor"].is_string() || events(&full).len() < 10);
}
