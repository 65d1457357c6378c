//! Wires `track-delivery` to the Lambda runtime.

use std::sync::Arc;

use lambda_runtime::service_fn;
use readmit::keyring::KeyNeeds;
use readmit::{Aws, Clock, Environment, Services};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let aws = Aws::of_process(&environment).await?;
    let services = Arc::new(Services::new(aws, &environment, Clock::system(), KeyNeeds::NONE)?);
    lambda_runtime::run(service_fn(|event| track_delivery::handle(Arc::clone(&services), event))).await
}
