//! Secrets Manager, on the rotation schedule of each root secret: the secret gets one more version. An operator, after a leak:
//! the secret gets a version that signs at once, and all before it are void.
//!
//! Effects: in four steps, each of which may come again: a version is stored as pending, tested, and made current. It signs half
//! an hour after it was made, when every warm process has it; no version is ever changed or dropped, so what names an
//! older one stays valid. `{"void": "sessions"}` does it in one step.
//! Answers: null; an error makes Secrets Manager try again, and leaves what is current as it is.

use std::sync::Arc;

use aws_lambda_events::secretsmanager::SecretsManagerSecretRotationEvent;
use lambda_runtime::{Diagnostic, LambdaEvent};
use readmit::environment::BadVariable;
use readmit::keyring::{RootSecret, Rotation, RotationError};
use readmit::telemetry::{code_and_text, failure, run_logged};
use readmit::{Clock, Process};
use serde::Deserialize;
use serde_json::Value;

pub struct RotationServices {
    rotation: Rotation,
    clock: Clock,
}

impl RotationServices {
    pub fn new(process: &Process) -> Result<Self, BadVariable> {
        Ok(Self { rotation: Rotation::new(process)?, clock: process.clock.clone() })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VoidRequest {
    /// A root secret's name.
    void: String,
}

pub async fn handle(services: Arc<RotationServices>, event: LambdaEvent<Value>) -> Result<(), Diagnostic> {
    let step = rotate(&services, event.payload, &event.context.request_id);
    run_logged(&event.context, "rotation", step, code_and_text).await
}

async fn rotate(
    RotationServices { rotation, clock }: &RotationServices,
    payload: Value,
    request_id: &str,
) -> Result<(), Diagnostic> {
    let no_step = || failure("invalid_request", "this is no step of a rotation, and no leak of a root secret");
    let failed = |error: RotationError| failure(error.code(), error.to_string());
    if payload.get("void").is_some() {
        let VoidRequest { void } = serde_json::from_value(payload).map_err(|_| no_step())?;
        let secret = RootSecret::ALL.into_iter().find(|secret| secret.name() == void).ok_or_else(no_step)?;
        return rotation.void(secret, request_id, clock.now()).await.map_err(failed);
    }
    let event: SecretsManagerSecretRotationEvent = serde_json::from_value(payload).map_err(|_| no_step())?;
    // The id of the version to come.
    let version_id = &event.client_request_token;
    let secret = rotation.secret(&event.secret_id).map_err(failed)?;
    let done = match event.step.as_str() {
        "createSecret" => rotation.create(secret, version_id, clock.now()).await,
        // Nothing outside holds the secret, so there is nobody to tell.
        "setSecret" => Ok(()),
        "testSecret" => rotation.test(secret, version_id, clock.now()).await,
        "finishSecret" => rotation.finish(secret, version_id, clock.now()).await,
        _ => return Err(no_step()),
    };
    done.map_err(failed)
}
