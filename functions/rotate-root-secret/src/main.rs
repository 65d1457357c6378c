//! Starts `rotate-root-secret`.

use std::sync::Arc;

use readmit::process::{self, Process};
use rotate_root_secret::{Rotating, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    process::take(Arc::new(Rotating::new(&Process::start().await?)?), handle).await
}
