//! The audit of a period: `from` and `to` of `GET /v1/audit-events`.

use std::time::Duration;

use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

const ADA: &str = "ada@northwind.example";
const MIKE: &str = "mike@northwind.example";
const SAM: &str = "sam@northwind.example";

async fn get(person: &Person<'_>, query: &str) -> Reply {
    person.calls(Method::GET, &format!("/v1/audit-events?{query}"), None).await
}

/// The events of all pages of this length, newest first.
async fn all(person: &Person<'_>, query: &str, limit: usize) -> Vec<Value> {
    let (mut events, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(person, &format!("{query}&limit={limit}{cursor}")).await.is(200);
        events.extend(page.body["events"].as_array().unwrap().clone());
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return events,
        }
    }
}

/// Five passcodes, a minute apart each.
async fn five_minutes(world: &World) -> Person<'_> {
    let ada = world.enrolled(ADA).await;
    for email in [MIKE, SAM, MIKE, SAM, MIKE] {
        world.advance(Duration::from_secs(60)).await;
        world.stack.clock().hold();
        ada.issues(email, None).await.is(201);
    }
    ada
}

#[tokio::test]
async fn a_period_has_its_first_moment_and_not_its_last() {
    let world = World::start().await;
    let ada = five_minutes(&world).await;
    let mike = format!("employee_id={}", world.id(MIKE));
    for part in ["", "type=passcode.issued", "type=employee.imported", "type=passcode.superseded", &mike] {
        let whole = all(&ada, part, 100).await;
        let issued = all(&ada, "type=passcode.issued", 100).await;
        let moments: Vec<&str> = issued.iter().map(|event| event["at"].as_str().unwrap()).collect();
        let bounds = [None, Some(moments[4]), Some(moments[2]), Some(moments[0]), Some("2999-01-01T00:00:00Z")];
        for (from, to) in bounds.iter().flat_map(|from| bounds.iter().map(move |to| (*from, *to))) {
            if from.zip(to).is_some_and(|(from, to)| to <= from) {
                continue;
            }
            let bound = |name: &str, at: Option<&str>| at.map(|at| format!("&{name}={at}")).unwrap_or_default();
            let asked = format!("{part}{}{}", bound("from", from), bound("to", to));
            let is_in = |event: &&Value| {
                let at = event["at"].as_str().unwrap();
                from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to)
            };
            let expected: Vec<Value> = whole.iter().filter(is_in).cloned().collect();
            for limit in [1, 3, 100] {
                assert_eq!(all(&ada, &asked, limit).await, expected, "{asked}, by {limit}");
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_period() {
    let world = World::start().await;
    let ada = five_minutes(&world).await;
    let periods = ["", "from=2020-01-01T00:00:00Z", "to=2999-01-01T00:00:00Z", "from=2020-01-01T00:00:01Z"];
    for own in periods {
        let cursor = get(&ada, &format!("{own}&limit=1")).await.is(200).text_at("/next_cursor");
        for asked in periods {
            let reply = get(&ada, &format!("{asked}&limit=1&cursor={cursor}")).await;
            if asked == own {
                reply.is(200)
            } else {
                reply.is_problem(400, "invalid_cursor")
            };
        }
    }
}

#[tokio::test]
async fn a_period_before_all_time_and_one_after_it_are_empty() {
    let world = World::start().await;
    let ada = five_minutes(&world).await;
    for asked in ["to=1960-01-01T00:00:00Z", "to=1970-01-01T00:00:00Z", "from=9999-12-31T23:59:59Z"] {
        assert_eq!(get(&ada, asked).await.is(200).body, json!({"events": [], "next_cursor": null}), "{asked}");
    }
}
