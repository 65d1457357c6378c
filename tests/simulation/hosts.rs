//! The processes of the functions. Each has its own clock, and answers one request at a time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::Region;
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use rand::RngExt as _;
use rand::rngs::StdRng;
use readmit::{Aws as Clients, Environment, Process as Given};
use readmit_local::environment::{Places, REGION, of_functions};
use readmit_local::functions::{Functions, InvokeError};
use readmit_local::template::Template;
use serde_json::Value;

use crate::aws::Aws;
use crate::faults::Met;
use crate::invocation::{Invocation, Process};
use crate::oracle::Oracle;
use crate::time::{Time, generator, random};
use crate::wire::{Connector, Wire};

/// The largest error of a process's clock, in milliseconds.
#[derive(Clone, Copy)]
pub enum Clocks {
    /// Most clocks are slightly wrong, and one in three has the largest error.
    Differ,
    /// All clocks are right.
    Agree,
}

impl Clocks {
    fn most(self, random: &mut StdRng) -> i64 {
        match self {
            Self::Differ => [2_000, 2_000, 90_000][random.random_range(0..3)],
            Self::Agree => 0,
        }
    }

    /// A part of the names of processes with this kind of clock.
    fn name(self) -> &'static str {
        match self {
            Self::Differ => "host",
            Self::Agree => "host with the right time",
        }
    }
}
/// The timeout of API Gateway.
const PATIENCE: Duration = Duration::from_secs(30);
/// One of this number of requests starts a new process.
const STARTS_ONE_IN: usize = 8;

/// All processes.
pub struct Hosts {
    seed: u64,
    time: Time,
    clocks: Clocks,
    aws: Aws,
    oracle: Arc<Oracle>,
    environment: Environment,
    free: Mutex<BTreeMap<String, Vec<Host>>>,
    started: Mutex<usize>,
    pub met: Arc<Met>,
}

struct Host {
    functions: Functions,
    wire: Arc<Wire>,
}

impl Hosts {
    pub fn new(seed: u64, time: Time, clocks: Clocks, aws: Aws, oracle: Arc<Oracle>) -> Arc<Self> {
        let environment = environment();
        let (free, started, met) = (Mutex::default(), Mutex::default(), Arc::default());
        Arc::new(Self { seed, time, clocks, aws, oracle, environment, free, started, met })
    }

    /// Runs a function. None if its process died or the gateway's timeout passed.
    pub async fn invoke(
        self: &Arc<Self>,
        package: &'static str,
        event: Value,
        invocation: &Arc<Invocation>,
    ) -> Option<Result<Value, InvokeError>> {
        let host = self.take(package, invocation);
        let (hosts, invocation) = (Arc::clone(self), Arc::clone(invocation));
        let running = tokio::spawn(async move {
            *host.wire.invocation.lock().unwrap() = Some(Arc::clone(&invocation));
            let run = Box::pin(host.functions.invoke(package, event, "sim"));
            let answer = Process { invocation, run, stands: None }.await;
            if answer.is_some() {
                hosts.free.lock().unwrap().entry(package.to_owned()).or_default().push(host);
            }
            answer
        });
        tokio::time::timeout(PATIENCE, running).await.ok()?.unwrap()
    }

    fn take(&self, package: &str, invocation: &Invocation) -> Host {
        let starts = invocation.choose(STARTS_ONE_IN) == 0;
        let which = invocation.choose(usize::MAX);
        let mut free = self.free.lock().unwrap();
        match free.get_mut(package).filter(|free| !free.is_empty() && !starts) {
            Some(free) => free.swap_remove(which % free.len()),
            None => self.start(),
        }
    }

    fn start(&self) -> Host {
        let mut started = self.started.lock().unwrap();
        *started += 1;
        let mut drawn = generator(self.seed, self.clocks.name(), *started);
        let most = self.clocks.most(&mut drawn);
        let early = drawn.random_range(-most..=most);
        let wire = Arc::new(Wire {
            aws: self.aws.clone(),
            oracle: Arc::clone(&self.oracle),
            met: Arc::clone(&self.met),
            invocation: Mutex::default(),
        });
        let (clock, random) = (self.time.clock(early), random(drawn));
        let functions = Functions::of(|name| {
            let aws = clients(&wire, name, &self.environment);
            Ok(Given { aws, environment: self.environment.clone(), clock: clock.clone(), random: random.clone() })
        });
        Host { functions: functions.unwrap(), wire }
    }
}

/// The environment of the functions.
pub fn environment() -> Environment {
    let places = Places {
        api: "https://portal.example",
        dynamodb: "http://store.example",
        ses: "http://mail.example",
        secrets_manager: "http://secrets.example",
        files_and_queues: "http://files.example",
    };
    of_functions(&Template::of_this_build().unwrap(), &places).unwrap()
}

/// The AWS clients of a process.
pub fn clients(wire: &Arc<Wire>, name: &str, environment: &Environment) -> Clients {
    let connector = SharedHttpConnector::new(Connector(Arc::clone(wire)));
    let credentials = Credentials::new(name, "simulated", None, None, "simulated");
    Clients::over(connector, environment, Region::from_static(REGION), credentials)
}
