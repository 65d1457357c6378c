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
use readmit::Clock;
use readmit::keyring::{RootSecret, Rotation, RotationError};
use readmit::telemetry::observed;
use serde::Deserialize;
use serde_json::Value;

/// What the function is given.
pub struct Rotating {
    /// The root secrets.
    pub rotation: Rotation,
    /// This moment.
    pub clock: Clock,
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
pub enum Undone {
    /// The event is not one of a rotation, or names no root secret.
    #[error("this is no step of a rotation, and no leak of a root secret")]
    NoStep,
    /// The step failed.
    #[error(transparent)]
    Failed(#[from] RotationError),
}

impl Undone {
    fn code(&self) -> &'static str {
        match self {
            Self::NoStep => "invalid_request",
            Self::Failed(error) => error.code(),
        }
    }
}

impl From<Undone> for Diagnostic {
    fn from(undone: Undone) -> Self {
        Self { error_type: undone.code().to_owned(), error_message: undone.to_string() }
    }
}

/// One step of a rotation.
pub async fn handle(rotating: Arc<Rotating>, event: LambdaEvent<Value>) -> Result<(), Undone> {
    let step = rotate(&rotating, event.payload, &event.context.request_id);
    observed(&event.context, "rotation", step, |undone| (undone.code(), undone.to_string())).await
}

async fn rotate(Rotating { rotation, clock }: &Rotating, payload: Value, request_id: &str) -> Result<(), Undone> {
    if payload.get("void").is_some() {
        let Leaked { void } = serde_json::from_value(payload).map_err(|_| Undone::NoStep)?;
        let secret = RootSecret::ALL.into_iter().find(|secret| secret.name() == void).ok_or(Undone::NoStep)?;
        return Ok(rotation.void(secret, request_id, clock.now()).await?);
    }
    let event: SecretsManagerSecretRotationEvent = serde_json::from_value(payload).map_err(|_| Undone::NoStep)?;
    // The id of the version to come.
    let version_id = &event.client_request_token;
    let secret = rotation.secret(&event.secret_id)?;
    match event.step.as_str() {
        "createSecret" => rotation.create(secret, version_id, clock.now()).await?,
        // Nothing outside holds the secret, so there is nobody to tell.
        "setSecret" => {}
        "testSecret" => rotation.test(secret, version_id, clock.now()).await?,
        "finishSecret" => rotation.finish(secret, version_id, clock.now()).await?,
        _ => return Err(Undone::NoStep),
    }
    Ok(())
}
