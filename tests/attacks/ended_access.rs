//! Everything that ends a person's access, at the same time as everything that can happen to a code (S5, F8). Two hundred rounds each, for
//! people with a code and people who never had one. The state is stored once, so a serial order explains every result, and afterwards nothing
//! can be redeemed or used.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use readmit_tests::{PASSWORD, Person, Recovery, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::at_once;

const ROUNDS: usize = 200;
/// Rounds that run in parallel, each for its own person.
const PARALLEL: usize = 4;

/// An act that ends access.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Address,
    Disabling,
    Erasure,
    Type,
}

/// An act on a code that happens at the same time.
#[derive(Clone, Copy, Debug)]
enum Act {
    FirstIssue,
    Issue,
    Redemption,
    Completion,
    Report,
}

/// What an act needs, prepared before the race.
enum Prepared<'w> {
    Nothing,
    Code(String),
    Recovery { recovery: Recovery<'w>, digits: String },
    Mail(Value),
}

fn email(n: usize) -> String {
    format!("racer{n}@northwind.example")
}

impl Ending {
    fn row(self, n: usize, id: &str) -> Value {
        match self {
            Self::Address => json!({"employee_id": id, "email": format!("moved{n}@northwind.example")}),
            Self::Disabling => json!({"email": email(n), "status": "disabled"}),
            Self::Erasure => json!({"email": email(n), "erase": true}),
            Self::Type => json!({"email": email(n), "account_type": "client"}),
        }
    }
}

impl Act {
    async fn prepare<'w>(self, world: &'w World, email: &str) -> Prepared<'w> {
        match self {
            Self::FirstIssue => Prepared::Nothing,
            Self::Issue => {
                world.operator_mails_a_code_to(email).await;
                Prepared::Nothing
            }
            Self::Redemption => Prepared::Code(world.operator_mails_a_code_to(email).await),
            Self::Report => {
                world.operator_mails_a_code_to(email).await;
                Prepared::Mail(world.mails_to(email).await[0]["message_id"].clone())
            }
            Self::Completion => {
                let code = world.operator_mails_a_code_to(email).await;
                let recovery = world.recovers(email, &code).await;
                recovery.sets_password(PASSWORD).await.is(204);
                let digits = recovery.digits_of(&recovery.asks_for_totp().await.is(200));
                Prepared::Recovery { recovery, digits }
            }
        }
    }
}

/// Does the act and returns whether it succeeded.
async fn act(world: &World, ada: &Person<'_>, id: &str, email: &str, prepared: Prepared<'_>) -> (Reply, bool) {
    let reply = match prepared {
        Prepared::Nothing => ada.calls(Method::POST, &format!("/v1/employees/{id}/passcode"), Some(json!({}))).await,
        Prepared::Code(code) => world.redeem(email, &code).await,
        Prepared::Recovery { recovery, digits } => recovery.confirms(&digits).await,
        Prepared::Mail(message_id) => {
            let body = json!({"message_id": message_id, "event": "delivery"});
            let told = world.call(Method::POST, "/_local/delivery", None, Some(body)).await;
            let is_moved = told.body == "moved";
            return (told, is_moved);
        }
    };
    assert!(reply.status < 500, "{}", reply.text);
    // A code that was issued after the change of the address goes to the new address.
    let is_of_old_address = !reply.body["passcode"]["sent_to"].as_str().is_some_and(|address| address.starts_with('m'));
    let is_done = [200, 201].contains(&reply.status) && is_of_old_address;
    (reply, is_done)
}

/// The race for one person.
async fn round(world: &World, ada: &Person<'_>, of: (Ending, Act), late_ms: &AtomicU64, n: usize, id: &str) -> bool {
    let (ending, met) = of;
    let (email, prepared) = (email(n), met.prepare(world, &email(n)).await);
    let acts = async {
        tokio::time::sleep(Duration::from_millis(late_ms.load(Ordering::Relaxed))).await;
        act(world, ada, id, &email, prepared).await
    };
    let ends = world.import(world.northwind(json!([ending.row(n, id)])));
    let ((reply, is_done), imported) = tokio::join!(acts, ends);
    // The winner starts later in the next round, so that most rounds are close.
    let nearer = |late: u64| Some(if is_done { late + 2 } else { late.saturating_sub(2) });
    late_ms.fetch_update(Ordering::Relaxed, Ordering::Relaxed, nearer).ok();
    let outcome = &imported.body["results"][0];
    assert!(["updated", "erased"].iter().any(|done| outcome["outcome"] == *done), "{of:?}, {n}: {outcome}");

    // Afterwards nothing works: no session of an earlier completion, and no code mailed to the old or the new address.
    if let (Act::Completion, true) = (met, is_done) {
        world.call(Method::GET, "/v1/session", Some(&reply.text_at("/access_token")), None).await.is(401);
    }
    is_done
}

