//! Lambda's Runtime API, for a function that runs as a separate process:
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use std::collections::HashMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use readmit::Clock;
use readmit_local::functions::InvokeError;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as Queue, mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// The timeout of a function here. No function has a shorter one in the template.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The Runtime API of one function. It passes one event at a time, as Lambda does for one process.
pub struct RuntimeApi {
    address: String,
    events: mpsc::UnboundedSender<Invocation>,
    shared: Arc<Shared>,
    _server: JoinSet<io::Result<()>>,
}

struct Invocation {
    request_id: String,
    payload: Vec<u8>,
    answer: oneshot::Sender<Result<Value, InvokeError>>,
}

struct Waiting {
    handed_over: Instant,
    answer: oneshot::Sender<Result<Value, InvokeError>>,
}

struct Shared {
    events: Queue<mpsc::UnboundedReceiver<Invocation>>,
    waiting: Mutex<HashMap<String, Waiting>>,
    questions: watch::Sender<Questions>,
    latest: Mutex<Duration>,
    clock: Clock,
}

/// The function's requests for an event.
#[derive(Clone, Copy, Default)]
struct Questions {
    asked: u64,
    /// Whether a request is open: the function has finished all events and waits.
    open: bool,
}

/// An open request. It is closed when it is answered or its sender disconnects.
struct Question<'a>(&'a watch::Sender<Questions>);

impl<'a> Question<'a> {
    fn ask(questions: &'a watch::Sender<Questions>) -> Self {
        questions.send_modify(|questions| *questions = Questions { asked: questions.asked + 1, open: true });
        Self(questions)
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|questions| questions.open = false);
    }
}

