//! One run: a seed, parallel journeys, faults, and the checks at the end.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use readmit::domain::APPROVAL_LIFETIME;
use readmit_local::template::Template;
use readmit_tests::Log;
use reqwest::Method;
use serde_json::json;
use tokio::task::{JoinSet, LocalSet};

use crate::asking::{Asker, Request, World};
use crate::aws::Aws;
use crate::background::{Stream, cleans_up, reports, rotates, takes_messages};
use crate::cast::{Cast, SENSITIVE};
use crate::ending::{Ending, enrols};
use crate::faults::{Fault, Met, Plan};
use crate::holder::Holder;
use crate::hosts::{Clocks, Hosts};
use crate::invocation::Claim;
use crate::journeys::Journey;
use crate::oracle::Oracle;
use crate::time::{Time, generator, pass};

/// The time within which the journeys of a run begin.
const SPAN: Duration = Duration::from_secs(5_400);

/// The input of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The seed, which determines everything.
    pub seed: u64,
    /// The numbers of the journeys.
    pub journeys: Vec<usize>,
    /// The frequency of faults.
    pub faults: Vec<Fault>,
}

/// The result of a run.
pub struct Outcome {
    pub broken: Vec<String>,
    pub transcript: Vec<String>,
    pub log: String,
    pub met: Arc<Met>,
}

/// Requests for approvals that will expire while the journeys run.
async fn asks_long_before(cast: &Arc<Cast>, operator: &Asker) {
    let admin = cast.admins(SENSITIVE)[0];
    for person in cast.people.iter().filter(|one| one.company == SENSITIVE && !one.is_admin && !one.is_client) {
        let session = Holder { cast, asker: operator, person: admin }.session(false).await.unwrap();
        let path = format!("/v1/employees/{}", person.id);
        let claim = Claim { session_since: Some(session.since), ..Claim::default() };
        let request = Request::new("ask for an approval", Method::PATCH, path, admin.number).by(&session.token);
        let request = request.with(json!({"role": "security_admin"})).claiming(claim);
        assert_eq!(operator.insists(&request).await.unwrap().status, 202);
        pass(SPAN / 10).await;
    }
    pass(APPROVAL_LIFETIME - SPAN).await;
}

/// A log that is printed if its run panics.
struct ToldIfItPanics(Log);

impl Drop for ToldIfItPanics {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.0.text());
        }
    }
}

impl Scenario {
    /// A run of `count` journeys with all faults.
    pub fn new(seed: u64, journeys: usize) -> Self {
        Self { seed, journeys: (0..journeys).collect(), faults: Fault::ALL.to_vec() }
    }

    /// Runs it on this thread.
    pub fn run(&self) -> Outcome {
        // The SDK's own random numbers, for its pauses between attempts.
        fastrand::seed(self.seed);
        let (log, _until_the_end) = Log::of_this_thread();
        let told = ToldIfItPanics(log);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        LocalSet::new().block_on(&runtime, self.goes(&told.0))
    }

    async fn goes(&self, log: &Log) -> Outcome {
        let time = Time::begin();
        let aws = Aws::begin(self.seed, time);
        let oracle = Oracle::new(time);
        let world = |clocks| {
            let hosts = Hosts::new(self.seed, time, clocks, aws.clone(), Arc::clone(&oracle));
            let template = Template::of_this_build().unwrap();
            Arc::new(World { seed: self.seed, time, hosts, oracle: Arc::clone(&oracle), template })
        };
        let (calm, disturbed) = (world(Clocks::Agree), world(Clocks::Differ));
        let operator = Asker::new(&calm, &Plan::calm(), "operator");
        let cast = Arc::new(Cast::assembled(&disturbed, &aws, &operator).await);
        for person in cast.people.iter().filter(|person| person.is_admin || person.is_enrolled_first()) {
            assert!(enrols(&cast, &operator, person).await, "{} is enrolled", person.email());
        }
        asks_long_before(&cast, &operator).await;

        let plan = Plan(self.faults.clone());
        let asker = |name: String| Asker::new(&disturbed, &plan, name);
        let next = Rc::default();
        let mut others = JoinSet::new();
        others.spawn_local(cleans_up(asker("schedule 1".to_owned()), Duration::from_secs(60)));
        others.spawn_local(cleans_up(asker("schedule 2".to_owned()), Duration::from_secs(240)));
        others.spawn_local(reports(asker("reports".to_owned()), aws.clone()));
        let stream = |asker| Stream { asker, aws: aws.clone(), next: Rc::clone(&next) };
        others.spawn_local(stream(asker("stream".to_owned())).follows());
        others.spawn_local(takes_messages(asker("queue".to_owned()), aws.clone()));
        others.spawn_local(rotates(asker("rotation".to_owned()), Arc::clone(&cast), SPAN));
        let journeys = self.journeys.iter().map(|number| {
            let name = format!("journey {number}");
            let random = generator(self.seed, &name, 0);
            Journey { cast: Arc::clone(&cast), asker: asker(name), random }.goes(SPAN)
        });
        join_all(journeys).await;
        others.shutdown().await;

        let stream = stream(Asker::new(&calm, &Plan::calm(), "last notices"));
        Ending { world: &calm, cast: &cast, aws: &aws }.comes(stream, log).await;
        let (broken, transcript) = oracle.told();
        Outcome { broken, transcript, log: log.text(), met: Arc::clone(&disturbed.hosts.met) }
    }
}
