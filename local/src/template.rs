//! The parts of `template.yaml` that the local stack needs: functions with their routes and schedules, tables, secrets, and the functions'
//! environment variables.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

mod cors;
mod filters;
mod storage;
mod table;
mod triggers;
pub mod yaml;

pub use cors::Cors;
pub use storage::{Bucket, Queue};
pub use table::Table;
pub use triggers::StreamTrigger;

/// The template of this build.
const SOURCE: &str = include_str!("../../template.yaml");

pub struct Template {
    pub functions: Vec<Function>,
    pub tables: Vec<Table>,
    pub secrets: Vec<Secret>,
    pub buckets: Vec<Bucket>,
    pub queues: Vec<Queue>,
    pub cors: Cors,
    /// The parameters and their defaults.
    pub parameters: BTreeMap<String, Option<String>>,
    /// The environment variables of the functions: text, or a reference like `{"Ref": "EmployeesTable"}`.
    pub variables: BTreeMap<String, Value>,
}

/// A Lambda function.
pub struct Function {
    /// The name in the template, `SignInFunction`.
    pub logical_id: String,
    /// The function's package, `sign-in`.
    pub package: String,
    /// The memory in MB.
    pub memory_mb: u64,
    pub routes: Vec<Route>,
    /// The interval of its schedule, if it has one.
    pub rate: Option<Duration>,
    /// The stream that it reads, if any.
    pub stream: Option<StreamTrigger>,
    /// The queue whose messages it takes, by its logical id.
    pub queue: Option<String>,
}

/// A route of the HTTP API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    pub method: String,
    /// The path with parameters such as `{employee_id}`.
    pub path: String,
}

/// A generated secret.
pub struct Secret {
    pub logical_id: String,
    /// The name in the local stack.
    pub name: String,
    /// The JSON object that gets the generated text.
    pub frame: Map<String, Value>,
    /// The member of `frame` for the generated text.
    pub key: String,
    /// The length of the generated text.
    pub length: usize,
}

/// The template has something that the local stack does not support.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: {0}")]
pub struct TemplateError(String);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default)]
    parameters: BTreeMap<String, Parameter>,
    #[serde(default)]
    globals: Value,
    resources: BTreeMap<String, Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    default: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    r#type: String,
    condition: Option<String>,
    #[serde(default)]
    metadata: Value,
    #[serde(default)]
    properties: Value,
}

impl Template {
    /// The template of this repository.
    pub fn of_this_build() -> Result<Self, TemplateError> {
        Self::parse(SOURCE)
    }

    fn parse(source: &str) -> Result<Self, TemplateError> {
        let document: Document =
            serde_json::from_value(yaml::to_json(source).map_err(TemplateError)?).map_err(|e| fault("", e))?;
        let of_type = |wanted: &'static str| document.resources.iter().filter(move |(_, r)| r.r#type == wanted);

        let functions: Vec<Function> = of_type("AWS::Serverless::Function")
            .map(|(id, r)| function(id, r, &document.globals))
            .collect::<Result<_, _>>()?;
        let tables = of_type("AWS::DynamoDB::Table")
            .map(|(id, r)| Table::new(id, local_name(id, "Table"), &r.properties))
            .collect();
        // Secrets with a condition belong to trusted proxies, which the local stack does not have.
        let secrets = of_type("AWS::SecretsManager::Secret").filter(|(_, r)| r.condition.is_none());
        let secrets = secrets.map(|(id, r)| secret(id, &r.properties)).collect::<Result<_, _>>()?;
        // The bucket with a condition has the portal's files, which the local stack serves itself.
        let buckets = of_type("AWS::S3::Bucket").filter(|(_, r)| r.condition.is_none());
        let buckets =
            buckets.map(|(id, _)| Bucket { logical_id: id.clone(), name: local_name(id, "Bucket") }).collect();
        let queues = of_type("AWS::SQS::Queue");
        let queues = queues.filter_map(|(id, r)| Queue::new(id, &local_name(id, "Queue"), &r.properties)).collect();
        let parameters = document.parameters.iter().map(|(n, p)| (n.clone(), p.default.as_ref().map(text))).collect();

        let mut variables = variables_of(&document.globals["Function"]);
        for (_, resource) in of_type("AWS::Serverless::Function") {
            variables.extend(variables_of(&resource.properties));
        }
        let cors = of_type("AWS::Serverless::HttpApi").find_map(|(_, api)| Cors::new(&api.properties));
        let cors = cors.ok_or_else(|| fault("Api", "has no CorsConfiguration that is known here"))?;
        Ok(Self { functions, tables, secrets, buckets, queues, cors, parameters, variables })
    }

    /// The package of the function that reads a table's stream, and the trigger.
    pub fn stream(&self) -> Option<(&str, &StreamTrigger)> {
        self.functions.iter().find_map(|function| Some((function.package.as_str(), function.stream.as_ref()?)))
    }

    /// The package of the function that takes the messages of a queue, and the queue.
    pub fn queue(&self) -> Option<(&str, &Queue)> {
        self.functions.iter().find_map(|function| {
            let wanted = function.queue.as_ref()?;
            let queue = self.queues.iter().find(|queue| queue.logical_id == *wanted)?;
            Some((function.package.as_str(), queue))
        })
    }

    /// The function with this logical id or package.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.logical_id == name || function.package == name)
    }
}

