//! Wires `import-employees` to the Lambda runtime.

use std::sync::Arc;

use lambda_runtime::service_fn;
use readmit::{Clock, Environment, MailingServices};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let services = Arc::new(MailingServices::new(&environment, Clock::system())?);
    lambda_runtime::run(service_fn(|event| import_employees::handle(Arc::clone(&services), event))).await
}
