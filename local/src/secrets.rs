//! The parts of Secrets Manager that are used: secrets, generated as in the template, with their versions and stages.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use readmit::Clock;
use readmit::domain::Timestamp;
use readmit::keyring::RootSecret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws_ids;
use crate::data_dir::{DataDir, DataDirError, PrivateFile};
use crate::environment::secret_arn;
use crate::template::Secret;

mod versions;

use versions::{CURRENT, Refused, Versions};

/// The secrets by name, in memory and in a file of the data directory if there is one. Clones share them.
#[derive(Clone)]
pub struct Secrets {
    clock: Clock,
    all: Arc<Mutex<BTreeMap<String, Versions>>>,
    file: Option<PrivateFile>,
}

/// All fields of the supported requests.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    #[serde(default)]
    secret_id: String,
    #[serde(default)]
    secret_id_list: Vec<String>,
    version_id: Option<String>,
    version_stage: Option<String>,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    version_stages: Option<Vec<String>>,
    move_to_version_id: Option<String>,
    remove_from_version_id: Option<String>,
}

fn name_of(secret: RootSecret) -> String {
    format!("readmit-{}", secret.name())
}

impl Secrets {
    /// Reads the secrets, or generates them from `templates`.
    pub(crate) fn open(templates: &[Secret], data_dir: Option<&DataDir>, clock: Clock) -> Result<Self, DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("root-secrets.json"));
        let kept = file.as_ref().map(PrivateFile::read).transpose()?.flatten();
        let all = match (&file, kept) {
            (Some(file), Some(text)) => {
                serde_json::from_str(&text).map_err(|_| file.damaged("they are no secrets of ours"))?
            }
            _ => return Self::in_memory(templates, clock).kept_in(file),
        };
        let secrets = Self { clock, all: Arc::new(Mutex::new(all)), file };
        Ok(secrets)
    }

    fn kept_in(self, file: Option<PrivateFile>) -> Result<Self, DataDirError> {
        let secrets = Self { file, ..self };
        secrets.keep(&secrets.all())?;
        Ok(secrets)
    }

    /// New secrets, only in memory.
    pub fn in_memory(templates: &[Secret], clock: Clock) -> Self {
        let made = |secret: &Secret| (secret.name.clone(), Versions::first(generated(secret), clock.now()));
        let all = templates.iter().map(made).collect();
        Self { clock, all: Arc::new(Mutex::new(all)), file: None }
    }

    /// The ARN of a root secret.
    pub fn arn(&self, secret: RootSecret) -> String {
        secret_arn(&name_of(secret))
    }

    /// The current value of a root secret.
    pub fn secret_string(&self, secret: RootSecret) -> String {
        let all = self.all();
        let version = all.get(&name_of(secret)).and_then(|versions| versions.find(None, Some(CURRENT)));
        version.map(|version| version.secret_string.clone()).unwrap_or_default()
    }

    /// Sets a new current version of a root secret.
    pub fn replace(
        &self,
        secret: RootSecret,
        secret_string: impl Into<String>,
        now: Timestamp,
    ) -> Result<(), DataDirError> {
        let mut all = self.all();
        if let Some(versions) = all.get_mut(&name_of(secret)) {
            versions.add(aws_ids::uuid(), secret_string.into(), &[CURRENT.to_owned()], now);
        }
        self.keep(&all)
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().route("/", post(answer_call)).with_state(self.clone())
    }

    /// The answer to a call.
    pub fn call(&self, target: &str, body: &[u8]) -> (StatusCode, Value) {
        let request = serde_json::from_slice::<Request>(body).map_err(|_| Refused::Unusable);
        match request.and_then(|request| self.answer(target, request)) {
            Ok(value) => (StatusCode::OK, value),
            Err(refused) => {
                (StatusCode::BAD_REQUEST, json!({"__type": refused.kind(), "Message": refused.to_string()}))
            }
        }
    }

    fn answer(&self, target: &str, request: Request) -> Result<Value, Refused> {
        let mut all = self.all();
        if target == "secretsmanager.BatchGetSecretValue" {
            return Ok(get_several(&all, &request.secret_id_list));
        }
        let (name, versions) = all
            .iter_mut()
            .find(|(name, _)| secret_arn(name) == request.secret_id || **name == request.secret_id)
            .ok_or(Refused::NotFound)?;
        let answer = match target {
            "secretsmanager.GetSecretValue" => {
                return get(name, versions, request.version_id.as_deref(), request.version_stage.as_deref());
            }
            "secretsmanager.DescribeSecret" => return Ok(describe(name, versions)),
            "secretsmanager.PutSecretValue" => put(name, versions, request, self.clock.now())?,
            "secretsmanager.UpdateSecretVersionStage" => move_stage(name, versions, &request)?,
            _ => return Err(Refused::UnknownOperation),
        };
        self.keep(&all).map_err(|_| Refused::NotKept)?;
        Ok(answer)
    }

    fn keep(&self, all: &BTreeMap<String, Versions>) -> Result<(), DataDirError> {
        let Some(file) = &self.file else { return Ok(()) };
        file.write(&serde_json::to_string(all).map_err(|_| file.damaged("the secrets cannot be written"))?)
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Versions>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn get(name: &str, versions: &Versions, version_id: Option<&str>, stage: Option<&str>) -> Result<Value, Refused> {
    let version = versions.find(version_id, stage).ok_or(Refused::NotFound)?;
    Ok(json!({
        "ARN": secret_arn(name), "Name": name, "VersionId": version.version_id, "SecretString": version.secret_string,
        "VersionStages": version.stages, "CreatedDate": version.created_at.seconds(),
    }))
}

/// The answer of `BatchGetSecretValue`: the values that exist, and an error for each missing one.
fn get_several(all: &BTreeMap<String, Versions>, ids: &[String]) -> Value {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for id in ids {
        let found = all.iter().find(|(name, _)| secret_arn(name) == *id || *name == id);
        match found.map_or(Err(Refused::NotFound), |(name, versions)| get(name, versions, None, None)) {
            Ok(value) => values.push(value),
            Err(refused) => {
                errors.push(json!({"SecretId": id, "ErrorCode": refused.kind(), "Message": refused.to_string()}));
            }
        }
    }
    json!({"SecretValues": values, "Errors": errors})
}

fn describe(name: &str, versions: &Versions) -> Value {
    let stages: BTreeMap<&str, _> =
        versions.iter().map(|version| (version.version_id.as_str(), &version.stages)).collect();
    json!({"ARN": secret_arn(name), "Name": name, "RotationEnabled": true, "VersionIdsToStages": stages})
}

fn put(name: &str, versions: &mut Versions, request: Request, now: Timestamp) -> Result<Value, Refused> {
    let (Some(version_id), Some(secret_string)) = (request.client_request_token, request.secret_string) else {
        return Err(Refused::Unusable);
    };
    let stages = request.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]);
    versions.put(&version_id, secret_string, &stages, now)?;
    Ok(json!({"ARN": secret_arn(name), "Name": name, "VersionId": version_id, "VersionStages": stages}))
}

