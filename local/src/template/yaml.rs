//! A template's YAML as JSON, with CloudFormation's short forms (`!Ref Name`) in their long form (`{"Ref": "Name"}`).

use serde_json::{Map, Value, json};
use serde_yaml_ng as yaml;

/// The template as JSON, or the error in its YAML.
pub fn to_json(source: &str) -> Result<Value, String> {
    let document: yaml::Value = yaml::from_str(source).map_err(|error| error.to_string())?;
    json(document)
}

fn json(value: yaml::Value) -> Result<Value, String> {
    Ok(match value {
        yaml::Value::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = match tag.trim_start_matches('!') {
                plain @ ("Ref" | "Condition") => plain.to_owned(),
                function => format!("Fn::{function}"),
            };
            Value::Object(Map::from_iter([(name, json(tagged.value)?)]))
        }
        yaml::Value::Mapping(mapping) => {
            let members = mapping.into_iter().map(|(key, value)| match key {
                yaml::Value::String(key) => Ok((key, json(value)?)),
                other => Err(format!("{other:?} is no name of a member")),
            });
            Value::Object(members.collect::<Result<_, _>>()?)
        }
        yaml::Value::Sequence(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        plain => json!(plain),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms_are_written_out() {
        let value = to_json("A: !Ref B\nC: [!Sub 'x${D}', 1, true, null]\nE: !GetAtt F.Arn").unwrap();
        assert_eq!(
            value,
            json!({"A": {"Ref": "B"}, "C": [{"Fn::Sub": "x${D}"}, 1, true, null], "E": {"Fn::GetAtt": "F.Arn"}})
        );
    }
}
