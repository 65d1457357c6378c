//! What an operator and the schedule do, with harm at every call: run again, it is as if there had been none.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use readmit_tests::{Attempts, Harm, World};
use reqwest::Method;
use serde_json::{Value, json};

const HARMS: [Harm; 6] = [
    Harm::Throttled(Attempts::First),
    Harm::Throttled(Attempts::All),
    Harm::NotHeard(Attempts::All),
    Harm::AnswerLost(Attempts::First),
    Harm::AnswerLost(Attempts::All),
    Harm::Conflicting,
];
/// More calls than an import or a cleanup of these few makes.
const ENOUGH: usize = 80;
/// Worlds at a time.
const PARALLEL: usize = 6;

/// A new person, a new name, a new address, a disabled and an erased one, and codes for all who have none.
fn import(world: &World) -> Value {
    let rows = json!([
        {"email": "nora@northwind.example", "name": "Nora New"},
        {"email": "ada@northwind.example", "name": "Ada L. Lindqvist"},
        {"employee_id": world.id("sam@northwind.example"), "email": "sam.w@northwind.example", "name": "Sam Wójcik"},
        {"email": "grace@northwind.example", "name": "Grace Okafor", "status": "disabled"},
        {"email": "cleo@client.example", "name": "Cleo Client", "erase": true},
    ]);
    let mut event = world.northwind(rows);
    event["issue_passcodes"] = json!(true);
    event
}

/// Whether the harm was done: the run had a call of that number.
async fn import_harmed_at(harm: Harm, call: usize) -> bool {
    let world = World::start().await;
    world.operator_mails_a_code_to("grace@northwind.example").await;
    world.store.harm(harm, call, 1);
    world.invoke("import-employees", import(&world)).await;
    let was_done = world.store.heal() > call;
    // Two minutes later whoever was left between commit and mail is free again, and gets a code with the second run.
    world.advance(Duration::from_secs(120)).await;
    world.clean_up().await;
    world.import(import(&world)).await;
    let again = world.outcomes_of(import(&world)).await;
    assert_eq!(again[..4], ["unchanged"; 4], "{harm:?} at {call}");

    let people = world.items("employees").await;
    let named = |email: &str| people.iter().filter(|row| row["login"]["S"] == email).count();
    let expected = [
        ("nora@northwind.example", 1),
        ("sam.w@northwind.example", 1),
        ("sam@northwind.example", 0),
        ("cleo@client.example", 0),
    ];
    for (email, count) in expected {
        assert_eq!(named(email), count, "{email}: {harm:?} at {call}");
    }
    let code = world.mailed_code("nora@northwind.example").await;
    world.recovers("nora@northwind.example", &code).await;
    let ended =
        world.trail_of("grace@northwind.example").await.iter().filter(|kind| *kind == "passcode.revoked").count();
    assert_eq!(ended, 1, "{harm:?} at {call}");
    world.reconcile().await;
    was_done
}

async fn cleanup_harmed_at(harm: Harm, call: usize) -> bool {
    let world = World::start().await;
    let emails = ["ada@northwind.example", "mike@northwind.example", "sam@northwind.example"];
    for email in emails {
        let code = world.operator_mails_a_code_to(email).await;
        if email == emails[0] {
            world.recovers(email, &code).await;
        }
    }
    world.advance(Duration::from_secs(3_600)).await;
    world.store.harm(harm, call, 1);
    world.call(Method::POST, "/_local/schedule/cleanup-passcodes", None, None).await;
    let was_done = world.store.heal() > call;
    world.clean_up().await;
    let again = world.clean_up().await;
    assert_eq!(again, json!({"expired": 0, "abandoned": 0, "withdrawn": 0}), "{harm:?} at {call}");
    for (email, end) in emails.into_iter().zip(["recovery.abandoned", "passcode.expired", "passcode.expired"]) {
        let ends = world.trail_of(email).await.iter().filter(|kind| *kind == end).count();
        assert_eq!(ends, 1, "{email}: {harm:?} at {call}");
    }
    world.reconcile().await;
    was_done
}

/// Every call, until there are no more.
async fn at_every_call(harmed_at: impl AsyncFn(Harm, usize) -> bool) {
    let ways = HARMS.into_iter().map(|harm| {
        let harmed_at = &harmed_at;
        async move {
            let mut call = 0;
            while harmed_at(harm, call).await {
                call += 1;
                assert!(call < ENOUGH, "an end of the calls was not found");
            }
            assert!(call > 5, "only {call} calls were harmed");
        }
    });
    stream::iter(ways).buffer_unordered(PARALLEL).for_each(|()| async {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_run_again_after_whatever_harm_and_nothing_is_twice() {
    at_every_call(import_harmed_at).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cleanup_is_run_again_after_whatever_harm_and_nothing_is_twice() {
    at_every_call(cleanup_harmed_at).await;
}
