//! The services that every function gets: store, keys, time and randomness. Built once for each process.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use readmit_domain::{AuditContext, CompanyId, EmployeeId, EventType, HashMemory, KeyVersion, Timestamp};

use super::AppError;
use crate::Clock;
use crate::aws::{self, Aws};
use crate::environment::BadVariable;
use crate::keyring::{KeyNeeds, KeyStore, Keyring, KeyringUnavailable, RootSecret, TokenKind};
use crate::mail::Mail;
use crate::process::Process;
use crate::random::Random;
use crate::store::{ShownCompany, Store, Throttled};
use crate::trusted_proxy::TrustedProxy;

/// How long a start may wait for the services that the first request will call.
const WARM_UP: Duration = Duration::from_secs(1);

/// The services of a function. Functions that send mails use `Services<Mail>`.
pub struct Services<M = ()> {
    /// The DynamoDB tables.
    pub store: Store,
    /// The mail service, or `()`.
    pub mail: M,
    /// The portal's URL. Tokens have it as their issuer.
    pub portal_url: String,
    /// The portal's name, shown in authenticator apps.
    pub brand_name: String,
    trusted_proxy: TrustedProxy,
    key_store: KeyStore,
    pub(super) hash_memory: Arc<HashMemory>,
    aws: Arc<Aws>,
    clock: Clock,
    random: Random,
}

impl Services {
    /// For a function that sends no mails. `keys` are the keys that it needs.
    pub fn new(process: Process, keys: KeyNeeds) -> Result<Self, BadVariable> {
        Self::build(process, (), keys)
    }
}

impl Services<Mail> {
    /// For a function that sends mails.
    pub fn with_mail(process: Process, keys: KeyNeeds) -> Result<Self, BadVariable> {
        let mail = Mail::new(process.aws.ses(), &process.environment)?;
        Self::build(process, mail, keys)
    }

    /// Does the same as [`Self::warm_up`], and opens a connection to the mail service.
    pub async fn warm_up_with_mail(&self, connections: usize) {
        let mail = tokio::time::timeout(WARM_UP, self.aws.connect(&aws::SES));
        let _ = tokio::join!(self.warm_up(connections), mail);
    }
}

impl<M> Services<M> {
    fn build(process: Process, mail: M, keys: KeyNeeds) -> Result<Self, BadVariable> {
        let Process { aws, environment, clock, random } = process;
        let aws = Arc::new(aws);
        let store = Store::new(aws.dynamodb(), &environment, random.clone())?;
        Ok(Self {
            key_store: KeyStore::new(Arc::clone(&aws), store.clone(), keys, &environment)?,
            store,
            mail,
            portal_url: environment.require("READMIT_PORTAL_URL")?,
            brand_name: environment.require("READMIT_BRAND_NAME")?,
            trusted_proxy: TrustedProxy::new(&environment)?,
            hash_memory: Arc::default(),
            aws,
            clock,
            random,
        })
    }

    /// Prepares the first request, which then need not wait: fetches the keys, and opens one connection to DynamoDB for each parallel
    /// call of its first round trip. That is faster at the start, when a function has a whole vCPU. If something fails here, the
    /// request that needs it tries again and reports the error.
    pub async fn warm_up(&self, connections: usize) {
        // Reading public keys opens one connection, which is free afterwards.
        let others = connections.saturating_sub(usize::from(self.key_store.reads_public_keys()));
        let connect = (0..others).map(|_| self.aws.connect(&aws::DYNAMODB));
        let all = async { tokio::join!(self.keyring(), join_all(connect)) };
        let _ = tokio::time::timeout(WARM_UP, all).await;
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The source of randomness.
    pub fn random(&self) -> Random {
        self.random.clone()
    }

    /// Writes an audit event that a limit was reached, once in each span of the limit. For an unknown account it makes the same request
    /// without an event. Returns [`AppError::Throttled`].
    pub async fn record_throttled(
        &self,
        throttled: &Throttled,
        kind: EventType,
        whose: Option<(CompanyId, EmployeeId)>,
        act: &AuditContext,
    ) -> Result<AppError, AppError> {
        if let Some(unreported) = &throttled.unreported {
            let event = whose.map(|(company_id, id)| self.store.event(act, kind, company_id, id));
            self.store.record_throttled(unreported, event, act).await?;
        }
        Ok(AppError::Throttled { until: throttled.until, now: act.at })
    }

    /// The company as its people see it. None if it does not exist or cannot be read: people sign in
    /// without a logo too.
    pub async fn shown_company(&self, company_id: CompanyId) -> Option<ShownCompany> {
        self.store.shown_company(company_id).await.unwrap_or_else(|error| {
            tracing::warn!(cause = error.to_string(), "company not shown");
            None
        })
    }

    /// The proxies that may pass on a viewer's address.
    pub fn trusted_proxy(&self) -> &TrustedProxy {
        &self.trusted_proxy
    }

    /// The keys, from the cache or fetched.
    pub async fn keyring(&self) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.key_store.keyring(self.now()).await
    }

    /// The keys, fetched again if the token names a key that the cache does not have.
    pub async fn keyring_for_token(&self, kind: TokenKind, token: &str) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.key_store.keyring_for_token(kind, token, self.now()).await
    }

    /// The keys, fetched again if the cache does not have this version of the root secret.
    pub async fn keyring_knowing(
        &self,
        secret: RootSecret,
        version: KeyVersion,
    ) -> Result<Arc<Keyring>, KeyringUnavailable> {
        self.key_store.keyring_knowing(secret, version, self.now()).await
    }
}
