//! Direct access to the tables, without the functions.

use serde_json::{Value, json};

use crate::World;

/// A record of the audit table's stream, as Lambda passes it, for the new row `image`.
pub fn stream_record(sequence_number: &str, image: Value) -> Value {
    json!({"eventID": "c4ca4238a0b923820dcc509a6f758491", "eventName": "INSERT", "eventVersion": "1.1",
        "eventSource": "aws:dynamodb", "awsRegion": "eu-central-1", "dynamodb": {
            "ApproximateCreationDateTime": 1_768_469_696.0, "Keys": {}, "SizeBytes": 612,
            "SequenceNumber": sequence_number, "NewImage": image, "StreamViewType": "NEW_IMAGE"}})
}

impl World {
    /// All items of a table (`employees`, `credentials`, `passcodes`, `audit`), as DynamoDB's JSON.
    pub async fn items(&self, table: &str) -> Vec<Value> {
        let answer = self.dynamodb("Scan", json!({"TableName": format!("readmit-{table}")})).await;
        answer["Items"].as_array().unwrap().clone()
    }

    /// All items of all tables, sorted, each after the name of its table.
    pub async fn tables(&self) -> Vec<String> {
        let mut items = Vec::new();
        for table in ["employees", "credentials", "passcodes", "audit"] {
            items.extend(self.items(table).await.iter().map(|item| format!("{table} {item}")));
        }
        items.sort();
        items
    }

    /// The number of the person's audit events of each of these types.
    pub async fn counts_in_trail<const N: usize>(&self, email: &str, events: [&str; N]) -> [usize; N] {
        let trail = self.trail_of(email).await;
        events.map(|event| trail.iter().filter(|one| *one == event).count())
    }

    /// The number of audit events of this type, for all companies.
    pub async fn events(&self, kind: &str) -> usize {
        self.items("audit").await.iter().filter(|event| event["event_type"]["S"] == kind).count()
    }

    /// The types of a person's audit events, oldest first.
    pub async fn trail_of(&self, email: &str) -> Vec<String> {
        let id = self.id(email);
        let mut events: Vec<(String, String)> = self
            .items("audit")
            .await
            .iter()
            .filter(|event| event["employee_id"]["S"] == id)
            .map(|event| {
                (
                    event["at"]["S"].to_string() + &event["event_id"]["S"].to_string(),
                    event["event_type"]["S"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        events.sort();
        events.into_iter().map(|(_, kind)| kind).collect()
    }

    /// Deletes the counts of refused redemptions, as if 15 minutes had passed.
    pub async fn forget_refusals(&self) {
        for row in self.items("limits").await {
            if row["subject"]["S"].as_str().unwrap().starts_with("refused redemptions") {
                let key = json!({"TableName": "readmit-limits", "Key": {"subject": row["subject"]}});
                self.dynamodb("DeleteItem", key).await;
            }
        }
    }

    /// A request to the embedded database, without the functions.
    pub async fn dynamodb(&self, operation: &str, body: Value) -> Value {
        self.dynamodb_at(self.stack.dynamodb(), operation, body).await
    }

    pub(crate) async fn dynamodb_at(&self, url: &str, operation: &str, body: Value) -> Value {
        let request = self
            .client
            .post(url)
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
            .header("x-amz-date", "20260101T000000Z")
            .body(body.to_string());
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }
}
