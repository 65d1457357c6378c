//! Secrets Manager as far as it is used: `GetSecretValue` of the one secret, generated as the template says.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use readmit::domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::data_dir::{DataDir, DataDirError, PrivateFile};
use crate::environment::{ACCOUNT, REGION};
use crate::made_up;
use crate::template::Secret;

/// The secret, in memory and in a file of the data directory if there is one. Clones are the same.
#[derive(Clone)]
pub struct Secrets {
    name: String,
    current: Arc<Mutex<Version>>,
    file: Option<PrivateFile>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Version {
    version_id: String,
    created_at: Timestamp,
    secret_string: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

impl Secrets {
    /// Reads the secret, or makes it as `template` says.
    pub(crate) fn open(template: &Secret, data_dir: Option<&DataDir>, now: Timestamp) -> Result<Self, DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("root-secret.json"));
        let kept = file.as_ref().map(PrivateFile::read).transpose()?.flatten();
        let current = match (&file, kept) {
            (Some(file), Some(text)) => {
                serde_json::from_str(&text).map_err(|_| file.damaged("it is no secret of ours"))?
            }
            _ => Version { version_id: made_up::uuid(), created_at: now, secret_string: generated(template) },
        };
        let secrets = Self { name: template.name.clone(), current: Arc::new(Mutex::new(current)), file };
        secrets.keep(&secrets.current())?;
        Ok(secrets)
    }

    /// How functions name the secret.
    pub fn arn(&self) -> String {
        format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{}-local1", self.name)
    }

    /// What the secret says.
    pub fn secret_string(&self) -> String {
        self.current().secret_string.clone()
    }

    /// Gives the secret another current version.
    pub fn replace(&self, secret_string: impl Into<String>, now: Timestamp) -> Result<(), DataDirError> {
        let version = Version { version_id: made_up::uuid(), created_at: now, secret_string: secret_string.into() };
        let mut current = self.current();
        self.keep(&version)?;
        *current = version;
        Ok(())
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().route("/", post(answer_call)).with_state(self.clone())
    }

    fn value(&self, wanted: &GetSecretValue) -> Option<Value> {
        let arn = self.arn();
        let current = self.current();
        let is_current = wanted.version_stage.as_deref().is_none_or(|stage| stage == "AWSCURRENT")
            && wanted.version_id.as_ref().is_none_or(|version_id| *version_id == current.version_id);
        ((wanted.secret_id == arn || wanted.secret_id == self.name) && is_current).then(|| {
            json!({
                "ARN": arn, "Name": self.name, "VersionId": current.version_id, "SecretString": current.secret_string,
                "VersionStages": ["AWSCURRENT"], "CreatedDate": current.created_at.seconds(),
            })
        })
    }

    fn keep(&self, version: &Version) -> Result<(), DataDirError> {
        let Some(file) = &self.file else { return Ok(()) };
        file.write(&serde_json::to_string(version).map_err(|_| file.damaged("the secret cannot be written"))?)
    }

    fn current(&self) -> MutexGuard<'_, Version> {
        // A version is put in place whole, so a panic leaves nothing half done.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn generated(template: &Secret) -> String {
    let mut secret = template.frame.clone();
    secret.insert(template.key.clone(), Value::String(made_up::alphanumeric(template.length)));
    Value::Object(secret).to_string()
}

async fn answer_call(State(secrets): State<Secrets>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    if target != "secretsmanager.GetSecretValue" {
        return refusal("UnknownOperationException", "The operation is not known here.");
    }
    let Ok(wanted) = serde_json::from_slice::<GetSecretValue>(&body) else {
        return refusal("InvalidRequestException", "The request is not a GetSecretValue request.");
    };
    match secrets.value(&wanted) {
        Some(value) => json_1_1(StatusCode::OK, &value),
        None => refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    }
}

fn refusal(kind: &str, message: &str) -> Response {
    json_1_1(StatusCode::BAD_REQUEST, &json!({"__type": kind, "Message": message}))
}

fn json_1_1(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    #[test]
    fn the_secret_is_found_by_name_and_arn_in_its_current_version() {
        let template = Template::of_this_build().unwrap().secret;
        let secrets = Secrets::open(&template, None, Timestamp::from_millis(1_000)).unwrap();
        let get = |id: &str, stage: Option<&str>| {
            secrets.value(&GetSecretValue {
                secret_id: id.to_owned(),
                version_id: None,
                version_stage: stage.map(str::to_owned),
            })
        };
        let value = get(&secrets.arn(), None).unwrap();
        let secret: Value = serde_json::from_str(value["SecretString"].as_str().unwrap()).unwrap();
        assert_eq!(secret["1"].as_str().unwrap().len(), 64);
        assert!(get("readmit-root", Some("AWSCURRENT")).is_some());
        assert!(get("readmit-root", Some("AWSPENDING")).is_none());
        assert!(get("other", None).is_none());

        secrets.replace("{}", Timestamp::from_millis(2_000)).unwrap();
        assert_eq!(get("readmit-root", None).unwrap()["SecretString"], "{}");
    }
}