fn move_stage(name: &str, versions: &mut Versions, request: &Request) -> Result<Value, Refused> {
    let stage = request.version_stage.as_ref().ok_or(Refused::Unusable)?;
    let (from, to) = (request.remove_from_version_id.as_deref(), request.move_to_version_id.as_deref());
    versions.move_stage(stage, from, to)?;
    Ok(json!({"ARN": secret_arn(name), "Name": name}))
}

fn generated(template: &Secret) -> String {
    let mut secret = template.frame.clone();
    secret.insert(template.key.clone(), Value::String(aws_ids::alphanumeric(template.length)));
    Value::Object(secret).to_string()
}

async fn answer_call(State(secrets): State<Secrets>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let (status, body) = secrets.call(target, &body);
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::template::Template;

    #[test]
    fn the_secrets_are_generated_and_replaced() {
        let templates = Template::of_this_build().unwrap().secrets;
        let clock = Clock::new(|| Timestamp::from_millis(1_000));
        let secrets = Secrets::open(&templates, None, clock).unwrap();
        let values = RootSecret::ALL.map(|secret| secrets.secret_string(secret));
        for value in &values {
            let secret: Value = serde_json::from_str(value).unwrap();
            assert_eq!(secret["1"].as_str().unwrap().len(), 64);
        }
        assert_eq!(BTreeSet::from(values).len(), RootSecret::ALL.len());

        secrets.replace(RootSecret::Cursors, "{}", Timestamp::from_millis(2_000)).unwrap();
        assert_eq!(secrets.secret_string(RootSecret::Cursors), "{}");
        assert_ne!(secrets.secret_string(RootSecret::Sessions), "{}");
    }
}
