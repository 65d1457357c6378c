//! Wires `import-employees` to the Lambda runtime.

use std::sync::Arc;

use lambda_runtime::service_fn;
use readmit::{Aws, Clock, Environment, MailingServices};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Environment::of_process();
    readmit::log::start(&environment, Clock::system())?;
    let aws = Aws::of_process(&environment).await?;
    let services = Arc::new(MailingServices::new(aws, &environment, Clock::system(), import_employees::KEYS)?);
    lambda_runtime::run(service_fn(|event| import_employees::handle(Arc::clone(&services), event))).await
}
