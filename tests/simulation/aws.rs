//! The AWS services without a network: the embedded engine with late indexes, a mailbox, simulated secrets, and the storage of imports.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use axum::http::StatusCode;
use readmit::domain::Timestamp;
use readmit::keyring::RootSecret;
use readmit_local::template::Template;
use readmit_local::{Engine, Secrets, dynamodb, engine};
use serde_json::{Value, json};

use crate::faults::Service;
use crate::storage::Storage;
use crate::time::{Time, generator};

/// The largest delay of an index.
const LAG: Duration = Duration::from_secs(3);

/// A mail that the mail service accepted.
#[derive(Clone, Debug)]
pub struct Mail {
    pub id: String,
    pub to: String,
    pub text: String,
    pub tags: Value,
    pub at: Timestamp,
}

/// An answer: the status, the error type if it is an error, and the body.
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Answer {
    pub fn of(status: u16, body: String) -> Self {
        Self { status, headers: Vec::new(), body }
    }
}

/// The effects of a call.
pub struct Done {
    pub answer: Answer,
    /// The request, if it changed tables.
    pub written: Option<Value>,
    /// The mail, if one was accepted.
    pub mailed: Option<Mail>,
}

/// The services. Clones share their state.
#[derive(Clone)]
pub struct Aws(Arc<Services>);

struct Services {
    time: Time,
    template: Template,
    engine: Engine,
    indexes: Mutex<Indexes>,
    secrets: Secrets,
    mails: Mutex<Vec<Mail>>,
    storage: Mutex<Storage>,
    /// The audit items, in the order of their writes.
    trail: Mutex<Vec<Value>>,
    /// The answers to transactions by their token. A repeated transaction is not done again.
    transactions: Mutex<HashMap<String, String>>,
}

/// Older states of the tables, for reads of indexes.
struct Indexes {
    engine: Engine,
    late: VecDeque<(Timestamp, String, Vec<u8>)>,
}

impl Aws {
    /// Empty tables, and new secrets that depend on the seed.
    pub fn begin(seed: u64, time: Time) -> Self {
        let template = Template::of_this_build().unwrap();
        let secrets = Secrets::in_memory(&template.secrets, time.clock(0));
        for (number, secret) in RootSecret::ALL.into_iter().enumerate() {
            let mut value: Value = serde_json::from_str(&secrets.secret_string(secret)).unwrap();
            let mut random = crate::time::random(generator(seed, "secret", number));
            value["1"] = json!(data_encoding::HEXLOWER.encode(&rand::RngExt::random::<[u8; 32]>(&mut random)));
            secrets.replace(secret, value.to_string(), time.now()).unwrap();
        }
        Self(Arc::new(Services {
            time,
            engine: engine(&template).unwrap(),
            indexes: Mutex::new(Indexes { engine: engine(&template).unwrap(), late: VecDeque::new() }),
            template,
            secrets,
            mails: Mutex::default(),
            storage: Mutex::default(),
            trail: Mutex::default(),
            transactions: Mutex::default(),
        }))
    }

    /// The mails from a number onwards.
    pub fn mails_from(&self, number: usize) -> Vec<Mail> {
        self.0.mails.lock().unwrap()[number..].to_vec()
    }

    /// The newest mail with a code to an address.
    pub fn newest_mail_with_code(&self, to: &str) -> Option<Mail> {
        let mails = self.0.mails.lock().unwrap();
        mails.iter().rev().find(|mail| mail.to == to && mail.tags["kind"] == "passcode").cloned()
    }

    /// At most `count` audit items from a number onwards, in the order of their writes.
    pub fn trail_from(&self, number: usize, most: usize) -> Vec<Value> {
        self.0.trail.lock().unwrap().iter().skip(number).take(most).cloned().collect()
    }

