//! Patterns of an event source's `FilterCriteria`. A record that matches no pattern is not passed to the function
//! (<https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html>).

use serde_json::{Map, Value};

/// A pattern. Only the forms that `template.yaml` uses are supported.
#[derive(Debug, PartialEq)]
pub enum Pattern {
    /// Each member must match.
    Members(Vec<(String, Pattern)>),
    /// One of these must hold.
    AnyOf(Vec<Test>),
}

/// A test of a value.
#[derive(Debug, PartialEq)]
pub enum Test {
    Equals(Value),
    /// The value exists and is none of these.
    AnythingBut(Vec<Value>),
    Exists(bool),
}

impl Pattern {
    /// Reads a pattern of the template. `None` for an unsupported form.
    pub fn parse(text: &str) -> Option<Self> {
        Self::read(&serde_json::from_str(text).ok()?)
    }

    fn read(pattern: &Value) -> Option<Self> {
        match pattern {
            Value::Object(members) => {
                let members = members.iter().map(|(name, pattern)| Some((name.clone(), Self::read(pattern)?)));
                members.collect::<Option<_>>().map(Self::Members)
            }
            Value::Array(tests) => tests.iter().map(Test::read).collect::<Option<_>>().map(Self::AnyOf),
            _ => None,
        }
    }

    /// Whether a record matches.
    pub fn fits(&self, record: &Value) -> bool {
        self.fits_member(Some(record))
    }

    fn fits_member(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Members(members) => {
                members.iter().all(|(name, pattern)| pattern.fits_member(value.and_then(|value| value.get(name))))
            }
            Self::AnyOf(tests) => tests.iter().any(|test| test.holds(value)),
        }
    }
}

impl Test {
    fn read(test: &Value) -> Option<Self> {
        let only = |members: &Map<String, Value>| {
            let (name, wanted) = members.iter().next().filter(|_| members.len() == 1)?;
            match (name.as_str(), wanted) {
                ("exists", Value::Bool(wanted)) => Some(Self::Exists(*wanted)),
                ("anything-but", Value::Array(others)) => Some(Self::AnythingBut(others.clone())),
                _ => None,
            }
        };
        match test {
            Value::Object(members) => only(members),
            Value::Array(_) => None,
            plain => Some(Self::Equals(plain.clone())),
        }
    }

    fn holds(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Equals(wanted) => value == Some(wanted),
            Self::AnythingBut(others) => value.is_some_and(|value| !others.contains(value)),
            Self::Exists(wanted) => value.is_some() == *wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_member_must_match_one_of_its_tests() {
        let pattern = Pattern::parse(r#"{"eventName":["MODIFY","REMOVE"],"dynamodb":{"NewImage":{"a":{"S":["x"]}}}}"#);
        let pattern = pattern.unwrap();
        let record = |name: &str, a: &str| json!({"eventName": name, "dynamodb": {"NewImage": {"a": {"S": a}}}});
        assert!(pattern.fits(&record("MODIFY", "x")) && pattern.fits(&record("REMOVE", "x")));
        assert!(!pattern.fits(&record("INSERT", "x")) && !pattern.fits(&record("MODIFY", "y")));
        assert!(!pattern.fits(&json!({"eventName": "MODIFY"})));
    }

    #[test]
    fn a_missing_value_matches_only_exists_false() {
        let missing = Pattern::parse(r#"{"userIdentity":{"principalId":[{"exists":false}]}}"#).unwrap();
        let other = Pattern::parse(r#"{"userIdentity":{"principalId":[{"anything-but":["ttl"]}]}}"#).unwrap();
        let by = |principal: &str| json!({"userIdentity": {"principalId": principal}});
        assert!(missing.fits(&json!({})) && !other.fits(&json!({})));
        assert!(!missing.fits(&by("ttl")) && !other.fits(&by("ttl")));
        assert!(!missing.fits(&by("eve")) && other.fits(&by("eve")));
    }

    #[test]
    fn an_unsupported_form_is_refused() {
        for unknown in ["", "[]x", r#"{"a":"x"}"#, r#"{"a":[{"prefix":"x"}]}"#, r#"{"a":[{"exists":true,"b":1}]}"#] {
            assert_eq!(Pattern::parse(unknown), None, "{unknown}");
        }
    }
}
