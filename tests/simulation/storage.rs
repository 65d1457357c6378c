//! The bucket and the queue of imports: versions of files, and messages that are handed over until they are deleted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::aws::Answer;

/// How long a message that was handed over is hidden, in milliseconds: longer than a function may run.
const HIDDEN: i64 = 16 * 60 * 1_000;
/// After so many deliveries a message is a dead letter.
const MOST_RECEIVES: u32 = 5;

#[derive(Default)]
pub struct Storage {
    files: BTreeMap<String, Vec<String>>,
    messages: Vec<Message>,
    /// The deduplication ids of all messages.
    sent: Vec<String>,
}

struct Message {
    id: String,
    body: String,
    receives: u32,
    hidden_until: i64,
}

/// A message that was handed over.
pub struct Delivery {
    pub id: String,
    pub event: Value,
}

impl Storage {
    /// Adds a version of a file. Returns the version's id.
    pub fn put(&mut self, key: &str, text: String) -> String {
        let versions = self.files.entry(key.to_owned()).or_default();
        versions.push(text);
        format!("{:06}", versions.len())
    }

    /// `path` is the bucket, the key, and the version if one is wanted.
    pub fn file(&mut self, method: &str, path: &str, range: Option<&str>, body: &[u8]) -> Answer {
        let (path, version) = path.split_once("?versionId=").map_or((path, None), |(path, id)| (path, Some(id)));
        let (_, key) = path.split_once('/').unwrap();
        if method == "PUT" {
            let version = self.put(key, String::from_utf8(body.to_vec()).unwrap());
            return Answer { headers: vec![("x-amz-version-id", version)], ..Answer::of(200, String::new()) };
        }
        let versions = self.files.get(key).map(Vec::as_slice).unwrap_or_default();
        let found = match version {
            Some(id) => id.parse::<usize>().ok().and_then(|number| versions.get(number.checked_sub(1)?)),
            None => versions.last(),
        };
        let Some(text) = found else { return Answer::of(404, String::new()) };
        let (from, to) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-')).unwrap();
        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
        let size = text.len();
        if from >= size {
            return Answer {
                headers: vec![("content-range", format!("bytes */{size}"))],
                ..Answer::of(416, String::new())
            };
        }
        let end = size.min(to + 1);
        let part = vec![("content-range", format!("bytes {from}-{}/{size}", end - 1))];
        Answer { headers: part, ..Answer::of(206, text[from..end].to_owned()) }
    }

    /// A message that was sent before is the same message.
    pub fn send(&mut self, request: &Value) -> Answer {
        let id = request["MessageDeduplicationId"].as_str().unwrap().to_owned();
        if !self.sent.contains(&id) {
            self.sent.push(id.clone());
            let body = request["MessageBody"].as_str().unwrap().to_owned();
            self.messages.push(Message { id: id.clone(), body, receives: 0, hidden_until: 0 });
        }
        Answer::of(200, json!({"MessageId": id}).to_string())
    }

    /// The oldest message that is not hidden, of those that are no dead letters. Each import has one message at a time.
    pub fn receive(&mut self, now: i64) -> Option<Delivery> {
        let may_come = |message: &&mut Message| message.hidden_until <= now && message.receives < MOST_RECEIVES;
        let message = self.messages.iter_mut().find(may_come)?;
        message.receives += 1;
        message.hidden_until = now + HIDDEN;
        Some(Delivery { id: message.id.clone(), event: json!({"Records": [{"body": message.body}]}) })
    }

    /// Deletes a message that was processed.
    pub fn delete(&mut self, id: &str) {
        self.messages.retain(|message| message.id != id);
    }

    /// An operator sends the dead letters again. Returns whether a message is left.
    pub fn redrive(&mut self) -> bool {
        self.messages.iter_mut().for_each(|message| message.receives = 0);
        !self.messages.is_empty()
    }
}
