//! Lambda's API, `POST /2015-03-31/functions/{name}/invocations`, so that `aws lambda invoke --endpoint-url` works for every function,
//! by its logical id or its package.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::answer;
use crate::environment::{ACCOUNT, REGION};
use crate::functions::InvokeError;
use crate::invoker::Invoker;

/// The largest payload, a quota of Lambda.
const MAX_PAYLOAD: usize = 6 * 1024 * 1024;

pub fn router(invoker: Invoker) -> Router {
    Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .layer(DefaultBodyLimit::max(MAX_PAYLOAD))
        .with_state(invoker)
}

async fn invoke(
    State(invoker): State<Invoker>,
    Path(name): Path<String>,
    headers: HeaderMap,
    payload: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    let Some(package) = invoker.function(&name).map(|function| function.package.clone()) else {
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}");
        return refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", &format!("Function not found: {arn}"));
    };
    let Ok(payload) = payload else {
        let message = "Request must be smaller than 6291456 bytes for the InvokeFunction operation";
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", message);
    };
    // No payload counts as an empty event.
    let payload = if payload.is_empty() { Ok(json!({})) } else { serde_json::from_slice::<Value>(&payload) };
    let Ok(payload) = payload else {
        let message = "Could not parse request body into json";
        return refusal(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message);
    };
    match headers.get("x-amz-invocation-type").map_or(b"RequestResponse".as_slice(), |kind| kind.as_bytes()) {
        b"RequestResponse" => outcome(invoker.invoke(&package, payload).await),
        b"Event" => {
            tokio::spawn(async move {
                if let Err(error) = invoker.invoke(&package, payload).await {
                    tracing::error!(function = package, %error, "function failed");
                }
            });
            StatusCode::ACCEPTED.into_response()
        }
        b"DryRun" => StatusCode::NO_CONTENT.into_response(),
        _ => refusal(StatusCode::BAD_REQUEST, "InvalidParameterValueException", "The invocation type is not known."),
    }
}

fn outcome(result: Result<Value, InvokeError>) -> Response {
    let executed = [("x-amz-executed-version", "$LATEST")];
    match result {
        Ok(output) => (executed, Json(output)).into_response(),
        Err(InvokeError::Failed { error_type, error_message }) => {
            let body = json!({"errorType": error_type, "errorMessage": error_message});
            (executed, [("x-amz-function-error", "Unhandled")], Json(body)).into_response()
        }
        Err(error @ InvokeError::NoSuchFunction) => {
            refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", &error.to_string())
        }
    }
}

fn refusal(status: StatusCode, kind: &'static str, message: &str) -> Response {
    answer::aws_error(status, kind, json!({"Type": "User", "Message": message}))
}
