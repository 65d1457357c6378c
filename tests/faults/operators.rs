//! Imports and the cleanup with a fault at every call: after another run the result is the same as without the fault.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use readmit_tests::{Attempts, InjectedFault, World};
use reqwest::Method;
use serde_json::{Value, json};

const FAULTS: [InjectedFault; 6] = [
    InjectedFault::Throttled(Attempts::First),
    InjectedFault::Throttled(Attempts::All),
    InjectedFault::NotHeard(Attempts::All),
    InjectedFault::AnswerLost(Attempts::First),
    InjectedFault::AnswerLost(Attempts::All),
    InjectedFault::Conflicting,
];
/// More calls than these imports and cleanups make.
const ENOUGH: usize = 80;
/// The number of parallel worlds.
const PARALLEL: usize = 6;

/// A stricter policy, a new person, a new name, a new address, a disabled and an erased one, and codes for all who have none.
fn import(world: &World) -> Value {
    let rows = json!([
        {"email": "nora@northwind.example", "name": "Nora New"},
        {"email": "ada@northwind.example", "name": "Ada L. Lindqvist"},
        {"employee_id": world.id("sam@northwind.example"), "email": "sam.w@northwind.example", "name": "Sam Wójcik"},
        {"email": "grace@northwind.example", "name": "Grace Okafor", "status": "disabled"},
        {"email": "cleo@client.example", "name": "Cleo Client", "erase": true},
    ]);
    let mut event = world.northwind(rows);
    event["company"]["second_proof"] = json!("everyone");
    event["issue_passcodes"] = json!(true);
    event
}

/// Whether the fault was injected: false if the run had fewer calls.
async fn import_faulty_at(fault: InjectedFault, call: usize) -> bool {
    let world = World::start().await;
    world.operator_mails_a_code_to("grace@northwind.example").await;
    world.store.inject(fault, call, 1);
    world.invoke("import-employees", import(&world)).await;
    let was_done = world.store.heal() > call;
    // Two minutes later an interrupted issue no longer blocks a new one, and the second run mails a code.
    world.advance(Duration::from_secs(300)).await;
    world.clean_up().await;
    world.import(import(&world)).await;
    let again = world.outcomes_of(import(&world)).await;
    assert_eq!(again[..4], ["unchanged"; 4], "{fault:?} at {call}");

    let people = world.items("employees").await;
    let named = |email: &str| people.iter().filter(|row| row["login"]["S"] == email).count();
    let expected = [
        ("nora@northwind.example", 1),
        ("sam.w@northwind.example", 1),
        ("sam@northwind.example", 0),
        ("cleo@client.example", 0),
    ];
    for (email, count) in expected {
        assert_eq!(named(email), count, "{email}: {fault:?} at {call}");
    }
    let code = world.mailed_code("nora@northwind.example").await;
    world.recovers("nora@northwind.example", &code).await;
    let ended =
        world.trail_of("grace@northwind.example").await.iter().filter(|kind| *kind == "passcode.revoked").count();
    assert_eq!(ended, 1, "{fault:?} at {call}");
    assert_eq!(world.events("company.changed").await, 1, "{fault:?} at {call}");
    world.reconcile().await;
    was_done
}

/// A new company of three people, and codes for all.
fn founding(mode: &str) -> Value {
    let rows = json!([
        {"email": "mia@fabrikam.example", "name": "Mia Member", "external_id": "F-1"},
        {"email": "rosa@fabrikam.example", "name": "Rosa Admin", "role": "security_admin", "external_id": "F-2"},
        {"email": "ada@northwind.example", "name": "Ada Elsewhere", "role": "security_admin"},
    ]);
    json!({"mode": mode, "company": {"external_id": "fabrikam", "name": "Fabrikam"}, "employees": rows,
        "issue_passcodes": true})
}

