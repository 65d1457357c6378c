//! What pages of other origins may send and read, by the API's `CorsConfiguration`.

use serde_json::Value;

/// The lists as the values of headers, separated by commas.
#[derive(Clone)]
pub struct Cors {
    pub methods: String,
    pub headers: String,
    pub exposed: String,
    /// How many seconds a browser may remember this.
    pub max_age: String,
}

impl Cors {
    /// From the properties of an `AWS::Serverless::HttpApi`. None if a part is missing.
    pub fn new(properties: &Value) -> Option<Self> {
        let configuration = &properties["CorsConfiguration"];
        let list = |name: &str| {
            let items = configuration[name].as_array()?.iter().map(Value::as_str);
            Some(items.collect::<Option<Vec<_>>>()?.join(", "))
        };
        Some(Self {
            methods: list("AllowMethods")?,
            headers: list("AllowHeaders")?,
            exposed: list("ExposeHeaders")?,
            max_age: configuration["MaxAge"].as_u64()?.to_string(),
        })
    }
}
