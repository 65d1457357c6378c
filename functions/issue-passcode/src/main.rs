//! Wires `issue-passcode` to the Lambda runtime.

use std::sync::Arc;

use readmit::{Aws, Clock, Environment, MailingServices};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let aws = Aws::of_process(&environment).await?;
    let services = Arc::new(MailingServices::new(aws, &environment, Clock::system(), issue_passcode::KEYS)?);
    services.warm_up(1).await;
    readmit::http::run(services, issue_passcode::handle).await
}
