//! Secrets Manager, on its rotation schedule: the root secret gets one more version.
//!
//! Effects: in four steps, each of which may come again: a version is stored as pending, tested, and made current. It signs ten
//! minutes after it was made, when every warm process has it; no version is ever changed or dropped, so whatever names an
//! older one goes on.
//! Answers: null; an error makes Secrets Manager try again, and leaves what is current as it is.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::Clock;
use readmit::keyring::{Rotation, RotationError};
use readmit::telemetry::observed;
use serde::Deserialize;
use serde_json::Value;

/// What the function is given.
pub struct Rotating {
    /// The root secret.
    pub rotation: Rotation,
    /// This moment.
    pub clock: Clock,
}

/// What Secrets Manager sends; members that are not read here may come along.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rotate {
    step: Step,
    secret_id: String,
    /// The id of the version to come.
    client_request_token: String,
}

#[derive(Deserialize)]
enum Step {
    #[serde(rename = "createSecret")]
    Create,
    #[serde(rename = "setSecret")]
    Set,
    #[serde(rename = "testSecret")]
    Test,
    #[serde(rename = "finishSecret")]
    Finish,
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
    let Rotate { step, secret_id, client_request_token } =
        serde_json::from_value(payload).map_err(|_| Undone::NoStep)?;
    rotation.check(&secret_id)?;
    match step {
        Step::Create => rotation.create(&client_request_token, clock.now()).await?,
        // Nothing outside holds the secret, so there is nobody to tell.
        Step::Set => {}
        Step::Test => rotation.test(&client_request_token).await?,
        Step::Finish => rotation.finish(&client_request_token).await?,
    }
    Ok(())
}
