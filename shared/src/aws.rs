//! The clients of AWS's services. They share one configuration, which is read from the environment of the process.
//!
//! The configuration is built from parts of `aws-config`. `aws_config::load_defaults` would link every source of credentials and read
//! profile files, but a function's credentials are in its environment and never change (docs/decisions/0002-aws-config.md). TLS is
//! rustls on ring with Amazon's own roots built in, so that a start reads no file (docs/decisions/0004-tls.md).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::iter;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion as _;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_dynamodb::config::interceptors::BeforeTransmitInterceptorContextRef;
use aws_sdk_dynamodb::config::retry::RetryPartition;
use aws_sdk_dynamodb::config::{ConfigBag, IdentityCache, Intercept, RuntimeComponents};
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
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use hyper_util::client::legacy;

use crate::environment::{BadVariable, Environment, bad_variable};
use crate::telemetry::{self, Tally};

/// Amazon's root certificates (<https://www.amazontrust.com/repository/>), which sign the certificates of all AWS endpoints.
const AMAZON_ROOTS: &[u8] = include_bytes!("../roots/amazon.pem");
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html>
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";
const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// RFC 7468, section 5.1.
const BEGIN_CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// DynamoDB and Secrets Manager answer in milliseconds. A slower attempt is cancelled and tried again.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(2);
/// All attempts of one call together. The whole request has a limit too (`http::serve`).
const CALL_TIMEOUT: Duration = Duration::from_millis(4_500);
/// SES has no idempotency, so a second attempt could mail twice. There is only one attempt, with the contract's limit of 5 seconds.
const MAIL_TIMEOUT: Duration = Duration::from_secs(5);

pub struct Aws {
    config: SdkConfig,
    connector: OneConnector,
    endpoints: Endpoints,
}

/// The connections of all clients. By default the SDK would set up TLS once for each client.
#[derive(Clone, Debug)]
struct OneConnector(SharedHttpConnector);

impl HttpClient for OneConnector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// The variables that replace AWS's endpoints
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>).
#[derive(Clone, Debug)]
struct Endpoints(BTreeMap<String, String>);

impl Endpoints {
    fn new(environment: &Environment) -> Self {
        let named = environment.variables().filter(|(name, value)| name.starts_with(ENDPOINT_URL) && !value.is_empty());
        Self(named.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// The endpoint of this service, else the one for all services. None means AWS's own endpoint.
    fn url(&self, service_id: &str) -> Option<&String> {
        let of_service = format!("{ENDPOINT_URL}_{}", service_id.to_uppercase().replace(' ', "_"));
        self.0.get(&of_service).or_else(|| self.0.get(ENDPOINT_URL))
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        (key.env() == ENDPOINT_URL).then(|| self.url(key.service_id()).cloned()).flatten()
    }
}

/// A service to which a start opens connections: its id in the SDK, and the first part of its host name.
pub(crate) struct Service {
    id: &'static str,
    host: &'static str,
}

pub(crate) const DYNAMODB: Service = Service { id: "DynamoDB", host: "dynamodb" };
pub(crate) const SES: Service = Service { id: "SESv2", host: "email" };
pub(crate) const S3: Service = Service { id: "S3", host: "s3" };
pub(crate) const LAMBDA: Service = Service { id: "Lambda", host: "lambda" };

impl Service {
    /// The first part of the host name, which is also the name in signatures.
    pub(crate) fn host(&self) -> &'static str {
        self.host
    }
}

impl Aws {
    /// Reads region and credentials from the environment of this process.
    pub async fn of_process(environment: &Environment) -> Result<Self, BadVariable> {
        let region = EnvironmentVariableRegionProvider::new().region().await;
        let region = region.ok_or_else(|| bad_variable("AWS_REGION", "is not set"))?;
        let credentials = EnvironmentVariableCredentialsProvider::new().provide_credentials().await;
        let credentials =
            credentials.map_err(|_| bad_variable("AWS_ACCESS_KEY_ID", "or AWS_SECRET_ACCESS_KEY is not set"))?;
        Self::new(environment, region, credentials)
    }

    /// Uses this region and these credentials. Endpoints and root certificates come from `environment`.
    pub fn new(environment: &Environment, region: Region, credentials: Credentials) -> Result<Self, BadVariable> {
        Ok(Self::over(connector(environment)?, environment, region, credentials))
    }

