//! The parameters: each has a description, restricts its values, and belongs to a group.

use serde_json::{Value, json};

use crate::document::{Faults, holds, misses};

fn groups(template: &Value) -> Vec<&str> {
    let groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"].as_array().unwrap();
    groups.iter().flat_map(|group| group["Parameters"].as_array().unwrap()).map(|name| name.as_str().unwrap()).collect()
}

fn faults(template: &Value) -> Faults {
    let mut faults = Faults::new();
    let (parameters, grouped) = (template["Parameters"].as_object().unwrap(), groups(template));
    for (name, parameter) in parameters {
        if parameter["Description"].as_str().unwrap_or_default().is_empty() {
            faults.push(format!("{name} has no description"));
        }
        if !["AllowedPattern", "AllowedValues", "MinValue"].iter().any(|limit| parameter.get(limit).is_some()) {
            faults.push(format!("{name} takes anything"));
        }
        if parameter.get("AllowedPattern").is_some() && parameter.get("ConstraintDescription").is_none() {
            faults.push(format!("{name} does not say what it takes"));
        }
        if grouped.iter().filter(|grouped| *grouped == name).count() != 1 {
            faults.push(format!("{name} stands in no group, or in two"));
        }
    }
    let unknown = grouped.iter().filter(|name| !parameters.contains_key(**name));
    faults.extend(unknown.map(|name| format!("a group names {name}, which is no parameter")));
    faults
}

#[test]
fn every_parameter_is_described_constrained_and_grouped() {
    holds(faults);
    misses(faults, "/Parameters/MailFrom/Description", Value::Null, "MailFrom has no description");
    misses(faults, "/Parameters/DeploymentStrategy/AllowedValues", Value::Null, "DeploymentStrategy takes anything");
    misses(faults, "/Parameters/MailFrom/ConstraintDescription", Value::Null, "MailFrom does not say");
    misses(faults, "/Parameters/Unheard", json!({"Description": "Of nothing."}), "Unheard stands in no group");
    misses(faults, "/Parameters/BrandName", Value::Null, "a group names BrandName");
}