fn function(logical_id: &str, resource: &Resource, globals: &Value) -> Result<Function, TemplateError> {
    let package = resource.metadata.pointer("/BuildProperties/Binary").and_then(Value::as_str);
    let package = package.ok_or_else(|| fault(logical_id, "names no Metadata.BuildProperties.Binary"))?;
    // 128 is Lambda's default.
    let memory_mb = [&resource.properties, &globals["Function"]].into_iter().find_map(|all| all["MemorySize"].as_u64());
    let mut function = Function {
        logical_id: logical_id.to_owned(),
        package: package.to_owned(),
        memory_mb: memory_mb.unwrap_or(128),
        routes: Vec::new(),
        rate: None,
        stream: None,
        queue: None,
    };
    for event in resource.properties["Events"].as_object().into_iter().flat_map(Map::values) {
        let properties = &event["Properties"];
        match event["Type"].as_str().unwrap_or_default() {
            "HttpApi" => {
                let (Some(method), Some(path)) = (properties["Method"].as_str(), properties["Path"].as_str()) else {
                    return Err(fault(logical_id, "an HttpApi event wants Method and Path"));
                };
                function.routes.push(Route { method: method.to_ascii_uppercase(), path: path.to_owned() });
            }
            "ScheduleV2" => {
                let expression = properties["ScheduleExpression"].as_str().unwrap_or_default();
                let rate = triggers::rate(expression)
                    .ok_or_else(|| fault(logical_id, "only rate(…) schedules are known here"))?;
                function.rate = Some(rate);
            }
            "DynamoDB" => {
                let table = properties.pointer("/Stream/Fn::GetAtt").and_then(triggers::stream_of);
                let table = table.ok_or_else(|| fault(logical_id, "only the stream of a table here is known"))?;
                let trigger = StreamTrigger::new(local_name(&table, "Table"), properties);
                function.stream =
                    Some(trigger.ok_or_else(|| fault(logical_id, "has a filter that is not known here"))?);
            }
            "SQS" => function.queue = properties.pointer("/Queue/Fn::GetAtt").and_then(storage::queue_of),
            // Events of other services are sent by other modules.
            _ => {}
        }
    }
    Ok(function)
}

fn secret(logical_id: &str, properties: &Value) -> Result<Secret, TemplateError> {
    let generate = &properties["GenerateSecretString"];
    let frame = generate["SecretStringTemplate"].as_str().unwrap_or_default();
    let frame = serde_json::from_str(frame).map_err(|_| fault(logical_id, "SecretStringTemplate is no JSON object"))?;
    let key = generate["GenerateStringKey"].as_str().ok_or_else(|| fault(logical_id, "wants GenerateStringKey"))?;
    // 32 is Secrets Manager's default.
    let length = generate["PasswordLength"].as_u64().and_then(|length| usize::try_from(length).ok()).unwrap_or(32);
    let name = local_name(logical_id, "Secret");
    Ok(Secret { logical_id: logical_id.to_owned(), name, frame, key: key.to_owned(), length })
}

/// The local name of a resource: `EmployeesTable` becomes `readmit-employees`.
fn local_name(logical_id: &str, kind: &str) -> String {
    format!("readmit-{}", logical_id.strip_suffix(kind).unwrap_or(logical_id).to_ascii_lowercase())
}

fn variables_of(function: &Value) -> BTreeMap<String, Value> {
    let variables = function.pointer("/Environment/Variables").and_then(Value::as_object);
    variables.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A scalar as CloudFormation passes it.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn fault(place: &str, what: impl std::fmt::Display) -> TemplateError {
    TemplateError(if place.is_empty() { what.to_string() } else { format!("{place}: {what}") })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_template_of_this_build_is_read() {
        let template = Template::of_this_build().unwrap();
        let sign_in = template.function("SignInFunction").unwrap();
        assert_eq!((sign_in.package.as_str(), sign_in.memory_mb), ("sign-in", 1_769));
        assert!(sign_in.routes.contains(&Route { method: "POST".into(), path: "/v1/sessions".into() }));
        assert_eq!(template.function("cleanup-passcodes").unwrap().rate, Some(Duration::from_secs(60)));
        let import = template.function("import-employees").unwrap();
        assert!(import.routes.is_empty() && import.memory_mb == 512);
        assert_eq!(template.variables["READMIT_EMPLOYEES_TABLE"], json!({"Ref": "EmployeesTable"}));
        assert_eq!(template.parameters["BrandName"].as_deref(), Some("Partner Portal"));
        assert_eq!(template.parameters["PortalUrl"], None);
    }

    #[test]
    fn a_table_becomes_a_create_table_request() {
        let template = Template::of_this_build().unwrap();
        let passcodes = template.tables.iter().find(|table| table.logical_id == "PasscodesTable").unwrap();
        assert_eq!(passcodes.name, "readmit-passcodes");
        assert_eq!(passcodes.definition["TableName"], "readmit-passcodes");
        assert_eq!(passcodes.definition["BillingMode"], "PAY_PER_REQUEST");
        assert_eq!(passcodes.definition["GlobalSecondaryIndexes"][0]["IndexName"], "by_due");
        assert!(!passcodes.definition.to_string().contains("ProvisionedThroughput"));
        assert_eq!(passcodes.definition["KeySchema"][0]["KeyType"], "HASH");
        assert!(passcodes.definition.get("TimeToLiveSpecification").is_none());
        assert_eq!(passcodes.time_to_live, Some(json!({"AttributeName": "delete_after", "Enabled": true})));
    }

    #[test]
    fn the_secret_is_generated_as_the_template_says() {
        let secret = Template::of_this_build().unwrap().secrets.remove(0);
        assert_eq!((secret.name.as_str(), secret.key.as_str(), secret.length), ("readmit-authenticators", "1", 64));
        assert!(secret.frame.contains_key("signs_from"));
    }

    #[test]
    fn a_function_without_a_package_is_named() {
        let source = "Resources: { Lost: { Type: AWS::Serverless::Function, Properties: {} } }";
        let error = Template::parse(source).err().unwrap();
        assert_eq!(error.to_string(), "template.yaml: Lost: names no Metadata.BuildProperties.Binary");
    }
}
