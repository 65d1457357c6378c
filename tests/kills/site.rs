//! A stack with a company, and the access to it: through HTTP, and to the tables with the operator's commands.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use readmit::{Clock, Environment, Random};
use readmit_local::functions;
use readmit_operator::check::{Tables, check};
use readmit_tests::{Reply, contract};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::stack::{Folder, Stack};

/// Why a request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// It was never sent, because nothing listened.
    NotSent,
    /// It was in progress when the process died.
    InFlight,
}

/// The number of a person's audit events of each type.
pub(crate) type Events = BTreeMap<String, usize>;

pub(crate) struct Site {
    pub(crate) folder: Folder,
    pub(crate) stack: Stack,
    pub(crate) company_id: String,
    /// The people's ids by address.
    ids: HashMap<String, String>,
    /// The offset of the stack's clock.
    ahead: AtomicU64,
    /// Only one request at a time moves the clock.
    moving: tokio::sync::Mutex<()>,
    client: Client,
}

/// A client with its own network, so that its failures count for nobody else.
pub(crate) fn client_in_network(number: usize) -> Client {
    let [_, .., high, low] = number.to_be_bytes();
    let address = IpAddr::V4(Ipv4Addr::new(127, 100 + high, low, 1));
    Client::builder().no_proxy().local_address(address).build().unwrap()
}

impl Site {
    /// A new company with these people and its first admin.
    pub(crate) async fn start(name: &str, rows: Vec<Value>) -> Self {
        let founder = json!({"email": "founder@harbour.example", "name": "First Founder", "role": "security_admin"});
        let company = json!({"external_id": "harbour", "name": "Harbour"});
        let founding = json!({"mode": "create", "company": company, "employees": [founder]});
        let folder = Folder::new(name, &founding);
        let stack = folder.start().await;
        let (company_id, ids, ahead) = (String::new(), HashMap::new(), AtomicU64::new(0));
        let client = client_in_network(0);
        let mut site = Self { folder, stack, company_id, ids, ahead, moving: tokio::sync::Mutex::default(), client };
        let founded = site.sure(site.invoke("import-employees", founding)).await;
        site.company_id = founded.text_at("/company_id");
        let imported = site.sure(site.import(json!(rows), json!([]))).await;
        for row in imported.body["results"].as_array().unwrap() {
            assert_eq!(row["outcome"], "created", "{row}");
            site.ids.insert(row["email"].as_str().unwrap().to_owned(), row["employee_id"].as_str().unwrap().to_owned());
        }
        site
    }

    pub(crate) fn id(&self, email: &str) -> &str {
        &self.ids[email]
    }

    /// Sends a request from a network.
    pub(crate) fn request(&self, from: &Client, method: Method, path: &str) -> RequestBuilder {
        from.request(method, format!("{}{path}", self.stack.api))
    }

    /// Sends a request and checks the answer against the contract. A 500 is not accepted.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Reply, Unanswered> {
        let (client, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let lost = |error: reqwest::Error| if error.is_connect() { Unanswered::NotSent } else { Unanswered::InFlight };
        let response = client.execute(request).await.map_err(lost)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.map_err(|_| Unanswered::InFlight)?;
        let reply = Reply { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text };
        assert!(reply.status < 500, "{method} {path}: {} {}", reply.status, reply.text);
        contract::check(&method, &path, &reply);
        Ok(reply)
    }

    /// Sends a request while the process is not killed.
    pub(crate) async fn sure(&self, answer: impl Future<Output = Result<Reply, Unanswered>>) -> Reply {
        answer.await.unwrap_or_else(|why| panic!("no answer, though nobody killed the stack: {why:?}"))
    }

    pub(crate) async fn invoke(&self, function: &str, event: Value) -> Result<Reply, Unanswered> {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let reply = self.send(self.request(&self.client, Method::POST, &path).json(&event)).await?;
        assert!(reply.header("x-amz-function-error").is_empty(), "{}", reply.text);
        Ok(reply)
    }

    pub(crate) async fn import(&self, rows: Value, issue_passcodes: Value) -> Result<Reply, Unanswered> {
        let company = json!({"company_id": self.company_id, "name": "Harbour"});
        let event = json!({"company": company, "employees": rows, "issue_passcodes": issue_passcodes});
        self.invoke("import-employees", event).await
    }

    /// Runs the cleanup, as the schedule does each minute.
    pub(crate) async fn clean_up(&self) -> Result<Reply, Unanswered> {
        self.send(self.request(&self.client, Method::POST, "/_local/schedule/cleanup-passcodes")).await
    }

