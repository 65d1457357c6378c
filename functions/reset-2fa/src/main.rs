//! Wires `reset-2fa` to the Lambda runtime.

use std::sync::Arc;

use readmit::{Aws, Clock, Environment, Services};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let aws = Aws::of_process(&environment).await?;
    let services = Arc::new(Services::new(aws, &environment, Clock::system(), reset_2fa::KEYS)?);
    let tables = tokio::task::spawn_blocking(readmit::domain::password::prepare);
    services.warm_up(2).await;
    tables.await?;
    readmit::http::run(services, reset_2fa::handle).await
}
