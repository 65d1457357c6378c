//! Wires `list-employees` to the Lambda runtime.

use std::sync::Arc;

use readmit::{Clock, Environment, Services};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let services = Arc::new(Services::new(&environment, Clock::system())?);
    services.warm_up(2).await;
    readmit::http::run(services, list_employees::handle).await
}
