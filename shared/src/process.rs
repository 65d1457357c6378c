//! What a function's process is given from outside, and how it takes events that nobody waits for.

use std::sync::Arc;

use lambda_http::lambda_runtime::{self, Diagnostic, LambdaEvent};
use lambda_http::{Error, service_fn};
use serde::Serialize;
use serde_json::Value;

use crate::random::Random;
use crate::{Aws, Clock, Environment, log};

/// What a process is given from outside.
pub struct Process {
    pub aws: Aws,
    pub environment: Environment,
    pub clock: Clock,
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

/// Hands each event to `handle`; a function that answers HTTP requests has [`crate::http::run`].
pub async fn listen<S, F, O, E>(state: S, handle: fn(Arc<S>, LambdaEvent<Value>) -> F) -> Result<(), Error>
where
    F: Future<Output = Result<O, E>>,
    O: Serialize,
    E: Into<Diagnostic> + std::fmt::Debug,
{
    let state = Arc::new(state);
    // Boxed, or the compiler finds the runtime's future too deep to lay out.
    lambda_runtime::run(service_fn(|event| Box::pin(handle(Arc::clone(&state), event)))).await
}
