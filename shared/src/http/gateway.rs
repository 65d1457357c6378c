//! What API Gateway's HTTP API hands to a function, and takes back, in payload format 2.0
//! (<https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>).
//!
//! Only what is read. `lambda_http` makes an `http::Request` of all of it, panics where a client's `Host` or query cannot stand
//! in a URI, and is a tenth of a function's size.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

/// A request. What the client wrote, it may have written in any way; the rest is the gateway's word.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GatewayRequest {
    pub(super) request_context: RequestContext,
    /// Several lines of one name are joined by a comma.
    pub(super) headers: Option<HashMap<String, String>>,
    pub(super) path_parameters: Option<HashMap<String, String>>,
    pub(super) raw_query_string: Option<String>,
    pub(super) body: Option<String>,
    #[serde(default)]
    pub(super) is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestContext {
    pub(super) route_key: String,
    pub(super) request_id: Option<String>,
    pub(super) http: RequestContextHttp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestContextHttp {
    pub(super) source_ip: Option<String>,
    pub(super) user_agent: Option<String>,
}

/// A response. Without a body there is none, rather than `null`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GatewayResponse {
    pub(super) status_code: u16,
    pub(super) headers: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<String>,
    pub(super) is_base64_encoded: bool,
}
