//! Rotates a root secret: adds a version, and never changes or deletes one.
//!
//! Secrets Manager calls the four steps, and may repeat each
//! (<https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>). After a leak an operator
//! rotates in one step.

use std::collections::BTreeMap;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use readmit_domain::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

use super::key_store::made_at;
use super::next_root::{Reason, may_follow, next_root};
use super::{BadRootSecret, PublicKeys, Root, RootSecret, TokenKind, UnknownVersion};
use crate::aws::describe;
use crate::environment::BadVariable;
use crate::process::Process;
use crate::random::Random;
use crate::store::{Outcome, Store, StoreError};

const CURRENT: &str = "AWSCURRENT";
const PENDING: &str = "AWSPENDING";

pub struct Rotation {
    client: Client,
    store: Store,
    ids: BTreeMap<RootSecret, String>,
    random: Random,
}

/// Why a step failed. Secrets Manager tries the rotation again.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    #[error("the event names a secret that is not a root secret")]
    AnotherSecret,
    #[error("Secrets Manager: {0}")]
    Unavailable(String),
    #[error(transparent)]
    Bad(#[from] BadRootSecret),
    #[error("the new value does not keep all versions")]
    LosesVersions,
    #[error(transparent)]
    Unpublished(#[from] StoreError),
    #[error(transparent)]
    NoKey(#[from] UnknownVersion),
    #[error("the new version would sign before every process knows it")]
    TooLate,
}

impl RotationError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::AnotherSecret => "another_secret",
            Self::Unavailable(_) => "secrets_manager_unavailable",
            Self::Bad(_) => "bad_root_secret",
            Self::LosesVersions => "loses_versions",
            Self::TooLate => "too_late",
            Self::Unpublished(_) => "store_unavailable",
            Self::NoKey(_) => "no_key",
        }
    }

    fn of<E: ProvideErrorMetadata>(error: SdkError<E>) -> Self {
        Self::Unavailable(describe(&error))
    }
}

impl Rotation {
    pub fn new(process: &Process) -> Result<Self, BadVariable> {
        let Process { aws, environment, random, .. } = process;
        let ids = RootSecret::ALL.into_iter().map(|secret| Ok((secret, environment.require(secret.variable())?)));
        let store = Store::new(aws.dynamodb(), environment, random.clone())?;
        let ids = ids.collect::<Result<_, _>>()?;
        Ok(Self { client: aws.secrets_manager(), store, ids, random: random.clone() })
    }

    /// The root secret with this id in Secrets Manager.
    pub fn secret(&self, id: &str) -> Result<RootSecret, RotationError> {
        let named = self.ids.iter().find(|(_, known)| *known == id);
        named.map(|(secret, _)| *secret).ok_or(RotationError::AnotherSecret)
    }

    /// `createSecret`: stores the new version as pending, if it does not exist yet.
    pub async fn create(&self, secret: RootSecret, token: &str, now: Timestamp) -> Result<(), RotationError> {
        if self.pending(secret, token).await?.is_some() {
            return Ok(());
        }
        let next = next_root(&self.current(secret).await?, Reason::Schedule, now, &mut self.random.clone())?;
        self.put(secret, token, &next, PENDING).await
    }

    /// `testSecret`: checks that the pending value can be read, keeps every version, and signs late enough. A pending value that loses
    /// versions or signs too early is dropped, so that the next attempt makes another.
    pub async fn test(&self, secret: RootSecret, token: &str, now: Timestamp) -> Result<(), RotationError> {
        let pending = self.pending(secret, token).await?;
        let pending = pending.ok_or_else(|| RotationError::Unavailable("there is no pending version".to_owned()))?;
        let tested = may_follow(&self.current(secret).await?, &pending, now);
        if matches!(tested, Err(RotationError::LosesVersions | RotationError::TooLate)) {
            self.move_stage(secret, PENDING, None, Some(token)).await?;
        }
        tested
    }

