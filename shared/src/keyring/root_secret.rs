//! The root secret, fetched from Secrets Manager once and kept.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use readmit_domain::{KeyVersion, Timestamp};
use secrecy::SecretString;
use tokio::sync::Mutex;

use super::{Keyring, tokens};
use crate::aws::{Aws, describe};

/// An unknown version makes the secret be fetched again, but not more often than this: anyone can write a version into a token.
const REFETCH_AFTER: Duration = Duration::from_secs(30);
/// A version signs ten minutes after it was added: by then every warm process has fetched it.
const KEPT_FOR: Duration = Duration::from_secs(5 * 60);

/// The root secret's place, and the keyring once it was fetched.
pub struct RootSecret {
    aws: Arc<Aws>,
    /// Made when the secret is first asked for: half of the functions never do.
    client: OnceLock<Client>,
    secret_id: String,
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    keyring: Arc<Keyring>,
    asked_at: Timestamp,
}

/// Secrets Manager did not give the root secret, or gave something else.
#[derive(Debug, thiserror::Error)]
#[error("the root secret is not to be had: {0}")]
pub struct KeyringUnavailable(String);

impl RootSecret {
    /// The secret named `secret_id`.
    pub(crate) fn new(aws: Arc<Aws>, secret_id: String) -> Self {
        Self { aws, client: OnceLock::new(), secret_id, kept: Mutex::new(None) }
    }

    /// The keyring, fetched if it was not yet.
    pub async fn keyring(&self, now: Timestamp) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.keyring_if(now, |_| true).await
    }

    /// The keyring, fetched again if it does not know the version that `token` names.
    pub async fn keyring_for_token(&self, token: &str, now: Timestamp) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.keyring_if(now, |keyring| tokens::named_version(token).is_none_or(|version| keyring.knows(version))).await
    }

    /// The keyring, fetched again if it does not know `version`.
    pub async fn keyring_knowing(
        &self,
        version: KeyVersion,
        now: Timestamp,
    ) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.keyring_if(now, |keyring| keyring.knows(version)).await
    }

    async fn keyring_if(
        &self,
        now: Timestamp,
        suffices: impl Fn(&Keyring) -> bool,
    ) -> Result<Arc<Keyring>, KeyringUnavailable> {
        let mut kept = self.kept.lock().await;
        if let Some(kept) = &*kept {
            let age_limit = if suffices(&kept.keyring) { KEPT_FOR } else { REFETCH_AFTER };
            if now < kept.asked_at.after(age_limit) {
                return Ok(Arc::clone(&kept.keyring));
            }
        }
        let fetched = match (self.fetch().await, kept.take()) {
            (Ok(keyring), _) => Arc::new(keyring),
            // What is there still opens what it opened; the next attempt is as far away as after a success.
            (Err(error), Some(Kept { keyring, .. })) => {
                tracing::error!(cause = %error, "kept the keys that are there");
                keyring
            }
            (Err(error), None) => return Err(error),
        };
        *kept = Some(Kept { keyring: Arc::clone(&fetched), asked_at: now });
        Ok(fetched)
    }

    async fn fetch(&self) -> Result<Keyring, KeyringUnavailable> {
        let client = self.client.get_or_init(|| self.aws.secrets_manager());
        let answer = client.get_secret_value().secret_id(&self.secret_id).send().await;
        let answer = answer.map_err(|error| KeyringUnavailable(describe(&error)))?;
        let json = SecretString::from(answer.secret_string.unwrap_or_default());
        Keyring::parse(&json).map_err(|error| KeyringUnavailable(error.to_string()))
    }
}
