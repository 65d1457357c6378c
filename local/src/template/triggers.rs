//! The triggers of functions other than requests: streams and schedules.

use std::time::Duration;

use serde_json::Value;

use super::filters::Pattern;

/// How a function reads the stream of a table.
#[derive(Debug, PartialEq)]
pub struct StreamTrigger {
    /// The table's local name.
    pub table: String,
    /// The largest number of records in a batch.
    pub batch_size: usize,
    /// A record must match one of these. Without filters all records match.
    pub filters: Vec<Pattern>,
    /// The age in seconds at which a record is given up. None means never.
    pub max_age: Option<i64>,
}

impl StreamTrigger {
    /// The trigger for the stream of `table`, with the other properties of the event.
    pub fn new(table: String, properties: &Value) -> Option<Self> {
        let filters = properties.pointer("/FilterCriteria/Filters").and_then(Value::as_array);
        let pattern = |filter: &Value| filter["Pattern"].as_str().and_then(Pattern::parse);
        Some(Self {
            table,
            // 100 is Lambda's default.
            batch_size: properties["BatchSize"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(100),
            filters: filters.into_iter().flatten().map(pattern).collect::<Option<_>>()?,
            max_age: properties["MaximumRecordAgeInSeconds"].as_i64().filter(|seconds| *seconds > 0),
        })
    }

    /// Whether a record is passed to the function.
    pub fn takes(&self, record: &Value) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| filter.fits(record))
    }
}

/// The table of `!GetAtt AuditTable.StreamArn`, in either form of the function.
pub fn stream_of(get_att: &Value) -> Option<String> {
    let parts: Vec<&str> = match get_att {
        Value::String(text) => text.split('.').collect(),
        Value::Array(parts) => parts.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    match parts[..] {
        [table, "StreamArn"] => Some(table.to_owned()),
        _ => None,
    }
}

/// `rate(1 minute)`, `rate(12 hours)`.
pub fn rate(expression: &str) -> Option<Duration> {
    let (count, unit) = expression.strip_prefix("rate(")?.strip_suffix(')')?.split_once(' ')?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    let count: u64 = count.parse().ok().filter(|count| *count > 0)?;
    Some(Duration::from_secs(count.checked_mul(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_rates_are_supported() {
        assert_eq!(rate("rate(1 minute)"), Some(Duration::from_secs(60)));
        assert_eq!(rate("rate(12 hours)"), Some(Duration::from_secs(43_200)));
        for unknown in ["cron(0 4 * * ? *)", "rate(0 minutes)", "rate(1 fortnight)", ""] {
            assert_eq!(rate(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn both_forms_of_get_att_name_a_stream() {
        assert_eq!(stream_of(&json!("AuditTable.StreamArn")).as_deref(), Some("AuditTable"));
        assert_eq!(stream_of(&json!(["AuditTable", "StreamArn"])).as_deref(), Some("AuditTable"));
        assert_eq!(stream_of(&json!("AuditTable.Arn")), None);
    }
}
