//! A proxy between the functions and the services. It records requests, injects faults for a test, and refuses everything that the template's
//! IAM policies do not allow.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::cost::{self, Cost};
use crate::injected_fault::{InjectedFault, PlannedFault, denied, hang_up};
use crate::policy::{self, Need};

/// A request that reached the store.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The operation: `TransactWriteItems`.
    pub operation: String,
    /// The body, as text.
    pub body: String,
    /// The read or write units, by table and index.
    pub units: Vec<(String, f64)>,
    started: Instant,
    ended: Instant,
}

impl Recorded {
    /// The sum of all units.
    pub fn all_units(&self) -> f64 {
        self.units.iter().map(|(_, units)| units).sum()
    }
}

/// The proxy. It delays every answer a little, so that requests that are sent together also arrive together.
#[derive(Clone)]
pub struct Proxy {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: OnceLock<String>,
    /// The database that answers reads of indexes, if it is another one.
    indexes: Mutex<Option<String>>,
    client: reqwest::Client,
    recorded: Mutex<Vec<Recorded>>,
    delay: Mutex<Duration>,
    fault: Mutex<Option<PlannedFault>>,
    /// The permissions that each function has needed.
    needs: Mutex<BTreeSet<(String, Need)>>,
}

impl Proxy {
    /// Listens on localhost. [`Self::leads_to`] sets the target.
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            upstream: OnceLock::new(),
            indexes: Mutex::default(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            recorded: Mutex::default(),
            delay: Mutex::default(),
            fault: Mutex::default(),
            needs: Mutex::default(),
        });
        let router = Router::new().fallback(pass_on).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    /// Sets the target.
    pub fn leads_to(&self, upstream: &str) {
        self.shared.upstream.set(upstream.to_owned()).unwrap();
    }

    /// Lets another database answer reads of indexes.
    pub(crate) fn answers_indexes_from(&self, url: Option<&str>) {
        *self.shared.indexes.lock().unwrap() = url.map(str::to_owned);
    }

    /// Injects `fault` into the calls `first` to `first + calls - 1` from now on, counted from 0. Attempts of one call are one call.
    pub fn inject(&self, fault: InjectedFault, first: usize, calls: usize) {
        self.plan(fault, None, first..first + calls);
    }

    /// Injects `fault` into one call of `operation`, after `before` other calls of it. Calls of other operations do not count.
    pub fn inject_one(&self, fault: InjectedFault, operation: &'static str, before: usize) {
        self.plan(fault, Some(operation), before..before + 1);
    }

    fn plan(&self, fault: InjectedFault, operation: Option<&'static str>, calls: Range<usize>) {
        *self.shared.fault.lock().unwrap() = Some(PlannedFault { fault, operation, calls, seen: Vec::new() });
    }

    /// Stops injecting, and returns the number of calls since the start.
    pub fn heal(&self) -> usize {
        self.shared.fault.lock().unwrap().take().map_or(0, |planned| planned.seen.len())
    }

    /// The permissions that each function has needed so far.
    pub fn needs(&self) -> BTreeSet<(String, Need)> {
        self.shared.needs.lock().unwrap().clone()
    }

    /// The URL for the functions.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Clears the record, and delays each answer by 150 ms from now on, so that requests that are sent together overlap even on a busy machine.
    pub fn record(&self) {
        self.shared.recorded.lock().unwrap().clear();
        *self.shared.delay.lock().unwrap() = Duration::from_millis(150);
    }

    /// Waits until the answer to a request is recorded. The long delay goes on.
    pub async fn first_answer(&self) {
        while self.shared.recorded.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Returns the recorded requests in order, and ends the long delay.
    pub fn recorded(&self) -> Vec<Recorded> {
        *self.shared.delay.lock().unwrap() = Duration::ZERO;
        let mut recorded = self.shared.recorded.lock().unwrap().clone();
        recorded.sort_by_key(|request| request.started);
        recorded
    }

    /// The recorded operations, sorted by name.
    pub fn operations(&self) -> Vec<String> {
        let mut operations: Vec<String> = self.recorded().into_iter().map(|request| request.operation).collect();
        operations.sort();
        operations
    }

    /// The recorded operations and units: the cost of a request.
    pub fn cost(&self) -> Vec<(String, f64)> {
        self.recorded().into_iter().map(|request| (request.operation.clone(), request.all_units())).collect()
    }

    /// The sum of the recorded cost.
    pub fn sum(&self) -> Cost {
        self.sum_of(|_| true)
    }

    /// The same for some of the requests.
    pub fn sum_of(&self, counts: impl Fn(&Recorded) -> bool) -> Cost {
        let recorded: Vec<Recorded> = self.recorded().into_iter().filter(counts).collect();
        let units = |of_reads: bool| {
            let alike = recorded.iter().filter(|one| cost::reads(&one.operation) == of_reads);
            alike.map(Recorded::all_units).fold(0.0, |sum, units| sum + units)
        };
        let spans = recorded.iter().map(|one| (one.started, one.ended)).collect();
        Cost { requests: recorded.len(), trips: cost::longest_chain(spans), reads: units(true), writes: units(false) }
    }

    /// The recorded round trips in order, each with the sorted operations of its parallel requests:
    /// `["GetItem Query", "TransactWriteItems"]`.
    pub fn trips(&self) -> Vec<String> {
        let mut trips: Vec<(Vec<String>, Instant)> = Vec::new();
        for request in self.recorded() {
            match trips.last_mut() {
                Some((together, until)) if request.started < *until => {
                    together.push(request.operation);
                    *until = request.ended.max(*until);
                }
                _ => trips.push((vec![request.operation], request.ended)),
            }
        }
        trips
            .into_iter()
            .map(|(mut together, _)| {
                together.sort();
                together.join(" ")
            })
            .collect()
    }
}

