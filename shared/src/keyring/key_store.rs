//! Fetches and caches the keys of this function: root secrets from Secrets Manager, public keys from their table.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::primitives::DateTime;
use readmit_domain::{KeyVersion, Timestamp};
use secrecy::SecretString;
use tokio::sync::Mutex;

use super::{KeyNeeds, Keyring, Root, RootSecret, TokenKind, tokens};
use crate::aws::{Aws, describe};
use crate::environment::{BadVariable, Environment};
use crate::store::{Outcome, Store};

/// The shortest time between two fetches. An unknown key version causes a fetch, and anyone can send a token with an unknown one.
const REFETCH_AFTER: Duration = Duration::from_secs(30);
/// How long keys are cached. A warm process knows a new or a void version after this time at the latest.
pub(super) const CACHE_LIFETIME: Duration = Duration::from_secs(5 * 60);

pub struct KeyStore {
    aws: Arc<Aws>,
    /// Built at the first use, because some functions read no secret.
    client: OnceLock<Client>,
    store: Store,
    needs: KeyNeeds,
    ids: BTreeMap<RootSecret, String>,
    cached: Mutex<Option<CachedKeys>>,
}

struct CachedKeys {
    keyring: Arc<Keyring>,
    asked_at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
#[error("the keys are unavailable: {0}")]
pub struct KeyringUnavailable(String);

impl KeyStore {
    pub(crate) fn new(
        aws: Arc<Aws>,
        store: Store,
        needs: KeyNeeds,
        environment: &Environment,
    ) -> Result<Self, BadVariable> {
        let ids = needs.secrets.iter().map(|secret| Ok((*secret, environment.require(secret.variable())?)));
        let ids = ids.collect::<Result<_, _>>()?;
        Ok(Self { aws, client: OnceLock::new(), store, needs, ids, cached: Mutex::new(None) })
    }

    pub async fn keyring(&self, now: Timestamp) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.keyring_if(now, |_| true).await
    }

    /// The keyring, fetched again if it does not have the key that `token` names.
    pub async fn keyring_for_token(
        &self,
        kind: TokenKind,
        token: &str,
        now: Timestamp,
    ) -> Result<Arc<Keyring>, KeyringUnavailable> {
        let named = tokens::named_key(token);
        let knows = |kid: &String, keyring: &Keyring| keyring.public_keys(kind).is_some_and(|keys| keys.knows(kid));
        self.keyring_if(now, |keyring| named.as_ref().is_none_or(|kid| knows(kid, keyring))).await
    }

    /// The keyring, fetched again if it does not have `version` of the root secret.
    pub async fn keyring_knowing(
        &self,
        secret: RootSecret,
        version: KeyVersion,
        now: Timestamp,
    ) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.keyring_if(now, |keyring| keyring.knows(secret, version)).await
    }

    async fn keyring_if(
        &self,
        now: Timestamp,
        suffices: impl Fn(&Keyring) -> bool,
    ) -> Result<Arc<Keyring>, KeyringUnavailable> {
        let mut cached = self.cached.lock().await;
        if let Some(cached) = &*cached {
            let age_limit = if suffices(&cached.keyring) { CACHE_LIFETIME } else { REFETCH_AFTER };
            // Before the first token was signed, the table has no public keys. Until it has, they are fetched for each request.
            let lacks = |kind: &TokenKind| cached.keyring.public_keys(*kind).is_none();
            if now < cached.asked_at.after(age_limit) && !self.kinds().iter().any(lacks) {
                return Ok(Arc::clone(&cached.keyring));
            }
        }
        // Boxed: this future is large and rarely needed.
        let fetched = match (Box::pin(self.fetch()).await, cached.take()) {
            (Ok(keyring), _) => Arc::new(keyring),
            // The cached keys are still valid. The next attempt is as late as after a success.
            (Err(error), Some(CachedKeys { keyring, .. })) => {
                tracing::error!(cause = %error, "secret refresh failed, using cached keys");
                keyring
            }
            (Err(error), None) => return Err(error),
        };
        *cached = Some(CachedKeys { keyring: Arc::clone(&fetched), asked_at: now });
        Ok(fetched)
    }

    /// Fetches the keys in one round trip. A second one follows if this function signs with a key that is not published yet.
    async fn fetch(&self) -> Result<Keyring, KeyringUnavailable> {
        let kinds = self.kinds();
        let published = async { self.store.public_keys(&kinds).await.map_err(unavailable) };
        let ((roots, made_at), published) = tokio::try_join!(self.roots(), published)?;
        let keyring = Keyring::new(roots, published.clone()).map_err(unavailable)?;
        for kind in kinds.into_iter().filter(|kind| self.signs(*kind)) {
            if let Some(own) = keyring.public_keys(kind).filter(|own| published.get(&kind) != Some(own)) {
                let made_at = made_at.get(&kind.purpose().secret()).copied().unwrap_or(Timestamp::from_millis(0));
                // Refused: another process has published the keys of a later value. This process has them within five minutes.
                let _: Outcome = self.store.publish_keys(kind, own, made_at).await.map_err(unavailable)?;
            }
        }
        Ok(keyring)
    }

    pub(crate) fn reads_public_keys(&self) -> bool {
        !self.kinds().is_empty()
    }

    fn kinds(&self) -> Vec<TokenKind> {
        let of_ours = |kind: &TokenKind| self.needs.verifies.contains(kind) || self.signs(*kind);
        TokenKind::ALL.into_iter().filter(of_ours).collect()
    }

    fn signs(&self, kind: TokenKind) -> bool {
        self.ids.contains_key(&kind.purpose().secret())
    }

    /// The root secrets, and when their current values were created.
    async fn roots(&self) -> Result<(BTreeMap<RootSecret, Root>, BTreeMap<RootSecret, Timestamp>), KeyringUnavailable> {
        let (mut roots, mut made_at) = (BTreeMap::new(), BTreeMap::new());
        if self.ids.is_empty() {
            return Ok((roots, made_at));
        }
        let client = self.client.get_or_init(|| self.aws.secrets_manager());
        let ids = self.ids.values().cloned().collect();
        let answer = client.batch_get_secret_value().set_secret_id_list(Some(ids)).send().await;
        let answer = answer.map_err(|error| unavailable(describe(&error)))?;
        let values = answer.secret_values.unwrap_or_default();
        for (secret, id) in &self.ids {
            let value = values.iter().find(|value| value.arn.as_ref() == Some(id) || value.name.as_ref() == Some(id));
            let json = value.and_then(|value| value.secret_string.clone());
            let json = json.ok_or_else(|| unavailable(format!("no value of {}", secret.name())))?;
            roots.insert(*secret, Root::parse(&SecretString::from(json)).map_err(unavailable)?);
            made_at.insert(*secret, self::made_at(value.and_then(|value| value.created_date.as_ref())));
        }
        Ok((roots, made_at))
    }
}

/// When a root secret's value was created. Of two values the later one is right.
pub(super) fn made_at(created: Option<&DateTime>) -> Timestamp {
    Timestamp::from_millis(created.and_then(|created| created.to_millis().ok()).unwrap_or_default())
}

fn unavailable(cause: impl ToString) -> KeyringUnavailable {
    KeyringUnavailable(cause.to_string())
}
