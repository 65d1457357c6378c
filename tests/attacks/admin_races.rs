//! Two Security Admins who demote, disable or erase each other at the same time, two hundred rounds: one of them succeeds, the other is
//! refused, and the company keeps an enrolled Security Admin (S23).

use futures_util::{StreamExt as _, stream};
use readmit_tests::{PASSWORD, Person, Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

use crate::gateway::at_once;

const ROUNDS: usize = 204;
/// Companies in which the rounds run in parallel.
const COMPANIES: usize = 4;

/// What one admin does to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Demote,
    Disable,
    Erase,
}

const ACTS: [Act; 3] = [Act::Demote, Act::Disable, Act::Erase];

/// An enrolled Security Admin.
struct Rival<'w> {
    id: String,
    person: Person<'w>,
}

/// A company with two of them.
struct Arena<'w> {
    world: &'w World,
    company_id: String,
    rivals: [Rival<'w>; 2],
}

impl Act {
    async fn of(self, by: &Rival<'_>, to: &Rival<'_>) -> Reply {
        let path = format!("/v1/employees/{}", to.id);
        match self {
            Self::Demote => by.person.calls(Method::PATCH, &path, Some(json!({"role": "member"}))).await,
            Self::Disable => by.person.calls(Method::PATCH, &path, Some(json!({"status": "disabled"}))).await,
            Self::Erase => by.person.calls(Method::DELETE, &path, None).await,
        }
    }

    fn status_of_success(self) -> u16 {
        if self == Self::Erase { 204 } else { 200 }
    }

    /// The answer to the one to whom this was done.
    fn status_of_refusal(self) -> u16 {
        if self == Self::Demote { 403 } else { 401 }
    }
}

fn email(company: usize, n: usize) -> String {
    format!("admin{n}@rivals{company}.example")
}

fn row(email: &str) -> Value {
    json!({"email": email, "name": "A Rival", "role": "security_admin", "status": "active"})
}

impl<'w> Arena<'w> {
    async fn new(world: &'w World, company: usize) -> Self {
        let rows = [row(&email(company, 0)), row(&email(company, 1))];
        let company_part = json!({"name": format!("Rivals {company}")});
        let told = world.import(json!({"company": company_part, "employees": rows})).await;
        let company_id = told.text_at("/company_id");
        let mut rivals = Vec::new();
        for n in 0..2 {
            let id = told.text_at(&format!("/results/{n}/employee_id"));
            rivals.push(Rival { id, person: enrolled(world, &company_id, &email(company, n)).await });
        }
        Self { world, company_id, rivals: rivals.try_into().ok().unwrap() }
    }

    /// The row of a rival, if it exists.
    async fn row_of(&self, rival: &Rival<'_>) -> Option<Value> {
        let key = json!({"company_id": {"S": self.company_id}, "employee_id": {"S": rival.id}});
        let found = self.world.dynamodb("GetItem", json!({"TableName": "readmit-employees", "Key": key})).await;
        found.get("Item").cloned()
    }

    /// Both act at the same time. Returns which of them succeeded.
    async fn round(&self, acts: [Act; 2], round: &str) -> usize {
        let [one, other] = &self.rivals;
        let (first, second) = tokio::join!(acts[0].of(one, other), acts[1].of(other, one));
        let statuses = [first.status, second.status];
        let winner = usize::from(statuses[0] != acts[0].status_of_success());
        assert_eq!(statuses[winner], acts[winner].status_of_success(), "{round}: {} {}", first.text, second.text);
        assert_eq!(statuses[1 - winner], acts[winner].status_of_refusal(), "{round}: {} {}", first.text, second.text);

        let stays = self.row_of(&self.rivals[winner]).await.unwrap();
        let is = |row: &Value| ["granted_role", "account_status", "two_factor"].map(|name| row[name]["S"].clone());
        assert_eq!(is(&stays), ["security_admin", "active", "enrolled"], "{round}");
        let goes = self.row_of(&self.rivals[1 - winner]).await;
        match acts[winner] {
            Act::Demote => assert_eq!(is(&goes.unwrap()), ["member", "active", "enrolled"], "{round}"),
            Act::Disable => assert_eq!(is(&goes.unwrap()), ["security_admin", "disabled", "enrolled"], "{round}"),
            Act::Erase => assert!(goes.is_none(), "{round}"),
        }
        winner
    }

    /// The operator brings back the one who lost.
    async fn brings_back(&mut self, loser: usize, after: Act) {
        let Self { world, company_id, rivals } = self;
        let rival = &mut rivals[loser];
        let email = rival.person.email.clone();
        let event = json!({"company": {"company_id": company_id}, "employees": [row(&email)]});
        let told = world.import(event).await;
        match after {
            // The session has not ended.
            Act::Demote => {}
            Act::Disable => {
                let code = rival.person.backup_codes.pop().unwrap();
                rival.person.token = world.sign_in(&email, PASSWORD, &code).await.is(200).text_at("/access_token");
            }
            Act::Erase => {
                rival.id = told.text_at("/results/0/employee_id");
                rival.person = enrolled(world, company_id, &email).await;
            }
        }
    }
}

/// Enrols with an operator's code.
async fn enrolled<'w>(world: &'w World, company_id: &str, email: &str) -> Person<'w> {
    let company = json!({"company_id": company_id});
    world.import(json!({"company": company, "employees": [], "issue_passcodes": [email]})).await;
    let code = world.mailed_code(email).await;
    world.recovers(email, &code).await.completes(PASSWORD).await
}

#[test]
fn of_two_admins_who_end_each_others_authority_one_stays() {
    at_once(async {
        let world = World::empty().await;
        let lanes = (0..COMPANIES).map(|company| {
            let world = &world;
            async move {
                let mut arena = Arena::new(world, company).await;
                let mut won = [0; 2];
                for round in 0..ROUNDS / COMPANIES {
                    let acts = [ACTS[round % 3], ACTS[(round / 3) % 3]];
                    let winner = arena.round(acts, &format!("company {company}, round {round}, {acts:?}")).await;
                    won[winner] += 1;
                    arena.brings_back(1 - winner, acts[winner]).await;
                }
                won
            }
        });
        let won: Vec<[usize; 2]> = stream::iter(lanes).buffer_unordered(COMPANIES).collect().await;
        let sum = |n: usize| won.iter().map(|won| won[n]).sum::<usize>();
        assert!(sum(0) > 0 && sum(1) > 0, "{won:?}");
        // Each round has exactly one act of a Security Admin in the audit.
        let audit = world.items("audit").await;
        let acts = audit.iter().filter(|row| {
            let kind = row["event_type"]["S"].as_str().unwrap();
            row["actor"]["M"]["kind"]["S"] == "employee" && ["employee.changed", "employee.erased"].contains(&kind)
        });
        assert_eq!(acts.count(), ROUNDS);
        world.reconcile().await;
    });
}
