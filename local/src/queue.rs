//! The part of SQS that is used: a FIFO queue. `SendMessage` puts a message into it. A message that was handed over is hidden until it is
//! deleted, or for the time of the template, and hides the later messages of its group.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, http::HeaderValue};
use readmit::Clock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::data_dir::{DataDir, DataDirError, PrivateFile};
use crate::environment::{ACCOUNT, REGION};
use crate::template;
use crate::{answer, aws_ids};

/// How long a message that is sent again is the same message.
const SAME_FOR: Duration = Duration::from_secs(5 * 60);

/// A queue in memory, and in a file of the data directory if there is one. Clones share it.
#[derive(Clone)]
pub struct Queue {
    name: Arc<str>,
    hidden_for: Duration,
    most_receives: u32,
    clock: Clock,
    state: Arc<Mutex<Messages>>,
    file: Option<PrivateFile>,
    arrived: Arc<Notify>,
}

#[derive(Default, Deserialize, Serialize)]
struct Messages {
    waiting: Vec<Message>,
    dead: Vec<Message>,
    /// Deduplication ids, with the times in milliseconds at which they were sent.
    sent: Vec<(String, i64)>,
}

/// A message of the queue.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    group: String,
    deduplication_id: String,
    body: String,
    receives: u32,
    sent_at: i64,
    /// When it can be handed over again, in milliseconds.
    hidden_until: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage {
    message_body: String,
    message_group_id: String,
    message_deduplication_id: String,
}

