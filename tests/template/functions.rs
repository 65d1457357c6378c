//! The functions: each is built, logged, published and rolled back in the same way.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::document::{Faults, functions, holds, misses, referred, setting};

/// The log group of a function, if the template has it with a retention.
fn log_group<'a>(template: &'a Value, function: &'a Value) -> Option<&'a str> {
    let id = referred(setting(template, function, "/LoggingConfig/LogGroup"))?;
    let group = &template["Resources"][id];
    let ends = group["Properties"]["RetentionInDays"] == json!({"Ref": "LogRetentionDays"});
    (group["Type"] == "AWS::Logs::LogGroup" && ends).then_some(id)
}

/// Whether a new version of the function is rolled back if an alarm on its errors rings.
fn goes_back(template: &Value, id: &str, function: &Value) -> bool {
    let alarms = setting(template, function, "/DeploymentPreference/Alarms").as_array();
    alarms.into_iter().flatten().filter_map(referred).any(|alarm| {
        let alarm = &template["Resources"][alarm]["Properties"];
        alarm["MetricName"] == "Errors"
            && alarm["Namespace"] == "AWS/Lambda"
            && alarm["Dimensions"][0]["Value"] == json!({"Ref": id})
            && alarm["Dimensions"][1]["Value"] == json!({"Fn::Sub": format!("${{{id}}}:live")})
    })
}

fn faults(template: &Value) -> Faults {
    let mut faults = Faults::new();
    let mut groups = BTreeMap::<&str, &str>::new();
    for (id, function) in functions(template) {
        let wanted = [
            ("/Runtime", json!("provided.al2023")),
            ("/Architectures", json!([{"Ref": "Architecture"}])),
            ("/AutoPublishAlias", json!("live")),
            ("/AutoPublishAliasAllProperties", json!(true)),
            ("/DeploymentPreference/Type", json!({"Ref": "DeploymentStrategy"})),
            // Traces cost money and have the same content as the log.
            ("/Tracing", Value::Null),
            ("/LoggingConfig/LogFormat", json!("JSON")),
        ];
        for (pointer, expected) in wanted {
            if *setting(template, function, pointer) != expected {
                faults.push(format!("{id}: its {pointer} is not {expected}"));
            }
        }
        match log_group(template, function) {
            None => faults.push(format!("{id} has no log group that ends what it holds")),
            Some(group) => {
                if let Some(other) = groups.insert(group, id) {
                    faults.push(format!("{id} logs where {other} does"));
                }
            }
        }
        if !goes_back(template, id, function) {
            faults.push(format!("{id} goes back on no alarm of its errors"));
        }
        if function["Metadata"]["BuildMethod"] != "rust-cargolambda" {
            faults.push(format!("{id} is not built by cargo"));
        }
    }
    faults
}

#[test]
fn every_function_is_logged_published_and_rolled_back_alike() {
    holds(faults);
    let sign_in = |rest: &str| format!("/Resources/SignInFunction/{rest}");
    let all = |rest: &str| format!("/Globals/Function/{rest}");
    misses(faults, &sign_in("Properties/LoggingConfig"), Value::Null, "SignInFunction has no log group");
    misses(
        faults,
        &sign_in("Properties/LoggingConfig/LogGroup"),
        json!({"Ref": "Reset2faLogs"}),
        "SignInFunction logs where",
    );
    misses(faults, "/Resources/SignInLogs/Properties/RetentionInDays", Value::Null, "SignInFunction has no log group");
    misses(faults, &all("AutoPublishAlias"), Value::Null, "SignInFunction: its /AutoPublishAlias is not");
    misses(faults, &sign_in("Properties/AutoPublishAlias"), json!("other"), "SignInFunction: its /AutoPublishAlias");
    misses(faults, &all("Tracing"), json!("Active"), "SignInFunction: its /Tracing");
    misses(faults, &sign_in("Properties/DeploymentPreference"), Value::Null, "SignInFunction goes back on no alarm");
    let others = json!([{"Ref": "Reset2faErrorsAlarm"}]);
    misses(faults, &sign_in("Properties/DeploymentPreference/Alarms"), others, "SignInFunction goes back on no alarm");
    misses(faults, &sign_in("Metadata"), Value::Null, "SignInFunction is not built by cargo");
}

/// Whether only SES's reports about passcode mails start the function for delivery reports.
fn faults_of_reports(template: &Value) -> Faults {
    let pattern =
        &template["Resources"]["TrackDeliveryFunction"]["Properties"]["Events"]["Reported"]["Properties"]["Pattern"];
    let tags = &pattern["detail"]["mail"]["tags"];
    let wanted = json!({"ses:configuration-set": [{"Ref": "ConfigurationSet"}], "kind": ["passcode"]});
    if *tags == wanted { Faults::new() } else { vec![format!("reports of {tags} are taken in")] }
}

#[test]
fn a_report_of_a_notice_starts_nothing() {
    holds(faults_of_reports);
    let tags = "/Resources/TrackDeliveryFunction/Properties/Events/Reported/Properties/Pattern/detail/mail/tags";
    misses(faults_of_reports, &format!("{tags}/kind"), Value::Null, "are taken in");
}
