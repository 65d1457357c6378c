//! The tables: backups, encryption and time to live. `stateful.rs` checks that they survive the deletion of the stack.

use serde_json::{Value, json};

use crate::document::{Faults, holds, misses, of_type};

/// The tables with a time to live, and its attribute.
const WITH_AN_END: [&str; 4] = ["ApprovalsTable", "AuditTable", "LimitsTable", "PasscodesTable"];

/// The capacity of a table and its indexes: CloudFormation requires it with `PROVISIONED` and refuses it with `PAY_PER_REQUEST`.
fn capacity() -> Value {
    let units = json!({"Ref": "ProvisionedUnits"});
    let held = json!({"ReadCapacityUnits": units, "WriteCapacityUnits": units});
    json!({"Fn::If": ["HoldsCapacityReady", held, {"Ref": "AWS::NoValue"}]})
}

fn faults(template: &Value) -> Faults {
    let mut faults = Faults::new();
    if template["Parameters"]["BillingMode"]["Default"] != "PAY_PER_REQUEST" {
        faults.push("unless told otherwise, requests are paid".to_owned());
    }
    let condition = json!({"Fn::Equals": [{"Ref": "BillingMode"}, "PROVISIONED"]});
    if template["Conditions"]["HoldsCapacityReady"] != condition {
        faults.push("HoldsCapacityReady is not what BillingMode says".to_owned());
    }
    for (id, table) in of_type(template, "AWS::DynamoDB::Table") {
        let properties = &table["Properties"];
        let expected_end = match WITH_AN_END.contains(&id) {
            true => json!({"AttributeName": "delete_after", "Enabled": true}),
            false => Value::Null,
        };
        let wanted = [
            (&properties["BillingMode"], json!({"Ref": "BillingMode"}), "billing mode"),
            (&properties["ProvisionedThroughput"], capacity(), "capacity"),
            (&properties["DeletionProtectionEnabled"], json!({"Ref": "DeletionProtection"}), "deletion protection"),
            (&properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], json!(true), "recovery"),
            (&properties["SSESpecification"]["SSEEnabled"], json!(true), "encryption"),
            (&properties["TimeToLiveSpecification"], expected_end, "time to live"),
        ];
        let wrong = wanted.into_iter().filter(|(value, expected, _)| *value != expected);
        faults.extend(wrong.map(|(value, _, what)| format!("{id}: its {what} is {value}")));
        let indexes = properties["GlobalSecondaryIndexes"].as_array().into_iter().flatten();
        let without = indexes.filter(|index| index["ProvisionedThroughput"] != capacity());
        faults.extend(without.map(|index| format!("{id}: the capacity of its index {}", index["IndexName"])));
    }
    faults
}

#[test]
fn every_table_is_protected_recoverable_and_encrypted() {
    holds(faults);
    let of = |table: &str, rest: &str| format!("/Resources/{table}/{rest}");
    for (member, what) in [
        ("Properties/DeletionProtectionEnabled", "deletion protection"),
        ("Properties/PointInTimeRecoverySpecification", "recovery"),
        ("Properties/SSESpecification", "encryption"),
    ] {
        misses(faults, &of("CredentialsTable", member), Value::Null, &format!("CredentialsTable: its {what}"));
    }
}

#[test]
fn items_end_by_themselves_where_that_is_designed_and_nowhere_else() {
    for table in WITH_AN_END {
        let pointer = format!("/Resources/{table}/Properties/TimeToLiveSpecification");
        misses(faults, &pointer, Value::Null, &format!("{table}: its time to live"));
    }
    let end = json!({"AttributeName": "delete_after", "Enabled": true});
    misses(
        faults,
        "/Resources/EmployeesTable/Properties/TimeToLiveSpecification",
        end,
        "EmployeesTable: its time to live",
    );
}

#[test]
fn capacity_is_held_ready_by_a_parameter_alone() {
    let tables = "/Resources/PasscodesTable/Properties";
    for (pointer, broken, fault) in [
        ("/Parameters/BillingMode/Default", json!("PROVISIONED"), "unless told otherwise, requests are paid"),
        ("/Conditions/HoldsCapacityReady", json!({"Fn::Equals": [1, 1]}), "HoldsCapacityReady is not what"),
        (&format!("{tables}/BillingMode"), json!("PROVISIONED"), "PasscodesTable: its billing mode"),
        (&format!("{tables}/ProvisionedThroughput"), Value::Null, "PasscodesTable: its capacity"),
        (
            &format!("{tables}/GlobalSecondaryIndexes/0/ProvisionedThroughput"),
            Value::Null,
            "PasscodesTable: the capacity of its index \"by_due\"",
        ),
    ] {
        misses(faults, pointer, broken, fault);
    }
}
