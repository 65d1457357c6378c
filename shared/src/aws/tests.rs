//! Tests of what the clients of AWS are made of.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::result::ConnectorError;

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
        let asked = |env| ServiceConfigKey::builder().service_id("SESv2").env(env).profile("").build().unwrap();
        let endpoints = Endpoints::new(&environment);
        assert_eq!(endpoints.load_config(asked("AWS_MAX_ATTEMPTS")), None);
        endpoints.load_config(asked(ENDPOINT_URL))
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

/// A service that fails each time, and counts the attempts.
#[derive(Clone, Debug, Default)]
struct Failing(Arc<AtomicU32>);

impl HttpConnector for Failing {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        self.0.fetch_add(1, Ordering::Relaxed);
        HttpConnectorFuture::ready(Err(ConnectorError::io("down".into())))
    }
}

/// The attempts of so many calls of one process.
async fn attempts(calls: u32) -> u32 {
    let service = Failing::default();
    let environment = Environment::from_iter([(ENDPOINT_URL.to_owned(), "http://dynamodb.example".to_owned())]);
    let connector = SharedHttpConnector::new(service.clone());
    let credentials = Credentials::from_keys("id", "secret", None);
    let client = Aws::over(connector, &environment, Region::from_static("eu-west-1"), credentials).dynamodb();
    for _ in 0..calls {
        client.list_tables().send().await.unwrap_err();
    }
    service.0.load(Ordering::Relaxed)
}

/// The SDK's quota allows about a hundred retries of a service that never succeeds.
#[tokio::test(start_paused = true)]
async fn the_retries_of_one_process_take_nothing_from_another() {
    assert!(attempts(200).await < 600);
    assert_eq!(attempts(1).await, 3);
}
