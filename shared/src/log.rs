//! Logs: JSON lines, at least one for each invocation, and never a secret.
//!
//! The last line of an invocation is also a document in CloudWatch's embedded metric format, so that metrics need no call:
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.

use std::fmt::Debug;
use std::io::Write as _;

use readmit_domain::Timestamp;
use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::filter::Targets;

use crate::environment::BadVariable;
use crate::{Clock, Environment, telemetry};

/// Readmit's own crates. Their log events contain no secrets.
const OURS: &[&str] = &[
    "readmit",
    "readmit_domain",
    "readmit_local",
    "cleanup_passcodes",
    "import_employees",
    "issue_passcode",
    "list_audit_events",
    "list_employees",
    "manage_employees",
    "notify",
    "redeem_passcode",
    "reset_2fa",
    "revoke_passcode",
    "rotate_root_secret",
    "sign_in",
    "track_delivery",
];

/// Which events are logged. `RUST_LOG` sets the level of Readmit's own crates (by default `info`; `sign_in=debug` for one crate). Of
/// other crates only warnings and errors are logged, because at `debug` they print whole requests with codes and passwords.
pub fn filter(environment: &Environment) -> Targets {
    let asked: Targets = environment.get("RUST_LOG").and_then(|asked| asked.parse().ok()).unwrap_or_default();
    let level = asked.default_level().unwrap_or(LevelFilter::INFO);
    let ours = OURS.iter().map(|target| ((*target).to_owned(), level));
    let is_ours = |target: &str| target.split("::").next().is_some_and(|krate| OURS.contains(&krate));
    let named = asked.into_iter().filter(|(target, _)| is_ours(target));
    Targets::new().with_default(LevelFilter::WARN).with_targets(ours).with_targets(named)
}

/// Which events a deployed function logs: those of [`filter`], and always the last line of an invocation, because it has the metrics.
fn deployed(environment: &Environment) -> Targets {
    filter(environment).with_target(telemetry::TARGET, LevelFilter::INFO)
}

/// Starts the log of a deployed function: JSON lines on standard output, with the function and the stack that the environment names.
pub fn start(environment: &Environment, clock: Clock) -> Result<(), BadVariable> {
    let lines = JsonLines {
        stack: environment.require("READMIT_STACK")?,
        function: environment.require("AWS_LAMBDA_FUNCTION_NAME")?,
        filter: deployed(environment),
        clock,
    };
    // An error means that a log was started before. It stays.
    let _ = tracing::subscriber::set_global_default(lines);
    Ok(())
}

/// Writes each event as one line of JSON. Spans are ignored: no line uses them, and a registry of spans slows down a cold start.
struct JsonLines {
    stack: String,
    function: String,
    filter: Targets,
    clock: Clock,
}

impl Subscriber for JsonLines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && self.filter.would_enable(metadata.target(), metadata.level())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.filter.iter().map(|(_, level)| level).chain(self.filter.default_level()).max()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let line = self.line(event, self.clock.now());
        // If standard output is closed, the error cannot be reported.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl JsonLines {
    fn line(&self, event: &Event<'_>, at: Timestamp) -> Value {
        let mut members = Members::default();
        event.record(&mut members);
        let mut line = members.0;
        line.insert("level".to_owned(), json!(event.metadata().level().as_str()));
        line.insert("timestamp".to_owned(), json!(at));
        line.insert("function".to_owned(), json!(self.function));
        line.insert("stack".to_owned(), json!(self.stack));
        if event.metadata().target() == telemetry::TARGET {
            measure(&mut line, at);
        } else {
            line.insert("target".to_owned(), json!(event.metadata().target()));
        }
        Value::Object(line)
    }
}

