//! Adds a version to a root secret. Called by Secrets Manager on the rotation schedule, or by an operator after a leak: then the new
//! version signs at once and all earlier versions are void.
//!
//! Effects: in four steps, each of which may be repeated, a version is stored as pending, tested, and made current. It signs half an
//! hour after it was made, when every warm process has it. No version is ever changed or deleted, so that data made with an older one
//! stays valid. `{"void": "sessions"}` does it in one step.
//! Answers: null. After an error Secrets Manager tries again; the current version stays current.

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
    let no_step =
        || failure("invalid_request", "the event is neither a rotation step nor {\"void\": \"<root secret>\"}");
    let failed = |error: RotationError| failure(error.code(), error.to_string());
    if payload.get("void").is_some() {
        let VoidRequest { void } = serde_json::from_value(payload).map_err(|_| no_step())?;
        let secret = RootSecret::ALL.into_iter().find(|secret| secret.name() == void).ok_or_else(no_step)?;
        return rotation.void(secret, request_id, clock.now()).await.map_err(failed);
    }
    let event: SecretsManagerSecretRotationEvent = serde_json::from_value(payload).map_err(|_| no_step())?;
    // The id of the new version.
    let version_id = &event.client_request_token;
    let secret = rotation.secret(&event.secret_id).map_err(failed)?;
    let done = match event.step.as_str() {
        "createSecret" => rotation.create(secret, version_id, clock.now()).await,
        // No other system holds the secret, so there is nothing to update.
        "setSecret" => Ok(()),
        "testSecret" => rotation.test(secret, version_id, clock.now()).await,
        "finishSecret" => rotation.finish(secret, version_id, clock.now()).await,
        _ => return Err(no_step()),
    };
    done.map_err(failed)
}
