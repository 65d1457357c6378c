//! Secrets Manager, on the rotation schedule of each root secret: the secret gets one more version. An operator, after a leak:
//! the secret gets a version that signs at once, and all before it are void.
//!
//! Effects: in four steps, each of which may come again: a version is stored as pending, tested, and made current. It signs half
//! an hour after it was made, when every warm process has it; no version is ever changed or dropped, so whatever names an
//! older one goes on. `{"void": "sessions"}` does it in one step.
//! Answers: null; an error makes Secrets Manager try again, and leaves what is current as it is.

use std::sync::Arc;

use aws_lambda_events::secretsmanager::SecretsManagerSecretRotationEvent;
use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::environment::BadVariable;
use readmit::keyring::{RootSecret, Rotation, RotationError};
use readmit::telemetry::observed;
use readmit::{Clock, Process};
use serde::Deserialize;
use serde_json::Value;

/// What the function is given.
pub struct Rotating {
    /// The root secrets.
    pub rotation: Rotation,
    /// This moment.
    pub clock: Clock,
}

impl Rotating {
    /// Of the secrets that the environment names.
    pub fn new(process: &Process) -> Result<Self, BadVariable> {
        Ok(Self { rotation: Rotation::new(process)?, clock: process.clock.clone() })
    }
}

/// What an operator asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Leaked {
    /// The root secret by its name.
    void: String,
}

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub enum RotateError {
    /// The event is not one of a rotation, or names no root secret.
    #[error("this is no step of a rotation, and no leak of a root secret")]
    NoStep,
    /// The step failed.
    #[error(transparent)]
    Failed(#[from] RotationError),
}

impl RotateError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoStep => "invalid_request",
            Self::Failed(error) => error.code(),
        }
    }
}

impl From<RotateError> for Diagnostic {
    fn from(error: RotateError) -> Self {
        Self { error_type: error.code().to_owned(), error_message: error.to_string() }
    }
}

/// One step of a rotation.
pub async fn handle(rotating: Arc<Rotating>, event: LambdaEvent<Value>) -> Result<(), RotateError> {
    let step = rotate(&rotating, event.payload, &event.context.request_id);
    observed(&event.context, "rotation", step, |error| (error.code(), error.to_string())).await
}

async fn rotate(Rotating { rotation, clock }: &Rotating, payload: Value, request_id: &str) -> Result<(), RotateError> {
    if payload.get("void").is_some() {
        let Leaked { void } = serde_json::from_value(payload).map_err(|_| RotateError::NoStep)?;
        let secret = RootSecret::ALL.into_iter().find(|secret| secret.name() == void).ok_or(RotateError::NoStep)?;
        return Ok(rotation.void(secret, request_id, clock.now()).await?);
    }
    let event: SecretsManagerSecretRotationEvent = serde_json::from_value(payload).map_err(|_| RotateError::NoStep)?;
    // The id of the version to come.
    let version_id = &event.client_request_token;
    let secret = rotation.secret(&event.secret_id)?;
    match event.step.as_str() {
        "createSecret" => rotation.create(secret, version_id, clock.now()).await?,
        // Nothing outside holds the secret, so there is nobody to tell.
        "setSecret" => {}
        "testSecret" => rotation.test(secret, version_id, clock.now()).await?,
        "finishSecret" => rotation.finish(secret, version_id, clock.now()).await?,
        _ => return Err(RotateError::NoStep),
    }
    Ok(())
}
