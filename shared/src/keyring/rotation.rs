//! Rotating the root secret: a version is added, none is ever changed or dropped.
//!
//! In the four steps of Secrets Manager, each of which may come again
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>).

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use rand::CryptoRng;
use rand::distr::{Alphanumeric, SampleString as _};
use readmit_domain::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{BadRootSecret, Keyring, RootJson};
use crate::aws::{Aws, describe};
use crate::environment::{BadVariable, Environment};
use crate::random::system_random;

/// Every process fetches the secret again within five minutes; until then it could not check what the new version signs.
const SIGNS_AFTER: Duration = Duration::from_secs(10 * 60);
/// 62^64 is over 2^256: the length that the template generates the first version with.
const MATERIAL_LENGTH: usize = 64;

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";

/// The root secret, to be rotated.
pub struct Rotation {
    client: Client,
    secret_id: String,
}

/// Why a step was not done. Secrets Manager tries the rotation again.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The event is about another secret.
    #[error("the event is about another secret than the root secret")]
    AnotherSecret,
    /// Secrets Manager does not do its part.
    #[error("Secrets Manager: {0}")]
    Unavailable(String),
    /// The secret is not of the form it must have.
    #[error(transparent)]
    Bad(#[from] BadRootSecret),
    /// The version to come lacks one that is there, or has another in its place.
    #[error("the version to come does not keep all that is there")]
    LosesVersions,
}

impl RotationError {
    /// What it is called in the log.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AnotherSecret => "another_secret",
            Self::Unavailable(_) => "secrets_manager_unavailable",
            Self::Bad(_) => "bad_root_secret",
            Self::LosesVersions => "loses_versions",
        }
    }

    fn of<E: ProvideErrorMetadata>(error: SdkError<E>) -> Self {
        Self::Unavailable(describe(&error))
    }
}

impl Rotation {
    /// Of the secret that the environment names.
    pub fn new(aws: &Aws, environment: &Environment) -> Result<Self, BadVariable> {
        Ok(Self { client: aws.secrets_manager(), secret_id: environment.require("READMIT_ROOT_SECRET_ID")? })
    }

    /// Whether `secret_id` is the root secret.
    pub fn check(&self, secret_id: &str) -> Result<(), RotationError> {
        if secret_id == self.secret_id { Ok(()) } else { Err(RotationError::AnotherSecret) }
    }

    /// `createSecret`: stores the version to come as pending, if it is not there yet.
    pub async fn create(&self, token: &str, now: Timestamp) -> Result<(), RotationError> {
        if self.pending(token).await?.is_some() {
            return Ok(());
        }
        let next = next_root(&self.current().await?, now, &mut system_random())?;
        let put = self.client.put_secret_value().secret_id(&self.secret_id).client_request_token(token);
        let put = put.secret_string(next.expose_secret()).version_stages(PENDING).send().await;
        put.map(|_| ()).map_err(RotationError::of)
    }

    /// `testSecret`: what is pending can be used, and keeps every version.
    pub async fn test(&self, token: &str) -> Result<(), RotationError> {
        let pending = self.pending(token).await?;
        let pending = pending.ok_or_else(|| RotationError::Unavailable("there is no pending version".to_owned()))?;
        Keyring::parse(&pending)?;
        if keeps_all(&self.current().await?, &pending)? { Ok(()) } else { Err(RotationError::LosesVersions) }
    }

    /// `finishSecret`: what is pending becomes current, if it is not yet.
    pub async fn finish(&self, token: &str) -> Result<(), RotationError> {
        let described = self.client.describe_secret().secret_id(&self.secret_id).send().await;
        let stages = described.map_err(RotationError::of)?.version_ids_to_stages.unwrap_or_default();
        let current = stages.into_iter().find(|(_, stages)| stages.iter().any(|stage| stage == CURRENT));
        let current = current.map(|(version_id, _)| version_id).filter(|version_id| version_id != token);
        let Some(current) = current else { return Ok(()) };
        self.test(token).await?;
        let moved = self.client.update_secret_version_stage().secret_id(&self.secret_id).version_stage(CURRENT);
        let moved = moved.move_to_version_id(token).remove_from_version_id(current).send().await;
        moved.map(|_| ()).map_err(RotationError::of)
    }

