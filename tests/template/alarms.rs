//! The alarms: each says what it means, and the operator's page says what to do.

use serde_json::{Value, json};

use crate::document::{Faults, holds, misses};

const OPERATING: &str = include_str!("../../docs/operating.md");

fn explained(template: &Value) -> Faults {
    let resources = template["Resources"].as_object().into_iter().flatten();
    let alarms = resources.filter(|(_, resource)| resource["Type"] == "AWS::CloudWatch::Alarm");
    let mut faults = Faults::new();
    for (id, alarm) in alarms {
        let description = alarm["Properties"]["AlarmDescription"].as_str().unwrap_or_default();
        if !description.contains("docs/operating.md") {
            faults.push(format!("{id} does not say where to read on"));
        }
        if !OPERATING.contains(&format!("`{id}`")) {
            faults.push(format!("docs/operating.md does not name {id}"));
        }
    }
    faults
}

#[test]
fn every_alarm_is_explained_to_whoever_is_woken() {
    holds(explained);
    let unknown =
        json!({"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmDescription": "See docs/operating.md."}});
    misses(
        explained,
        "/Resources/ApiServerErrorsAlarm/Properties/AlarmDescription",
        json!("It rings."),
        "where to read on",
    );
    misses(explained, "/Resources/Api", unknown, "docs/operating.md does not name Api");
}
