//! Background work: the schedule, SES's reports, the stream of the audit table, and rotations.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use readmit::keyring::RootSecret;
use readmit_local::reports::event as report_event;
use readmit_local::{Email, Report};
use readmit_tests::stream_record;
use serde_json::{Value, json};

use crate::asking::Asker;
use crate::aws::{Aws, Mail};
use crate::cast::Cast;
use crate::time::pass;

/// Runs the cleanup every `period` until it is dropped.
pub async fn cleans_up(asker: Asker, period: Duration) {
    let mut random = asker.decides();
    loop {
        // Two scheduled runs sometimes overlap.
        pass(period - Duration::from_millis(random.random_range(0..5_000))).await;
        asker.runs("clean up", "cleanup-passcodes", json!({})).await;
    }
}

/// Sends delivery reports for each mail with a code: late, twice, or never, and in any order.
pub async fn reports(asker: Asker, aws: Aws) {
    let mut random = asker.decides();
    let (mut seen, mut waiting) = (0, Vec::<(i64, Report, Mail)>::new());
    loop {
        pass(Duration::from_millis(random.random_range(500..4_000))).await;
        let (mails, now) = (aws.mails_from(seen), asker.world.time.now().millis());
        for mail in mails.iter().filter(|mail| mail.tags["kind"] == "passcode") {
            for _ in 0..random.random_range(0..4) {
                let report = match random.random_range(0..20) {
                    0 => Report::Bounce,
                    1 => Report::Complaint,
                    2..5 => Report::Delay,
                    _ => Report::Delivery,
                };
                waiting.push((now + random.random_range(500..600_000), report, mail.clone()));
            }
        }
        seen += mails.len();
        waiting.sort_by_key(|(at, ..)| *at);
        while waiting.first().is_some_and(|(at, ..)| *at <= now) {
            let (_, report, mail) = waiting.remove(0);
            asker.completes("delivery report", "track-delivery", reported(&mail, report)).await;
        }
    }
}

fn reported(mail: &Mail, report: Report) -> Value {
    let tags = mail.tags.as_object().into_iter().flatten();
    let email = Email {
        message_id: mail.id.clone(),
        from: String::new(),
        to: vec![mail.to.clone()],
        subject: String::new(),
        text: None,
        html: None,
        tags: tags.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
        at: mail.at.millis(),
        report: None,
    };
    report_event(&email, report, &mail.at.to_string())
}

/// Reads the stream of audit events as Lambda does. It continues at the first failed record, and sometimes repeats a batch.
pub struct Stream {
    pub asker: Asker,
    pub aws: Aws,
    /// The number of the next record. It is kept when a reader ends.
    pub next: Rc<Cell<usize>>,
}

impl Stream {
    pub async fn follows(self) {
        let mut random = self.asker.decides();
        loop {
            pass(Duration::from_millis(random.random_range(1_000..8_000))).await;
            self.catches_up().await;
            if random.random_range(0..10) == 0 {
                self.next.set(self.next.get().saturating_sub(random.random_range(1..4)));
            }
        }
    }

    /// Passes all new records to the function. Returns whether all succeeded.
    pub async fn catches_up(&self) -> bool {
        let (_, trigger) = self.asker.world.template.stream().unwrap();
        loop {
            let next = self.next.get();
            let batch = self.aws.trail_from(next, trigger.batch_size);
            if batch.is_empty() {
                return true;
            }
            let records = (next..).zip(&batch).map(|(number, image)| record(number, image));
            let records: Vec<Value> = records.filter(|record| trigger.takes(record)).collect();
            let failed = if records.is_empty() { None } else { self.hands_over(&records, next).await };
            self.next.set(failed.unwrap_or(next + batch.len()));
            if failed.is_some() {
                return false;
            }
        }
    }

    /// The index of the first failed record, if any. Without an answer it is the first of all.
    async fn hands_over(&self, records: &[Value], first: usize) -> Option<usize> {
        let Some(answer) = self.asker.runs("notice", "notify", json!({"Records": records})).await else {
            return Some(first);
        };
        let failures = answer["batchItemFailures"].as_array().into_iter().flatten();
        failures.map(|failure| failure["itemIdentifier"].as_str().unwrap().parse().unwrap()).min()
    }
}

/// A stream record of a new audit item, with its keys.
fn record(number: usize, image: &Value) -> Value {
    let mut record = stream_record(&format!("{number:020}"), image.clone());
    record["dynamodb"]["Keys"] = json!({"employee_key": image["employee_key"], "event_id": image["event_id"]});
    record
}

/// Takes the messages of the queue of imports, one after the other. A message whose run has failed comes again later.
pub async fn takes_messages(asker: Asker, aws: Aws) {
    let mut random = asker.decides();
    loop {
        pass(Duration::from_millis(random.random_range(500..5_000))).await;
        catches_up_with_the_queue(&asker, &aws).await;
    }
}

/// Takes all messages that are not hidden.
pub async fn catches_up_with_the_queue(asker: &Asker, aws: &Aws) {
    loop {
        let delivery = aws.storage().receive(asker.world.time.now().millis());
        let Some(delivery) = delivery else { return };
        if asker.runs("import a piece", "import-employees", delivery.event).await.is_some() {
            aws.storage().delete(&delivery.id);
        }
    }
}

/// Rotates every root secret once, at a random time within `span`.
pub async fn rotates(asker: Asker, cast: Arc<Cast>, span: Duration) {
    let mut random = asker.decides();
    for (number, secret) in RootSecret::ALL.into_iter().enumerate() {
        pass(random.random_range(Duration::ZERO..span / 7)).await;
        let (arn, token) = (cast.aws.secrets().arn(secret), format!("00000000-0000-4000-8000-{number:012}"));
        let step = |step: &str| json!({"Step": step, "SecretId": arn, "ClientRequestToken": token});
        for name in ["createSecret", "setSecret", "testSecret", "finishSecret"] {
            if asker.completes("rotate", "rotate-root-secret", step(name)).await.is_none() {
                break;
            }
        }
    }
}
