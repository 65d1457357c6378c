//! Secrets Manager as far as it is used: the one secret, generated as the template says, with its versions and their stages.

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
use serde::Deserialize;
use serde_json::{Value, json};

use crate::data_dir::{DataDir, DataDirError, PrivateFile};
use crate::environment::{ACCOUNT, REGION};
use crate::made_up;
use crate::template::Secret;

mod versions;

use versions::{CURRENT, Refused, Versions};

/// The secret, in memory and in a file of the data directory if there is one. Clones are the same.
#[derive(Clone)]
pub struct Secrets {
    name: String,
    clock: Clock,
    versions: Arc<Mutex<Versions>>,
    file: Option<PrivateFile>,
}

/// Every member of the requests that are known here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    version_stages: Option<Vec<String>>,
    move_to_version_id: Option<String>,
    remove_from_version_id: Option<String>,
}

impl Secrets {
    /// Reads the secret, or makes it as `template` says.
    pub(crate) fn open(template: &Secret, data_dir: Option<&DataDir>, clock: Clock) -> Result<Self, DataDirError> {
        let file = data_dir.map(|data_dir| data_dir.file("root-secret.json"));
        let kept = file.as_ref().map(PrivateFile::read).transpose()?.flatten();
        let versions = match (&file, kept) {
            (Some(file), Some(text)) => {
                serde_json::from_str(&text).map_err(|_| file.damaged("it is no secret of ours"))?
            }
            _ => Versions::first(generated(template), clock.now()),
        };
        let secrets = Self { name: template.name.clone(), clock, versions: Arc::new(Mutex::new(versions)), file };
        secrets.keep(&secrets.versions())?;
        Ok(secrets)
    }

    /// How functions name the secret.
    pub fn arn(&self) -> String {
        format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{}-local1", self.name)
    }

    /// What the secret says.
    pub fn secret_string(&self) -> String {
        self.versions().find(None, Some(CURRENT)).map(|version| version.secret_string.clone()).unwrap_or_default()
    }

    /// Gives the secret another current version.
    pub fn replace(&self, secret_string: impl Into<String>, now: Timestamp) -> Result<(), DataDirError> {
        let mut versions = self.versions();
        versions.add(made_up::uuid(), secret_string.into(), &[CURRENT.to_owned()], now);
        self.keep(&versions)
    }

    pub(crate) fn router(&self) -> Router {
        Router::new().route("/", post(answer_call)).with_state(self.clone())
    }

    fn get(&self, wanted: &Request) -> Result<Value, Refused> {
        let versions = self.versions();
        let version = versions.find(wanted.version_id.as_deref(), wanted.version_stage.as_deref());
        let version = version.ok_or(Refused::NotFound)?;
        Ok(json!({
            "ARN": self.arn(), "Name": self.name, "VersionId": version.version_id,
            "SecretString": version.secret_string, "VersionStages": version.stages,
            "CreatedDate": version.created_at.seconds(),
        }))
    }

    fn describe(&self) -> Value {
        let versions = self.versions();
        let stages: BTreeMap<&str, _> =
            versions.iter().map(|version| (version.version_id.as_str(), &version.stages)).collect();
        json!({"ARN": self.arn(), "Name": self.name, "RotationEnabled": true, "VersionIdsToStages": stages})
    }

    fn put(&self, request: Request) -> Result<Value, Refused> {
        let (Some(version_id), Some(secret_string)) = (request.client_request_token, request.secret_string) else {
            return Err(Refused::Unusable);
        };
        let stages = request.version_stages.unwrap_or_else(|| vec![CURRENT.to_owned()]);
        let mut versions = self.versions();
        versions.put(&version_id, secret_string, &stages, self.clock.now())?;
        self.keep(&versions).map_err(|_| Refused::NotKept)?;
        Ok(json!({"ARN": self.arn(), "Name": self.name, "VersionId": version_id, "VersionStages": stages}))
    }

    fn move_stage(&self, request: &Request) -> Result<Value, Refused> {
        let (Some(stage), Some(to)) = (&request.version_stage, &request.move_to_version_id) else {
            return Err(Refused::Unusable);
        };
        let mut versions = self.versions();
        versions.move_stage(stage, request.remove_from_version_id.as_deref(), to)?;
        self.keep(&versions).map_err(|_| Refused::NotKept)?;
        Ok(json!({"ARN": self.arn(), "Name": self.name}))
    }

    fn keep(&self, versions: &Versions) -> Result<(), DataDirError> {
        let Some(file) = &self.file else { return Ok(()) };
        file.write(&serde_json::to_string(versions).map_err(|_| file.damaged("the secret cannot be written"))?)
    }

    fn versions(&self) -> MutexGuard<'_, Versions> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn generated(template: &Secret) -> String {
    let mut secret = template.frame.clone();
    secret.insert(template.key.clone(), Value::String(made_up::alphanumeric(template.length)));
    Value::Object(secret).to_string()
}

async fn answer_call(State(secrets): State<Secrets>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let answer = match serde_json::from_slice::<Request>(&body) {
        Err(_) => Err(Refused::Unusable),
        Ok(request) if request.secret_id != secrets.arn() && request.secret_id != secrets.name => {
            Err(Refused::NotFound)
        }
        Ok(request) => match target {
            "secretsmanager.GetSecretValue" => secrets.get(&request),
            "secretsmanager.DescribeSecret" => Ok(secrets.describe()),
            "secretsmanager.PutSecretValue" => secrets.put(request),
            "secretsmanager.UpdateSecretVersionStage" => secrets.move_stage(&request),
            _ => Err(Refused::UnknownOperation),
        },
    };
    match answer {
        Ok(value) => json_1_1(StatusCode::OK, &value),
        Err(refused) => {
            let body = json!({"__type": refused.kind(), "Message": refused.to_string()});
            json_1_1(StatusCode::BAD_REQUEST, &body)
        }
    }
}

fn json_1_1(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/x-amz-json-1.1")], body.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    #[test]
    fn the_secret_is_generated_and_replaced() {
        let template = Template::of_this_build().unwrap().secret;
        let clock = Clock::new(|| Timestamp::from_millis(1_000));
        let secrets = Secrets::open(&template, None, clock).unwrap();
        let secret: Value = serde_json::from_str(&secrets.secret_string()).unwrap();
        assert_eq!(secret["1"].as_str().unwrap().len(), 64);

        secrets.replace("{}", Timestamp::from_millis(2_000)).unwrap();
        assert_eq!(secrets.secret_string(), "{}");
    }
}
