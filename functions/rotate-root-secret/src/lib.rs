//! Secrets Manager, on its rotation schedule: the root secret gets one more version.
//!
//! Effects: in four steps, each of which may come again: a version is stored as pending, tested, and made current. It signs ten
//! minutes after it was made, when every warm process has it; no version is ever changed or dropped, so whatever names an
//! older one goes on.
//! Answers: null; an error makes Secrets Manager try again, and leaves what is current as it is.

use std::sync::Arc;

use aws_lambda_events::secretsmanager::SecretsManagerSecretRotationEvent;
use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::Clock;
use readmit::keyring::{Rotation, RotationError};
use readmit::telemetry::observed;
use serde_json::Value;

/// What the function is given.
pub struct Rotating {
    /// The root secret.
    pub rotation: Rotation,
    /// This moment.
    pub clock: Clock,
}

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub enum Undone {
    /// The event is not one of a rotation.
    #[error("this is no step of a rotation")]
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
    let step = rotate(&rotating, event.payload);
    observed(&event.context, "rotation", step, |undone| (undone.code(), undone.to_string())).await
}

async fn rotate(Rotating { rotation, clock }: &Rotating, payload: Value) -> Result<(), Undone> {
    let event: SecretsManagerSecretRotationEvent = serde_json::from_value(payload).map_err(|_| Undone::NoStep)?;
    // The id of the version to come.
    let version_id = &event.client_request_token;
    rotation.check(&event.secret_id)?;
    match event.step.as_str() {
        "createSecret" => rotation.create(version_id, clock.now()).await?,
        // Nothing outside holds the secret, so there is nobody to tell.
        "setSecret" => {}
        "testSecret" => rotation.test(version_id).await?,
        "finishSecret" => rotation.finish(version_id).await?,
        _ => return Err(Undone::NoStep),
    }
    Ok(())
}
