//! Reads JSON strictly: repeated keys, deep nesting and unknown fields are refused.

use std::fmt;

use serde::Serialize;
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The deepest nesting of objects and arrays. The contract's bodies need two levels.
const MAX_DEPTH: usize = 16;
/// Up to here a double holds every integer (RFC 8259, section 6).
const EXACT_INTEGERS: f64 = 9_007_199_254_740_991.0;
pub(crate) const WRONG_TYPE: &str = "has the wrong type or an unknown value";

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The part of the body that is wrong, as a JSON Pointer (RFC 6901).
    pub pointer: String,
    /// What is wrong, as a text for the developer of the client.
    pub detail: String,
}

/// The value of a well-formed text.
pub(crate) fn parse(bytes: &[u8]) -> Option<Value> {
    let mut deserializer = serde_json::Deserializer::from_str(std::str::from_utf8(bytes).ok()?);
    let value = Strict { depth: 0 }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok().map(|()| value)
}

/// Reads an object as `T`. The error quotes nothing of it.
pub fn read_object<T: DeserializeOwned>(value: Value) -> Result<T, FieldError> {
    // serde also reads a struct from an array, field by field.
    if !value.is_object() {
        return Err(FieldError { pointer: String::new(), detail: WRONG_TYPE.to_owned() });
    }
    serde_path_to_error::deserialize(value).map_err(|error| field_error(&error))
}

/// The place and the fault, without any value that was sent. serde's own messages quote values.
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
        // The path ends with the unknown key, which is text of the client.
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
