//! JSON read strictly: a key twice, deep nesting and unknown fields are refused.

use std::fmt;

use serde::Serialize;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::Problem;

/// Objects and arrays within each other. The contract's bodies need two.
const MAX_DEPTH: usize = 16;
/// Up to here a double holds every integer (RFC 8259, section 6).
const EXACT_INTEGERS: f64 = 9_007_199_254_740_991.0;
const WRONG_TYPE: &str = "has the wrong type or an unknown value";

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The part of the body that is wrong, as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong with it, in words for the caller's developer.
    pub detail: String,
}

/// A body that is well-formed, or none. Its shape is checked when it is read.
#[derive(Clone)]
pub struct JsonBody(Option<Value>);

impl JsonBody {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.is_empty() {
            return Ok(Self(None));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Problem::MalformedJson)?;
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = Strict { depth: 0 }.deserialize(&mut deserializer).map_err(|_| Problem::MalformedJson)?;
        deserializer.end().map_err(|_| Problem::MalformedJson)?;
        Ok(Self(Some(value)))
    }

    /// The body as `T`; none is an empty object, which lacks whatever `T` requires.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, Problem> {
        let value = self.0.unwrap_or_else(|| Value::Object(Map::new()));
        read_object(value).map_err(|error| Problem::InvalidRequest(vec![error]))
    }
}

/// The body of a request, or the query string, that has no fields.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// An object as `T`, or what is wrong with it in words that repeat nothing of it.
pub fn read_object<T: DeserializeOwned>(value: Value) -> Result<T, FieldError> {
    // serde would take an array for a struct, field by field.
    if !value.is_object() {
        return Err(FieldError { pointer: String::new(), detail: WRONG_TYPE.to_owned() });
    }
    serde_path_to_error::deserialize(value).map_err(|error| field_error(&error))
}

/// Where and what, in words that repeat nothing of what was sent: serde's own texts quote values.
fn field_error(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let mut pointer = String::new();
    for segment in error.path() {
        match segment {
            serde_path_to_error::Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            serde_path_to_error::Segment::Map { key } => {
                pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1")))
            }
            _ => {}
        }
    }
    let text = error.inner().to_string();
    let detail = if let Some(field) = text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        pointer.push_str(&format!("/{field}"));
        "is required".to_owned()
    } else if text.starts_with("unknown field") {
        // The path ends in the unknown key itself, which is the client's text.
        pointer.truncate(pointer.rfind('/').unwrap_or(0));
        "has a field that is not known".to_owned()
    } else if ["invalid type", "invalid value", "invalid length", "unknown variant", "data did not match"]
        .iter()
        .any(|own| text.starts_with(own))
    {
        WRONG_TYPE.to_owned()
    } else {
        text
    };
    FieldError { pointer, detail }
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH { Err(E::custom("nested too deep")) } else { Ok(Self { depth: self.depth + 1 }) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        // JSON has one kind of number: `60.0` is `60`.
        if value.fract() == 0.0 && value.abs() <= EXACT_INTEGERS {
            return Ok(Value::Number((value as i64).into()));
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let array = std::iter::from_fn(|| elements.next_element_seed(inner).transpose());
        array.collect::<Result<_, _>>().map(Value::Array)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(inner)?;
            if object.insert(key, value).is_some() {
                return Err(de::Error::custom("a key twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn a_body_of_the_shape_is_read() {
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
    fn a_wrong_shape_says_where_and_repeats_nothing() {
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
