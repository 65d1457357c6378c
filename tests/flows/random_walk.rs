//! Random acts by and about fifty people at the same time. Afterwards the audit events are exactly those of a model of each person, and the
//! tables agree with the model.
//!
//! `READMIT_WALK_SEED` repeats a run; without it each run is different.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use readmit::Environment;
use readmit_tests::World;
use serde_json::{Value, json};

mod walker;

use walker::{Passcode, Walker};

const PEOPLE: usize = 50;

fn seed() -> u64 {
    let given = Environment::of_process().get("READMIT_WALK_SEED").map(|text| text.parse().unwrap());
    given.unwrap_or_else(|| readmit::Random::system().random())
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "whoever sees it fail walks the same way again")]
async fn two_thousand_acts_of_fifty_people_at_once_leave_each_its_one_event() {
    let seed = seed();
    println!("READMIT_WALK_SEED={seed}");
    let mut world = World::start().await;
    let email = |n: usize| format!("walker{n}@wanderers.example");
    let mut rows: Vec<Value> = (0..PEOPLE).map(|n| json!({"email": email(n), "name": format!("Walker {n}")})).collect();
    rows.extend(
        (0..5).map(
            |n| json!({"email": format!("admin{n}@wanderers.example"), "name": "Admin", "role": "security_admin"}),
        ),
    );
    world.import_company(json!({"company": {"name": "Wanderers"}, "employees": rows})).await;
    let mut admins = Vec::new();
    for n in 0..5 {
        let mut admin = world.enrolled(&format!("admin{n}@wanderers.example")).await;
        // Suspending requires a recent sign-in, and the session of a recovery does not count as one.
        admin.signs_in().await;
        admins.push(admin);
    }
    let walkers = (0..PEOPLE).map(|n| Walker {
        world: &world,
        admin: &admins[n % admins.len()],
        email: email(n),
        random: StdRng::seed_from_u64(seed.wrapping_add(n as u64)),
        passcode: Passcode::Over,
        issued: false,
        disowned: false,
        admins_codes: 0,
        suspended: false,
        backup_codes: Vec::new(),
        token: None,
        events: BTreeMap::new(),
    });
    let told = join_all(walkers.map(Walker::walk)).await;

    let audit = world.items("audit").await;
    for (email, mut expected) in told {
        expected.insert("employee.imported".to_owned(), 1);
        let mut found = BTreeMap::<String, usize>::new();
        for event in audit.iter().filter(|event| event["employee_id"]["S"] == world.id(&email)) {
            *found.entry(event["event_type"]["S"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert_eq!(found, expected, "{email}, READMIT_WALK_SEED={seed}");
    }
    world.reconcile().await;
}
