//! The template's tables, as CreateTable requests.

use serde_json::{Map, Value, json};

/// A DynamoDB table.
pub struct Table {
    pub logical_id: String,
    /// The name in the local stack.
    pub name: String,
    /// The CreateTable request.
    pub definition: Value,
    /// The TimeToLiveSpecification of its UpdateTimeToLive request, if it has one.
    pub time_to_live: Option<Value>,
}

impl Table {
    pub fn new(logical_id: &str, name: String, properties: &Value) -> Self {
        // The local stack needs no provisioned capacity.
        let mut definition = Map::from_iter([
            ("TableName".to_owned(), json!(name)),
            ("BillingMode".to_owned(), json!("PAY_PER_REQUEST")),
        ]);
        for member in ["AttributeDefinitions", "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes"] {
            if let Some(value) = properties.get(member) {
                definition.insert(member.to_owned(), value.clone());
            }
        }
        let indexes = definition.get_mut("GlobalSecondaryIndexes").and_then(Value::as_array_mut);
        for index in indexes.into_iter().flatten().filter_map(Value::as_object_mut) {
            index.remove("ProvisionedThroughput");
        }
        if let Some(view) = properties.pointer("/StreamSpecification/StreamViewType") {
            // In CloudFormation the specification enables the stream; DynamoDB's API needs `StreamEnabled`.
            let stream = json!({"StreamEnabled": true, "StreamViewType": view});
            definition.insert("StreamSpecification".to_owned(), stream);
        }
        let time_to_live = properties.get("TimeToLiveSpecification").filter(|ttl| ttl["Enabled"] == true).cloned();
        Self { logical_id: logical_id.to_owned(), name, definition: Value::Object(definition), time_to_live }
    }
}
