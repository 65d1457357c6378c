//! A request as a handler sees it.

use std::collections::HashMap;

use data_encoding::BASE64;
use lambda_runtime::{Context, Error};
use readmit_domain::{Act, Actor, EmployeeId, Origin, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::gateway::GatewayRequest;
use super::json::read_object;
use super::{Edge, Failure, FieldError, JsonBody, Problem};
use crate::keyring::{AccessClaims, RecoveryClaims, Tokens};
use crate::services::Services;

/// The contract's limit of a body, in bytes.
const MAX_BODY: usize = 16 * 1024;
/// What is kept of a client's word of itself.
const MAX_USER_AGENT_CHARS: usize = 256;

/// A request that came through the gateway, of a size and a media type that are taken.
pub struct ApiRequest {
    route_key: String,
    origin: Origin,
    headers: HashMap<String, String>,
    employee_id: Option<String>,
    query: Map<String, Value>,
    body: Zeroizing<Vec<u8>>,
}

impl ApiRequest {
    /// Fails where the event's body is not the base64 that the gateway says it is.
    pub(super) fn new(event: GatewayRequest, context: &Context, edge: &Edge) -> Result<Self, Error> {
        let GatewayRequest { request_context, .. } = event;
        let mut headers = event.headers.unwrap_or_default();
        let viewer = edge.viewer(&mut headers).map(|address| address.to_string());
        let user_agent = request_context.http.user_agent;
        let origin = Origin {
            source_ip: viewer.or(request_context.http.source_ip),
            user_agent: user_agent
                .map(|text| text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT_CHARS).collect::<String>())
                // The gateway gives an empty text for a client that says nothing of itself.
                .filter(|text| !text.trim().is_empty()),
            request_id: request_context.request_id.unwrap_or_else(|| context.request_id.clone()),
        };
        let body = Zeroizing::new(event.body.unwrap_or_default().into_bytes());
        Ok(Self {
            route_key: request_context.route_key,
            origin,
            headers,
            employee_id: event.path_parameters.and_then(|mut path| path.remove("employee_id")),
            query: query_parameters(&event.raw_query_string.unwrap_or_default()),
            body: if event.is_base64_encoded { Zeroizing::new(BASE64.decode(&body)?) } else { body },
        })
    }

    /// Size, then media type: what is checked before anything is read.
    pub(super) fn check_body(&self) -> Result<(), Problem> {
        if self.body.len() > MAX_BODY {
            return Err(Problem::BodyTooLarge);
        }
        if self.body.is_empty() || self.is_json() { Ok(()) } else { Err(Problem::UnsupportedMediaType) }
    }

    fn is_json(&self) -> bool {
        let media_type = self.header("content-type").unwrap_or_default();
        media_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
    }

    /// The gateway gives names in lower case, `sam local start-api` as they were sent.
    fn header(&self, name: &str) -> Option<&str> {
        let mut values =
            self.headers.iter().filter(|(sent, _)| sent.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// The gateway's route, as the template names it: `POST /v1/sessions`.
    pub fn route_key(&self) -> &str {
        &self.route_key
    }

    /// Where the request came from, and its id.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What this request does, for the trail.
    pub fn act(&self, actor: Actor, at: Timestamp) -> Act {
        Act::new(at, actor, self.origin.clone())
    }

    /// The body, if it is well-formed JSON or there is none.
    pub fn json(&self) -> Result<JsonBody, Problem> {
        JsonBody::parse(&self.body)
    }

    /// The query string as `T`, whose fields are strings.
    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        read_object(Value::Object(self.query.clone())).map_err(|error| Problem::InvalidRequest(vec![error]))
    }

    /// The employee that the path names. A text that is no id names nobody.
    pub fn employee_id(&self) -> Option<EmployeeId> {
        self.employee_id.as_deref()?.parse().ok()
    }

    /// The client's key, if it sent one: 1 to 255 visible ASCII characters.
    pub fn idempotency_key(&self) -> Result<Option<&str>, Problem> {
        let name = "idempotency-key";
        if !self.headers.keys().any(|sent| sent.eq_ignore_ascii_case(name)) {
            return Ok(None);
        }
        let fits = |key: &&str| (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        self.header(name).filter(fits).map(Some).ok_or_else(|| {
            let detail = "the header Idempotency-Key must have 1 to 255 visible ASCII characters".to_owned();
            Problem::InvalidRequest(vec![FieldError { pointer: String::new(), detail }])
        })
    }

    /// RFC 6750, section 2.1: the header, and no other place.
    fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    }

    /// What a valid access token says. Whether the session still lasts, [`super::live_caller`] tells.
    pub async fn access_claims(&self, services: &Services) -> Result<AccessClaims, Failure> {
        let token = self.bearer_token().ok_or(Problem::Unauthenticated)?;
        let keyring = services.keyring_for_token(token).await?;
        let claims = Tokens::new(&keyring, &services.portal_url).read_access(token, services.now());
        Ok(claims.map_err(|_| Problem::Unauthenticated)?)
    }

    /// What a valid recovery token says. Whether the recovery is still open, each of its steps tells.
    pub async fn recovery_claims(&self, services: &Services) -> Result<RecoveryClaims, Failure> {
        let token = self.bearer_token().ok_or(Problem::Unauthenticated)?;
        let keyring = services.keyring_for_token(token).await?;
        let claims = Tokens::new(&keyring, &services.portal_url).read_recovery(token, services.now());
        Ok(claims.map_err(|_| Problem::Unauthenticated)?)
    }
}

/// A parameter twice is joined by a comma, as in the gateway's own map, and so is no number and no cursor.
fn query_parameters(query: &str) -> Map<String, Value> {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match parameters.get_mut(&*name) {
            Some(Value::String(values)) => *values = format!("{values},{value}"),
            _ => drop(parameters.insert(name.into_owned(), value.into_owned().into())),
        }
    }
    parameters
}
