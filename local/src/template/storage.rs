//! The template's buckets, and the queues that functions read.

use std::time::Duration;

use serde_json::Value;

/// A bucket of S3.
pub struct Bucket {
    pub logical_id: String,
    /// The name in the local stack.
    pub name: String,
}

/// A FIFO queue of SQS with a dead-letter queue.
pub struct Queue {
    pub logical_id: String,
    /// The name in the local stack.
    pub name: String,
    /// How long a message that was handed over is hidden.
    pub hidden_for: Duration,
    /// How often a message is handed over before it becomes a dead letter.
    pub most_receives: u32,
}

impl Queue {
    /// None for a queue without a dead-letter queue: it is one itself.
    pub fn new(logical_id: &str, name: &str, properties: &Value) -> Option<Self> {
        let most_receives = properties.pointer("/RedrivePolicy/maxReceiveCount")?.as_u64()?;
        Some(Self {
            logical_id: logical_id.to_owned(),
            name: format!("{name}.fifo"),
            // 30 is the default of SQS.
            hidden_for: Duration::from_secs(properties["VisibilityTimeout"].as_u64().unwrap_or(30)),
            most_receives: u32::try_from(most_receives).ok()?,
        })
    }
}

/// The queue of `!GetAtt ImportQueue.Arn`.
pub fn queue_of(get_att: &Value) -> Option<String> {
    match get_att {
        Value::String(text) => text.strip_suffix(".Arn").map(str::to_owned),
        _ => get_att[0].as_str().filter(|_| get_att[1] == "Arn").map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_queue_with_dead_letters_is_read() {
        let queue = json!({"VisibilityTimeout": 960, "RedrivePolicy": {"maxReceiveCount": 5}});
        let queue = Queue::new("ImportQueue", "readmit-import", &queue).unwrap();
        assert_eq!((queue.name.as_str(), queue.most_receives), ("readmit-import.fifo", 5));
        assert_eq!(queue.hidden_for, Duration::from_secs(960));
        assert!(Queue::new("ImportDeadLetters", "readmit-dead", &json!({})).is_none());
    }

    #[test]
    fn both_forms_of_get_att_name_a_queue() {
        assert_eq!(queue_of(&json!("ImportQueue.Arn")).as_deref(), Some("ImportQueue"));
        assert_eq!(queue_of(&json!(["ImportQueue", "Arn"])).as_deref(), Some("ImportQueue"));
        assert_eq!(queue_of(&json!("ImportQueue.QueueName")), None);
    }
}
