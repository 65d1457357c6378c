//! Logs: structured, once a request, and never a secret.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::Environment;

/// Our own crates, whose events are written with care.
const OURS: [&str; 10] = [
    "readmit",
    "readmit_domain",
    "readmit_local",
    "cleanup_passcodes",
    "import_employees",
    "issue_passcode",
    "list_employees",
    "redeem_passcode",
    "reset_2fa",
    "sign_in",
];

/// What is logged: of our own crates what `RUST_LOG` asks (`info` unless set), of all others warnings alone, for at `debug` they
/// print whole requests, and with them codes and passwords.
pub fn filter(environment: &Environment) -> Targets {
    let asked: Targets = environment.get("RUST_LOG").and_then(|asked| asked.parse().ok()).unwrap_or_default();
    let level = asked.default_level().unwrap_or(LevelFilter::INFO);
    OURS.iter()
        .fold(Targets::new().with_default(LevelFilter::WARN), |targets, target| targets.with_target(*target, level))
}

/// Logs as JSON lines, as a deployed function does.
pub fn start(environment: &Environment) {
    let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).without_time();
    tracing_subscriber::registry().with(layer).with(filter(environment)).init();
}
