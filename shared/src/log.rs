//! Logs: structured, once a request, and never a secret.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::Environment;

/// Our own crates, whose events are written with care.
const OURS: &[&str] = &[
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

/// What is logged: of our own crates what `RUST_LOG` asks (`info` unless set; `sign_in=debug` for one of them), of all others
/// warnings alone, for at `debug` they print whole requests, and with them codes and passwords.
pub fn filter(environment: &Environment) -> Targets {
    let asked: Targets = environment.get("RUST_LOG").and_then(|asked| asked.parse().ok()).unwrap_or_default();
    let level = asked.default_level().unwrap_or(LevelFilter::INFO);
    let ours = OURS.iter().map(|target| ((*target).to_owned(), level));
    let named = asked.into_iter().filter(|(target, _)| OURS.iter().any(|ours| is_of(target, ours)));
    Targets::new().with_default(LevelFilter::WARN).with_targets(ours).with_targets(named)
}

fn is_of(target: &str, krate: &str) -> bool {
    target.split("::").next() == Some(krate)
}

/// Logs as JSON lines, as a deployed function does.
pub fn start(environment: &Environment) {
    let layer = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false).without_time();
    tracing_subscriber::registry().with(layer).with(filter(environment)).init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::filter::LevelFilter;

    fn filter_for(asked: &str) -> Targets {
        filter(&[("RUST_LOG".to_owned(), asked.to_owned())].into_iter().collect())
    }

    #[test]
    fn other_crates_are_never_heard_below_a_warning() {
        for asked in ["trace", "debug", "aws_smithy_runtime=trace,debug", "hyper=debug", "not a level"] {
            let filter = filter_for(asked);
            for other in ["aws_smithy_runtime::client", "hyper::client", "dynoxide::server", "rustls"] {
                assert!(!filter.would_enable(other, &tracing::Level::INFO), "{other} at {asked}");
            }
        }
        assert!(filter_for("debug").would_enable("readmit::http::serve", &tracing::Level::DEBUG));
        assert!(filter_for("sign_in=debug").would_enable("sign_in::verify", &tracing::Level::DEBUG));
        assert!(!filter_for("sign_in=debug").would_enable("reset_2fa", &tracing::Level::DEBUG));
        assert!(!filter_for("").would_enable("sign_in", &tracing::Level::DEBUG));
        assert_eq!(filter_for("error").default_level(), Some(LevelFilter::WARN));
    }
}
