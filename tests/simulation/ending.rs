//! The end of a run: there are no more faults and all clocks are right, so that all guarantees can be checked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use readmit_operator::check::{Tables, check};
use readmit_tests::Log;
use serde_json::{Value, json};

use crate::asking::{Asker, World};
use crate::aws::Aws;
use crate::background::{Stream, catches_up_with_the_queue};
use crate::cast::{Cast, Person};
use crate::faults::Plan;
use crate::holder::Holder;
use crate::hosts::{clients, environment};
use crate::invocation::{Claim, Invocation};
use crate::time::{generator, pass};
use crate::wire::Wire;

/// After this time frozen processes run again, and every limit of 15 minutes has ended.
const A_WHILE: Duration = Duration::from_secs(20 * 60);
/// After this time every code, session, limit and request for an approval has ended.
const THREE_DAYS: Duration = Duration::from_secs(74 * 3_600);
/// After this time an authenticator shows a new code.
const A_STEP: Duration = Duration::from_secs(31);

pub struct Ending<'a> {
    pub world: &'a Arc<World>,
    pub cast: &'a Cast,
    pub aws: &'a Aws,
}

impl Ending<'_> {
    pub async fn comes(&self, stream: Stream, log: &Log) {
        let asker = Asker::new(self.world, &Plan::calm(), "end");
        pass(A_WHILE).await;
        for person in &self.cast.people {
            person.looks_up_its_address(self.aws);
            self.the_right_credentials_alone_open(&asker, person).await;
        }
        pass(THREE_DAYS).await;
        asker.completes("clean up", "cleanup-passcodes", json!({})).await.unwrap();
        self.world.oracle.all_is_over();
        self.world.oracle.requests_are_over();
        self.every_file_is_imported(&asker).await;
        for person in &self.cast.people {
            if self.may_recover(person) && !enrols(self.cast, &asker, person).await {
                self.world.oracle.finds(format!("{} cannot recover", person.email()));
            }
        }
        self.everything_is_told(stream).await;
        self.world.oracle.looks_back(self.aws, &log.text());
        for fault in check(&self.tables()).await.unwrap() {
            self.world.oracle.finds(format!("readmit-check: {fault:?}"));
        }
    }

    /// An operator sends the dead letters again; then everybody of every file is there once.
    async fn every_file_is_imported(&self, asker: &Asker) {
        if self.aws.storage().redrive() {
            catches_up_with_the_queue(asker, self.aws).await;
        }
        let tables: BTreeMap<String, Vec<Value>> = self.aws.tables().collect();
        for email in self.cast.files.lock().unwrap().iter() {
            let count = tables["readmit-employees"].iter().filter(|row| row["login"]["S"] == **email).count();
            if count != 1 {
                self.world.oracle.finds(format!("{email} of a file is there {count} times"));
            }
        }
    }

    fn may_recover(&self, person: &Person) -> bool {
        let row = person.row(self.aws).unwrap();
        row["account_status"]["S"] == "active" && row["account_type"]["S"] == "employee"
    }

    /// Checks which credentials work: the old ones before a completion, and the new ones after it.
    async fn the_right_credentials_alone_open(&self, asker: &Asker, person: &Person) {
        let right = self.world.oracle.credentials_of(&person.id);
        let holder = Holder { cast: self.cast, asker, person };
        let known = person.credentials.lock().unwrap().clone();
        for number in known.into_iter().rev().take(3) {
            let opens = right == Some(number) && self.may_recover(person);
            let status = holder.tries_digits_of(number).await.unwrap();
            // The person may be throttled after many failures.
            if status != 429 && (status == 200) != opens {
                let owner = person.email();
                self.world.oracle.finds(format!("{owner} has {right:?}, and {number} is answered {status}"));
            }
        }
    }

    async fn everything_is_told(&self, stream: Stream) {
        for _ in 0..10 {
            if stream.catches_up().await {
                return;
            }
            pass(A_WHILE).await;
        }
        self.world.oracle.finds("notices are left".to_owned());
    }

    /// The tables in the form of `readmit-check`.
    fn tables(&self) -> Tables {
        let plan = Arc::new(Plan::calm());
        let invocation = Invocation::new("check", Claim::default(), plan, generator(self.world.seed, "check", 0));
        let wire = Arc::new(Wire {
            aws: self.aws.clone(),
            oracle: Arc::clone(&self.world.oracle),
            met: Arc::clone(&self.world.hosts.met),
            invocation: Mutex::new(Some(invocation)),
        });
        let environment = environment();
        let clients = clients(&wire, "check", &environment);
        Tables::of(clients.dynamodb(), &environment, self.world.time.now()).unwrap()
    }
}

/// The person recovers with an operator's code and signs in. Returns whether this succeeded.
pub async fn enrols(cast: &Cast, asker: &Asker, person: &Person) -> bool {
    let holder = Holder { cast, asker, person };
    let told = asker.completes("code of the operator", "import-employees", person.code_of_the_operator()).await;
    if told.is_none_or(|told| !told["results"][0]["problem"].is_null()) {
        return false;
    }
    let Some(code) = cast.newest_code(&person.email()) else { return false };
    let Some(token) = holder.opens(&code).await else { return false };
    if !holder.recovers(&token).await {
        return false;
    }
    pass(A_STEP).await;
    holder.signs_in(false).await
}
