//! S3 and SQS have their own listener: a key of S3 may be any path.

use std::io;

use axum::Router;
use axum::http::StatusCode;
use readmit::Clock;
use serde_json::json;
use tokio::task::JoinSet;

use crate::data_dir::{DataDir, DataDirError};
use crate::invoker::Invoker;
use crate::loopback::{Listener, Server};
use crate::objects::Objects;
use crate::queue::Queue;
use crate::queue_reader::QueueReader;
use crate::template::Template;
use crate::{answer, guard};

/// The bucket and the queue of the template, and the function that takes the queue's messages.
pub struct FilesAndQueues {
    objects: Objects,
    queue: Option<Queue>,
    reader: Option<QueueReader>,
    server: Server,
    url: String,
}

/// Why they cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("there is no port to listen on: {0}")]
    Listener(#[from] io::Error),
    #[error(transparent)]
    DataDir(#[from] DataDirError),
}

impl FilesAndQueues {
    pub(crate) async fn open(
        template: &Template,
        data_dir: Option<&DataDir>,
        clock: &Clock,
    ) -> Result<Self, StorageError> {
        let bucket = template.buckets.first().map(|bucket| bucket.name.as_str()).unwrap_or_default();
        let objects = Objects::open(bucket, data_dir)?;
        let queue = template.queue().map(|(_, queue)| Queue::open(queue, data_dir, clock.clone())).transpose()?;
        let listener = Listener::bind(0).await?;
        let (url, port) = (listener.url(), listener.port());
        let server = listener.serve(router(&objects, queue.as_ref(), port));
        Ok(Self { objects, queue, reader: None, server, url })
    }

    /// From now on the function can take messages.
    pub(crate) fn connect(&mut self, invoker: &Invoker) {
        let package = invoker.template().queue().map(|(package, _)| package);
        let parts = self.queue.clone().zip(package);
        self.reader = parts.map(|(queue, package)| QueueReader::new(queue, package, invoker.clone()));
    }

    /// Starts to take messages as a task of `running`.
    pub(crate) fn start(&self, running: &mut JoinSet<()>) {
        if let Some(reader) = &self.reader {
            reader.start(running);
        }
    }

    /// The URL for people and for what they read, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// An address for clients of this process.
    pub fn address(&self) -> &str {
        self.server.address()
    }

    /// The objects of the bucket.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// The queue of imports.
    pub fn queue(&self) -> Option<&Queue> {
        self.queue.as_ref()
    }

    /// Processes all messages of the queue, which `follow_stream` does automatically. Returns whether all succeeded.
    pub async fn catch_up(&self) -> bool {
        match &self.reader {
            Some(reader) => reader.catch_up().await,
            None => true,
        }
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }
}

fn router(objects: &Objects, queue: Option<&Queue>, port: u16) -> Router {
    let unknown = || async {
        let message = json!({"message": "The operation is not known here."});
        answer::aws_error(StatusCode::NOT_FOUND, "UnknownOperationException", message)
    };
    let services = queue.map_or_else(Router::new, Queue::router).merge(objects.router()).fallback(unknown);
    guard::loopback_only(services, port)
}
