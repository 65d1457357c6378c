//! Every request comes in and every answer goes out here. Each request is logged once.

use std::sync::Arc;
use std::time::Duration;

use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use lambda_http::http::{HeaderName, HeaderValue};
use lambda_http::lambda_runtime;
use lambda_http::{Body, Context, Error, LambdaEvent, Request, Response, service_fn};
use serde_json::Value;

use super::gateway::{GatewayRequest, response_event};
use super::request::single_header;
use super::{ApiRequest as _, Failure, Problem};
use crate::app::Services;
use crate::telemetry::{Invocation, InvocationOutcome};
use crate::trusted_proxy::TrustedProxy;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The time limit of a request. The client gets an answer before Lambda ends the function after 15 seconds. A passcode whose mail was
/// being sent then stays `sending`: it cannot be redeemed, and the cleanup ends it.
const REQUEST_BUDGET: Duration = Duration::from_secs(13);

/// Serves a deployed function's requests until the runtime ends.
pub async fn run<M, F>(services: Arc<Services<M>>, handler: fn(Arc<Services<M>>, Request) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<Response<Body>, Failure>> + Send + 'static,
{
    // Boxed: otherwise the compiler's limit for nested futures is exceeded.
    let serve = move |event: LambdaEvent<GatewayRequest>| {
        let services = Arc::clone(&services);
        Box::pin(async move {
            respond(services.trusted_proxy(), |request| handler(Arc::clone(&services), request), event).await
        })
    };
    lambda_runtime::run(service_fn(serve)).await
}

/// Serves one event outside Lambda with the same code, for `cargo run` and the tests.
pub async fn invoke<F>(
    proxy: &TrustedProxy,
    handle: impl FnOnce(Request) -> F,
    event: Value,
    context: Context,
) -> Result<Value, Error>
where
    F: Future<Output = Result<Response<Body>, Failure>>,
{
    let request: GatewayRequest = serde_json::from_str(&event.to_string())?;
    Ok(serde_json::to_value(respond(proxy, handle, LambdaEvent::new(request, context)).await?)?)
}

async fn respond<F>(
    proxy: &TrustedProxy,
    handle: impl FnOnce(Request) -> F,
    event: LambdaEvent<GatewayRequest>,
) -> Result<ApiGatewayV2httpResponse, Error>
where
    F: Future<Output = Result<Response<Body>, Failure>>,
{
    let (mut request, body) = event.payload.into_http(event.context, proxy);
    let request_id = request.origin().request_id.clone();
    let invocation = Invocation::begin(&request_id, request.route_key());
    let outcome =
        match body.map_err(Failure::from).and_then(|body| body.decode(single_header(&request, "content-type"))) {
            Ok(bytes) => {
                request.extensions_mut().insert(bytes);
                let handled = invocation.run(tokio::time::timeout(REQUEST_BUDGET, handle(request))).await;
                handled.unwrap_or_else(|_| {
                    Err(Failure::Dependency(
                        Problem::TemporarilyUnavailable,
                        "the request exceeded its time limit".to_owned(),
                    ))
                })
            }
            Err(failure) => Err(failure),
        };
    invocation.end(&outcome_of(&outcome));
    let mut response = match outcome {
        Ok(response) => response,
        Err(Failure::Problem(problem) | Failure::WithReason(problem, _) | Failure::Dependency(problem, _)) => {
            refusal(&problem, &request_id)?
        }
        Err(Failure::Fault(_)) => return Err(Error::from("an internal fault; the log has its cause")),
    };
    add_headers(&mut response, &request_id);
    Ok(response_event(response))
}

fn outcome_of(outcome: &Result<Response<Body>, Failure>) -> InvocationOutcome<'_> {
    let refused = |problem: &Problem, because| InvocationOutcome::Refused {
        status: problem.status().as_u16(),
        code: problem.code(),
        because,
    };
    match outcome {
        Ok(response) => InvocationOutcome::Answered { status: Some(response.status().as_u16()) },
        Err(Failure::Problem(problem)) => refused(problem, None),
        Err(Failure::WithReason(problem, because)) => refused(problem, Some(because)),
        Err(Failure::Dependency(problem, cause)) => {
            InvocationOutcome::Failed { status: Some(problem.status().as_u16()), code: problem.code(), because: cause }
        }
        Err(Failure::Fault(cause)) => InvocationOutcome::Broken { because: cause },
    }
}

fn refusal(problem: &Problem, request_id: &str) -> Result<Response<Body>, Error> {
    let mut response = Response::new(Body::Text(problem.body(request_id)?));
    *response.status_mut() = problem.status();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response.headers_mut().extend(problem.header());
    Ok(response)
}

/// Adds the headers that every answer has. A request id that is not valid in a header is left out; only a forged event has one.
fn add_headers(response: &mut Response<Body>, request_id: &str) {
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert(X_REQUEST_ID, request_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_is_told_before_lambda_ends_the_function() {
        async fn never(_: Request) -> Result<Response<Body>, Failure> {
            std::future::pending().await
        }
        let started = tokio::time::Instant::now();
        let proxy = TrustedProxy::new(&[].into_iter().collect()).unwrap();
        let request = serde_json::from_str(r#"{"requestContext": {"routeKey": "GET /", "http": {}}}"#).unwrap();
        let response = respond(&proxy, never, LambdaEvent::new(request, Context::default())).await.unwrap();
        assert_eq!(response.status_code, 503);
        assert!(started.elapsed() < Duration::from_secs(14), "{:?}", started.elapsed());
    }
}
