//! Every route of the API, with a valid body that has no effect.

use readmit_tests::{Reply, World, contract};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::gateway::{Route, routes};

const ADA: &str = "ada@northwind.example";
/// A text in every value and name that is sent. No answer may contain it.
pub(crate) const MARK: &str = "s3cretMark";

/// A route, a body for it, and the token that it needs.
pub(crate) struct Endpoint {
    /// The route.
    pub(crate) route: Route,
    path: String,
    token: Option<String>,
    /// A well-formed body.
    pub(crate) good: Value,
}

/// Every route with a well-formed body. No route accepts the values in these bodies.
pub(crate) async fn endpoints(world: &World) -> Vec<Endpoint> {
    let admin = world.enrolled(ADA).await.token;
    // No address of the bodies is in the company's domains.
    let company = json!({"company_id": world.companies["Northwind Partners"], "domains": ["nobody.example"]});
    world.import(json!({"company": company, "employees": []})).await;
    let code = world.operator_mails_a_code_to("mike@northwind.example").await;
    let recovery = world.recovers("mike@northwind.example", &code).await.token;
    let endpoint = |route: Route| {
        let good = match route.key().as_str() {
            "POST /v1/sessions" => json!({"email": "eve@northwind.example", "password": "x", "code": "000000"}),
            "POST /v1/passcodes/redeem" => json!({"email": "eve@northwind.example", "code": "0000-0000-0000"}),
            "POST /v1/employees/{employee_id}/passcode" => json!({"lifetime_minutes": 60, "reason": "lost phone"}),
            "POST /v1/employees" => json!({"email": "eve@elsewhere.example", "name": "Eve"}),
            "PUT /v1/recovery/password" => json!({"password": "short"}),
            "POST /v1/recovery/complete" => json!({"code": "000000"}),
            _ => json!({}),
        };
        let token = match &route {
            route if route.is_public() => None,
            route if route.path.starts_with("/v1/recovery/") => Some(recovery.clone()),
            _ => Some(admin.clone()),
        };
        let about = match route.key().as_str() {
            "DELETE /v1/employees/{employee_id}" => "emp_01J00000000000000000000000",
            // The recipient of a passcode that is issued by mistake.
            _ => world.id("cleo@client.example"),
        };
        let path = route.about(about);
        Endpoint { route, path, token, good }
    };
    // The key set ignores the body.
    routes().into_iter().filter(|route| !route.path.starts_with("/.well-known")).map(endpoint).collect()
}

impl Endpoint {
    /// Sends these bytes with this media type.
    pub(crate) async fn try_bytes(&self, world: &World, media_type: Option<&str>, body: Vec<u8>) -> Reply {
        let mut request = world.request(self.route.method(), &self.path).body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(media_type) = media_type {
            request = request.header(CONTENT_TYPE, media_type);
        }
        let reply = world.send(request).await;
        contract::check(&self.route.method(), &self.path, &reply);
        reply
    }

    /// Sends the body. The answer must have one of these statuses and nothing of the body.
    pub(crate) async fn refuses(&self, world: &World, body: &[u8], statuses: &[u16]) {
        let reply = self.try_bytes(world, Some("application/json"), body.to_vec()).await;
        let sent = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
        assert!(statuses.contains(&reply.status), "{} {sent}: {} {}", self.route.key(), reply.status, reply.text);
        assert_eq!(reply.header("content-type"), "application/problem+json", "{} {sent}", self.route.key());
        repeats_nothing(&reply, &format!("{} {sent}", self.route.key()));
    }
}

#[track_caller]
fn repeats_nothing(reply: &Reply, what: &str) {
    let headers = format!("{:?}", reply.headers);
    assert!(!reply.text.contains(MARK) && !headers.contains(MARK), "{what} is repeated: {}", reply.text);
}

/// Checks that no session and no recovery has ended and that no mail was sent.
pub(crate) async fn nothing_has_happened(world: &World) {
    assert_eq!(world.counts_in_trail(ADA, ["session.ended"]).await, [0]);
    assert_eq!(world.counts_in_trail("mike@northwind.example", ["recovery.completed"]).await, [0]);
    assert!(world.items("passcodes").await.iter().all(|row| row.get("pending_password").is_none()));
    assert_eq!(world.mail_counts(["cleo@client.example", ADA]).await, [0, 1]);
}
