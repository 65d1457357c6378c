//! Imports of files: the bucket keeps a file for a day and lets nobody in, and a piece that fails is tried again and then put aside.

use serde_json::{Value, json};

use crate::document::{Faults, holds, misses};

fn wrong(template: &Value, place: &str, wanted: &[(&str, Value)]) -> Faults {
    let properties = template.pointer(place).unwrap_or(&Value::Null);
    let wrong = wanted.iter().filter(|(pointer, expected)| properties.pointer(pointer) != Some(expected));
    wrong.map(|(pointer, _)| format!("{place}{pointer} is another")).collect()
}

fn bucket(template: &Value) -> Faults {
    let day = json!([
        {"Id": "a-day", "Status": "Enabled", "ExpirationInDays": 1, "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}},
        {"Id": "markers", "Status": "Enabled", "ExpiredObjectDeleteMarker": true},
    ]);
    let encryption = "/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/SSEAlgorithm";
    let wanted = [
        (encryption, json!("aws:kms")),
        ("/VersioningConfiguration/Status", json!("Enabled")),
        ("/LifecycleConfiguration/Rules", day),
    ];
    let mut faults = wrong(template, "/Resources/ImportBucket/Properties", &wanted);
    let statement = [
        ("/Effect", json!("Deny")),
        ("/Action", json!("s3:*")),
        ("/Principal", json!("*")),
        ("/Condition", json!({"Bool": {"aws:SecureTransport": "false"}})),
    ];
    let policy = "/Resources/ImportBucketPolicy/Properties/PolicyDocument/Statement";
    faults.extend(wrong(template, &format!("{policy}/0"), &statement));
    if template.pointer(policy).and_then(Value::as_array).is_none_or(|statements| statements.len() != 1) {
        faults.push("the bucket of imports allows something to somebody".to_owned());
    }
    faults
}

fn queue(template: &Value) -> Faults {
    let dead_letters = json!({"deadLetterTargetArn": {"Fn::GetAtt": "ImportDeadLetters.Arn"}, "maxReceiveCount": 5});
    let wanted =
        [("/FifoQueue", json!(true)), ("/RedrivePolicy", dead_letters), ("/SqsManagedSseEnabled", json!(true))];
    let mut faults = wrong(template, "/Resources/ImportQueue/Properties", &wanted);
    let source = "/Resources/ImportEmployeesFunction/Properties/Events/Piece/Properties";
    faults.extend(wrong(template, source, &[("/BatchSize", json!(1))]));
    let seconds = |place: &str| template.pointer(place).and_then(Value::as_u64);
    let hidden = seconds("/Resources/ImportQueue/Properties/VisibilityTimeout");
    if hidden <= seconds("/Resources/ImportEmployeesFunction/Properties/Timeout") {
        faults.push("a piece comes again while it is being imported".to_owned());
    }
    faults
}

#[test]
fn a_file_lives_for_a_day_and_is_read_by_nobody_else() {
    holds(bucket);
    let of_bucket = |member: &str| format!("/Resources/ImportBucket/Properties/{member}");
    misses(bucket, &of_bucket("BucketEncryption"), Value::Null, "SSEAlgorithm is another");
    misses(bucket, &of_bucket("LifecycleConfiguration/Rules/0/ExpirationInDays"), json!(30), "Rules is another");
    misses(bucket, &of_bucket("VersioningConfiguration/Status"), json!("Suspended"), "Status is another");
    let statements = "/Resources/ImportBucketPolicy/Properties/PolicyDocument/Statement";
    let open = json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]);
    misses(bucket, statements, open, "Condition is another");
    misses(bucket, statements, json!([]), "allows something to somebody");
}

#[test]
fn a_piece_that_fails_comes_again_and_then_is_put_aside() {
    holds(queue);
    let of_queue = |member: &str| format!("/Resources/ImportQueue/Properties/{member}");
    misses(queue, &of_queue("RedrivePolicy"), Value::Null, "RedrivePolicy is another");
    misses(queue, &of_queue("VisibilityTimeout"), json!(900), "comes again while it is being imported");
}
