//! What a function's process is given from outside, and what it does before its first event.

use std::sync::Arc;

use lambda_http::lambda_runtime::{self, Diagnostic, LambdaEvent};
use lambda_http::{Body, Error, Request, Response, service_fn};
use serde::Serialize;
use serde_json::Value;

use crate::app::Services;
use crate::http::{self, Failure};
use crate::keyring::KeyNeeds;
use crate::mail::Mail;
use crate::random::Random;
use crate::{Aws, Clock, Environment, log};

/// What a process is given from outside.
pub struct Process {
    /// AWS's services.
    pub aws: Aws,
    /// The configuration.
    pub environment: Environment,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
}

impl Process {
    /// The process of a deployed function. Begins its log.
    pub async fn start() -> Result<Self, Error> {
        let (environment, clock) = (Environment::of_process(), Clock::system());
        log::start(&environment, clock.clone())?;
        Ok(Self { aws: Aws::of_process(&environment).await?, environment, clock, random: Random::system() })
    }
}

/// Answers HTTP requests. `connections` is how many requests to DynamoDB the first round trip of a request has at a time.
pub async fn answer<F>(keys: KeyNeeds, connections: usize, handle: fn(Arc<Services>, Request) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<Response<Body>, Failure>> + Send + 'static,
{
    let services = Services::new(Process::start().await?, keys)?;
    services.warm_up(connections).await;
    http::run(Arc::new(services), handle).await
}

/// As [`answer`], for a function whose tables take so long to build that they are built before its first event.
pub async fn answer_after<F>(
    prepare: fn(),
    keys: KeyNeeds,
    connections: usize,
    handle: fn(Arc<Services>, Request) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<Response<Body>, Failure>> + Send + 'static,
{
    let services = Services::new(Process::start().await?, keys)?;
    let prepared = tokio::task::spawn_blocking(prepare);
    services.warm_up(connections).await;
    prepared.await?;
    http::run(Arc::new(services), handle).await
}

/// As [`answer`], for a function that mails.
pub async fn answer_and_mail<F>(
    keys: KeyNeeds,
    connections: usize,
    handle: fn(Arc<Services<Mail>>, Request) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<Response<Body>, Failure>> + Send + 'static,
{
    let services = Services::with_mail(Process::start().await?, keys)?;
    services.warm_up_with_mail(connections).await;
    http::run(Arc::new(services), handle).await
}

/// Takes the events of a function that nobody waits for.
pub async fn listen<F, O, E>(keys: KeyNeeds, handle: fn(Arc<Services>, LambdaEvent<Value>) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<O, E>>,
    O: Serialize,
    E: Into<Diagnostic> + std::fmt::Debug,
{
    take(Arc::new(Services::new(Process::start().await?, keys)?), handle).await
}

/// As [`listen`], for a function that mails.
pub async fn listen_and_mail<F, O, E>(
    keys: KeyNeeds,
    handle: fn(Arc<Services<Mail>>, LambdaEvent<Value>) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<O, E>>,
    O: Serialize,
    E: Into<Diagnostic> + std::fmt::Debug,
{
    take(Arc::new(Services::with_mail(Process::start().await?, keys)?), handle).await
}

/// Hands each event to `handle`.
pub async fn take<S, F, O, E>(state: Arc<S>, handle: fn(Arc<S>, LambdaEvent<Value>) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<O, E>>,
    O: Serialize,
    E: Into<Diagnostic> + std::fmt::Debug,
{
    // Boxed, or the compiler finds the runtime's future too deep to lay out.
    lambda_runtime::run(service_fn(|event| Box::pin(handle(Arc::clone(&state), event)))).await
}
