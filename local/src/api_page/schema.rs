//! Schemas as text: the type of a value, its limits, and the fields of an object.

use serde_yaml_ng::Value;

use super::prose::{Paragraph, paragraphs};
use super::{items, members, text};

/// A named schema.
pub struct Schema {
    pub name: String,
    pub description: Vec<Paragraph>,
    /// The type, if the schema is not an object with fields.
    pub types: Vec<TypePart>,
    /// The schema whose fields it also has.
    pub base: Option<String>,
    pub fields: Vec<Field>,
}

/// A field of an object.
pub struct Field {
    pub name: String,
    pub is_required: bool,
    pub types: Vec<TypePart>,
    pub description: Vec<Paragraph>,
}

/// A part of a type: a text, or the name of another schema.
pub struct TypePart {
    pub text: String,
    pub is_schema: bool,
}

fn words(text: impl Into<String>) -> TypePart {
    TypePart { text: text.into(), is_schema: false }
}

/// The schemas of the components, in the order of the document.
pub fn schemas(components: &Value) -> Vec<Schema> {
    members(components).into_iter().map(|(name, value)| schema(name, value)).collect()
}

fn schema(name: String, value: &Value) -> Schema {
    let required: Vec<String> = items(&value["required"]).map(text).collect();
    let base = name_of(&value["allOf"][0]);
    let field = |(name, value): (String, &Value)| Field {
        is_required: base.is_some() || required.contains(&name),
        types: parts_of(value),
        description: paragraphs(&text(&value["description"])),
        name,
    };
    let fields: Vec<Field> = members(&value["properties"]).into_iter().map(field).collect();
    let types = if fields.is_empty() { parts_of(value) } else { Vec::new() };
    Schema { name, description: paragraphs(&text(&value["description"])), types, base, fields }
}

/// The name that a reference to a schema ends with.
fn name_of(value: &Value) -> Option<String> {
    value["$ref"].as_str()?.rsplit('/').next().map(str::to_owned)
}

/// The type of a schema's values.
pub fn parts_of(schema: &Value) -> Vec<TypePart> {
    if let Some(name) = name_of(schema) {
        return vec![TypePart { text: name, is_schema: true }];
    }
    let mut parts = Vec::new();
    for one in items(&schema["oneOf"]) {
        if !parts.is_empty() {
            parts.push(words(" or "));
        }
        parts.extend(parts_of(one));
    }
    if !parts.is_empty() {
        return parts;
    }
    let values: Vec<String> = items(&schema["enum"]).chain(schema.get("const")).map(written).collect();
    if !values.is_empty() {
        return vec![words(values.join(" | "))];
    }
    if schema["type"] == "array" {
        parts.push(words("list of "));
        parts.extend(parts_of(&schema["items"]));
    } else if schema["additionalProperties"].is_mapping() {
        parts.push(words("map of "));
        parts.extend(parts_of(&schema["additionalProperties"]));
    } else if schema["type"] == "object" {
        let fields: Vec<String> = members(&schema["properties"]).into_iter().map(|(name, _)| name).collect();
        parts.push(words(if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }));
    } else {
        let types: Vec<String> = match &schema["type"] {
            Value::Sequence(types) => types.iter().map(text).collect(),
            one => vec![text(one)],
        };
        parts.push(words(types.join(" or ")));
    }
    parts.extend(limits(schema).into_iter().map(|limit| words(format!(", {limit}"))));
    parts
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

fn limits(schema: &Value) -> Vec<String> {
    let span = |least: &str, most: &str, unit: &str| {
        let number = |name: &str| schema[name].as_u64();
        match (number(least), number(most)) {
            (Some(least), Some(most)) if least == most => Some(format!("{least}{unit}")),
            (Some(least), Some(most)) => Some(format!("{least}–{most}{unit}")),
            (Some(least), None) => Some(format!("{least}{unit} at least")),
            (None, Some(most)) => Some(format!("{most}{unit} at most")),
            (None, None) => None,
        }
    };
    let stated = |name: &str, word: &str| schema.get(name).map(|value| format!("{word} {}", written(value)));
    [
        span("minLength", "maxLength", " characters"),
        span("minItems", "maxItems", " items"),
        span("minimum", "maximum", ""),
        stated("format", "format"),
        stated("pattern", "pattern"),
        stated("default", "default"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(schema: &str) -> String {
        let parts = parts_of(&serde_yaml_ng::from_str(schema).unwrap());
        parts.iter().map(|part| part.text.as_str()).collect()
    }

    #[test]
    fn schemas_become_text() {
        for (schema, expected) in [
            ("{ type: string, minLength: 1, maxLength: 100 }", "string, 1–100 characters"),
            (
                "{ type: [integer, 'null'], minimum: 10, maximum: 1440, default: 60 }",
                "integer or null, 10–1440, default 60",
            ),
            ("{ type: array, minItems: 10, maxItems: 10, items: { type: string } }", "list of string, 10 items"),
            ("{ oneOf: [{ $ref: '#/components/schemas/Time' }, { type: 'null' }] }", "Time or null"),
            ("{ type: string, enum: [a, b] }", "a | b"),
            ("{ type: integer, const: 900 }", "900"),
            ("{ type: object, additionalProperties: false }", "{}"),
            ("{ type: object, additionalProperties: { type: string } }", "map of string"),
        ] {
            assert_eq!(said(schema), expected);
        }
    }
}
