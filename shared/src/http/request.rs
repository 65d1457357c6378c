//! A request as a handler sees it.

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use lambda_http::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt as _};
use readmit_domain::{Act, Actor, EmployeeId, Origin, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::json::read_object;
use super::{Failure, JsonBody, Problem};
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
    headers: HeaderMap,
    employee_id: Option<String>,
    query: Map<String, Value>,
    body: Zeroizing<Vec<u8>>,
}

impl ApiRequest {
    pub(super) fn new(request: &Request) -> Self {
        let context = gateway_context(request);
        let http = context.as_ref().map(|context| &context.http);
        let user_agent = http.and_then(|http| http.user_agent.as_ref());
        let request_id = context.as_ref().and_then(|context| context.request_id.clone());
        let origin = Origin {
            source_ip: http.and_then(|http| http.source_ip.clone()),
            user_agent: user_agent
                .map(|text| text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT_CHARS).collect()),
            request_id: request_id
                .or_else(|| request.lambda_context_ref().map(|context| context.request_id.clone()))
                .unwrap_or_default(),
        };
        let query = request.query_string_parameters_ref();
        Self {
            route_key: context.and_then(|context| context.route_key).unwrap_or_default(),
            origin,
            headers: request.headers().clone(),
            employee_id: request.path_parameters_ref().and_then(|path| path.first("employee_id")).map(str::to_owned),
            query: query
                .map(|query| {
                    // A parameter twice is joined by a comma, as in the gateway's own map, and so is no number and no cursor.
                    let joined = |name: &str| query.all(name).unwrap_or_default().join(",").into();
                    query.iter().map(|(name, _)| (name.to_owned(), joined(name))).collect()
                })
                .unwrap_or_default(),
            body: Zeroizing::new(match request.body() {
                Body::Text(text) => text.clone().into_bytes(),
                Body::Binary(bytes) => bytes.clone(),
                _ => Vec::new(),
            }),
        }
    }

    /// Size, then media type: what is checked before anything is read.
    pub(super) fn check_body(&self) -> Result<(), Problem> {
        if self.body.len() > MAX_BODY {
            return Err(Problem::BodyTooLarge);
        }
        if self.body.is_empty() || self.is_json() { Ok(()) } else { Err(Problem::UnsupportedMediaType) }
    }

    fn is_json(&self) -> bool {
        let media_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        media_type.split(';').next().is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
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

    /// RFC 6750, section 2.1: the header, and no other place.
    fn bearer_token(&self) -> Option<&str> {
        let mut values = self.headers.get_all(AUTHORIZATION).iter();
        let (scheme, token) = values.next()?.to_str().ok()?.split_once(' ')?;
        (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then_some(token.trim())
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

fn gateway_context(request: &Request) -> Option<ApiGatewayV2httpRequestContext> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => Some(context.clone()),
        _ => None,
    }
}