    /// Sends a request to the local stack's own routes, for the mailbox and the clock.
    pub(crate) async fn local(&self, method: Method, path: &str, body: Option<Value>) -> Result<Reply, Unanswered> {
        let request = self.request(&self.client, method, path);
        self.send(body.into_iter().fold(request, |request, body| request.json(&body))).await
    }

    /// The mails to an address or to all, oldest first.
    pub(crate) async fn mails(&self, to: Option<&str>) -> Result<Vec<Value>, Unanswered> {
        let query = to.map(|to| format!("?to={to}")).unwrap_or_default();
        let mut reply = self.local(Method::GET, &format!("/_local/mail{query}"), None).await?;
        Ok(serde_json::from_value(reply.body["emails"].take()).unwrap())
    }

    pub(crate) async fn sure_mails(&self, to: &str) -> Vec<Value> {
        self.mails(Some(to)).await.unwrap_or_else(|why| panic!("no mails, though nobody killed the stack: {why:?}"))
    }

    /// The newest mail with a passcode to an address.
    pub(crate) async fn passcode_mail(&self, to: &str) -> Result<Option<Value>, Unanswered> {
        Ok(self.mails(Some(to)).await?.into_iter().rfind(|mail| mail["tags"]["kind"] == "passcode"))
    }

    /// The time of the functions, in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(Clock::system().now().seconds()).unwrap() + self.ahead.load(Ordering::Relaxed)
    }

    /// Moves the clock of the functions and checks it.
    pub(crate) async fn advance(&self, by: Duration) {
        let _alone = self.moving.lock().await;
        let body = json!({"advance_seconds": by.as_secs()});
        let moved = self.sure(self.local(Method::POST, "/_local/clock", Some(body))).await;
        self.ahead.fetch_add(by.as_secs(), Ordering::Relaxed);
        let told: readmit::domain::Timestamp = moved.text_at("/now").parse().unwrap();
        assert!(u64::try_from(told.seconds()).unwrap().abs_diff(self.now()) <= 2, "the clock is at {told}");
    }

    /// All items of a table in DynamoDB's JSON.
    pub(crate) async fn items(&self, table: &str) -> Vec<Value> {
        let (mut items, mut request) = (Vec::new(), json!({"TableName": format!("readmit-{table}")}));
        loop {
            let mut answer = self.dynamodb("Scan", &request).await;
            items.append(answer["Items"].as_array_mut().unwrap());
            if answer["LastEvaluatedKey"].is_null() {
                return items;
            }
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"].take();
        }
    }

    /// The passcode row of an address, or null.
    pub(crate) async fn passcode_row(&self, login: &str) -> Value {
        let key = json!({"TableName": "readmit-passcodes", "Key": {"login": {"S": login}}, "ConsistentRead": true});
        self.dynamodb("GetItem", &key).await["Item"].take()
    }

    async fn dynamodb(&self, operation: &str, body: &Value) -> Value {
        let authorization = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
        let request = self
            .client
            .post(&self.stack.dynamodb)
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", authorization)
            .header("x-amz-date", "20260101T000000Z");
        let reply = self.sure(self.send(request.body(body.to_string()))).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }

    /// The counts of audit events by the person's id. The end of a stuck passcode counts the same by a newer passcode and by the
    /// schedule, which runs each minute.
    pub(crate) async fn trails(&self) -> HashMap<String, Events> {
        let mut trails: HashMap<String, Events> = HashMap::new();
        for event in self.items("audit").await {
            let [whose, kind] = ["employee_id", "event_type"].map(|name| event[name]["S"].as_str().unwrap_or_default());
            let kind = if kind == "passcode.delivery_failed" { "passcode.expired" } else { kind };
            *trails.entry(whose.to_owned()).or_default().entry(kind.to_owned()).or_default() += 1;
        }
        trails
    }

    /// Panics if `readmit-check` finds a fault in the tables.
    pub(crate) async fn reconcile(&self) {
        let tables = ["employees", "credentials", "passcodes", "audit"];
        let named = tables.map(|table| (format!("READMIT_{}_TABLE", table.to_uppercase()), format!("readmit-{table}")));
        let place = ("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), self.stack.dynamodb.clone());
        let environment: Environment = named.into_iter().chain([place]).collect();
        let clock = Clock::system();
        let operator = functions::process("cleanup-passcodes", &environment, &clock, &Random::system()).unwrap();
        let tables = Tables::of(operator.aws.dynamodb(), &environment, clock.now()).unwrap();
        let faults = check(&tables).await.unwrap();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}
