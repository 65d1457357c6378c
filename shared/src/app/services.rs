//! What every function is given: store, keys, time and randomness. Built once a process.

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
use crate::store::{Store, Throttled};
use crate::trusted_proxy::TrustedProxy;

/// What a start may wait for the services that the first request will call.
const WARM_UP: Duration = Duration::from_secs(1);

/// What every function is given; `Services<Mail>` is for those that mail.
pub struct Services<M = ()> {
    /// The tables.
    pub store: Store,
    /// The mail service.
    pub mail: M,
    /// The portal's address: tokens name it as their issuer.
    pub portal_url: String,
    /// The portal's name, as authenticators show it.
    pub brand_name: String,
    trusted_proxy: TrustedProxy,
    key_store: KeyStore,
    pub(super) hash_memory: Arc<HashMemory>,
    aws: Arc<Aws>,
    clock: Clock,
    random: Random,
}

impl Services {
    /// Of a function that mails nothing. `keys` are those that it needs.
    pub fn new(process: Process, keys: KeyNeeds) -> Result<Self, BadVariable> {
        Self::build(process, (), keys)
    }
}

impl Services<Mail> {
    /// Of a function that mails.
    pub fn with_mail(process: Process, keys: KeyNeeds) -> Result<Self, BadVariable> {
        let mail = Mail::new(process.aws.ses(), &process.environment)?;
        Self::build(process, mail, keys)
    }

    /// As [`Self::warm_up`], and opens a connection to the mail service.
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
    pub fn random(&self) -> Random {
        self.random.clone()
    }

    /// Writes one audit event a span of a limit that was reached; for an unknown account, the same request without an event.
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

    /// Who may hand requests on.
    pub fn trusted_proxy(&self) -> &TrustedProxy {
        &self.trusted_proxy
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
