//! A recording proxy between the functions and the embedded database: what reaches the store, and what of it at a time.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A request that reached the store.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The operation: `TransactWriteItems`.
    pub operation: String,
    /// The body, as text.
    pub body: String,
    /// The read or write units that it took, as the engine counts them.
    pub units: f64,
    started: Instant,
    ended: Instant,
}

/// The proxy. Every answer takes a little while, so that requests that go out together are seen together.
#[derive(Clone)]
pub struct StoreProxy {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: OnceLock<String>,
    client: reqwest::Client,
    recorded: Mutex<Vec<Recorded>>,
    delay: Mutex<Duration>,
}

impl StoreProxy {
    /// Listens on loopback, in front of the database at `upstream`.
    pub async fn start(upstream: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            upstream: OnceLock::from(upstream.to_owned()),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            recorded: Mutex::default(),
            delay: Mutex::default(),
        });
        let router = Router::new().fallback(pass_on).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    /// Where the functions are to find the store.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Forgets what was recorded, and from now on takes 150 ms for each answer: long enough that requests sent together
    /// overlap on a busy machine too.
    pub fn record(&self) {
        self.shared.recorded.lock().unwrap().clear();
        *self.shared.delay.lock().unwrap() = Duration::from_millis(150);
    }

    /// What was recorded, in the order in which it came; answers are quick again.
    pub fn recorded(&self) -> Vec<Recorded> {
        *self.shared.delay.lock().unwrap() = Duration::ZERO;
        let mut recorded = self.shared.recorded.lock().unwrap().clone();
        recorded.sort_by_key(|request| request.started);
        recorded
    }

    /// The operations that were recorded, sorted, whenever each came.
    pub fn operations(&self) -> Vec<String> {
        let mut operations: Vec<String> = self.recorded().into_iter().map(|request| request.operation).collect();
        operations.sort();
        operations
    }

    /// Operations and units of what was recorded: what a request costs.
    pub fn cost(&self) -> Vec<(String, f64)> {
        self.recorded().into_iter().map(|request| (request.operation, request.units)).collect()
    }

    /// What was recorded as trips in sequence, each the sorted operations under way at the same time:
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

async fn pass_on(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let started = Instant::now();
    let delay = *shared.delay.lock().unwrap();
    tokio::time::sleep(delay).await;
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default().to_owned();
    let mut passed = headers;
    passed.remove(header::HOST);
    passed.remove(header::CONTENT_LENGTH);
    let sent_body = String::from_utf8_lossy(&body).into_owned();
    let body = if delay.is_zero() { body } else { asking_for_units(&body) };
    let upstream = shared.upstream.get().unwrap();
    let Ok(answer) = shared.client.post(upstream).headers(passed).body(body).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    let answered = answer.bytes().await.unwrap();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let units = units_of(&serde_json::from_slice(&answered).unwrap_or_default());
    let recorded = Recorded { operation, body: sent_body, units, started, ended: Instant::now() };
    shared.recorded.lock().unwrap().push(recorded);
    (status, headers, answered).into_response()
}

fn asking_for_units(body: &[u8]) -> Bytes {
    let mut request: Value = serde_json::from_slice(body).unwrap();
    request["ReturnConsumedCapacity"] = "TOTAL".into();
    Bytes::from(request.to_string())
}

/// One table's capacity, or several tables' together.
fn units_of(answer: &Value) -> f64 {
    let of_one = |consumed: &Value| consumed["CapacityUnits"].as_f64().unwrap_or_default();
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().map(of_one).sum(),
        one => of_one(one),
    }
}
