//! The tables: nothing in them is lost, read in the clear, or kept for ever by mistake. That they outlive the stack is
//! `stateful.rs`.

use serde_json::{Value, json};

use crate::document::{Faults, holds, misses, of_type};

/// The tables whose items end by themselves, all by one attribute.
const WITH_AN_END: [&str; 3] = ["AuditTable", "LimitsTable", "PasscodesTable"];

fn faults(template: &Value) -> Faults {
    let mut faults = Faults::new();
    for (id, table) in of_type(template, "AWS::DynamoDB::Table") {
        let properties = &table["Properties"];
        let expected_end = match WITH_AN_END.contains(&id) {
            true => json!({"AttributeName": "delete_after", "Enabled": true}),
            false => Value::Null,
        };
        let wanted = [
            (&properties["BillingMode"], json!("PAY_PER_REQUEST"), "billing mode"),
            (&properties["DeletionProtectionEnabled"], json!({"Ref": "DeletionProtection"}), "deletion protection"),
            (&properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], json!(true), "recovery"),
            (&properties["SSESpecification"]["SSEEnabled"], json!(true), "encryption"),
            (&properties["TimeToLiveSpecification"], expected_end, "time to live"),
        ];
        let wrong = wanted.into_iter().filter(|(value, expected, _)| *value != expected);
        faults.extend(wrong.map(|(value, _, what)| format!("{id}: its {what} is {value}")));
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
