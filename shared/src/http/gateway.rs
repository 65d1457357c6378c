//! Reads the event of API Gateway's HTTP API, payload format 2.0
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>), builds
//! `lambda_http`'s request from it, and turns a response into the gateway's.
//!
//! `lambda_http`'s own reader puts the client's `Host` and query into a URI and panics where they do not fit
//! (docs/decisions/0001-lambda-http.md). Readmit reads neither from the URI, so the request is built without them.

use std::collections::HashMap;

use lambda_http::aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::http::header::SET_COOKIE;
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, Method};
use lambda_http::request::LambdaRequest;
use lambda_http::{Body, Context, Request, RequestExt as _, Response};
use readmit_domain::Origin;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::Problem;
use super::body::EncodedBody;
use crate::trusted_proxy::{NotThroughEdge, TrustedProxy};

/// The longest `User-Agent` that is stored; the rest is cut off.
const MAX_USER_AGENT_CHARS: usize = 256;

/// A request. `headers`, `cookies`, `raw_query_string` and `body` come from the client and can be anything. The rest comes from API
/// Gateway.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GatewayRequest {
    request_context: RequestContext,
    /// Repeated headers are joined by a comma.
    headers: Option<HashMap<String, String>>,
    /// Each `name=value`.
    cookies: Option<Vec<String>>,
    path_parameters: Option<HashMap<String, String>>,
    raw_query_string: Option<String>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    route_key: String,
    request_id: Option<String>,
    http: RequestContextHttp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContextHttp {
    method: Option<String>,
    source_ip: Option<String>,
    user_agent: Option<String>,
}

impl GatewayRequest {
    /// The request, with its [`Origin`] as an extension, and the body, which is decoded later. The body is
    /// [`Problem::EdgeRequired`] if the request had to come through a trusted proxy and did not.
    pub(super) fn into_http(self, context: Context, proxy: &TrustedProxy) -> (Request, Result<EncodedBody, Problem>) {
        let text = Zeroizing::new(self.body.unwrap_or_default());
        let is_patch = self.request_context.http.method.as_deref() == Some("PATCH");
        let body = EncodedBody { text, is_base64: self.is_base64_encoded, is_patch };
        let mut headers = self.headers.unwrap_or_default();
        let (viewer, body) = match proxy.viewer(&mut headers) {
            Ok(viewer) => (viewer.map(|address| address.to_string()), Ok(body)),
            Err(NotThroughEdge) => (None, Err(Problem::EdgeRequired)),
        };
        let RequestContext { route_key, request_id, http } = self.request_context;
        let request_id = request_id.unwrap_or_else(|| context.request_id.clone());
        let origin = Origin {
            source_ip: viewer.or(http.source_ip),
            user_agent: http.user_agent.and_then(user_agent),
            request_id: request_id.clone(),
        };

        let mut event = ApiGatewayV2httpRequest::default();
        event.headers = header_map(headers);
        event.cookies = self.cookies;
        event.path_parameters = self.path_parameters.unwrap_or_default();
        // Not as `raw_query_string`, which becomes a part of the URI.
        event.query_string_parameters = query_map(&self.raw_query_string.unwrap_or_default());
        event.raw_path = Some("/".to_owned());
        event.request_context.route_key = Some(route_key);
        event.request_context.request_id = Some(request_id);
        event.request_context.http.method =
            http.method.and_then(|method| Method::from_bytes(method.as_bytes()).ok()).unwrap_or_default();
        let mut request = Request::from(LambdaRequest::ApiGatewayV2(event)).with_lambda_context(context);
        request.extensions_mut().insert(origin);
        (request, body)
    }
}

/// The client's `User-Agent` without control characters. API Gateway sends an empty text if the client sent none.
fn user_agent(text: String) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT_CHARS).collect();
    (!text.trim().is_empty()).then_some(text)
}

/// Uses `append`, so that a header sent twice in different case stays visible twice. A value that is not allowed in HTTP becomes an
/// empty one, which no header accepts.
fn header_map(headers: HashMap<String, String>) -> HeaderMap {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        // `lambda_http` builds the URI from these two, and nothing here reads them.
        if name.eq_ignore_ascii_case("host") || name.eq_ignore_ascii_case("x-forwarded-proto") {
            continue;
        }
        if let Ok(name) = HeaderName::try_from(name) {
            map.append(name, HeaderValue::try_from(value).unwrap_or_else(|_| HeaderValue::from_static("")));
        }
    }
    map
}

fn query_map(query: &str) -> QueryMap {
    let mut parameters = HashMap::<String, Vec<String>>::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    parameters.into()
}

pub(super) fn response_event(response: Response<Body>) -> ApiGatewayV2httpResponse {
    let (parts, body) = response.into_parts();
    let mut event = ApiGatewayV2httpResponse::default();
    event.status_code = parts.status.as_u16().into();
    event.headers = parts.headers;
    // The gateway expects cookies in a field of their own.
    if let Some(cookie) = event.headers.remove(SET_COOKIE).and_then(|cookie| cookie.to_str().ok().map(str::to_owned)) {
        event.cookies.push(cookie);
    }
    event.is_base64_encoded = matches!(body, Body::Binary(_));
    event.body = (!matches!(body, Body::Empty)).then_some(body);
    event
}
