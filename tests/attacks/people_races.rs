//! Acts of Security Admins about people at the same time, two hundred rounds each: a serial order must explain each result, and no answer is
//! a failure. `admin_races.rs` has the acts of two Security Admins about each other.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use readmit_tests::{Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::at_once;

const ROUNDS: usize = 200;
/// Rounds that run in parallel, each about its own people.
const PARALLEL: usize = 4;
const ADA: &str = "ada@northwind.example";
const GRACE: &str = "grace@northwind.example";
const CARL: &str = "carl@contoso.example";

/// The delay of one side, in milliseconds. It moves towards the moment at which either side may win.
struct Delay(AtomicU64);

impl Delay {
    async fn passes(&self) {
        tokio::time::sleep(Duration::from_millis(self.0.load(Ordering::Relaxed))).await;
    }

    fn moves(&self, was_first: bool) {
        let next = |late: u64| Some(if was_first { late + 1 } else { late.saturating_sub(1) });
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).ok();
    }
}

/// Imports these people into Northwind, and returns their paths.
async fn paths(world: &World, rows: impl Iterator<Item = Value>) -> Vec<String> {
    let rows: Vec<Value> = rows.collect();
    let imported = world.import(world.northwind(json!(rows))).await;
    let path = |row: &Value| format!("/v1/employees/{}", row["employee_id"].as_str().unwrap());
    imported.body["results"].as_array().unwrap().iter().map(path).collect()
}

fn racer(n: usize) -> Value {
    json!({"email": format!("racer{n}@northwind.example"), "name": format!("Racer Number {n}"), "external_id": format!("R-{n}")})
}

/// The answer's status, which must be one of these.
#[track_caller]
fn status(reply: &Reply, wanted: &[u16]) -> u16 {
    assert!(wanted.contains(&reply.status), "{} {}", reply.status, reply.text);
    reply.status
}

/// The person with this id, as the directory has them.
async fn row_at(world: &World, path: &str) -> Option<Value> {
    let id = path.rsplit('/').next().unwrap();
    let company_id = world.companies["Northwind Partners"].as_str();
    let key = json!({"company_id": {"S": company_id}, "employee_id": {"S": id}});
    let found = world.dynamodb("GetItem", json!({"TableName": "readmit-employees", "Key": key})).await;
    found.get("Item").cloned()
}

/// F8 (S5): an erasure that read the person before a change left the words and the external id of the changed person behind.
#[test]
fn a_change_against_an_erasure_leaves_nothing() {
    at_once(async {
        let world = World::start().await;
        let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
        let delay = Delay(AtomicU64::new(3));
        let rounds = paths(&world, (0..ROUNDS).map(racer)).await.into_iter().enumerate().map(|(n, path)| {
            let (ada, grace, delay) = (&ada, &grace, &delay);
            async move {
                let change = json!({"name": format!("Changed {n}"), "external_id": format!("X-{n}"), "locale": "de"});
                let changes = async {
                    delay.passes().await;
                    ada.calls(Method::PATCH, &path, Some(change)).await
                };
                let (changed, erased) = tokio::join!(changes, grace.calls(Method::DELETE, &path, None));
                status(&erased, &[204]);
                let was_changed = status(&changed, &[200, 404]) == 200;
                delay.moves(was_changed);
                was_changed
            }
        });
        let changed: Vec<bool> = stream::iter(rounds).buffer_unordered(PARALLEL).collect().await;
        let changed = changed.into_iter().filter(|changed| *changed).count();
        assert!((1..ROUNDS).contains(&changed), "the change came first in {changed} rounds");
        let (changes, erasures) = (world.events("employee.changed").await, world.events("employee.erased").await);
        assert_eq!((changes, erasures), (changed, ROUNDS));
        world.reconcile().await;
    });
}

/// F8 (S23): a change against an import of the same person, and the demotion of the admin who changes.
#[test]
fn a_change_against_an_import_and_the_demotion_of_its_admin() {
    at_once(async {
        let world = World::start().await;
        world.enrolled(ADA).await;
        let admins = stream::iter(0..PARALLEL).then(|n| admin(&world, n)).collect::<Vec<_>>().await;
        let paths = paths(&world, (0..ROUNDS).map(racer)).await;
        let lanes = admins.iter().enumerate().map(|(lane, admin)| {
            let (world, paths) = (&world, &paths);
            async move {
                let mut changed = 0;
                let delay = Delay(AtomicU64::new(5));
                for n in (lane..ROUNDS).step_by(PARALLEL) {
                    changed += usize::from(change_import_and_demotion(world, admin, &paths[n], n, &delay).await);
                }
                changed
            }
        });
        let changed: usize = futures_util::future::join_all(lanes).await.iter().sum();
        assert!((1..ROUNDS).contains(&changed), "the change came before the demotion in {changed} rounds");
        world.reconcile().await;
    });
}