/// Adds the line's metrics: the number of calls, each type of audit event (`passcode.issued` as `passcode_issued`), and refusals, also
/// by reason.
fn measure(line: &mut Map<String, Value>, at: Timestamp) {
    let mut counts = vec!["store_calls".to_owned(), "mail_calls".to_owned(), "conflicts".to_owned()];
    if let Some(Value::String(events)) = line.remove("events") {
        for (kind, count) in events.split(' ').filter_map(|event| event.split_once('=')) {
            let name = kind.replace('.', "_");
            line.insert(name.clone(), count.parse::<u32>().map_or(Value::Null, Value::from));
            counts.push(name);
        }
    }
    let mut directives = vec![directive(&json!([["stack"]]), &counts)];
    if let Some(code) = line.get("code").cloned() {
        line.insert("refused".to_owned(), json!(1));
        line.insert("reason".to_owned(), code);
        directives.push(directive(&json!([["stack"], ["stack", "reason"]]), &["refused".to_owned()]));
    }
    line.insert("_aws".to_owned(), json!({"Timestamp": at.millis(), "CloudWatchMetrics": directives}));
}

fn directive(dimensions: &Value, names: &[String]) -> Value {
    let metrics: Vec<Value> = names.iter().map(|name| json!({"Name": name, "Unit": "Count"})).collect();
    json!({"Namespace": "Readmit", "Dimensions": dimensions, "Metrics": metrics})
}

#[derive(Default)]
struct Members(Map<String, Value>);

impl Visit for Members {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), json!(format!("{value:?}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), json!(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), json!(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(asked: &str) -> Environment {
        [("RUST_LOG".to_owned(), asked.to_owned())].into_iter().collect()
    }

    fn filter_for(asked: &str) -> Targets {
        filter(&environment(asked))
    }

    #[test]
    fn a_deployed_function_writes_its_metrics_whatever_rust_log_says() {
        for asked in ["error", "off", "readmit=off", "readmit::telemetry=off", "readmit::telemetry=error,warn", ""] {
            let filter = deployed(&environment(asked));
            assert!(filter.would_enable(telemetry::TARGET, &tracing::Level::INFO), "at {asked:?}");
            let lines = JsonLines { stack: String::new(), function: String::new(), filter, clock: Clock::system() };
            assert!(lines.max_level_hint() >= Some(LevelFilter::INFO), "at {asked:?}");
        }
        assert!(!deployed(&environment("error")).would_enable("sign_in", &tracing::Level::INFO));
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

    #[test]
    fn a_line_names_each_of_its_metrics_and_holds_their_values() {
        let mut line = json!({
            "request_id": "r", "outcome": "refused", "code": "passcode_rejected", "store_calls": 2, "mail_calls": 0,
            "conflicts": 0, "events": "passcode.exhausted=1 passcode.superseded=2",
        });
        measure(line.as_object_mut().unwrap(), Timestamp::from_millis(1_700_000_000_000));

        assert_eq!(line["_aws"]["Timestamp"], 1_700_000_000_000_i64);
        let mut named = Vec::new();
        for directive in line["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            assert_eq!(directive["Namespace"], "Readmit");
            named
                .extend(directive["Metrics"].as_array().unwrap().iter().map(|metric| metric["Name"].as_str().unwrap()));
        }
        let values: Vec<_> = named.iter().map(|name| (*name, line[name].as_u64().unwrap())).collect();
        let expected = [
            ("store_calls", 2),
            ("mail_calls", 0),
            ("conflicts", 0),
            ("passcode_exhausted", 1),
            ("passcode_superseded", 2),
            ("refused", 1),
        ];
        assert_eq!(values, expected);
        assert_eq!(line["reason"], "passcode_rejected");
        assert_eq!(line["_aws"]["CloudWatchMetrics"][1]["Dimensions"], json!([["stack"], ["stack", "reason"]]));
    }

    #[test]
    fn a_success_has_no_metric_of_refusals() {
        let mut line = json!({"outcome": "answered", "events": ""});
        measure(line.as_object_mut().unwrap(), Timestamp::from_millis(0));
        assert!(line.get("refused").is_none() && line.get("reason").is_none());
        assert_eq!(line["_aws"]["CloudWatchMetrics"].as_array().unwrap().len(), 1);
    }
}
