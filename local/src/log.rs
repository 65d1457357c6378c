//! The log on standard error, as text for people.

use readmit::Environment;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

/// Starts the log of this process, with the filter [`readmit::log::filter`].
pub fn start(environment: &Environment) -> Result<(), TryInitError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(lines).with(readmit::log::filter(environment)).try_init()
}