/// Two hundred rounds of one pair. Both orders must occur.
fn race(ending: Ending, met: Act) {
    at_once(async {
        let world = World::start().await;
        let ada = world.enrolled("ada@northwind.example").await;
        let rows: Vec<Value> = (0..ROUNDS).map(|n| json!({"email": email(n), "name": format!("Racer {n}")})).collect();
        let imported = world.import(world.northwind(json!(rows))).await;
        let ids: Vec<String> = imported.body["results"].as_array().unwrap().iter().map(id_of).collect();
        let late_ms = &AtomicU64::new(10);
        let rounds = ids.iter().enumerate().map(|(n, id)| {
            let (world, ada) = (&world, &ada);
            async move {
                if n % 50 == 49 {
                    forget_the_admins_hour(world).await;
                }
                round(world, ada, (ending, met), late_ms, n, id).await
            }
        });
        let done: Vec<bool> = stream::iter(rounds).buffer_unordered(PARALLEL).collect().await;
        let came_through = done.iter().filter(|done| **done).count();
        assert!((1..ROUNDS).contains(&came_through), "{met:?} came before {ending:?} in {came_through} rounds");

        for row in world.items("passcodes").await.iter().filter(|row| row["sent_to"]["S"] != "a•••@northwind.example")
        {
            let is_open = ["sending", "sent", "delayed", "delivered"]
                .contains(&row["passcode_status"]["S"].as_str().unwrap())
                || row["recovery_state"]["S"] == "open";
            if is_open && row["sent_to"]["S"].as_str().unwrap().starts_with('m') {
                assert!(row["login"]["S"].as_str().unwrap().starts_with("moved"), "{row}");
                continue;
            }
            let secrets = ["code_selector", "secret_hash", "pending_password", "pending_totp_key"];
            assert!(!is_open && secrets.iter().all(|secret| row.get(secret).is_none()), "{row}");
        }
        world.reconcile().await;
    });
}

fn id_of(result: &Value) -> String {
    result["employee_id"].as_str().unwrap().to_owned()
}

/// An admin may issue sixty codes an hour.
async fn forget_the_admins_hour(world: &World) {
    let subject = format!("codes by {}", world.id("ada@northwind.example"));
    world.dynamodb("DeleteItem", json!({"TableName": "readmit-limits", "Key": {"subject": {"S": subject}}})).await;
}

macro_rules! races {
    ($($name:ident: $ending:ident, $act:ident;)*) => {$(
        #[test]
        fn $name() {
            race(Ending::$ending, Act::$act);
        }
    )*};
}

races! {
    a_new_address_against_a_first_code: Address, FirstIssue;
    a_new_address_against_a_code: Address, Issue;
    a_new_address_against_a_redemption: Address, Redemption;
    a_new_address_against_a_completion: Address, Completion;
    a_new_address_against_a_report: Address, Report;
    a_disabling_against_a_first_code: Disabling, FirstIssue;
    a_disabling_against_a_code: Disabling, Issue;
    a_disabling_against_a_redemption: Disabling, Redemption;
    a_disabling_against_a_completion: Disabling, Completion;
    a_disabling_against_a_report: Disabling, Report;
    an_erasure_against_a_first_code: Erasure, FirstIssue;
    an_erasure_against_a_code: Erasure, Issue;
    an_erasure_against_a_redemption: Erasure, Redemption;
    an_erasure_against_a_completion: Erasure, Completion;
    an_erasure_against_a_report: Erasure, Report;
    another_type_against_a_first_code: Type, FirstIssue;
    another_type_against_a_code: Type, Issue;
    another_type_against_a_redemption: Type, Redemption;
    another_type_against_a_completion: Type, Completion;
    another_type_against_a_report: Type, Report;
}
