//! Takes the messages of the queue like Lambda: passes each to the function, and deletes it if the function succeeds. A message whose run
//! fails comes again after the time for which it is hidden.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::invoker::Invoker;
use crate::queue::Queue;

/// How often the queue is looked at, besides at each arrival: a hidden message may be visible again.
const PERIOD: Duration = Duration::from_secs(1);

/// Reads one queue. Clones share one reader.
#[derive(Clone)]
pub struct QueueReader {
    queue: Queue,
    invoker: Invoker,
    package: Arc<str>,
}

impl QueueReader {
    pub fn new(queue: Queue, package: &str, invoker: Invoker) -> Self {
        Self { queue, invoker, package: package.into() }
    }

    /// Starts to read the queue as a task of `running`.
    pub fn start(&self, running: &mut JoinSet<()>) {
        let reader = self.clone();
        running.spawn(async move {
            loop {
                reader.catch_up().await;
                // The end of the time is no error.
                let _ = timeout(PERIOD, reader.queue.arrival()).await;
            }
        });
    }

    /// Processes all messages that are not hidden, and those that they send. Returns whether all succeeded.
    pub async fn catch_up(&self) -> bool {
        let mut all_done = true;
        while let Some(message) = self.queue.receive() {
            let batch = json!({"Records": [self.queue.record(&message)]});
            match self.invoker.invoke(&self.package, batch).await {
                Ok(_) => self.queue.delete(&message.id),
                Err(error) => {
                    tracing::error!(function = &*self.package, %error, "message failed");
                    all_done = false;
                }
            }
        }
        all_done
    }
}
