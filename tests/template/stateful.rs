//! Resources with state survive a changed parameter and the deletion of the stack. A failed first creation leaves none of them
//! behind. The remaining resources do not prevent a new stack with the same name.

use serde_json::{Value, json};

use crate::document::{Faults, SOURCE, holds, misses, root, texts};

/// The types of resources with state that cannot be created again. A new type must be added here or to `WITHOUT_STATE`.
const WITH_STATE: [&str; 7] = [
    "AWS::DynamoDB::Table",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SES::ConfigurationSet",
    // A new identity has other DKIM keys, and cannot send before their records are in DNS.
    "AWS::SES::EmailIdentity",
    "AWS::SQS::Queue",
    "AWS::SecretsManager::Secret",
];

/// The types of resources that the template can create again without loss.
const WITHOUT_STATE: [&str; 19] = [
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::ResponseHeadersPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::IAM::ManagedPolicy",
    "AWS::Lambda::Permission",
    "AWS::Logs::MetricFilter",
    "AWS::Route53::RecordSet",
    "AWS::S3::BucketPolicy",
    "AWS::SES::ConfigurationSetEventDestination",
    "AWS::SQS::QueuePolicy",
    "AWS::SecretsManager::RotationSchedule",
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
];

/// The secrets that are deleted: the stack creates new ones for both users, and a replaced one must not stay valid.
const REPLACEABLE: [&str; 2] = ["BackendSecret", "EdgeSecret"];

/// The properties with names that only one stack at a time can use. An SES identity's name is the domain itself:
/// `CreateSenderIdentity=false` is how the next stack takes it over.
const NAMES: [&str; 6] = ["TableName", "LogGroupName", "BucketName", "QueueName", "TopicName", "Name"];

fn retention(template: &Value) -> Faults {
    let mut faults = Faults::new();
    for (id, resource) in template["Resources"].as_object().unwrap() {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let wanted = match (WITH_STATE.contains(&kind), REPLACEABLE.contains(&id.as_str())) {
            (true, false) => [json!("RetainExceptOnCreate"), json!("Retain")],
            (true, true) => [json!("Delete"), json!("Delete")],
            (false, _) => [Value::Null, Value::Null],
        };
        for (policy, expected) in ["DeletionPolicy", "UpdateReplacePolicy"].into_iter().zip(wanted) {
            if resource[policy] != expected {
                faults.push(format!("{id}: its {policy} is {}, not {expected}", resource[policy]));
            }
        }
        if !WITH_STATE.contains(&kind) && !WITHOUT_STATE.contains(&kind) {
            faults.push(format!("{id}: nobody has said whether {kind} holds state"));
        }
    }
    faults
}

fn names(template: &Value) -> Faults {
    let mut faults = Faults::new();
    for (id, resource) in template["Resources"].as_object().unwrap() {
        if !WITH_STATE.contains(&resource["Type"].as_str().unwrap_or_default()) {
            continue;
        }
        let fixed = NAMES.iter().map(|name| &resource["Properties"][name]).filter(|name| !name.is_null());
        let fixed = fixed.filter(|name| !texts(name).contains(&"AWS::StackId"));
        faults.extend(
            fixed.map(|name| format!("{id}: the next stack cannot be called the same, for it has the name {name}")),
        );
    }
    faults
}

/// The texts that are account ids: exactly twelve digits.
fn accounts(text: &str) -> Faults {
    let numbers = text.split(|c: char| !c.is_ascii_alphanumeric());
    let accounts = numbers.filter(|word| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_digit()));
    accounts.map(|number| format!("{number} is an account's number")).collect()
}

#[test]
fn state_outlives_the_stack_but_not_a_first_creation_that_fails() {
    holds(retention);
    let of = |id: &str, member: &str| format!("/Resources/{id}/{member}");
    for id in
        ["SenderEmailIdentity", "ConfigurationSet", "CredentialsTable", "SessionsSecret", "PortalBucket", "NotifyLogs"]
    {
        misses(retention, &of(id, "DeletionPolicy"), Value::Null, &format!("{id}: its DeletionPolicy is null"));
        misses(
            retention,
            &of(id, "DeletionPolicy"),
            json!("Retain"),
            &format!("{id}: its DeletionPolicy is \"Retain\""),
        );
        misses(retention, &of(id, "UpdateReplacePolicy"), json!("Delete"), &format!("{id}: its UpdateReplacePolicy"));
    }
    misses(retention, &of("EdgeSecret", "DeletionPolicy"), json!("Retain"), "EdgeSecret: its DeletionPolicy");
    misses(retention, "/Resources/News", json!({"Type": "AWS::SNS::Topic"}), "whether AWS::SNS::Topic holds state");
}

#[test]
fn what_is_retained_does_not_stop_the_next_stack_of_the_same_name() {
    holds(names);
    let group = json!({"Fn::Sub": "/aws/lambda/${AWS::StackName}/notify"});
    misses(names, "/Resources/NotifyLogs/Properties/LogGroupName", group, "NotifyLogs: the next stack");
    misses(names, "/Resources/AuditTable/Properties/TableName", json!("audit"), "AuditTable: the next stack");
}

#[test]
fn no_default_names_an_account() {
    let samconfig = std::fs::read_to_string(root().join("samconfig.toml")).unwrap();
    assert_eq!((accounts(SOURCE), accounts(&samconfig)), (Faults::new(), Faults::new()));
    assert_eq!(accounts("arn:aws:sns:eu-west-1:111122223333:operators"), ["111122223333 is an account's number"]);
}
