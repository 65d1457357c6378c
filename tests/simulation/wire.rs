//! The network between a process and the services, with delays and faults.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::aws::{Aws, writes};
use crate::faults::{Fault, Met, Service};
use crate::invocation::Invocation;
use crate::oracle::Oracle;
use crate::time::pass;

/// The wire of one process.
pub struct Wire {
    pub aws: Aws,
    pub oracle: Arc<Oracle>,
    pub met: Arc<Met>,
    /// The invocation that the process runs now.
    pub invocation: Mutex<Option<Arc<Invocation>>>,
}

/// The wire as an HTTP client of AWS's SDK.
#[derive(Clone)]
pub struct Connector(pub Arc<Wire>);

impl fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Connector")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let wire = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move { wire.pass_on(request).await })
    }
}

impl Wire {
    async fn pass_on(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let invocation = self.invocation.lock().unwrap().clone().unwrap();
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let service = match request.uri() {
            uri if uri.contains("store.example") => Service::Store,
            uri if uri.contains("mail.example") => Service::Mail,
            uri if uri.contains("files.example") && target.is_empty() => Service::Files,
            uri if uri.contains("files.example") => Service::Queue,
            _ => Service::Secrets,
        };
        let operation = target.rsplit('.').next().unwrap_or_default();
        let is_write = match service {
            Service::Store => writes(operation),
            Service::Mail | Service::Queue => true,
            Service::Files => request.method() == "PUT",
            Service::Secrets => matches!(operation, "PutSecretValue" | "UpdateSecretVersionStage"),
        };
        let (fault, there, back) = invocation.next_call(service, is_write);
        if invocation.is_disturbed() {
            self.met.count(invocation.act, service, is_write, fault);
        }
        if let Some(fault) = fault {
            self.oracle.notes(|| format!("{} {operation}: {fault:?}", invocation.act));
        }
        let body = request.body().bytes().unwrap_or_default();

        match fault {
            Some(Fault::DiesBefore) => invocation.dies(),
            Some(Fault::StopsBefore) => invocation.stops(),
            _ => {}
        }
        pass(there).await;
        invocation.runs().await;
        match fault {
            Some(Fault::NotHeard) => return Err(lost()),
            Some(Fault::SilentBefore) => std::future::pending().await,
            Some(Fault::Throttled) if service == Service::Mail => {
                return answer(429, error("TooManyRequestsException"));
            }
            Some(Fault::Throttled) if service == Service::Files => return answer(503, error("SlowDown")),
            Some(Fault::Throttled) => return answer(400, error("ThrottlingException")),
            Some(Fault::Broken) => return answer(500, error("InternalServerError")),
            Some(Fault::Conflict) => return answer(400, conflict(operation, body)),
            _ => {}
        }
        let done = self.aws.call(service, &target, &request);
        if let Some(written) = &done.written {
            self.oracle.wrote(&self.aws, &invocation, written);
        }
        if let Some(mail) = &done.mailed {
            let lost = [Fault::SilentAfter, Fault::AnswerLost, Fault::Slow, Fault::DiesAfter, Fault::StopsAfter];
            self.oracle.mailed(&invocation, mail, fault.is_some_and(|fault| lost.contains(&fault)));
        }
        match fault {
            Some(Fault::SilentAfter) => std::future::pending().await,
            Some(Fault::DiesAfter) => invocation.dies(),
            Some(Fault::StopsAfter) => invocation.stops(),
            _ => {}
        }
        pass(back).await;
        invocation.runs().await;
        if fault == Some(Fault::AnswerLost) {
            return Err(lost());
        }
        let kind = serde_json::from_str::<Value>(&done.answer.body).ok();
        let kind =
            kind.and_then(|body| body["__type"].as_str().map(str::to_owned)).filter(|_| done.answer.status != 200);
        let mut response = response(done.answer.status, kind, done.answer.body)?;
        done.answer.headers.into_iter().for_each(|(name, value)| drop(response.headers_mut().insert(name, value)));
        Ok(response)
    }
}

fn lost() -> ConnectorError {
    ConnectorError::io(Box::new(io::Error::from(io::ErrorKind::ConnectionReset)))
}

fn error(kind: &str) -> Value {
    json!({"__type": kind, "message": "as the seed says"})
}

/// The first item is in conflict, and the others are not.
fn conflict(operation: &str, body: &[u8]) -> Value {
    if operation != "TransactWriteItems" {
        return error("TransactionConflictException");
    }
    let request: Value = serde_json::from_slice(body).unwrap();
    let count = request["TransactItems"].as_array().unwrap().len();
    let reason = |index| json!({"Code": if index == count / 2 { "TransactionConflict" } else { "None" }});
    let mut error = error("TransactionCanceledException");
    error["CancellationReasons"] = (0..count).map(reason).collect();
    error
}

fn answer(status: u16, body: Value) -> Result<HttpResponse, ConnectorError> {
    response(status, body["__type"].as_str().map(str::to_owned), body.to_string())
}

fn response(status: u16, kind: Option<String>, body: String) -> Result<HttpResponse, ConnectorError> {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    if let Some(kind) = kind {
        response.headers_mut().insert("x-amzn-errortype", kind);
    }
    Ok(response)
}
