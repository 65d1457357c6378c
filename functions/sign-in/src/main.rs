//! Wires `sign-in` to the Lambda runtime.

use std::sync::Arc;

use readmit::{Aws, Clock, Environment, Services};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let aws = Aws::of_process(&environment).await?;
    let services = Arc::new(Services::new(aws, &environment, Clock::system(), sign_in::KEYS)?);
    services.warm_up(2).await;
    readmit::http::run(services, sign_in::handle).await
}