impl RuntimeApi {
    /// Listens on localhost for the function.
    pub async fn start(clock: Clock) -> io::Result<Arc<Self>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?.to_string();
        let (events, received) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            events: Queue::new(received),
            waiting: Mutex::default(),
            questions: watch::Sender::default(),
            latest: Mutex::default(),
            clock,
        });
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .layer(DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await });
        Ok(Arc::new(Self { address, events, shared, _server: server }))
    }

    /// The function's value of `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Waits until the function has asked for event number `count`, counted from 1. It has then finished all earlier events.
    pub async fn asked(&self, count: u64) {
        self.wait(|questions| questions.asked >= count).await;
    }

    /// Waits until the function waits for an event. Returns how often it has asked.
    pub async fn idle(&self) -> u64 {
        self.wait(|questions| questions.open).await.asked
    }

    /// Waits until no request is open, so that no event is lost on a closed connection. Returns the number of requests.
    pub async fn gone(&self) -> u64 {
        self.wait(|questions| !questions.open).await.asked
    }

    async fn wait(&self, until: impl FnMut(&Questions) -> bool) -> Questions {
        let mut questions = self.shared.questions.subscribe();
        // The sender is dropped only together with this value.
        questions.wait_for(until).await.map_or_else(|_| Questions::default(), |questions| *questions)
    }

    /// The time of the function for its latest event, from the event to the answer.
    pub fn latest(&self) -> Duration {
        *self.shared.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes an event to the function after it has finished the earlier ones.
    pub async fn invoke(&self, payload: &Value, request_id: &str) -> Result<Value, InvokeError> {
        let (answer, answered) = oneshot::channel();
        let invocation = Invocation { request_id: request_id.to_owned(), payload: payload.to_string().into(), answer };
        let ended = || InvokeError::Failed {
            error_type: "Runtime.ExitError".to_owned(),
            error_message: "the function does not answer".to_owned(),
        };
        self.events.send(invocation).map_err(|_| ended())?;
        match tokio::time::timeout(TIMEOUT, answered).await {
            Ok(Ok(answer)) => answer,
            _ => Err(ended()),
        }
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let question = Question::ask(&shared.questions);
    let Some(Invocation { request_id, payload, answer }) = shared.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    drop(question);
    let deadline = shared.clock.now().after(TIMEOUT);
    let headers = [
        ("lambda-runtime-aws-request-id", request_id.clone()),
        ("lambda-runtime-deadline-ms", deadline.millis().to_string()),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-west-1:000000000000:function:local".to_owned()),
        ("content-type", "application/json".to_owned()),
    ];
    let waiting = Waiting { handed_over: Instant::now(), answer };
    shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(request_id, waiting);
    (headers, payload).into_response()
}

async fn response(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let output = serde_json::from_slice(&body);
    shared.settle(&id, output.map_err(|error| failed("Runtime.MalformedResponse", &error.to_string())))
}

async fn error(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let told: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = |member: &str| told[member].as_str().unwrap_or_default().to_owned();
    shared.settle(&id, Err(failed(&text("errorType"), &text("errorMessage"))))
}

fn failed(error_type: &str, error_message: &str) -> InvokeError {
    InvokeError::Failed { error_type: error_type.to_owned(), error_message: error_message.to_owned() }
}

impl Shared {
    fn settle(&self, id: &str, outcome: Result<Value, InvokeError>) -> StatusCode {
        let Some(waiting) = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(id) else {
            return StatusCode::BAD_REQUEST;
        };
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = waiting.handed_over.elapsed();
        // The receiver may be dropped already.
        let _ = waiting.answer.send(outcome);
        StatusCode::ACCEPTED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    struct Function {
        client: reqwest::Client,
        url: String,
    }

    impl Function {
        async fn next(&self) -> (String, Value) {
            let told = self.client.get(format!("{}/next", self.url)).send().await.unwrap();
            let id = told.headers()["lambda-runtime-aws-request-id"].to_str().unwrap().to_owned();
            (id, told.json().await.unwrap())
        }

        async fn tells(&self, path: &str, body: Value) -> u16 {
            self.client.post(format!("{}/{path}", self.url)).json(&body).send().await.unwrap().status().as_u16()
        }
    }

    async fn both() -> (Arc<RuntimeApi>, Function) {
        let api = RuntimeApi::start(Clock::system()).await.unwrap();
        let url = format!("http://{}/2018-06-01/runtime/invocation", api.address());
        (api, Function { client: reqwest::Client::builder().no_proxy().build().unwrap(), url })
    }

    #[tokio::test]
    async fn an_event_is_answered_or_fails_as_the_function_says() {
        let (api, function) = both().await;
        let serving = async {
            let (id, event) = function.next().await;
            assert_eq!((id.as_str(), event), ("one", json!({"n": 1})));
            assert_eq!(function.tells("one/response", json!({"n": 2})).await, 202);
            assert_eq!(function.tells("one/response", json!({"n": 3})).await, 400, "an event is answered once");
            let (id, _) = function.next().await;
            function.tells(&format!("{id}/error"), json!({"errorType": "Broken", "errorMessage": "by itself"})).await;
        };
        let invoking = async {
            assert_eq!(api.invoke(&json!({"n": 1}), "one").await.unwrap(), json!({"n": 2}));
            assert!(api.latest() > Duration::ZERO);
            api.invoke(&json!({}), "two").await.unwrap_err().to_string()
        };
        let ((), told) = tokio::join!(serving, invoking);
        assert!(told.contains("by itself"), "{told}");
        api.asked(2).await;
    }

    #[tokio::test]
    async fn a_question_is_open_until_its_event_or_the_end_of_whoever_asks() {
        let (api, function) = both().await;
        let asking = tokio::spawn(async move {
            let _ = function.next().await;
            function.next().await
        });
        assert_eq!(api.idle().await, 1);
        let _ = tokio::time::timeout(Duration::from_millis(50), api.invoke(&json!({}), "one")).await;
        api.asked(2).await;
        assert_eq!(api.idle().await, 2);
        asking.abort();
        assert_eq!(api.gone().await, 2);
    }
}
