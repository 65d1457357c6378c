//! Wires `issue-passcode` to the Lambda runtime.

use std::sync::Arc;

use readmit::{Clock, Environment, MailingServices};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let services = Arc::new(MailingServices::new(&environment, Clock::system())?);
    services.warm_up(1).await;
    readmit::http::run(services, issue_passcode::handle).await
}
