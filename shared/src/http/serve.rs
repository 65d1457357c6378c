//! The boundary: every request comes in here, every answer goes out here, and each is logged once.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use lambda_http::lambda_runtime::{Error, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::tower::ServiceExt as _;
use lambda_http::{Adapter, Body, Context, Request, Response, service_fn};
use serde::Serialize;
use serde_json::Value;

use super::{Answer, ApiRequest, Failure, Problem};
use crate::telemetry::{Ending, Invocation};

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
    let serve = move |event: LambdaEvent<LambdaRequest>| deliver(Arc::clone(&services), handler, event);
    lambda_http::lambda_runtime::run(service_fn(serve)).await
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
    Ok(serde_json::to_value(deliver(services, handler, LambdaEvent::new(request, context)).await?)?)
}

async fn deliver<S, F>(
    services: Arc<S>,
    handler: fn(Arc<S>, ApiRequest) -> F,
    mut event: LambdaEvent<LambdaRequest>,
) -> Result<impl Serialize, Error>
where
    S: Send + Sync + 'static,
    F: Future<Output = Result<Answer, Failure>> + Send + 'static,
{
    make_addressable(&mut event.payload);
    let service = service_fn(move |request: Request| respond(Arc::clone(&services), handler, request));
    Adapter::from(service).oneshot(event).await
}

/// Takes out of the event what `lambda_http` would make a URI of, and panic where it cannot: a `Host` that is none, a path or a
/// query with signs that no URI has. Routes are told by the route key, ids by the path parameters; nothing here asks for the URI.
fn make_addressable(request: &mut LambdaRequest) {
    if let LambdaRequest::ApiGatewayV2(event) = request {
        event.headers.remove(HOST);
        event.request_context.domain_name = None;
        event.raw_path = Some("/".to_owned());
        event.raw_query_string = event.raw_query_string.as_deref().map(in_a_uri);
    }
}

/// RFC 3986, section 3.4: a query's own signs stay, and so does what is percent-encoded; all else is encoded.
fn in_a_uri(query: &str) -> String {
    let mut encoded = String::with_capacity(query.len());
    for byte in query.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~%&=+!$'()*,;:@/?".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
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
    let response = match outcome {
        Ok(answer) => success(answer),
        Err(Failure::Problem(problem) | Failure::Because(problem, _) | Failure::Caused(problem, _)) => {
            refusal(&problem, &request_id)
        }
        Err(Failure::Fault(_)) => return Err(Error::from("an internal fault; the log has its cause")),
    };
    let mut response = response?;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(request_id) = HeaderValue::from_str(&request_id) {
        headers.insert(X_REQUEST_ID, request_id);
    }
    Ok(response)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_keeps_its_meaning_and_can_stand_in_a_uri() {
        assert_eq!(in_a_uri("query=a%20b&limit=5"), "query=a%20b&limit=5");
        for query in ["query={\"<>|^` #é", "\u{7f}\0\r\n", "%zz"] {
            assert!(format!("/?{}", in_a_uri(query)).parse::<lambda_http::http::Uri>().is_ok(), "{query:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_is_told_before_lambda_ends_the_function() {
        async fn never(_: Arc<()>, _: ApiRequest) -> Result<Answer, Failure> {
            std::future::pending().await
        }
        let started = tokio::time::Instant::now();
        let response = respond(Arc::new(()), never, Request::default()).await.unwrap();
        assert_eq!(response.status(), 503);
        assert!(started.elapsed() < Duration::from_secs(14), "{:?}", started.elapsed());
    }
}