/// Like [`import_faulty_at`], for the creation of a company with `calls` failing calls. Many failing calls are like a dead process.
async fn founding_faulty_at(fault: InjectedFault, call: usize, calls: usize) -> bool {
    let world = World::start().await;
    world.store.inject(fault, call, calls);
    world.invoke("import-employees", founding("create")).await;
    let was_done = world.store.heal() > call;
    world.advance(Duration::from_secs(300)).await;
    world.clean_up().await;
    // There is nothing, or the company and its first Security Admin.
    let rows = world.items("employees").await;
    let of_fabrikam = |field: &str| {
        let others = world.companies.values();
        let is_other = |row: &Value| others.clone().any(|id| row["company_id"]["S"] == **id);
        rows.iter().filter(|row| row.get(field).is_some() && !is_other(row)).count()
    };
    let (companies, people) = (of_fabrikam("company_name"), of_fabrikam("full_name"));
    assert_eq!(companies, usize::from(people > 0), "{fault:?} at {call}: {companies} companies, {people} people");
    assert_eq!(companies, usize::from(rows.iter().any(|row| row["login"]["S"] == "rosa@fabrikam.example")));

    let created = world.import(founding("create")).await;
    let updated = world.import(founding("update")).await;
    assert_eq!(created.body["company_id"], updated.body["company_id"], "{fault:?} at {call}");
    let again = world.outcomes_of(founding("update")).await;
    assert_eq!(again, ["unchanged", "unchanged", "refused address_taken"], "{fault:?} at {call}");
    let rows = world.items("employees").await;
    assert_eq!(rows.iter().filter(|row| row["company_name"]["S"] == "Fabrikam").count(), 1, "{fault:?} at {call}");
    for email in ["mia@fabrikam.example", "rosa@fabrikam.example"] {
        world.recovers(email, &world.mailed_code(email).await).await;
    }
    world.reconcile().await;
    was_done
}

async fn cleanup_faulty_at(fault: InjectedFault, call: usize) -> bool {
    let world = World::start().await;
    let emails = ["ada@northwind.example", "mike@northwind.example", "sam@northwind.example"];
    for email in emails {
        let code = world.operator_mails_a_code_to(email).await;
        if email == emails[0] {
            world.recovers(email, &code).await;
        }
    }
    world.advance(Duration::from_secs(3_600)).await;
    world.store.inject(fault, call, 1);
    world.call(Method::POST, "/_local/schedule/cleanup-passcodes", None, None).await;
    let was_done = world.store.heal() > call;
    world.clean_up().await;
    let again = world.clean_up().await;
    assert_eq!(again, json!({"expired": 0, "abandoned": 0, "withdrawn": 0, "approvals": 0}), "{fault:?} at {call}");
    for (email, end) in emails.into_iter().zip(["recovery.abandoned", "passcode.expired", "passcode.expired"]) {
        let ends = world.trail_of(email).await.iter().filter(|kind| *kind == end).count();
        assert_eq!(ends, 1, "{email}: {fault:?} at {call}");
    }
    world.reconcile().await;
    was_done
}

/// Injects each of these faults into every call.
async fn at_every_call(faults: &[InjectedFault], faulty_at: impl AsyncFn(InjectedFault, usize) -> bool) {
    let ways = faults.iter().map(|&fault| {
        let faulty_at = &faulty_at;
        async move {
            let mut call = 0;
            while faulty_at(fault, call).await {
                call += 1;
                assert!(call < ENOUGH, "an end of the calls was not found");
            }
            assert!(call > 5, "only {call} calls failed");
        }
    });
    stream::iter(ways).buffer_unordered(PARALLEL).for_each(|()| async {}).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_is_run_again_after_whatever_harm_and_nothing_is_twice() {
    at_every_call(&FAULTS, import_faulty_at).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_founded_once_whatever_harm_is_done_to_a_call() {
    at_every_call(&FAULTS, async |fault, call| founding_faulty_at(fault, call, 1).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_while_it_founds_leaves_a_company_with_its_admin_or_nothing() {
    let dies = [InjectedFault::NotHeard(Attempts::All)];
    at_every_call(&dies, async |fault, call| founding_faulty_at(fault, call, ENOUGH).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_is_interrupted_tells_the_company_that_it_has_created() {
    let world = World::start().await;
    // These five calls succeed: the external id, the owners of addresses and of external ids, the people, and the creation.
    world.store.inject(InjectedFault::NotHeard(Attempts::All), 5, ENOUGH);
    let told = world.invoke("import-employees", founding("create")).await;
    world.store.heal();
    assert_eq!(told.body["errorType"], "interrupted");
    let rows = world.items("employees").await;
    let fabrikam = rows.iter().find(|row| row["company_name"]["S"] == "Fabrikam").unwrap();
    assert!(told.text_at("/errorMessage").contains(fabrikam["company_id"]["S"].as_str().unwrap()), "{}", told.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cleanup_is_run_again_after_whatever_harm_and_nothing_is_twice() {
    at_every_call(&FAULTS, cleanup_faulty_at).await;
}