async fn pass_on(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let of_keys = is_of_keys(&body);
    let delay = if of_keys { Duration::ZERO } else { *shared.delay.lock().unwrap() };
    tokio::time::sleep(delay).await;
    let target =
        parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default().to_owned();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    if let Some(function) = policy::caller(&parts.headers) {
        let needs = policy::needs(&parts, &target, &body);
        if let Some(need) = needs.iter().find(|need| !policy::allows(&function, need)) {
            return denied(&format!("the template does not let {function} do {need:?}"));
        }
        shared.needs.lock().unwrap().extend(needs.into_iter().map(|need| (function.clone(), need)));
    }
    let meets = || shared.fault.lock().unwrap().as_mut().and_then(|planned| planned.meets(&operation, &parts.headers));
    let fault = if of_keys { None } else { meets() };
    if let Some(answer) = fault.and_then(|fault| fault.instead(&operation, &body)) {
        return answer.await;
    }

    let sent_body = String::from_utf8_lossy(&body).into_owned();
    let body = if delay.is_zero() { body } else { asking_for_units(&body) };
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let indexes = shared.indexes.lock().unwrap().clone();
    let upstream =
        indexes.filter(|_| reads_an_index(&sent_body)).unwrap_or_else(|| shared.upstream.get().unwrap().clone());
    let path = parts.uri.path_and_query().map(|path| path.as_str()).unwrap_or_default();
    let url = format!("{upstream}{path}");
    let Ok(answer) = shared.client.request(parts.method, url).headers(headers).body(body).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    let answered = answer.bytes().await.unwrap();
    let units = cost::units_of(&operation, &serde_json::from_slice(&answered).unwrap_or_default());
    let recorded = Recorded { operation, body: sent_body, units, started, ended: Instant::now() };
    if !of_keys {
        shared.recorded.lock().unwrap().push(recorded);
    }
    if fault.is_some_and(InjectedFault::loses_the_answer) {
        hang_up();
    }
    (status, headers, answered).into_response()
}

/// Whether a request reads the public keys. A process does that at its start and every five minutes, so it is not part of an API request, and a
/// fault in it is a fault of all keys.
fn is_of_keys(body: &[u8]) -> bool {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let of = |request: &Value| request["TableName"] == "readmit-keys";
    let parts = request["TransactItems"].as_array().into_iter().flatten().flat_map(|part| part.as_object()).flatten();
    of(&request) || parts.into_iter().any(|(_, part)| of(part))
}

fn reads_an_index(body: &str) -> bool {
    serde_json::from_str(body).is_ok_and(|request: Value| request.get("IndexName").is_some())
}

fn asking_for_units(body: &[u8]) -> Bytes {
    let mut request: Value = serde_json::from_slice(body).unwrap();
    request["ReturnConsumedCapacity"] = "INDEXES".into();
    Bytes::from(request.to_string())
}