    /// The same with another connector, such as one without a network.
    pub fn over(
        connector: SharedHttpConnector,
        environment: &Environment,
        region: Region,
        credentials: Credentials,
    ) -> Self {
        let connector = OneConnector(connector);
        let endpoints = Endpoints::new(environment);
        let quick =
            TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ATTEMPT_TIMEOUT);
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region)
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(connector.clone())
            .service_config(endpoints.clone())
            .sleep_impl(TokioSleep::new())
            .retry_config(RetryConfig::standard())
            .timeout_config(quick.operation_timeout(CALL_TIMEOUT).build())
            // Not needed: the attempt's time limit ends a stalled stream, and the credentials never change.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .build();
        Self { config, connector, endpoints }
    }

    /// Opens a pooled connection to a service with an unsigned GET. The first call to the service uses it. If the service cannot be
    /// reached, or its host name differs from the usual one (as in China), the first call opens its own connection.
    pub(crate) async fn connect(&self, service: &Service) {
        let region = self.config.region().map(Region::as_ref).unwrap_or_default();
        let usual = || format!("https://{}.{region}.amazonaws.com", service.host);
        let url = self.endpoints.url(service.id).cloned().unwrap_or_else(usual);
        let Ok(request) = HttpRequest::get(url) else { return };
        if let Ok(answer) = self.connector.0.call(request).await {
            // The connection is free only after the whole body was read.
            let _ = ByteStream::new(answer.into_body()).collect().await;
        }
    }

    /// The connections of all clients.
    pub(crate) fn connector(&self) -> SharedHttpConnector {
        self.connector.0.clone()
    }

    /// The endpoint that the environment gives instead of AWS's own.
    pub(crate) fn endpoint(&self, service: &Service) -> Option<&String> {
        self.endpoints.url(service.id)
    }

    pub(crate) fn region_and_credentials(&self) -> Option<(Region, SharedCredentialsProvider)> {
        self.config.region().cloned().zip(self.config.credentials_provider())
    }

    /// SQS: three attempts.
    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::config::Builder::from(&self.config);
        aws_sdk_sqs::Client::from_conf(config.retry_partition(own_retries("SQS")).build())
    }

    /// DynamoDB: three attempts.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let counted = Counted(|tally| &tally.store_calls);
        let config = aws_sdk_dynamodb::config::Builder::from(&self.config);
        let config = config.interceptor(counted).retry_partition(own_retries("DynamoDB"));
        aws_sdk_dynamodb::Client::from_conf(config.build())
    }

    /// Secrets Manager: three attempts.
    pub(crate) fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        let config = aws_sdk_secretsmanager::config::Builder::from(&self.config);
        aws_sdk_secretsmanager::Client::from_conf(config.retry_partition(own_retries("Secrets Manager")).build())
    }

    /// SES: one attempt.
    pub(crate) fn ses(&self) -> aws_sdk_sesv2::Client {
        let once = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_timeout(MAIL_TIMEOUT).build();
        let config = aws_sdk_sesv2::config::Builder::from(&self.config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(once)
            .interceptor(Counted(|tally| &tally.mail_calls));
        aws_sdk_sesv2::Client::from_conf(config.build())
    }
}

/// The SDK's limit of retries, for one client. Without it all clients of a service in one process share the limit: on the local stack
/// and in tests, where a process runs many functions, the faults of one would take retries from the others.
fn own_retries(service: &'static str) -> RetryPartition {
    RetryPartition::custom(service).build()
}

fn connector(environment: &Environment) -> Result<SharedHttpConnector, BadVariable> {
    let trusted = TrustStore::empty().with_pem_certificate(roots(environment)?);
    let roots = TlsContext::builder().with_trust_store(trusted).build();
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build())
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(roots.map_err(|_| bad_variable(CA_BUNDLE, "names roots that cannot be used"))?)
        .build();
    Ok(SharedHttpConnector::new(connector))
}

/// Counts the requests of the current invocation.
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

/// Amazon's root certificates, or those of the file in `AWS_CA_BUNDLE`, which all AWS SDKs use.
fn roots(environment: &Environment) -> Result<Cow<'static, [u8]>, BadVariable> {
    let Some(file) = environment.get(CA_BUNDLE) else { return Ok(Cow::Borrowed(AMAZON_ROOTS)) };
    let pem = std::fs::read(file).map_err(|_| bad_variable(CA_BUNDLE, "names a file that cannot be read"))?;
    // With an empty file no server would be trusted, and every call would fail for a reason that is hard to find.
    match pem.windows(BEGIN_CERTIFICATE.len()).any(|text| text == BEGIN_CERTIFICATE) {
        true => Ok(Cow::Owned(pem)),
        false => Err(bad_variable(CA_BUNDLE, "names a file without a certificate in PEM")),
    }
}

/// Whether no connection to the service was made, so that it cannot have received the call.
pub(crate) fn never_connected(error: &(dyn Error + 'static)) -> bool {
    let mut causes = iter::successors(Some(error), |&cause| cause.source());
    causes.any(|cause| cause.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect))
}

/// The text of an error for the log: its kind and its code. Never its message, which may quote what was sent.
pub(crate) fn describe<E: ProvideErrorMetadata>(error: &SdkError<E>) -> String {
    match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            format!("{} ({status})", service.err().code().unwrap_or("an error without a code"))
        }
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no connection in time".to_owned(),
        SdkError::DispatchFailure(_) => "no connection".to_owned(),
        SdkError::ResponseError(_) => "a malformed response".to_owned(),
        _ => "a request that could not be built".to_owned(),
    }
}

#[cfg(test)]
mod tests;
