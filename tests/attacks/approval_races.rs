//! A request for an approval is approved, cancelled and expires at the same time, two hundred rounds: it ends once, and the act is done if
//! and only if it was approved.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::at_once;

/// Requests of one batch. A company may have fifty open ones.
const BATCH: usize = 40;
const BATCHES: usize = 5;
/// Requests that are raced for at a time.
const PARALLEL: usize = 4;
const LIFETIME: u64 = 72 * 60 * 60;

/// The answer's status: done, or too late.
#[track_caller]
fn is_done(reply: &Reply) -> bool {
    assert!(matches!(reply.status, 204 | 404), "{} {}", reply.status, reply.text);
    reply.status == 204
}

/// The paths of requests to make each of these people a Security Admin.
async fn requests(ada: &Person<'_>, people: &[String]) -> Vec<String> {
    let mut paths = Vec::new();
    for person in people {
        let role = json!({"role": "security_admin"});
        let waits = ada.calls(Method::PATCH, &format!("/v1/employees/{person}"), Some(role)).await.is(202);
        paths.push(format!("/v1/approvals/{}", waits.text_at("/approval/approval_id")));
    }
    paths
}

/// S36: of an approval, a cancellation and the expiry at the same time one happens.
#[test]
fn a_request_ends_once_whatever_comes_at_the_same_time() {
    at_once(async {
        let world = World::start().await;
        let (mut ada, mut grace) =
            (world.enrolled("ada@northwind.example").await, world.enrolled("grace@northwind.example").await);
        let company = json!({"company_id": world.companies["Northwind Partners"], "approvals": "sensitive"});
        world.import(json!({"company": company, "employees": []})).await;
        let mut done = 0;
        for batch in 0..BATCHES {
            let row = |n| json!({"email": format!("racer{batch}-{n}@northwind.example"), "name": format!("Racer {n}")});
            let rows: Vec<Value> = (0..BATCH).map(row).collect();
            let imported = world.import(world.northwind(json!(rows))).await;
            let people: Vec<String> =
                (0..BATCH).map(|n| imported.text_at(&format!("/results/{n}/employee_id"))).collect();
            ada.signs_in().await;
            let made_at = world.now();
            let paths = requests(&ada, &people).await;
            world.advance(Duration::from_secs(LIFETIME - 10 * 60)).await;
            ada.signs_in().await;
            grace.signs_in().await;
            world.advance(Duration::from_secs((made_at + LIFETIME).saturating_sub(world.now() + 1))).await;

            let decided = AtomicUsize::new(0);
            let (ada, grace, world, decided) = (&ada, &grace, &world, &decided);
            let races = stream::iter(paths.iter().map(|path| async move {
                let (approved, cancelled) =
                    tokio::join!(grace.calls(Method::POST, path, None), ada.calls(Method::DELETE, path, None));
                let (approved, cancelled) = (is_done(&approved), is_done(&cancelled));
                assert!(!(approved && cancelled), "{path} was approved and cancelled");
                decided.fetch_add(1, Ordering::Relaxed);
                approved
            }));
            let expires = async {
                // The clock moves when half of them are decided, so that some expire on a fast machine too.
                while decided.load(Ordering::Relaxed) < BATCH / 2 {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    world.clean_up().await;
                }
                world.advance(Duration::from_secs(60)).await;
                world.clean_up().await;
            };
            let (approved, ()) = tokio::join!(races.buffered(PARALLEL).collect::<Vec<bool>>(), expires);
            world.clean_up().await;
            for (person, approved) in people.iter().zip(approved) {
                let shown = ada.calls(Method::GET, &format!("/v1/employees/{person}"), None).await.is(200);
                assert_eq!(shown.body["role"] == "security_admin", approved, "{}", shown.text);
                done += usize::from(approved);
            }
        }
        let ends = ["approval.approved", "approval.cancelled", "approval.expired"];
        let mut counts = [0; 3];
        for (count, kind) in counts.iter_mut().zip(ends) {
            *count = world.events(kind).await;
        }
        assert_eq!(counts.iter().sum::<usize>(), BATCH * BATCHES, "{counts:?}");
        assert_eq!(counts[0], done);
        assert!(counts.iter().all(|count| *count > 0), "not every end was seen: {counts:?}");
        world.reconcile().await;
    });
}
