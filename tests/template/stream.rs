//! The stream of audit events: what reaches `notify`, how long failed records are tried again, and the alarms for altered events.

use readmit_local::template::Template;
use serde_json::{Value, json};

use crate::document::{Faults, holds, misses};

const SOURCE: &str = "/Resources/NotifyFunction/Properties/Events/Happened/Properties";

fn event(kind: &str) -> Value {
    json!({"eventName": "INSERT", "dynamodb": {"NewImage": {"event_type": {"S": kind}}}})
}

/// Whether a record passes the filter and starts an invocation.
fn reaches(record: &Value) -> bool {
    Template::of_this_build().unwrap().stream().unwrap().1.takes(record)
}

#[test]
fn only_events_that_somebody_is_told_of_reach_the_function() {
    let told = ["passcode.redeemed", "recovery.completed", "account.suspended", "backup_codes.renewed"];
    for kind in told.into_iter().chain(["passcode.disowned", "passcode.bounced", "passcode.complained"]) {
        assert!(reaches(&event(kind)), "{kind}");
    }
    assert!(reaches(&event("approval.requested")) && reaches(&event("approval.expired")));
    assert!(reaches(&event("employee.changed")) && reaches(&event("company.changed")));
    for kind in ["passcode.issued", "session.started", "employee.imported", "employee.erased"] {
        assert!(!reaches(&event(kind)), "{kind}");
    }
    for kind in ["employee.imported", "employee.added"] {
        let mut admin = event(kind);
        assert!(!reaches(&admin), "{kind}");
        admin["dynamodb"]["NewImage"]["detail"] = json!({"M": {"role": {"M": {"to": {"S": "security_admin"}}}}});
        assert!(reaches(&admin), "{kind} of a Security Admin");
    }
}

#[test]
fn a_changed_or_removed_event_reaches_the_function_unless_its_time_to_live_removed_it() {
    let by = |principal: &str| json!({"type": "Service", "principalId": principal});
    for name in ["MODIFY", "REMOVE"] {
        let mut record = json!({"eventName": name, "dynamodb": {"Keys": {}}});
        assert!(reaches(&record), "{name} by somebody who is not named");
        record["userIdentity"] = by("AIDAEXAMPLE");
        assert!(reaches(&record), "{name}");
        record["userIdentity"] = by("dynamodb.amazonaws.com");
        assert!(!reaches(&record), "{name} by the time to live");
    }
}

/// A failed record is tried again for a day, and then is put into a queue.
fn lasting(template: &Value) -> Faults {
    let source = template.pointer(SOURCE).unwrap_or(&Value::Null);
    let wanted = [
        ("/StartingPosition", json!("TRIM_HORIZON")),
        ("/FunctionResponseTypes", json!(["ReportBatchItemFailures"])),
        ("/BisectBatchOnFunctionError", json!(true)),
        // Only the age limits the attempts.
        ("/MaximumRetryAttempts", json!(-1)),
        // A stream keeps a record for a day.
        ("/MaximumRecordAgeInSeconds", json!(86_400)),
        ("/DestinationConfig/OnFailure/Destination", json!({"Fn::GetAtt": "NoticeDeadLetters.Arn"})),
    ];
    let wrong = wanted.into_iter().filter(|(pointer, expected)| source.pointer(pointer) != Some(expected));
    wrong.map(|(pointer, expected)| format!("{pointer} of the stream is not {expected}")).collect()
}

#[test]
fn a_notice_is_tried_again_for_a_day() {
    holds(lasting);
    misses(lasting, &format!("{SOURCE}/MaximumRetryAttempts"), json!(5), "/MaximumRetryAttempts of the stream");
    misses(lasting, &format!("{SOURCE}/MaximumRecordAgeInSeconds"), json!(3_600), "/MaximumRecordAgeInSeconds of the");
    misses(lasting, &format!("{SOURCE}/FunctionResponseTypes"), Value::Null, "/FunctionResponseTypes of the stream");
    misses(lasting, &format!("{SOURCE}/DestinationConfig"), Value::Null, "/DestinationConfig/OnFailure/Destination of");
}

/// Each alarm for altered audit events uses its own metric and rings within five minutes.
fn alarmed(template: &Value) -> Faults {
    let stack = json!([{"Name": "stack", "Value": {"Ref": "AWS::StackName"}}]);
    let notify = json!([{"Name": "FunctionName", "Value": {"Ref": "NotifyFunction"}}]);
    let mut faults = Faults::new();
    for (id, metric, dimensions, threshold) in [
        ("TrailAlteredAlarm", "trail_altered", &stack, 1),
        ("NoticesGivenUpAlarm", "notice_given_up", &stack, 1),
        ("NoticesLateAlarm", "IteratorAge", &notify, 900_000),
    ] {
        let alarm = &template["Resources"][id]["Properties"];
        let rings = alarm["MetricName"] == metric
            && alarm["Dimensions"] == *dimensions
            && alarm["Threshold"] == threshold
            && alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
            && alarm["Period"] == 300
            && alarm["EvaluationPeriods"] == 1;
        if !rings {
            faults.push(format!("{id} does not ring at {threshold} of {metric} in five minutes"));
        }
    }
    faults
}

#[test]
fn an_altered_trail_and_a_notice_that_is_late_or_given_up_ring_an_alarm() {
    holds(alarmed);
    for id in ["TrailAlteredAlarm", "NoticesGivenUpAlarm", "NoticesLateAlarm"] {
        misses(alarmed, &format!("/Resources/{id}"), Value::Null, &format!("{id} does not ring"));
    }
    misses(alarmed, "/Resources/TrailAlteredAlarm/Properties/Threshold", json!(2), "TrailAlteredAlarm does not ring");
}
