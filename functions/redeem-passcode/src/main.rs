//! Wires `redeem-passcode` to the Lambda runtime.

use std::sync::Arc;

use readmit::{Aws, Clock, Environment, Services};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let aws = Aws::of_process(&environment).await?;
    let services = Arc::new(Services::new(aws, &environment, Clock::system(), redeem_passcode::KEYS)?);
    services.warm_up(1).await;
    readmit::http::run(services, redeem_passcode::handle).await
}
