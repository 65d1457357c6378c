//! Starts the process of a function. Each `main.rs` is one call of a function in this file.

use std::sync::Arc;

use lambda_http::lambda_runtime::{self, Diagnostic, LambdaEvent};
use lambda_http::{Body, Error, Request, Response, service_fn};
use serde::Serialize;
use serde_json::Value;

use crate::environment::BadVariable;
use crate::http::{self, Failure};
use crate::keyring::KeyNeeds;
use crate::mail::Mail;
use crate::random::Random;
use crate::{Aws, Clock, Environment, Services, log};

/// The dependencies of a process.
pub struct Process {
    pub aws: Aws,
    pub environment: Environment,
    pub clock: Clock,
    pub random: Random,
}

impl Process {
    /// The process of a deployed function. Starts its log.
    pub async fn start() -> Result<Self, Error> {
        let (environment, clock) = (Environment::of_process(), Clock::system());
        log::start(&environment, clock.clone())?;
        Ok(Self { aws: Aws::of_process(&environment).await?, environment, clock, random: Random::system() })
    }
}

/// Answers HTTP requests. `requests` is the number of parallel DynamoDB calls in the first round trip of a request. `prepare` runs
/// before the first request, while the connections are opened.
pub async fn answer<F>(
    keys: KeyNeeds,
    requests: usize,
    prepare: Option<fn()>,
    handle: fn(Arc<Services>, Request) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<Response<Body>, Failure>> + Send + 'static,
{
    let services = Services::new(Process::start().await?, keys)?;
    let prepared = prepare.map(tokio::task::spawn_blocking);
    services.warm_up(requests).await;
    if let Some(prepared) = prepared {
        prepared.await?;
    }
    http::run(Arc::new(services), handle).await
}

/// Does the same as [`answer`], for a function that sends mails.
pub async fn answer_and_mail<F>(
    keys: KeyNeeds,
    requests: usize,
    handle: fn(Arc<Services<Mail>>, Request) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<Response<Body>, Failure>> + Send + 'static,
{
    let services = Services::with_mail(Process::start().await?, keys)?;
    services.warm_up_with_mail(requests).await;
    http::run(Arc::new(services), handle).await
}

/// Handles the events of a background function. `build` makes its services. No connection is opened in advance, because nobody waits
/// for an answer.
pub async fn listen<S, F, O, E>(
    build: impl FnOnce(Process) -> Result<S, BadVariable>,
    handle: fn(Arc<S>, LambdaEvent<Value>) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<O, E>>,
    O: Serialize,
    E: Into<Diagnostic> + std::fmt::Debug,
{
    let state = Arc::new(build(Process::start().await?)?);
    // Boxed: otherwise the compiler's limit for nested futures is exceeded.
    lambda_runtime::run(service_fn(|event| Box::pin(handle(Arc::clone(&state), event)))).await
}
