//! The log on standard error, for people. It never holds what other crates say of the bodies they move.

use readmit::Environment;
use tracing::{Level, Metadata};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{FilterExt, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// The crates of the functions; the others of ours begin with `readmit`.
const FUNCTIONS: [&str; 7] = [
    "sign_in",
    "list_employees",
    "issue_passcode",
    "redeem_passcode",
    "reset_2fa",
    "cleanup_passcodes",
    "import_employees",
];

/// The log cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    #[error("RUST_LOG is not understood: {0}")]
    Directives(#[from] tracing_subscriber::filter::ParseError),
    #[error(transparent)]
    Started(#[from] TryInitError),
}

/// Starts the log of this process at the levels of `RUST_LOG`, or at `info`.
pub fn start(environment: &Environment) -> Result<(), LogError> {
    let wanted: Targets = environment.get("RUST_LOG").unwrap_or("info").parse()?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = lines.with_filter(wanted.and(filter_fn(is_harmless)));
    Ok(tracing_subscriber::registry().with(lines).try_init()?)
}

/// Other crates print request bodies at their lower levels: nothing below a warning is heard of them.
fn is_harmless(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= Level::WARN || is_ours(metadata.target())
}

fn is_ours(target: &str) -> bool {
    let krate = target.split("::").next().unwrap_or_default();
    krate == "readmit" || krate.starts_with("readmit_") || FUNCTIONS.contains(&krate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_crates_are_heard_below_a_warning() {
        for ours in ["readmit", "readmit::http", "readmit_local::gateway", "sign_in", "reset_2fa::totp"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in ["aws_smithy_runtime::client", "hyper", "readmitted", "sign_in_other", ""] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