    /// The bucket and the queue of imports.
    pub fn storage(&self) -> MutexGuard<'_, Storage> {
        self.0.storage.lock().unwrap()
    }

    pub fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    /// Does a call. `target` is the header `X-Amz-Target`, empty for the mail service and the bucket.
    pub fn call(&self, service: Service, target: &str, request: &HttpRequest) -> Done {
        let body = request.body().bytes().unwrap_or_default();
        match service {
            Service::Files => {
                let (_, path) = request.uri().split_once(".example/").unwrap();
                let answer = self.storage().file(request.method(), path, request.headers().get("range"), body);
                Done { answer, written: None, mailed: None }
            }
            Service::Queue => {
                let answer = self.storage().send(&serde_json::from_slice(body).unwrap());
                Done { answer, written: None, mailed: None }
            }
            Service::Store => self.store(target.rsplit('.').next().unwrap_or_default(), body),
            Service::Mail => self.mail(body),
            Service::Secrets => {
                let (status, body) = self.0.secrets.call(target, body);
                Done::read(status.as_u16(), body.to_string())
            }
        }
    }

    fn store(&self, operation: &str, body: &[u8]) -> Done {
        let request: Value = serde_json::from_slice(body).unwrap();
        let token = request["ClientRequestToken"].as_str().map(str::to_owned);
        if let Some(answer) = token.as_ref().and_then(|token| self.0.transactions.lock().unwrap().get(token).cloned()) {
            return Done::read(200, answer);
        }
        let of_index = request.get("IndexName").is_some();
        let answer = if of_index { self.index(operation, body) } else { run(&self.0.engine, operation, body) };
        let written = writes(operation) && answer.status == 200;
        if written {
            let puts =
                request["TransactItems"].as_array().into_iter().flatten().map(|item| &item["Put"]).chain([&request]);
            let of_trail = puts.filter(|put| put["TableName"] == "readmit-audit" && !put["Item"].is_null());
            self.0.trail.lock().unwrap().extend(of_trail.map(|put| put["Item"].clone()));
            let mut indexes = self.0.indexes.lock().unwrap();
            indexes.late.push_back((self.0.time.now().after(LAG), operation.to_owned(), body.to_vec()));
            if let Some(token) = token {
                self.0.transactions.lock().unwrap().insert(token, answer.body.clone());
            }
        }
        Done { answer, written: written.then_some(request), mailed: None }
    }

    fn index(&self, operation: &str, body: &[u8]) -> Answer {
        let now = self.0.time.now();
        let mut indexes = self.0.indexes.lock().unwrap();
        while indexes.late.front().is_some_and(|(seen_at, ..)| *seen_at <= now) {
            let (_, operation, body) = indexes.late.pop_front().unwrap();
            let again = run(&indexes.engine, &operation, &body);
            assert_eq!(again.status, 200, "what was written can be written again: {}", again.body);
        }
        run(&indexes.engine, operation, body)
    }

    fn mail(&self, body: &[u8]) -> Done {
        let request: Value = serde_json::from_slice(body).unwrap();
        let tags = request["EmailTags"].as_array().into_iter().flatten();
        let tags: serde_json::Map<_, _> =
            tags.map(|tag| (tag["Name"].as_str().unwrap().to_owned(), tag["Value"].clone())).collect();
        let mut mails = self.0.mails.lock().unwrap();
        let mail = Mail {
            id: format!("mail-{}", mails.len()),
            to: request["Destination"]["ToAddresses"][0].as_str().unwrap().to_owned(),
            text: request["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap().to_owned(),
            tags: Value::Object(tags),
            at: self.0.time.now(),
        };
        mails.push(mail.clone());
        let answer = Answer::of(200, json!({"MessageId": mail.id}).to_string());
        Done { answer, written: None, mailed: Some(mail) }
    }

    /// Reads an item without faults.
    pub fn item(&self, table: &str, key: Value) -> Option<Value> {
        let request = json!({"TableName": format!("readmit-{table}"), "Key": key, "ConsistentRead": true});
        let answer = run(&self.0.engine, "GetItem", request.to_string().as_bytes());
        let mut answer: Value = serde_json::from_str(&answer.body).unwrap();
        answer.get_mut("Item").map(Value::take)
    }

    /// Reads all items of each table without faults.
    pub fn tables(&self) -> impl Iterator<Item = (String, Vec<Value>)> {
        self.0.template.tables.iter().map(|table| (table.name.clone(), self.items(&table.name)))
    }

    fn items(&self, table: &str) -> Vec<Value> {
        let (mut items, mut from) = (Vec::new(), Value::Null);
        loop {
            let mut request = json!({"TableName": table});
            if !from.is_null() {
                request["ExclusiveStartKey"] = from;
            }
            let answer = run(&self.0.engine, "Scan", request.to_string().as_bytes());
            let mut answer: Value = serde_json::from_str(&answer.body).unwrap();
            items.append(answer["Items"].as_array_mut().unwrap());
            from = answer["LastEvaluatedKey"].take();
            if from.is_null() {
                return items;
            }
        }
    }
}

impl Done {
    fn read(status: u16, body: String) -> Self {
        Self { answer: Answer::of(status, body), written: None, mailed: None }
    }
}

/// Whether an operation changes tables.
pub fn writes(operation: &str) -> bool {
    matches!(operation, "TransactWriteItems" | "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem")
}

fn run(engine: &Engine, operation: &str, body: &[u8]) -> Answer {
    match dynamodb::run(engine, operation, body).unwrap() {
        Ok(body) => Answer::of(StatusCode::OK.as_u16(), body),
        Err(error) => Answer::of(error.status_code(), error.to_json()),
    }
}
