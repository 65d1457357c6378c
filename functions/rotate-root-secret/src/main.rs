//! Wires `rotate-root-secret` to the Lambda runtime.

use std::sync::Arc;

use lambda_runtime::service_fn;
use readmit::keyring::Rotation;
use readmit::{Aws, Clock, Environment};
use rotate_root_secret::Rotating;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let aws = Aws::of_process(&environment).await?;
    let rotating = Arc::new(Rotating { rotation: Rotation::new(&aws, &environment)?, clock: Clock::system() });
    lambda_runtime::run(service_fn(|event| rotate_root_secret::handle(Arc::clone(&rotating), event))).await
}
