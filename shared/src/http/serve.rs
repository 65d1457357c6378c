//! The boundary: every request comes in here, every answer goes out here, and each is logged once.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use lambda_http::lambda_runtime::{Error, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Body, Context, Request, Response, service_fn};
use serde_json::Value;

use super::{Answer, ApiRequest, Failure, Problem};

/// What a request is given. Whatever it waits for then, its client is told before Lambda ends the function at 15 seconds; a
/// passcode whose mail was under way opens nothing, and the cleanup withdraws it.
const REQUEST_BUDGET: Duration = Duration::from_secs(13);

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Serves a deployed function's requests until the runtime ends.
pub async fn run<S, F>(services: Arc<S>, handler: fn(Arc<S>, ApiRequest) -> F) -> Result<(), Error>
where
    S: Send + Sync + 'static,
    F: Future<Output = Result<Answer, Failure>> + Send + 'static,
{
    lambda_http::run(service_fn(move |request: Request| respond(Arc::clone(&services), handler, request))).await
}

/// Serves one event outside Lambda, through the same code: what `cargo run` and the tests do.
pub async fn invoke<S, F>(
    services: Arc<S>,
    handler: fn(Arc<S>, ApiRequest) -> F,
    event: Value,
    context: Context,
) -> Result<Value, Error>
where
    S: Send + Sync + 'static,
    F: Future<Output = Result<Answer, Failure>> + Send + 'static,
{
    let request: LambdaRequest = serde_json::from_str(&event.to_string())?;
    let service = service_fn(move |request: Request| respond(Arc::clone(&services), handler, request));
    let response = Adapter::from(service).oneshot(LambdaEvent::new(request, context)).await?;
    Ok(serde_json::to_value(response)?)
}

async fn respond<S, F>(
    services: Arc<S>,
    handler: fn(Arc<S>, ApiRequest) -> F,
    request: Request,
) -> Result<Response<Body>, Error>
where
    F: Future<Output = Result<Answer, Failure>> + Send + 'static,
{
    let request = ApiRequest::new(&request);
    let (route_key, request_id) = (request.route_key().to_owned(), request.origin().request_id.clone());
    let outcome = match request.check_body() {
        Ok(()) => tokio::time::timeout(REQUEST_BUDGET, handler(services, request))
            .await
            .unwrap_or_else(|_| Err(out_of_time())),
        Err(problem) => Err(problem.into()),
    };
    let response = match outcome {
        Ok(answer) => {
            tracing::info!(route_key, request_id, status = answer.status.as_u16(), "answered");
            success(answer)
        }
        Err(Failure::Problem(problem)) => {
            tracing::info!(route_key, request_id, status = problem.status().as_u16(), code = problem.code(), "refused");
            refusal(&problem, &request_id)
        }
        Err(Failure::Caused(problem, cause)) => {
            tracing::error!(
                route_key,
                request_id,
                status = problem.status().as_u16(),
                code = problem.code(),
                cause,
                "failed"
            );
            refusal(&problem, &request_id)
        }
        Err(Failure::Fault(cause)) => {
            tracing::error!(route_key, request_id, cause, "broken");
            return Err(Error::from("an internal fault; the log has its cause"));
        }
    };
    let mut response = response?;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        headers.insert(X_REQUEST_ID, request_id);
    }
    Ok(response)
}

fn out_of_time() -> Failure {
    Failure::Caused(Problem::TemporarilyUnavailable, "the request's time ran out".to_owned())
}

fn success(answer: Answer) -> Result<Response<Body>, Error> {
    let response = Response::builder().status(answer.status).header(CACHE_CONTROL, answer.cache_control);
    Ok(match answer.body {
        Some(body) => response.header(CONTENT_TYPE, "application/json").body(Body::Text(body))?,
        None => response.body(Body::Empty)?,
    })
}

fn refusal(problem: &Problem, request_id: &str) -> Result<Response<Body>, Error> {
    let mut response = Response::builder()
        .status(problem.status())
        .header(CONTENT_TYPE, "application/problem+json")
        .header(CACHE_CONTROL, "no-store")
        .body(Body::Text(problem.body(request_id)?))?;
    response.headers_mut().extend(problem.headers());
    Ok(response)
}
