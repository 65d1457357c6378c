//! Two Security Admins and an operator change the company's settings at the same time, two hundred rounds: a serial order explains each result,
//! and no answer is a failure.

use std::collections::BTreeMap;

use readmit_tests::World;
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::at_once;

const ROUNDS: usize = 200;
const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";

/// F8 (S23): each change writes a name that nobody else writes, so the old and new names of the events show the order of all changes.
#[test]
fn changes_of_the_settings_have_a_serial_order() {
    at_once(async {
        let world = World::start().await;
        let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
        let settings = async || ada.calls(Method::GET, "/v1/company", None).await.is(200).body;
        let begun = settings().await;
        let (mut done, mut stale) = (0, 0);
        for n in 0..ROUNDS {
            let version = format!("\"{}\"", settings().await["version"].as_str().unwrap());
            let of_ada = json!({"name": format!("Ada {n}"), "second_proof": "everyone"});
            let of_grace = json!({"name": format!("Grace {n}"), "second_proof": "none"});
            let imported =
                json!({"company_id": world.companies["Northwind Partners"], "name": format!("Operator {n}")});
            let request = world.request(Method::PATCH, "/v1/company").bearer_auth(&grace.token).json(&of_grace);
            // In every second round Grace changes only what she has seen.
            let request = if n % 2 == 0 { request.header("if-match", version) } else { request };
            let (first, second, _) = tokio::join!(
                ada.calls(Method::PATCH, "/v1/company", Some(of_ada)),
                world.send(request),
                world.import(json!({"company": imported, "employees": []})),
            );
            first.is(200);
            assert!(second.status == 200 || (second.status == 412 && n % 2 == 0), "{} {}", second.status, second.text);
            stale += usize::from(second.status == 412);
            done += 2 + usize::from(second.status == 200);
        }
        assert!((1..ROUNDS / 2).contains(&stale), "Grace came too late in {stale} rounds");

        let trail = world.items("audit").await;
        let changes = trail.iter().filter(|event| event["event_type"]["S"] == "company.changed");
        let name = |event: &Value, side: &str| event["detail"]["M"]["name"]["M"][side]["S"].as_str().map(str::to_owned);
        let mut next: BTreeMap<String, String> =
            changes.map(|event| (name(event, "from").unwrap(), name(event, "to").unwrap())).collect();
        assert_eq!(next.len(), done);
        let mut now = begun["name"].as_str().unwrap().to_owned();
        while let Some(after) = next.remove(&now) {
            now = after;
        }
        assert_eq!((next.len(), json!(now)), (0, settings().await["name"].clone()));
        world.reconcile().await;
    });
}
