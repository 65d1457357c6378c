//! The queue of imports in SQS: a message for each piece of a file. It is a FIFO queue, so one import's pieces follow each other, and the
//! same message, sent twice within five minutes, arrives once.

use aws_sdk_sqs::Client;

use crate::aws::{Aws, describe};
use crate::environment::{BadVariable, Environment};

/// The queue of imports. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// SQS did not accept a message.
#[derive(Debug, thiserror::Error)]
#[error("the queue does not take the message: {0}")]
pub struct QueueError(String);

impl Queue {
    /// Reads the URL of the queue from the environment.
    pub fn new(aws: &Aws, environment: &Environment) -> Result<Self, BadVariable> {
        Ok(Self { client: aws.sqs(), url: environment.require("READMIT_IMPORT_QUEUE_URL")? })
    }

    /// Sends a message. Messages of one `group` arrive one after the other, each when the one before was deleted. Messages with the same
    /// `id` are the same message.
    pub async fn send(&self, group: &str, id: &str, body: String) -> Result<(), QueueError> {
        let message = self.client.send_message().queue_url(&self.url).message_body(body);
        let sent = message.message_group_id(group).message_deduplication_id(id).send().await;
        sent.map(drop).map_err(|error| QueueError(describe(&error)))
    }
}
