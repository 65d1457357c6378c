//! Requests of people, operators and AWS services to the functions.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt as _;
use readmit_local::template::Template;
use reqwest::Method;
use serde_json::{Value, json};

use crate::faults::Plan;
use crate::hosts::Hosts;
use crate::invocation::{Claim, Invocation};
use crate::oracle::Oracle;
use crate::time::{Time, generator, pass};

/// How often a client sends a request that gets no answer.
const PATIENCE: usize = 6;

/// The services that all clients share.
pub struct World {
    pub seed: u64,
    pub time: Time,
    pub hosts: Arc<Hosts>,
    pub oracle: Arc<Oracle>,
    pub template: Template,
}

/// A client. The faults in its requests do not depend on the requests of other clients.
pub struct Asker {
    pub world: Arc<World>,
    plan: Arc<Plan>,
    name: String,
    asked: Cell<usize>,
}

/// A request to the API.
#[derive(Clone)]
pub struct Request {
    act: &'static str,
    method: Method,
    path: String,
    token: Option<String>,
    body: Option<Value>,
    key: Option<String>,
    claim: Claim,
    /// The number of the client's network.
    network: usize,
}

/// An answer of the API.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u64,
    pub body: Value,
}

impl Request {
    pub fn new(act: &'static str, method: Method, path: impl Into<String>, network: usize) -> Self {
        let (path, claim) = (path.into(), Claim::default());
        Self { act, method, path, token: None, body: None, key: None, claim, network }
    }

    pub fn by(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub fn with(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    pub fn keyed(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }

    pub fn claiming(self, claim: Claim) -> Self {
        Self { claim, ..self }
    }

    /// The event of API Gateway for this request, and the package of its function.
    fn event(&self, template: &Template, time: Time) -> (&'static str, Value) {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let (package, route, parameters) = route(template, &self.method, path);
        let mut headers = json!({"host": "portal.example", "user-agent": "Simulated/1.0"});
        if let Some(token) = &self.token {
            headers["authorization"] = json!(format!("Bearer {token}"));
        }
        if let Some(key) = &self.key {
            headers["idempotency-key"] = json!(key);
        }
        let ip = format!("10.{}.{}.7", self.network / 256, self.network % 256);
        let mut event = json!({
            "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": query, "isBase64Encoded": false,
            "pathParameters": parameters,
            "requestContext": {
                "accountId": "000000000000", "apiId": "sim", "domainName": "portal.example", "domainPrefix": "portal",
                "http": {"method": self.method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": ip,
                    "userAgent": "Simulated/1.0"},
                "requestId": "sim", "routeKey": route, "stage": "$default",
                "time": "30/Nov/2026:12:00:00 +0000", "timeEpoch": time.now().millis(),
            },
        });
        if let Some(body) = &self.body {
            headers["content-type"] = json!("application/json");
            event["body"] = json!(body.to_string());
        }
        event["headers"] = headers;
        (package, event)
    }
}

/// The package and the key of the request's route, and the parameters of its path.
fn route(template: &Template, method: &Method, path: &str) -> (&'static str, String, Value) {
    let routes =
        template.functions.iter().flat_map(|function| function.routes.iter().map(move |route| (function, route)));
    for (function, route) in routes {
        let (wanted, found) = (route.path.split('/'), path.split('/'));
        if route.method != method.as_str() || wanted.clone().count() != found.clone().count() {
            continue;
        }
        let mut parameters = json!({});
        let fits = wanted.zip(found).all(|(wanted, found)| match wanted.strip_prefix('{') {
            Some(name) => {
                parameters[name.trim_end_matches('}')] = json!(found);
                true
            }
            None => wanted == found,
        });
        if fits {
            return (package(&function.package), format!("{} {}", route.method, route.path), parameters);
        }
    }
    panic!("no function answers {method} {path}");
}

/// The package's name with a static lifetime.
fn package(name: &str) -> &'static str {
    const PACKAGES: [&str; 8] = [
        "sign-in",
        "list-audit-events",
        "list-employees",
        "issue-passcode",
        "redeem-passcode",
        "reset-2fa",
        "revoke-passcode",
        "manage-employees",
    ];
    PACKAGES.into_iter().find(|package| *package == name).unwrap()
}

impl Asker {
    pub fn new(world: &Arc<World>, plan: &Plan, name: impl Into<String>) -> Self {
        Self { world: Arc::clone(world), plan: Arc::new(plan.clone()), name: name.into(), asked: Cell::new(0) }
    }

