//! The clients of AWS: small, quick to start, and told everything by the environment.
//!
//! No chain of credential providers: a function's credentials stand in its environment for the life of its process. TLS is
//! rustls on ring with Amazon's own roots built in, which starts without reading a file (see docs/architecture.md).

use std::borrow::Cow;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, ConfigBag, IdentityCache, Intercept, Region, RuntimeComponents, StalledStreamProtectionConfig,
};
use aws_sdk_dynamodb::error::{BoxError, ProvideErrorMetadata, SdkError};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector as _, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;

use crate::environment::{BadVariable, Environment, bad_variable};
use crate::telemetry::{self, Tally};

/// Amazon's roots (<https://www.amazontrust.com/repository/>): all that AWS's endpoints chain to.
const AMAZON_ROOTS: &[u8] = include_bytes!("../roots/amazon.pem");
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html>
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// RFC 7468, section 5.1.
const BEGIN_CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// DynamoDB and Secrets Manager answer in milliseconds; what takes longer is tried again.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// All attempts of one call together. The request as a whole has a budget too (`http::serve`).
const CALL_TIMEOUT: Duration = Duration::from_millis(4_500);
/// SES has no idempotency: a second attempt may mail twice, so there is one, and it gets the contract's 5 seconds.
const MAIL_TIMEOUT: Duration = Duration::from_secs(5);

/// What all clients share.
pub(crate) struct Aws {
    region: Region,
    credentials: Credentials,
    connector: OneConnector,
    environment: Environment,
}

/// The connections of all clients. The SDK's own way sets up TLS, roots and all, for each client once more.
#[derive(Clone, Debug)]
struct OneConnector(SharedHttpConnector);

impl HttpClient for OneConnector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// A service of AWS by the name that its addresses begin with, and the variable that names another address.
pub(crate) struct Service {
    name: &'static str,
    variable: &'static str,
}

pub(crate) const DYNAMODB: Service = Service { name: "dynamodb", variable: "AWS_ENDPOINT_URL_DYNAMODB" };
pub(crate) const SES: Service = Service { name: "email", variable: "AWS_ENDPOINT_URL_SESV2" };
const SECRETS_MANAGER: Service = Service { name: "secretsmanager", variable: "AWS_ENDPOINT_URL_SECRETS_MANAGER" };

macro_rules! client {
    ($sdk:ident, $aws:expr, $service:expr, $retries:expr, $timeouts:expr $(, $interceptor:expr)?) => {{
        let mut config = $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region($aws.region.clone())
            .credentials_provider($aws.credentials.clone())
            .http_client($aws.connector.clone())
            .retry_config($retries)
            .timeout_config($timeouts)
            // An attempt's own limit ends what stalls, and the credentials never change: neither is watched for.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            $(.interceptor($interceptor))?;
        config.set_endpoint_url(endpoint_url(&$aws.environment, $service.variable));
        $sdk::Client::from_conf(config.build())
    }};
}

impl Aws {
    /// Region, credentials and endpoints from the environment.
    pub(crate) fn new(environment: &Environment) -> Result<Self, BadVariable> {
        let credentials = Credentials::new(
            environment.require("AWS_ACCESS_KEY_ID")?,
            environment.require("AWS_SECRET_ACCESS_KEY")?,
            environment.get("AWS_SESSION_TOKEN").map(str::to_owned),
            None,
            "environment",
        );
        let trusted = TrustStore::empty().with_pem_certificate(roots(environment)?);
        let roots = TlsContext::builder().with_trust_store(trusted).build();
        let roots = roots.map_err(|_| bad_variable(CA_BUNDLE, "names roots that cannot be used"))?;
        let connector = Connector::builder()
            .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build())
            .sleep_impl(TokioSleep::new())
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(roots)
            .build();
        Ok(Self {
            region: Region::new(environment.require("AWS_REGION")?),
            credentials,
            connector: OneConnector(SharedHttpConnector::new(connector)),
            environment: environment.clone(),
        })
    }

    /// Opens a connection to a service, which its first call will find: by a question that asks for nothing, and whose answer
    /// says no more than that there is one. None is opened if the service is not to be reached, or has another address than
    /// is usual (as in China); then the first call opens its own.
    pub(crate) async fn connect(&self, service: &Service) {
        let url = endpoint_url(&self.environment, service.variable)
            .unwrap_or_else(|| format!("https://{}.{}.amazonaws.com", service.name, self.region));
        let Ok(question) = HttpRequest::get(url) else { return };
        if let Ok(answer) = self.connector.0.call(question).await {
            // Read to its end: only then the connection is free.
            let _ = ByteStream::new(answer.into_body()).collect().await;
        }
    }

    /// DynamoDB: three attempts.
    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let counted = Counted(|tally| &tally.store_calls);
        client!(aws_sdk_dynamodb, self, DYNAMODB, RetryConfig::standard(), quick(), counted)
    }

    /// Secrets Manager: three attempts.
    pub(crate) fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        client!(aws_sdk_secretsmanager, self, SECRETS_MANAGER, RetryConfig::standard(), quick())
    }

    /// SES: one attempt.
    pub(crate) fn ses(&self) -> aws_sdk_sesv2::Client {
        let once = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_timeout(MAIL_TIMEOUT).build();
        let counted = Counted(|tally| &tally.mail_calls);
        client!(aws_sdk_sesv2, self, SES, RetryConfig::disabled(), once, counted)
    }
}