/// An enrolled Security Admin who is imported here.
async fn admin(world: &World, n: usize) -> Person<'_> {
    let email = format!("admin{n}@northwind.example");
    world.import(world.northwind(json!([{"email": email, "name": "An Admin", "role": "security_admin"}]))).await;
    world.enrolled(&email).await
}

async fn change_import_and_demotion(world: &World, admin: &Person<'_>, path: &str, n: usize, delay: &Delay) -> bool {
    // In every second round both write the name.
    let (row, both_name) = match n % 2 {
        0 => (json!({"email": racer(n)["email"], "name": "Imported"}), true),
        _ => (json!({"email": racer(n)["email"], "locale": "ja"}), false),
    };
    let role = |role: &str| json!([{"email": admin.email, "role": role}]);
    let demotes = async {
        delay.passes().await;
        assert_eq!(world.outcomes(role("member")).await, ["updated"]);
        changes_of(world, path).await.0
    };
    let changes = admin.calls(Method::PATCH, path, Some(json!({"name": "Changed", "external_id": format!("X-{n}")})));
    let (changed, imported, when_demoted) = tokio::join!(changes, world.outcomes(json!([row])), demotes);
    let is_changed = status(&changed, &[200, 403]) == 200;
    delay.moves(is_changed);
    assert_eq!(imported, ["updated"], "round {n}");
    let person = row_at(world, path).await.unwrap();
    let name = person["full_name"]["S"].as_str().unwrap();
    let racer = racer(n);
    let names = match (is_changed, both_name) {
        (true, true) => vec!["Changed", "Imported"],
        (true, false) => vec!["Changed"],
        (false, true) => vec!["Imported"],
        (false, false) => vec![racer["name"].as_str().unwrap()],
    };
    assert!(names.contains(&name), "round {n}: {name} and not {names:?}");
    let external_id = if is_changed { format!("X-{n}") } else { format!("R-{n}") };
    assert_eq!(person["external_id"]["S"], *external_id, "round {n}");
    assert_eq!(person["mail_locale"]["S"] == "ja", !both_name, "round {n}");
    let (by_admin, by_operator) = changes_of(world, path).await;
    assert_eq!((by_admin, by_operator), (usize::from(is_changed), 1), "round {n}");
    assert_eq!(when_demoted, by_admin, "round {n}: a change after the answer to the demotion");
    assert_eq!(world.outcomes(role("security_admin")).await, ["updated"]);
    is_changed
}

/// The number of changes of a person by Security Admins and by operators.
async fn changes_of(world: &World, path: &str) -> (usize, usize) {
    let id = path.rsplit('/').next().unwrap();
    let events = world.items("audit").await;
    let changes =
        events.iter().filter(|row| row["employee_id"]["S"] == id && row["event_type"]["S"] == "employee.changed");
    let (operators, admins): (Vec<_>, Vec<_>) = changes.partition(|row| row["actor"]["M"]["kind"]["S"] == "operator");
    (admins.len(), operators.len())
}

