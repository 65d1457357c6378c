//! What every function is given: store, keys, time and randomness. Built once a process.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use readmit_domain::{HashMemory, KeyVersion, Timestamp};

use crate::aws::{self, Aws};
use crate::environment::{BadVariable, Environment};
use crate::http::Edge;
use crate::keyring::{KeyNeeds, KeyStore, Keyring, KeyringUnavailable, RootSecret, TokenKind};
use crate::random::{SystemRandom, system_random};
use crate::store::Store;
use crate::{Clock, mail::Mail};

/// What a start may wait for the services that the first request will call.
const WARM_UP: Duration = Duration::from_secs(1);

/// What every function is given.
pub struct Services {
    /// The tables.
    pub store: Store,
    /// The portal's address: tokens name it as their issuer.
    pub portal_url: String,
    /// The portal's name, as authenticators show it.
    pub brand_name: String,
    edge: Edge,
    key_store: KeyStore,
    hash_memory: Arc<HashMemory>,
    aws: Arc<Aws>,
    clock: Clock,
}

impl Services {
    /// With the clients of `aws`, what the environment says, and the keys that the function needs.
    pub fn new(aws: Aws, environment: &Environment, clock: Clock, keys: KeyNeeds) -> Result<Self, BadVariable> {
        let aws = Arc::new(aws);
        let store = Store::new(aws.dynamodb(), environment)?;
        Ok(Self {
            key_store: KeyStore::new(Arc::clone(&aws), store.clone(), keys, environment)?,
            store,
            portal_url: environment.require("READMIT_PORTAL_URL")?,
            brand_name: environment.require("READMIT_BRAND_NAME")?,
            edge: Edge::new(environment)?,
            hash_memory: Arc::default(),
            aws,
            clock,
        })
    }

    /// Does before the first event what that would wait for: fetches the keys, and opens as many connections to the tables as its
    /// first trip has requests. A function starts on a whole vCPU; later it has its share of one. What fails is tried again by
    /// the request that needs it, and told.
    pub async fn warm_up(&self, connections: usize) {
        // Public keys are read over a connection of their own, which is free behind that.
        let others = connections.saturating_sub(usize::from(self.key_store.reads_public_keys()));
        let connect = (0..others).map(|_| self.aws.connect(&aws::DYNAMODB));
        let all = async { tokio::join!(self.keyring(), join_all(connect)) };
        let _ = tokio::time::timeout(WARM_UP, all).await;
    }

    /// This moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The source of randomness.
    pub fn random(&self) -> SystemRandom {
        system_random()
    }

    /// Where passwords are hashed.
    pub fn hash_memory(&self) -> Arc<HashMemory> {
        Arc::clone(&self.hash_memory)
    }

    /// The keys.
    pub async fn keyring(&self) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.key_store.keyring(self.now()).await
    }

    /// The keys, fetched again if a token names one that they lack.
    pub async fn keyring_for_token(&self, kind: TokenKind, token: &str) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.key_store.keyring_for_token(kind, token, self.now()).await
    }

    /// The keys, fetched again if a record names a version of a root secret that they lack.
    pub async fn keyring_knowing(
        &self,
        secret: RootSecret,
        version: KeyVersion,
    ) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.key_store.keyring_knowing(secret, version, self.now()).await
    }
}

impl AsRef<Edge> for Services {
    fn as_ref(&self) -> &Edge {
        &self.edge
    }
}

/// [`Services`], and the mail, for the functions that send some.
pub struct MailingServices {
    /// What every function is given.
    pub services: Services,
    /// The mail.
    pub mail: Mail,
}

impl MailingServices {
    /// As [`Services::new`].
    pub fn new(aws: Aws, environment: &Environment, clock: Clock, keys: KeyNeeds) -> Result<Self, BadVariable> {
        let mail = Mail::new(aws.ses(), environment)?;
        Ok(Self { services: Services::new(aws, environment, clock, keys)?, mail })
    }

    /// As [`Services::warm_up`], and opens a connection to the mail service.
    pub async fn warm_up(&self, connections: usize) {
        let mail = tokio::time::timeout(WARM_UP, self.services.aws.connect(&aws::SES));
        let _ = tokio::join!(self.services.warm_up(connections), mail);
    }
}

impl AsRef<Edge> for MailingServices {
    fn as_ref(&self) -> &Edge {
        self.services.as_ref()
    }
}
