//! Events of API Gateway for any source address, and the list of all routes in the template.

use readmit_local::template::Template;
use readmit_tests::{Reply, World};
use reqwest::Method;
use serde_json::{Value, json};

/// A route of the template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Route {
    /// `POST`.
    pub(crate) method: String,
    /// `/v1/employees/{employee_id}/passcode`.
    pub(crate) path: String,
}

impl Route {
    /// The route key of the template and the gateway, for example `POST /v1/passcodes`.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The method as the HTTP client's type.
    pub(crate) fn method(&self) -> Method {
        self.method.parse().unwrap()
    }

    /// The path, with this employee's id if it has one.
    pub(crate) fn about(&self, employee_id: &str) -> String {
        self.path.replace("{employee_id}", employee_id).replace("{approval_id}", "apr_01J00000000000000000000000")
    }

    /// Whether the path has an employee id.
    pub(crate) fn names_somebody(&self) -> bool {
        self.path.contains("{employee_id}")
    }

    /// Whether the route needs no access token.
    pub(crate) fn is_public(&self) -> bool {
        let public = [
            "GET /.well-known/jwks.json",
            "POST /v1/passcodes/disown",
            "POST /v1/passcodes/redeem",
            "POST /v1/sessions",
        ];
        public.contains(&&*self.key())
    }
}

/// Every deployed route, sorted.
pub(crate) fn routes() -> Vec<Route> {
    let template = Template::of_this_build().unwrap();
    let all = template.functions.iter().flat_map(|function| &function.routes);
    let mut routes: Vec<_> =
        all.map(|route| Route { method: route.method.clone(), path: route.path.clone() }).collect();
    routes.sort();
    routes
}

/// The gateway's event for a JSON body from `source_ip`.
pub(crate) fn event(route_key: &str, source_ip: &str, body: &Value) -> Value {
    let (method, path) = route_key.split_once(' ').unwrap();
    json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "accountId": "000000000000", "apiId": "local", "domainName": "127.0.0.1", "domainPrefix": "127",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": source_ip, "userAgent": "test"},
            "requestId": "JKJaXmPLvHcESHA=", "routeKey": route_key, "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1_583_348_638_390_u64,
        },
        "body": body.to_string(),
        "isBase64Encoded": false,
    })
}

/// The HTTP answer in a function's output.
pub(crate) struct HttpAnswer {
    /// The status.
    pub(crate) status: u64,
    /// The body.
    pub(crate) body: Value,
    /// The seconds of `Retry-After`.
    pub(crate) retry_after: Option<u64>,
}

/// Tries to sign in from a network.
pub(crate) async fn sign_in_from(
    world: &World,
    source_ip: &str,
    email: &str,
    password: &str,
    code: &str,
) -> HttpAnswer {
    let body = json!({"email": email, "password": password, "code": code});
    http_answer(&world.invoke("sign-in", event("POST /v1/sessions", source_ip, &body)).await)
}

/// Reads the HTTP answer of an invocation.
pub(crate) fn http_answer(output: &Reply) -> HttpAnswer {
    let header =
        output.body["headers"]["retry-after"].as_str().or(output.body["multiValueHeaders"]["retry-after"][0].as_str());
    HttpAnswer {
        status: output.body["statusCode"].as_u64().unwrap_or_else(|| panic!("no answer: {}", output.text)),
        body: serde_json::from_str(output.body["body"].as_str().unwrap_or_default()).unwrap_or_default(),
        retry_after: header.and_then(|seconds| seconds.parse().ok()),
    }
}

/// Runs a test of many parallel requests on two threads. Few threads compute hashes, so that the store has time to answer.
pub(crate) fn at_once(test: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(2).max_blocking_threads(4).enable_all().build().unwrap().block_on(test);
}

/// How many answers have each of these statuses. No answer may have another status.
pub(crate) fn counts<const N: usize>(statuses: &[u64], wanted: [u64; N]) -> [usize; N] {
    let others: Vec<_> = statuses.iter().filter(|status| !wanted.contains(status)).collect();
    assert!(others.is_empty(), "{others:?}");
    wanted.map(|one| statuses.iter().filter(|status| **status == one).count())
}
