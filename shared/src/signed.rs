//! Requests to AWS that are signed by `aws-sigv4`, without an SDK of the service: those to S3, and an operator's call of a function.
//! `aws-sdk-s3` would make a function 0.86 MB larger, zipped (docs/decisions/0011-s3.md).

use std::time::{Duration, SystemTime};

use aws_config::Region;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use readmit_domain::Timestamp;

use crate::aws::{Aws, LAMBDA, S3, Service};
use crate::clock::Clock;
use crate::environment::{BadVariable, bad_variable};

/// The longest time for one attempt, also for a file of many megabytes from an operator's desk.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A client of one service. Cheap to clone.
#[derive(Clone)]
pub struct Signed {
    connector: SharedHttpConnector,
    credentials: SharedCredentialsProvider,
    region: Region,
    service: &'static str,
    /// What the paths of requests follow, without a slash at the end.
    url: String,
    clock: Clock,
}

/// Why a request has no answer. The message has nothing of what was sent.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The service does not answer, or answers that it cannot at the moment. It may succeed later.
    #[error("{service} is unavailable: {why}")]
    Unavailable { service: &'static str, why: String },
    /// The service refused the request: a bug or a wrong configuration.
    #[error("{service} refused the request: {why}")]
    Refused { service: &'static str, why: String },
}

impl Signed {
    /// For a bucket of S3.
    pub fn to_bucket(aws: &Aws, bucket: &str, clock: Clock) -> Result<Self, BadVariable> {
        // A stand-in has no host name for each bucket.
        let of_aws = |region: &str| format!("https://{bucket}.s3.{region}.amazonaws.com");
        let signed = Self::to(aws, &S3, of_aws, clock)?;
        let is_stand_in = aws.endpoint(&S3).is_some();
        Ok(if is_stand_in { Self { url: format!("{}/{bucket}", signed.url), ..signed } } else { signed })
    }

    /// For calls of functions.
    pub fn to_lambda(aws: &Aws, clock: Clock) -> Result<Self, BadVariable> {
        Self::to(aws, &LAMBDA, |region| format!("https://lambda.{region}.amazonaws.com"), clock)
    }

    fn to(
        aws: &Aws,
        service: &Service,
        of_aws: impl FnOnce(&str) -> String,
        clock: Clock,
    ) -> Result<Self, BadVariable> {
        let (region, credentials) =
            aws.region_and_credentials().ok_or_else(|| bad_variable("AWS_REGION", "is not set"))?;
        let url = match aws.endpoint(service) {
            Some(endpoint) => endpoint.trim_end_matches('/').to_owned(),
            None => of_aws(region.as_ref()),
        };
        Ok(Self { connector: aws.connector(), credentials, region, service: service.host(), url, clock })
    }

    pub(crate) fn unavailable(&self, why: impl Into<String>) -> RequestError {
        RequestError::Unavailable { service: self.service, why: why.into() }
    }

    pub(crate) fn refused(&self, why: impl Into<String>) -> RequestError {
        RequestError::Refused { service: self.service, why: why.into() }
    }

    /// Sends a request once. `path` is encoded already, and has no slash at the beginning.
    pub async fn attempt(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        bytes: &[u8],
    ) -> Result<HttpResponse, RequestError> {
        let unusable = || self.refused("the request cannot be signed");
        let credentials = self.credentials.provide_credentials().await;
        let credentials = credentials.map_err(|_| self.unavailable("no credentials"))?;
        let url = format!("{}/{path}", self.url);
        let mut request = HttpRequest::new(SdkBody::from(bytes));
        request.set_method(method).and_then(|()| request.set_uri(url.as_str())).map_err(|_| unusable())?;
        let at = moment(self.clock.now());
        let signed =
            signed(&credentials.into(), (self.region.as_ref(), self.service), at, (method, &url), headers, bytes);
        for (name, value) in signed.ok_or_else(unusable)? {
            request.headers_mut().insert(name, value);
        }
        let answer = tokio::time::timeout(TIMEOUT, self.connector.call(request)).await;
        let answer = answer.map_err(|_| self.unavailable("no answer in time"))?;
        answer.map_err(|_| self.unavailable("no connection"))
    }

    /// The body of an answer.
    pub async fn body(&self, answer: HttpResponse) -> Result<Vec<u8>, RequestError> {
        let body = tokio::time::timeout(TIMEOUT, ByteStream::new(answer.into_body()).collect()).await;
        match body {
            Ok(Ok(bytes)) => Ok(bytes.to_vec()),
            _ => Err(self.unavailable("the answer has ended too early")),
        }
    }
}

fn moment(now: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default())
}

/// The headers of the signed request: `headers`, and those of the signature.
fn signed(
    identity: &Identity,
    (region, service): (&str, &str),
    at: SystemTime,
    (method, url): (&str, &str),
    headers: &[(&str, &str)],
    bytes: &[u8],
) -> Option<Vec<(String, String)>> {
    // <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let params = v4::SigningParams::builder().identity(identity).region(region).name(service).time(at);
    let params = params.settings(settings).build().ok()?.into();
    let request = SignableRequest::new(method, url, headers.iter().copied(), SignableBody::Bytes(bytes)).ok()?;
    let (instructions, _) = sign(request, &params).ok()?.into_parts();
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    Some(headers.iter().copied().chain(instructions.headers()).map(owned).collect())
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;

    /// The example "GET Object" of S3's documentation of signatures.
    #[test]
    fn a_request_is_signed_as_in_the_example_of_s3() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let identity = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "example").into();
        // 24 May 2013, 00:00:00 UTC
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        let request = ("GET", "https://examplebucket.s3.amazonaws.com/test.txt");
        let headers = signed(&identity, ("us-east-1", "s3"), at, request, &[("range", "bytes=0-9")], &[]).unwrap();
        let authorization = headers.iter().find(|(name, _)| name == "authorization").unwrap();
        let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        assert!(authorization.1.ends_with(&format!("Signature={signature}")), "{}", authorization.1);
    }
}