impl Queue {
    /// Opens the queue. No message is hidden: the process that had it is gone.
    pub(crate) fn open(
        template: &template::Queue,
        data_dir: Option<&DataDir>,
        clock: Clock,
    ) -> Result<Self, DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("queue.json"));
        let text = file.as_ref().map(PrivateFile::read).transpose()?.flatten();
        let mut state: Messages = match (&file, text) {
            (Some(file), Some(text)) => {
                serde_json::from_str(&text).map_err(|_| file.damaged("its messages are malformed"))?
            }
            _ => Messages::default(),
        };
        state.waiting.iter_mut().for_each(|message| message.hidden_until = 0);
        Ok(Self {
            name: template.name.as_str().into(),
            hidden_for: template.hidden_for,
            most_receives: template.most_receives,
            clock,
            state: Arc::new(Mutex::new(state)),
            file,
            arrived: Arc::default(),
        })
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().route("/", post(send)).with_state(self.clone())
    }

    /// The number of messages that wait or are being processed, and of dead letters.
    pub fn count(&self) -> (usize, usize) {
        let state = self.state();
        (state.waiting.len(), state.dead.len())
    }

    /// Returns when a message was sent.
    pub(crate) async fn arrival(&self) {
        self.arrived.notified().await;
    }

    /// The next message that is not hidden. Hides it, and the later messages of its group.
    pub(crate) fn receive(&self) -> Option<Message> {
        let now = self.clock.now().millis();
        let mut state = self.state();
        let Messages { waiting, dead, .. } = &mut *state;
        let worn_out = |message: &mut Message| message.hidden_until <= now && message.receives >= self.most_receives;
        dead.extend(waiting.extract_if(.., worn_out));
        let mut hidden = Vec::new();
        for message in waiting.iter_mut() {
            if message.hidden_until <= now && !hidden.contains(&message.group) {
                message.receives += 1;
                message.hidden_until = now + i64::try_from(self.hidden_for.as_millis()).unwrap_or(i64::MAX);
                let message = message.clone();
                self.keep(&state);
                return Some(message);
            }
            hidden.push(message.group.clone());
        }
        None
    }

    /// Deletes a message that was processed.
    pub(crate) fn delete(&self, id: &str) {
        let mut state = self.state();
        state.waiting.retain(|message| message.id != id);
        self.keep(&state);
    }

    /// A message as Lambda passes it to a function.
    pub(crate) fn record(&self, message: &Message) -> Value {
        json!({
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": message.receives.to_string(),
                "MessageDeduplicationId": message.deduplication_id,
                "MessageGroupId": message.group,
                "SentTimestamp": message.sent_at.to_string(),
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", self.name),
            "awsRegion": REGION,
        })
    }

    fn put(&self, request: SendMessage) -> String {
        let now = self.clock.now().millis();
        let mut state = self.state();
        let same_for = i64::try_from(SAME_FOR.as_millis()).unwrap_or(i64::MAX);
        state.sent.retain(|(_, at)| now - at < same_for);
        let id = aws_ids::uuid();
        if state.sent.iter().any(|(sent, _)| *sent == request.message_deduplication_id) {
            return id;
        }
        state.sent.push((request.message_deduplication_id.clone(), now));
        state.waiting.push(Message {
            id: id.clone(),
            group: request.message_group_id,
            deduplication_id: request.message_deduplication_id,
            body: request.message_body,
            receives: 0,
            sent_at: now,
            hidden_until: 0,
        });
        self.keep(&state);
        self.arrived.notify_one();
        id
    }

    fn keep(&self, state: &Messages) {
        let Some(file) = &self.file else { return };
        let text = serde_json::to_string(state).unwrap_or_default();
        if let Err(error) = file.write(&text) {
            tracing::error!(%error, "queue not stored");
        }
    }

    fn state(&self) -> MutexGuard<'_, Messages> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn send(State(queue): State<Queue>, headers: HeaderMap, body: Bytes) -> Response {
    let is_known = headers.get("x-amz-target").map(HeaderValue::as_bytes) == Some(b"AmazonSQS.SendMessage");
    match serde_json::from_slice(&body) {
        Ok(request) if is_known => Json(json!({"MessageId": queue.put(request)})).into_response(),
        _ => {
            let message = json!({"message": "The operation is not known here."});
            answer::aws_error(StatusCode::BAD_REQUEST, "UnsupportedOperation", message)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use readmit::domain::Timestamp;

    use super::*;

    fn queue() -> (Queue, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(1_000_000));
        let told = Arc::clone(&now);
        let clock = Clock::new(move || Timestamp::from_millis(told.load(Ordering::Relaxed)));
        let template = template::Queue {
            logical_id: "ImportQueue".to_owned(),
            name: "readmit-import.fifo".to_owned(),
            hidden_for: Duration::from_secs(60),
            most_receives: 2,
        };
        (Queue::open(&template, None, clock).unwrap(), now)
    }

    fn put(queue: &Queue, group: &str, id: &str) {
        queue.put(SendMessage {
            message_body: id.to_owned(),
            message_group_id: group.to_owned(),
            message_deduplication_id: id.to_owned(),
        });
    }

    fn next(queue: &Queue) -> Option<String> {
        queue.receive().map(|message| message.body)
    }

    #[test]
    fn the_messages_of_a_group_follow_each_other() {
        let (queue, _) = queue();
        for (group, id) in [("a", "a1"), ("a", "a2"), ("b", "b1"), ("a", "a1")] {
            put(&queue, group, id);
        }
        assert_eq!(queue.count(), (3, 0), "the same message arrives once");
        let first = queue.receive().unwrap();
        assert_eq!((first.body.as_str(), next(&queue).as_deref(), next(&queue)), ("a1", Some("b1"), None));
        queue.delete(&first.id);
        assert_eq!(next(&queue).as_deref(), Some("a2"));
    }

    #[test]
    fn a_message_that_is_not_deleted_comes_again_and_then_is_dead() {
        let (queue, now) = queue();
        put(&queue, "a", "a1");
        for _ in 0..2 {
            assert_eq!(next(&queue).as_deref(), Some("a1"));
            assert_eq!(next(&queue), None);
            now.fetch_add(60_000, Ordering::Relaxed);
        }
        assert_eq!(next(&queue), None);
        assert_eq!(queue.count(), (0, 1));
    }
}
