//! The alarms: each describes its meaning and notifies the alarm topic, and docs/operating.md says what to do.

use std::fs;

use serde_json::{Value, json};

use crate::document::{Faults, holds, misses, of_type, root};

/// The document for operators.
const OPERATING: &str = "docs/operating.md";

/// The alarms, each with its logical id and its properties.
fn alarms(template: &Value) -> impl Iterator<Item = (&str, &Value)> {
    of_type(template, "AWS::CloudWatch::Alarm").map(|(id, alarm)| (id, &alarm["Properties"]))
}

fn heard(template: &Value) -> Faults {
    let to_the_topic = json!({"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]});
    let mut faults = Faults::new();
    for (id, alarm) in alarms(template) {
        let description = alarm["AlarmDescription"].as_str().unwrap_or_default();
        if !description.contains(OPERATING) || description.contains(". ") {
            faults.push(format!("{id} does not say in one sentence what it means, and where to read on"));
        }
        if alarm["AlarmActions"] != to_the_topic {
            faults.push(format!("{id} wakes nobody"));
        }
        if !["breaching", "notBreaching"].contains(&alarm["TreatMissingData"].as_str().unwrap_or_default()) {
            faults.push(format!("{id} does not say what silence means"));
        }
    }
    faults
}

fn explained(template: &Value) -> Faults {
    let operating = fs::read_to_string(root().join(OPERATING)).unwrap_or_else(|error| panic!("{OPERATING}: {error}"));
    let unknown = alarms(template).filter(|(id, _)| !operating.contains(&format!("`{id}`")));
    unknown.map(|(id, _)| format!("{OPERATING} does not name {id}")).collect()
}

#[test]
fn every_alarm_says_what_it_means_and_wakes_somebody() {
    holds(heard);
    let alarm = |member: &str| format!("/Resources/CleanupNotRunAlarm/Properties/{member}");
    misses(heard, &alarm("AlarmDescription"), json!("It rings."), "CleanupNotRunAlarm does not say in one sentence");
    misses(heard, &alarm("AlarmActions"), Value::Null, "CleanupNotRunAlarm wakes nobody");
    misses(heard, &alarm("TreatMissingData"), Value::Null, "CleanupNotRunAlarm does not say what silence means");
}

#[test]
fn the_operators_page_names_every_alarm() {
    holds(explained);
    let unheard = json!({"Type": "AWS::CloudWatch::Alarm"});
    misses(explained, "/Resources/UnheardAlarm", unheard, "does not name UnheardAlarm");
}