    fn invocation(&self, act: &'static str, claim: Claim) -> Arc<Invocation> {
        let asked = self.asked.replace(self.asked.get() + 1);
        Invocation::new(act, claim, Arc::clone(&self.plan), generator(self.world.seed, &self.name, asked))
    }

    /// Sends the request once. None if no answer comes.
    pub async fn asks(&self, request: &Request) -> Option<Reply> {
        let (package, event) = request.event(&self.world.template, self.world.time);
        let invocation = self.invocation(request.act, request.claim.clone());
        let answer = self.world.hosts.invoke(package, event, &invocation).await;
        let reply = match answer {
            None => None,
            Some(Err(error)) => {
                self.world.oracle.finds(format!("{} answers 500: {error}", request.act));
                None
            }
            Some(Ok(output)) => {
                let body = output["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
                Some(Reply { status: output["statusCode"].as_u64().unwrap(), body: body.unwrap_or_default() })
            }
        };
        let told = reply
            .as_ref()
            .map_or_else(|| "nothing".to_owned(), |reply| format!("{} {}", reply.status, reply.body["code"]));
        self.world.oracle.notes(|| format!("{} {}: {told}", self.name, request.act));
        if reply.as_ref().is_some_and(|reply| reply.status == 500) {
            self.world.oracle.finds(format!("{} answers 500", request.act));
        }
        if let Some(reply) = &reply {
            self.world.oracle.answered(&invocation, reply.status, &reply.body);
        }
        reply
    }

    /// Repeats the request until the answer is not "try again".
    pub async fn insists(&self, request: &Request) -> Option<Reply> {
        for attempt in 0..PATIENCE {
            let reply = self.asks(request).await;
            let again = match &reply {
                None => true,
                Some(reply) => matches!(reply.status, 502 | 503) || reply.body["code"] == "request_in_progress",
            };
            if !again {
                return reply;
            }
            pass(Duration::from_secs(2 + 3 * attempt as u64)).await;
        }
        None
    }

    /// Invokes a function without a route. None if it fails or does not end.
    pub async fn runs(&self, act: &'static str, package: &'static str, event: Value) -> Option<Value> {
        let invocation = self.invocation(act, Claim::default());
        let answer = self.world.hosts.invoke(package, event, &invocation).await?;
        self.world.oracle.notes(|| {
            format!(
                "{} {act}: {}",
                self.name,
                answer.as_ref().map_or_else(|error| format!("failed: {error}"), Value::to_string)
            )
        });
        answer.ok()
    }

    /// Repeats the invocation until it succeeds.
    pub async fn completes(&self, act: &'static str, package: &'static str, event: Value) -> Option<Value> {
        for _ in 0..PATIENCE {
            if let Some(output) = self.runs(act, package, event.clone()).await {
                return Some(output);
            }
            pass(Duration::from_secs(20)).await;
        }
        None
    }

    /// A random generator for the client's own decisions.
    pub fn decides(&self) -> rand::rngs::StdRng {
        generator(self.world.seed, &self.name, usize::MAX)
    }
}

/// Waits for a random time between the two.
pub async fn while_between(random: &mut rand::rngs::StdRng, least: u64, most: u64) {
    pass(Duration::from_millis(random.random_range(least * 1_000..most * 1_000))).await;
}