/// Counts each request that is sent for the invocation under way.
#[derive(Debug)]
struct Counted(fn(&Tally) -> &AtomicU32);

impl Intercept for Counted {
    fn name(&self) -> &'static str {
        "Counted"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        telemetry::count(self.0);
        Ok(())
    }
}

/// Amazon's, unless the variable that every SDK of AWS knows names a file of others.
fn roots(environment: &Environment) -> Result<Cow<'static, [u8]>, BadVariable> {
    let Some(file) = environment.get(CA_BUNDLE) else { return Ok(Cow::Borrowed(AMAZON_ROOTS)) };
    let pem = std::fs::read(file).map_err(|_| bad_variable(CA_BUNDLE, "names a file that cannot be read"))?;
    // Without a certificate in it nobody would be trusted, and every call would fail for a reason that is hard to find.
    match pem.windows(BEGIN_CERTIFICATE.len()).any(|text| text == BEGIN_CERTIFICATE) {
        true => Ok(Cow::Owned(pem)),
        false => Err(bad_variable(CA_BUNDLE, "names a file without a certificate in PEM")),
    }
}

/// A service's own endpoint, else the one for all services, else AWS's: the order of the SDKs' reference guide.
fn endpoint_url(environment: &Environment, of_service: &str) -> Option<String> {
    environment.get(of_service).or_else(|| environment.get("AWS_ENDPOINT_URL")).map(str::to_owned)
}

fn quick() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}

/// An error of a call in words for the log: its kind and its code. Never its message, which may quote what was sent.
pub(crate) fn describe<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            format!("{} ({status})", service.err().code().unwrap_or("an error without a code"))
        }
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no connection in time".to_owned(),
        SdkError::DispatchFailure(_) => "no connection".to_owned(),
        SdkError::ResponseError(_) => "an answer that is none".to_owned(),
        _ => "a request that could not be built".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_roots_than_amazons_must_be_there() {
        let told = |file: &str| roots(&Environment::from_iter([(CA_BUNDLE.to_owned(), file.to_owned())]));
        assert_eq!(*roots(&Environment::from_iter([])).unwrap(), *AMAZON_ROOTS);
        let here = |file: &str| format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(*told(&here("roots/amazon.pem")).unwrap(), *AMAZON_ROOTS);
        for (file, fault) in [("roots/none.pem", "cannot be read"), ("Cargo.toml", "without a certificate")] {
            assert!(told(&here(file)).unwrap_err().to_string().contains(fault), "{file}");
        }
    }

    #[test]
    fn a_services_own_endpoint_comes_before_the_one_for_all() {
        let found = |variables: &[(&str, &str)]| {
            let environment: Environment =
                variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            endpoint_url(&environment, "AWS_ENDPOINT_URL_SESV2")
        };
        let (own, all, other) = (
            ("AWS_ENDPOINT_URL_SESV2", "http://own"),
            ("AWS_ENDPOINT_URL", "http://all"),
            ("AWS_ENDPOINT_URL_DYNAMODB", "http://other"),
        );
        assert_eq!(found(&[own, all]).as_deref(), Some("http://own"));
        assert_eq!(found(&[all, other]).as_deref(), Some("http://all"));
        assert_eq!(found(&[("AWS_ENDPOINT_URL_SESV2", ""), all]).as_deref(), Some("http://all"));
        assert_eq!(found(&[other]), None);
    }
}
