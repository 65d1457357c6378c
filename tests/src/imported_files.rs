//! Files in the bucket of imports, and the reports about them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::World;

impl World {
    /// Uploads a file like an operator. Returns the `object` of an import.
    pub async fn upload(&self, key: &str, contents: impl Into<reqwest::Body>) -> Value {
        let url = format!("{}/readmit-import/{key}", self.stack.files_and_queues().address());
        let answer = self.client.request(Method::PUT, url).body(contents).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        json!({"key": key, "version_id": answer.headers()["x-amz-version-id"].to_str().unwrap()})
    }

    /// An import of a file into Northwind.
    pub fn northwind_file(&self, object: Value) -> Value {
        json!({"company": {"company_id": self.companies["Northwind Partners"]}, "object": object})
    }

    /// The reports about an import, in the order of the pieces.
    pub fn reports(&self, import_id: &str) -> Vec<Value> {
        let objects = self.stack.files_and_queues().objects().newest().into_iter();
        let of_import = objects.filter(|(key, _)| key.starts_with(&format!("reports/{import_id}/")));
        of_import.map(|(_, text)| serde_json::from_slice(&text).unwrap()).collect()
    }
}
