//! API Gateway: turns an HTTP request into an event, and the function's answer into HTTP.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use readmit::Clock;

use crate::answer;
use crate::aws_ids;
use crate::event::{self, Arrival, decoded};
use crate::invoker::Invoker;
use crate::template::{Route, Template};

/// The largest body that API Gateway accepts, a quota of HTTP APIs.
const MAX_BODY: usize = 10 * 1024 * 1024;

/// How long API Gateway waits for a function, a quota of HTTP APIs.
const TIMEOUT: Duration = Duration::from_secs(30);

struct Gateway {
    invoker: Invoker,
    clock: Clock,
    port: u16,
}

/// Answers every request with the template's routes.
pub fn router(invoker: Invoker, clock: Clock, port: u16) -> Router {
    Router::new().fallback(answer_request).with_state(Arc::new(Gateway { invoker, clock, port }))
}

async fn answer_request(
    State(gateway): State<Arc<Gateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let request_id = aws_ids::gateway_request_id();
    let mut response = gateway.forward(peer, request, &request_id).await;
    if let Ok(request_id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert("apigw-requestid", request_id);
    }
    // By the stack's own clock, which can be moved: the portal counts by it.
    let seconds = u64::try_from(gateway.clock.now().seconds()).unwrap_or_default();
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds));
    if let Ok(date) = HeaderValue::try_from(date) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

impl Gateway {
    async fn forward(&self, peer: SocketAddr, request: Request, request_id: &str) -> Response {
        let (parts, body) = request.into_parts();
        let Some(found) = find(self.invoker.template(), parts.method.as_str(), parts.uri.path()) else {
            return answer::message(StatusCode::NOT_FOUND, "Not Found");
        };
        let announced = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: usize| length > MAX_BODY) {
            return answer::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        let Ok(body) = to_bytes(body, MAX_BODY).await else {
            return answer::message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };

        let now = self.clock.now();
        let trace_id = format!("Root=1-{:08x}-{}", now.seconds(), aws_ids::hex::<12>());
        let arrival = Arrival { peer, port: self.port, now, request_id, trace_id: &trace_id };
        let route_key = format!("{} {}", found.route.method, found.route.path);
        let event = event::of_request(&route_key, &found.parameters, &parts, &body, &arrival);
        match tokio::time::timeout(TIMEOUT, self.invoker.invoke(found.package, event)).await {
            Ok(Ok(output)) => {
                answer::from_event(output).unwrap_or_else(|| internal_error(found.package, "is no answer"))
            }
            Ok(Err(error)) => internal_error(found.package, &error.to_string()),
            Err(_) => answer::message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
        }
    }
}

fn internal_error(function: &str, error: &str) -> Response {
    tracing::error!(function, error, "function failed");
    answer::message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
}

struct Found<'a> {
    package: &'a str,
    route: &'a Route,
    parameters: BTreeMap<String, String>,
}

/// The route of a request. Like the gateway, it prefers a literal segment to a parameter.
fn find<'a>(template: &'a Template, method: &str, path: &str) -> Option<Found<'a>> {
    let routes =
        template.functions.iter().flat_map(|function| function.routes.iter().map(move |route| (function, route)));
    routes
        .filter(|(_, route)| route.method == method)
        .filter_map(|(function, route)| {
            let parameters = parameters(&route.path, path)?;
            Some(Found { package: &function.package, route, parameters })
        })
        .min_by_key(|found| found.parameters.len())
}

/// The parameters of `path` if it matches `pattern`, segment by segment.
fn parameters(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    if pattern.split('/').count() != path.split('/').count() {
        return None;
    }
    let mut parameters = BTreeMap::new();
    for (wanted, found) in pattern.split('/').zip(path.split('/')) {
        let found = decoded(found);
        match wanted.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(_) if found.is_empty() => return None,
            Some(name) => drop(parameters.insert(name.to_owned(), found)),
            None if wanted != found => return None,
            None => {}
        }
    }
    Some(parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_segment_by_segment() {
        let pattern = "/v1/employees/{employee_id}/passcode";
        let found = parameters(pattern, "/v1/employees/emp%201/passcode").unwrap();
        assert_eq!(found["employee_id"], "emp 1");
        for other in ["/v1/employees//passcode", "/v1/employees/a/b/passcode", "/v1/employees/a/passcode/", "/"] {
            assert!(parameters(pattern, other).is_none(), "{other}");
        }
    }

    #[test]
    fn only_the_methods_of_a_route_are_answered() {
        let template = Template::of_this_build().unwrap();
        assert_eq!(find(&template, "POST", "/v1/sessions").unwrap().package, "sign-in");
        assert_eq!(find(&template, "GET", "/v1/employees/emp_1").unwrap().parameters["employee_id"], "emp_1");
        for (method, path) in
            [("HEAD", "/v1/employees"), ("OPTIONS", "/v1/sessions"), ("GET", "/v1/sessions/"), ("GET", "/")]
        {
            assert!(find(&template, method, path).is_none(), "{method} {path}");
        }
    }
}