    /// `finishSecret`: makes the pending value current, if it is not current yet.
    pub async fn finish(&self, secret: RootSecret, token: &str, now: Timestamp) -> Result<(), RotationError> {
        let described = self.client.describe_secret().secret_id(self.id(secret)?).send().await;
        let stages = described.map_err(RotationError::of)?.version_ids_to_stages.unwrap_or_default();
        let current = stages.into_iter().find(|(_, stages)| stages.iter().any(|stage| stage == CURRENT));
        let current = current.map(|(version_id, _)| version_id).filter(|version_id| version_id != token);
        if let Some(current) = current {
            self.test(secret, token, now).await?;
            self.move_stage(secret, CURRENT, Some(token), Some(&current)).await?;
        }
        self.publish(secret).await
    }

    /// After a leak: adds a version that signs at once, and voids all earlier ones. `token` becomes the id of the new value in Secrets
    /// Manager.
    pub async fn void(&self, secret: RootSecret, token: &str, now: Timestamp) -> Result<(), RotationError> {
        let next = next_root(&self.current(secret).await?, Reason::Leak, now, &mut self.random.clone())?;
        self.put(secret, token, &next, CURRENT).await?;
        self.publish(secret).await
    }

    /// Publishes the public keys of the secret. The functions that only verify tokens need them, and the functions that sign may not
    /// have published them yet.
    async fn publish(&self, secret: RootSecret) -> Result<(), RotationError> {
        for kind in TokenKind::ALL.into_iter().filter(|kind| kind.purpose().secret() == secret) {
            let got = self.client.get_secret_value().secret_id(self.id(secret)?).version_stage(CURRENT).send().await;
            let got = got.map_err(RotationError::of)?;
            let made_at = made_at(got.created_date());
            let root = Root::parse(&SecretString::from(got.secret_string.unwrap_or_default()))?;
            // Refused: the keys of a later value are published.
            let _: Outcome = self.store.publish_keys(kind, &PublicKeys::of(&root, kind)?, made_at).await?;
        }
        Ok(())
    }

    fn id(&self, secret: RootSecret) -> Result<&String, RotationError> {
        self.ids.get(&secret).ok_or(RotationError::AnotherSecret)
    }

    async fn put(
        &self,
        secret: RootSecret,
        token: &str,
        root: &SecretString,
        stage: &str,
    ) -> Result<(), RotationError> {
        let put = self.client.put_secret_value().secret_id(self.id(secret)?).client_request_token(token);
        let put = put.secret_string(root.expose_secret()).version_stages(stage).send().await;
        put.map(drop).map_err(RotationError::of)
    }

    async fn move_stage(
        &self,
        secret: RootSecret,
        stage: &str,
        to: Option<&str>,
        from: Option<&str>,
    ) -> Result<(), RotationError> {
        let moved = self.client.update_secret_version_stage().secret_id(self.id(secret)?).version_stage(stage);
        let moved = moved.set_move_to_version_id(to.map(str::to_owned));
        let moved = moved.set_remove_from_version_id(from.map(str::to_owned)).send().await;
        moved.map(drop).map_err(RotationError::of)
    }

    async fn current(&self, secret: RootSecret) -> Result<SecretString, RotationError> {
        let got = self.client.get_secret_value().secret_id(self.id(secret)?).version_stage(CURRENT).send().await;
        Ok(SecretString::from(got.map_err(RotationError::of)?.secret_string.unwrap_or_default()))
    }

    async fn pending(&self, secret: RootSecret, token: &str) -> Result<Option<SecretString>, RotationError> {
        let get = self.client.get_secret_value().secret_id(self.id(secret)?);
        match get.version_id(token).version_stage(PENDING).send().await {
            Ok(got) => Ok(got.secret_string.map(SecretString::from)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()) => Ok(None),
            Err(error) => Err(RotationError::of(error)),
        }
    }
}
