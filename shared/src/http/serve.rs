//! The boundary: every request comes in here, every answer goes out here, and each is logged once.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lambda_runtime::{Context, Error, LambdaEvent, service_fn};
use serde_json::Value;

use super::gateway::{GatewayRequest, GatewayResponse};
use super::{Answer, ApiRequest, Edge, Failure, Problem};
use crate::telemetry::{Ending, Invocation};

/// What a request is given. Whatever it waits for then, its client is told before Lambda ends the function at 15 seconds; a
/// passcode whose mail was under way opens nothing, and the cleanup withdraws it.
const REQUEST_BUDGET: Duration = Duration::from_secs(13);

/// Serves a deployed function's requests until the runtime ends.
pub async fn run<S, F>(services: Arc<S>, handler: fn(Arc<S>, ApiRequest) -> F) -> Result<(), Error>
where
    S: AsRef<Edge> + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Failure>> + Send + 'static,
{
    // Boxed, or the compiler finds the runtime's future too deep to lay out.
    let serve = move |event: LambdaEvent<GatewayRequest>| Box::pin(respond(Arc::clone(&services), handler, event));
    lambda_runtime::run(service_fn(serve)).await
}

/// Serves one event outside Lambda, through the same code: what `cargo run` and the tests do.
pub async fn invoke<S, F>(
    services: Arc<S>,
    handler: fn(Arc<S>, ApiRequest) -> F,
    event: Value,
    context: Context,
) -> Result<Value, Error>
where
    S: AsRef<Edge> + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Failure>> + Send + 'static,
{
    let request: GatewayRequest = serde_json::from_str(&event.to_string())?;
    Ok(serde_json::to_value(respond(services, handler, LambdaEvent::new(request, context)).await?)?)
}

async fn respond<S, F>(
    services: Arc<S>,
    handler: fn(Arc<S>, ApiRequest) -> F,
    event: LambdaEvent<GatewayRequest>,
) -> Result<GatewayResponse, Error>
where
    S: AsRef<Edge>,
    F: Future<Output = Result<Answer, Failure>> + Send + 'static,
{
    let request = ApiRequest::new(event.payload, &event.context, S::as_ref(&services))?;
    let request_id = request.origin().request_id.clone();
    let invocation = Invocation::begin(&request_id, request.route_key());
    let outcome = match request.check_body() {
        Ok(()) => invocation
            .run(tokio::time::timeout(REQUEST_BUDGET, handler(services, request)))
            .await
            .unwrap_or_else(|_| Err(out_of_time())),
        Err(problem) => Err(problem.into()),
    };
    invocation.end(&ending(&outcome));
    match outcome {
        Ok(answer) => Ok(success(answer, request_id)),
        Err(Failure::Problem(problem) | Failure::Because(problem, _) | Failure::Caused(problem, _)) => {
            refusal(&problem, request_id)
        }
        Err(Failure::Fault(_)) => Err(Error::from("an internal fault; the log has its cause")),
    }
}

/// What the log is told.
fn ending(outcome: &Result<Answer, Failure>) -> Ending<'_> {
    let refused = |problem: &Problem, because| Ending::Refused {
        status: problem.status().as_u16(),
        code: problem.code(),
        because,
    };
    match outcome {
        Ok(answer) => Ending::Answered { status: Some(answer.status.as_u16()) },
        Err(Failure::Problem(problem)) => refused(problem, None),
        Err(Failure::Because(problem, because)) => refused(problem, Some(because)),
        Err(Failure::Caused(problem, cause)) => {
            Ending::Failed { status: Some(problem.status().as_u16()), code: problem.code(), because: cause }
        }
        Err(Failure::Fault(cause)) => Ending::Broken { because: cause },
    }
}

fn out_of_time() -> Failure {
    Failure::Caused(Problem::TemporarilyUnavailable, "the request's time ran out".to_owned())
}

fn success(answer: Answer, request_id: String) -> GatewayResponse {
    let mut headers = every_answers_headers(answer.cache_control, request_id);
    if answer.body.is_some() {
        headers.insert("content-type", "application/json".to_owned());
    }
    GatewayResponse { status_code: answer.status.as_u16(), headers, body: answer.body, is_base64_encoded: false }
}

fn refusal(problem: &Problem, request_id: String) -> Result<GatewayResponse, Error> {
    let body = problem.body(&request_id)?;
    let mut headers = every_answers_headers("no-store", request_id);
    headers.insert("content-type", "application/problem+json".to_owned());
    headers.extend(problem.header());
    let status_code = problem.status().as_u16();
    Ok(GatewayResponse { status_code, headers, body: Some(body), is_base64_encoded: false })
}

fn every_answers_headers(cache_control: &str, request_id: String) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("cache-control", cache_control.to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("x-request-id", request_id),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_is_told_before_lambda_ends_the_function() {
        async fn never(_: Arc<Edge>, _: ApiRequest) -> Result<Answer, Failure> {
            std::future::pending().await
        }
        let started = tokio::time::Instant::now();
        let edge = Edge::new(&[].into_iter().collect()).unwrap();
        let request = serde_json::from_str(r#"{"requestContext": {"routeKey": "GET /", "http": {}}}"#).unwrap();
        let response = respond(Arc::new(edge), never, LambdaEvent::new(request, Context::default())).await.unwrap();
        assert_eq!(response.status_code, 503);
        assert!(started.elapsed() < Duration::from_secs(14), "{:?}", started.elapsed());
    }
}