/// CVE-2019-19844 (S6): an address has one owner. Two people who each want the address of the other keep theirs; one who wants an address
/// that its owner leaves at that moment gets it, or is refused.
#[test]
fn no_two_people_have_an_address_while_they_swap() {
    at_once(async {
        let world = World::start().await;
        let (ada, grace) = (world.enrolled(ADA).await, world.enrolled(GRACE).await);
        let paths = paths(&world, (0..2 * ROUNDS).map(racer)).await;
        let delay = Delay(AtomicU64::new(5));
        let rounds = paths.chunks(2).enumerate().map(|(n, pair)| {
            let (world, ada, grace, delay) = (&world, &ada, &grace, &delay);
            async move {
                let address = |of: usize| racer(2 * n + of)["email"].as_str().unwrap().to_owned();
                let is_swap = n.is_multiple_of(2);
                let first = if is_swap { address(1) } else { format!("free{n}@northwind.example") };
                let second = async {
                    if !is_swap {
                        delay.passes().await;
                    }
                    grace.calls(Method::PATCH, &pair[1], Some(json!({"email": address(0)}))).await
                };
                let (one, other) =
                    tokio::join!(ada.calls(Method::PATCH, &pair[0], Some(json!({"email": first}))), second);
                let moved = [status(&one, &[200, 409]) == 200, status(&other, &[200, 409]) == 200];
                for refused in [one, other].into_iter().filter(|reply| reply.status == 409) {
                    refused.is_problem(409, "address_unavailable");
                }
                let expected = [if moved[0] { first } else { address(0) }, address(usize::from(!moved[1]))];
                for (path, login) in pair.iter().zip(expected) {
                    assert_eq!(row_at(world, path).await.unwrap()["login"]["S"], *login, "round {n}");
                }
                if is_swap {
                    assert_eq!(moved, [false, false], "round {n}");
                } else {
                    assert!(moved[0], "round {n}: the new address was free");
                    delay.moves(!moved[1]);
                }
                moved[1]
            }
        });
        let moved: Vec<bool> = stream::iter(rounds).buffer_unordered(PARALLEL).collect().await;
        let moved = moved.into_iter().filter(|moved| *moved).count();
        assert!((1..ROUNDS / 2).contains(&moved), "an address was left in time in {moved} rounds");
        world.reconcile().await;
    });
}

/// CVE-2023-26481 (S6, S16): two companies that share a domain add the same address, and an operator imports it into one of them.
#[test]
fn of_two_companies_that_add_an_address_one_has_it() {
    at_once(async {
        let world = World::start().await;
        let (mut ada, mut carl) = (world.enrolled(ADA).await, world.enrolled(CARL).await);
        for company_id in world.companies.values() {
            world
                .import(json!({"company": {"company_id": company_id, "domains": ["shared.example"]}, "employees": []}))
                .await;
        }
        let mut added = [0; 3];
        for day in 0..2 {
            let rounds = (0..ROUNDS / 2).map(|n| addition(&world, [&ada, &carl], day * ROUNDS + n));
            let of_day: Vec<[bool; 3]> = stream::iter(rounds).buffer_unordered(PARALLEL).collect().await;
            for won in of_day {
                added.iter_mut().zip(won).for_each(|(added, won)| *added += usize::from(won));
            }
            // A company adds a hundred people a day.
            world.advance(Duration::from_secs(25 * 3_600)).await;
            ada.signs_in().await;
            carl.signs_in().await;
        }
        assert!(added[0] > 0 && added[1] > 0, "added by Ada, by Carl, by the operator: {added:?}");
        assert_eq!(added.iter().sum::<usize>(), ROUNDS);
        assert_eq!(world.events("employee.added").await, added[0] + added[1]);
        world.reconcile().await;
    });
}

/// Who of the two admins and the operator has added the address.
async fn addition(world: &World, [ada, carl]: [&Person<'_>; 2], n: usize) -> [bool; 3] {
    let email = format!("racer{n}@shared.example");
    let person = json!({"email": email, "name": "A Racer", "external_id": format!("S-{n}")});
    let adds = |admin: &Person<'_>, later: bool| {
        let (token, person) = (admin.token.clone(), person.clone());
        async move {
            if later {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            world.call(Method::POST, "/v1/employees", Some(&token), Some(person)).await
        }
    };
    let imports = async {
        let company = json!({"company_id": world.companies["Contoso"]});
        let event = json!({"company": company, "employees": [person]});
        if n.is_multiple_of(3) { world.outcomes_of(event).await } else { Vec::new() }
    };
    let (one, other, imported) = tokio::join!(adds(ada, n % 4 == 1), adds(carl, n % 4 == 2), imports);
    let mut won = [status(&one, &[201, 409]) == 201, status(&other, &[201, 409]) == 201, false];
    for refused in [one, other].into_iter().filter(|reply| reply.status == 409) {
        refused.is_problem(409, "address_unavailable");
    }
    match imported.first().map(String::as_str) {
        Some("created") => won[2] = true,
        // Carl has added the person before.
        Some("unchanged") => assert!(won[1], "round {n}"),
        Some("refused address_taken") => assert!(won[0], "round {n}"),
        None => {}
        Some(other) => panic!("round {n}: {other}"),
    }
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "round {n}: {won:?}");
    won
}
