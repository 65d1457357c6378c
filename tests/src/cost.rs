//! The cost of requests to DynamoDB, in the units that AWS charges for.
//!
//! The embedded engine's `ConsumedCapacity` counts like AWS: it rounds each item, doubles the units of a transaction for the table but not for
//! its indexes, and charges an index only for changes in it
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>). It does not report the units of a write
//! whose condition did not hold, which AWS charges too; they are computed here.

use std::time::Instant;

use serde_json::Value;

/// The cost of an act.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Requests, including failed attempts.
    pub requests: usize,
    /// Round trips: the longest chain of requests of which each was sent after the answer to the one before.
    pub trips: usize,
    /// Read request units.
    pub reads: f64,
    /// Write request units.
    pub writes: f64,
}

impl std::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            trips: self.trips + other.trips,
            reads: self.reads + other.reads,
            writes: self.writes + other.writes,
        }
    }
}

/// Whether an operation is charged in read units.
pub fn reads(operation: &str) -> bool {
    matches!(operation, "GetItem" | "BatchGetItem" | "Query" | "Scan")
}

/// The units in the answer to a request with `ReturnConsumedCapacity: INDEXES`, by table (`readmit-audit`) and index
/// (`readmit-audit/by_type`). The answer to a cancelled transaction has none, although AWS charges for it.
pub(crate) fn units_of(operation: &str, answer: &Value) -> Vec<(String, f64)> {
    match &answer["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().flat_map(of_table).collect(),
        Value::Null if is_refused(answer) && !reads(operation) => {
            // The answer has the item if the request asked for it and it exists.
            vec![("refused".to_owned(), write_units(item_bytes(&answer["Item"])))]
        }
        table => of_table(table),
    }
}

fn is_refused(answer: &Value) -> bool {
    answer["__type"].as_str().is_some_and(|kind| kind.ends_with("#ConditionalCheckFailedException"))
}

fn of_table(consumed: &Value) -> Vec<(String, f64)> {
    let units = |consumed: &Value| consumed["CapacityUnits"].as_f64().unwrap_or_default();
    let table = consumed["TableName"].as_str().unwrap_or_default();
    let indexes = consumed["GlobalSecondaryIndexes"].as_object().into_iter().flatten();
    let of_indexes = indexes.map(|(index, consumed)| (format!("{table}/{index}"), units(consumed)));
    let of_all = std::iter::once((table.to_owned(), units(&consumed["Table"]))).chain(of_indexes);
    of_all.filter(|(_, units)| *units > 0.0).collect()
}

/// The units for writing, or failing to write, an item of so many bytes outside a transaction: one for each started KB.
pub fn write_units(bytes: usize) -> f64 {
    bytes.div_ceil(1_024).max(1) as f64
}

/// The size of an item in DynamoDB's JSON, by
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html>.
pub fn item_bytes(item: &Value) -> usize {
    item.as_object().into_iter().flatten().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else { return 0 };
    let elements = || value.as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().map_or(0, str::len);
    // About one byte for two digits, plus one.
    let number = |value: &Value| text(value).div_ceil(2) + 1;
    match kind.as_str() {
        "S" => text(value),
        // Base64 without padding.
        "B" => value.as_str().map_or(0, |text| text.trim_end_matches('=').len() * 3 / 4),
        "N" => number(value),
        "SS" => elements().map(text).sum(),
        "NS" => elements().map(number).sum(),
        "L" => 3 + elements().map(|value| value_bytes(value) + 1).sum::<usize>(),
        "M" => 3 + item_bytes(value) + value.as_object().map_or(0, serde_json::Map::len),
        _ => 1,
    }
}

/// The largest number of these spans that follow each other.
pub(crate) fn longest_chain(mut spans: Vec<(Instant, Instant)>) -> usize {
    spans.sort_by_key(|(_, ended)| *ended);
    let (mut chain, mut until) = (0, None);
    for (started, ended) in spans {
        if until.is_none_or(|until| started >= until) {
            chain += 1;
            until = Some(ended);
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_is_as_large_as_its_names_and_values() {
        assert_eq!(item_bytes(&json!({"login": {"S": "é@b.example"}, "tries": {"N": "12345"}})), 5 + 12 + 5 + 4);
        let nested = json!({"m": {"M": {"a": {"S": "bc"}, "d": {"BOOL": true}}}, "l": {"L": [{"S": "xyz"}]}});
        assert_eq!(item_bytes(&nested), 1 + 3 + (1 + 2 + 1) + (1 + 1 + 1) + 1 + 3 + (3 + 1));
        assert_eq!(item_bytes(&json!({"b": {"B": "AAECAw=="}, "s": {"SS": ["ab", "cde"]}})), 1 + 4 + 1 + 5);
        assert_eq!(item_bytes(&Value::Null), 0);
    }

    #[test]
    fn a_refused_write_costs_what_lies_there_and_one_at_least() {
        let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
        let refused = |item: Value| json!({"__type": kind, "Item": item});
        let taken = |units: f64| [("refused".to_owned(), units)];
        assert_eq!(units_of("UpdateItem", &refused(Value::Null)), taken(1.0));
        assert_eq!(units_of("UpdateItem", &refused(json!({"a": {"S": "x".repeat(1_023)}}))), taken(1.0));
        assert_eq!(units_of("UpdateItem", &refused(json!({"a": {"S": "x".repeat(1_024)}}))), taken(2.0));
    }

    #[test]
    fn a_chain_is_as_long_as_what_waited_for_each_other() {
        let start = Instant::now();
        let at = |from: u64, to: u64| (start + Duration::from_millis(from), start + Duration::from_millis(to));
        assert_eq!(longest_chain(vec![]), 0);
        assert_eq!(longest_chain(vec![at(0, 10), at(1, 12), at(2, 9)]), 1);
        assert_eq!(longest_chain(vec![at(0, 10), at(1, 30), at(11, 20)]), 2);
    }
}