    async fn current(&self) -> Result<SecretString, RotationError> {
        let got = self.client.get_secret_value().secret_id(&self.secret_id).version_stage(CURRENT).send().await;
        Ok(SecretString::from(got.map_err(RotationError::of)?.secret_string.unwrap_or_default()))
    }

    async fn pending(&self, token: &str) -> Result<Option<SecretString>, RotationError> {
        let get = self.client.get_secret_value().secret_id(&self.secret_id).version_id(token).version_stage(PENDING);
        match get.send().await {
            Ok(got) => Ok(got.secret_string.map(SecretString::from)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => Ok(None),
            Err(error) => Err(RotationError::of(error)),
        }
    }
}

/// The root with one more version, which signs ten minutes from now.
fn next_root(
    current: &SecretString,
    now: Timestamp,
    random: &mut impl CryptoRng,
) -> Result<SecretString, BadRootSecret> {
    let version = Keyring::parse(current)?.newest() + 1;
    let RootJson { mut signs_from, mut versions } = RootJson::read(current)?;
    let material = Alphanumeric.sample_string(random, MATERIAL_LENGTH);
    versions.insert(version.to_string(), SecretString::from(material));
    signs_from.insert(version.to_string(), now.after(SIGNS_AFTER).seconds());

    let mut root: BTreeMap<&str, _> =
        versions.iter().map(|(version, material)| (version.as_str(), json!(material.expose_secret()))).collect();
    root.insert("signs_from", json!(signs_from));
    Ok(SecretString::from(json!(root).to_string()))
}

/// Whether every version of `current` stands unchanged in `next`.
fn keeps_all(current: &SecretString, next: &SecretString) -> Result<bool, BadRootSecret> {
    let (current, next) = (RootJson::read(current)?, RootJson::read(next)?);
    let same = |version: &String, material: &SecretString| {
        next.versions.get(version).is_some_and(|kept| kept.expose_secret() == material.expose_secret())
            && next.signs_from.get(version) == current.signs_from.get(version)
    };
    Ok(current.versions.iter().all(|(version, material)| same(version, material)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ONE, TWO};
    use super::*;

    #[test]
    fn a_rotation_adds_a_version_that_signs_ten_minutes_later() {
        let now = Timestamp::from_millis(2_000_000);
        let (current, mut random) = (SecretString::from(TWO), system_random());
        let next = next_root(&current, now, &mut random).unwrap();
        let keyring = Keyring::parse(&next).unwrap();
        assert_eq!(keyring.current(now), 2);
        assert_eq!(keyring.current(now.after(Duration::from_secs(599))), 2);
        assert_eq!(keyring.current(now.after(SIGNS_AFTER)), 3);
        assert!(keeps_all(&current, &next).unwrap());
        assert_ne!(next.expose_secret(), next_root(&current, now, &mut random).unwrap().expose_secret());
    }

    #[test]
    fn a_version_that_is_lost_or_changed_is_noticed() {
        let keeps = |current: &str, next: &str| keeps_all(&SecretString::from(current), &SecretString::from(next));
        assert!(keeps(ONE, TWO).unwrap());
        assert!(!keeps(TWO, ONE).unwrap());
        assert!(!keeps(ONE, &TWO.replace("0123", "0124")).unwrap());
        assert!(!keeps(ONE, &TWO.replace("\"1\":0,", "\"1\":1,")).unwrap());
    }

    #[test]
    fn a_root_that_is_none_is_not_rotated() {
        assert!(next_root(&SecretString::from("{}"), Timestamp::from_millis(0), &mut system_random()).is_err());
    }
}
