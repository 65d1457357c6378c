//! The JSON body of a request.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Problem;
use crate::json::{self, read_object};

/// A well-formed JSON body, or no body. Its fields are checked by [`Self::read`].
#[derive(Clone)]
pub struct JsonBody(Option<Value>);

impl JsonBody {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        json::parse(bytes).map(|value| Self(Some(value))).ok_or(Problem::MalformedJson)
    }

    /// The body as JSON, for an act that waits.
    pub fn to_text(&self) -> String {
        self.0.as_ref().map_or_else(|| "{}".to_owned(), Value::to_string)
    }

    /// The body of an act that has waited.
    pub fn of_text(text: &str) -> Result<Self, Problem> {
        Self::parse(text.as_bytes())
    }

    /// The body as `T`. No body counts as an empty object.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, Problem> {
        let value = self.0.unwrap_or_else(|| Value::Object(Map::new()));
        read_object(value).map_err(|error| Problem::InvalidRequest(vec![error]))
    }
}

/// A body or a query string that must have no fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::WRONG_TYPE;
    use proptest::prelude::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shape {
        email: String,
        #[serde(default)]
        count: u8,
    }

    fn read(text: &str) -> Result<Shape, Problem> {
        JsonBody::parse(text.as_bytes())?.read()
    }

    fn shape_error(text: &str) -> (String, String) {
        match read(text) {
            Err(Problem::InvalidRequest(errors)) => (errors[0].pointer.clone(), errors[0].detail.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_body_with_the_right_fields_is_read() {
        for count in ["2", "2.0", "2e0", "0.2e1"] {
            let text = format!(r#"{{"email":"a","count":{count}}}"#);
            assert_eq!(read(&text), Ok(Shape { email: "a".to_owned(), count: 2 }), "{count}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_malformed() {
        let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
        for text in [
            r#"{"email":"a","email":"b"}"#,
            "{",
            "nul",
            r#"{"email":"a"} x"#,
            r#""\ud800""#,
            &deep,
            "\u{feff}{}",
            r#"{"count":1e999}"#,
        ] {
            assert_eq!(read(text), Err(Problem::MalformedJson), "{text:.40}");
        }
        assert!(matches!(JsonBody::parse(b"\"\xff\""), Err(Problem::MalformedJson)));
        let sixteen = format!("{}{}", "[".repeat(16), "]".repeat(16));
        assert!(JsonBody::parse(sixteen.as_bytes()).is_ok());
        assert!(JsonBody::parse(format!("[{sixteen}]").as_bytes()).is_err());
    }

    #[test]
    fn an_error_names_the_wrong_field_and_quotes_no_value() {
        for (text, pointer, detail) in [
            ("{}", "/email", "is required"),
            (r#"{"email":["s3cret"]}"#, "/email", "has the wrong type or an unknown value"),
            (r#"{"email":"a","s3cret":1}"#, "", "has a field that is not known"),
        ] {
            assert_eq!(shape_error(text), (pointer.to_owned(), detail.to_owned()), "{text}");
        }
        for count in ["300", "2.5", "-2.0", "1e300"] {
            assert_eq!(shape_error(&format!(r#"{{"email":"a","count":{count}}}"#)).0, "/count", "{count}");
        }
        for text in ["[]", "[\"a\"]", "\"a\"", "7", "null"] {
            assert_eq!(shape_error(text), (String::new(), WRONG_TYPE.to_owned()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = JsonBody::parse(&bytes);
        }
    }
}
