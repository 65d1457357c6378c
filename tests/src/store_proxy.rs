//! A recording proxy between the functions and the embedded database: what reaches the store, and what of it at a time.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A request that reached the store.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The operation: `TransactWriteItems`.
    pub operation: String,
    /// The body, as text.
    pub body: String,
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
    let upstream = shared.upstream.get().unwrap();
    let Ok(answer) = shared.client.post(upstream).headers(passed).body(body).send().await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(header::TRANSFER_ENCODING);
    let answered = answer.bytes().await.unwrap();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let recorded = Recorded { operation, body: sent_body, started, ended: Instant::now() };
    shared.recorded.lock().unwrap().push(recorded);
    (status, headers, answered).into_response()
}
