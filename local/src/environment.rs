//! The functions' environment variables. They have the same names as in a deployment; only the AWS endpoints are local.

use readmit::Environment;
use serde_json::Value;

use crate::template::Template;

/// The region of the local stack.
pub const REGION: &str = "eu-west-1";

/// The account of the local stack. It does not exist in AWS.
pub const ACCOUNT: &str = "000000000000";

/// The name of the local stack.
const STACK: &str = "readmit-local";

/// The sender of the mails.
const MAIL_FROM: &str = "no-reply@portal.example";

/// The configuration set of the mails.
const CONFIGURATION_SET: &str = "readmit-local";

/// The addresses of the local services.
pub struct Places<'a> {
    /// The URL of the API, without a slash at the end.
    pub api: &'a str,
    pub dynamodb: &'a str,
    pub ses: &'a str,
    pub secrets_manager: &'a str,
    /// One listener answers for S3 and for SQS.
    pub files_and_queues: &'a str,
}

/// The template has a variable for which the local stack has no value.
#[derive(Debug, thiserror::Error)]
#[error("template.yaml: the local stack knows no value for the variable {0}")]
pub struct UnknownVariable(String);

/// All variables of the template, and those that Lambda itself sets.
pub fn of_functions(template: &Template, places: &Places<'_>) -> Result<Environment, UnknownVariable> {
    let named = template.variables.iter().map(|(name, value)| {
        let value = resolve(template, places, value).ok_or_else(|| UnknownVariable(name.clone()))?;
        Ok((name.clone(), value))
    });
    let from_aws = [
        ("AWS_ENDPOINT_URL_DYNAMODB", places.dynamodb),
        ("AWS_ENDPOINT_URL_SESV2", places.ses),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", places.secrets_manager),
        ("AWS_ENDPOINT_URL_S3", places.files_and_queues),
        ("AWS_ENDPOINT_URL_SQS", places.files_and_queues),
    ];
    let from_aws = from_aws.map(|(name, value)| Ok((name.to_owned(), value.to_owned())));
    named.chain(from_aws).collect()
}

fn resolve(template: &Template, places: &Places<'_>, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        // HostPortal and PortalBackend are off in the local stack.
        Value::Object(choice) if choice.contains_key("Fn::If") => match choice["Fn::If"].as_array()?.as_slice() {
            [condition, _, otherwise] if condition == "HostsPortal" || condition == "HasBackend" => {
                resolve(template, places, otherwise)
            }
            _ => None,
        },
        Value::Object(reference) => match reference.get("Ref")?.as_str()? {
            "PortalUrl" => Some(places.api.to_owned()),
            "MailFrom" => Some(MAIL_FROM.to_owned()),
            "AWS::StackName" => Some(STACK.to_owned()),
            "ConfigurationSet" => Some(CONFIGURATION_SET.to_owned()),
            id => {
                let table = template.tables.iter().find(|table| table.logical_id == id).map(|table| table.name.clone());
                let secret = template.secrets.iter().find(|secret| secret.logical_id == id);
                let bucket =
                    template.buckets.iter().find(|bucket| bucket.logical_id == id).map(|bucket| bucket.name.clone());
                let queue = template.queues.iter().find(|queue| queue.logical_id == id);
                let queue = queue.map(|queue| format!("{}/{ACCOUNT}/{}", places.files_and_queues, queue.name));
                table
                    .or(bucket)
                    .or(queue)
                    .or_else(|| secret.map(|secret| secret_arn(&secret.name)))
                    .or_else(|| template.parameters.get(id)?.clone())
            }
        },
        _ => None,
    }
}

/// The ARN of the secret with this name.
pub fn secret_arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-local1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PLACES: Places<'_> = Places {
        api: "http://localhost:3000",
        dynamodb: "http://127.0.0.1:3001",
        ses: "http://127.0.0.1:3002",
        secrets_manager: "http://127.0.0.1:3002",
        files_and_queues: "http://127.0.0.1:3003",
    };

    #[test]
    fn every_variable_of_the_template_has_a_value() {
        let environment = of_functions(&Template::of_this_build().unwrap(), &PLACES).unwrap();
        assert_eq!(environment.get("READMIT_EMPLOYEES_TABLE"), Some("readmit-employees"));
        let arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:readmit-sessions-local1";
        assert_eq!(environment.get("READMIT_SESSIONS_SECRET_ID"), Some(arn));
        assert_eq!(environment.get("READMIT_PORTAL_URL"), Some("http://localhost:3000"));
        assert_eq!(environment.get("READMIT_SUPPORT_CONTACT"), Some("Technical Support"));
        assert_eq!(environment.get("READMIT_STACK"), Some("readmit-local"));
        assert_eq!(environment.get("READMIT_CONFIGURATION_SET"), Some("readmit-local"));
        assert_eq!(environment.get("READMIT_AUDIT_RETENTION_DAYS"), Some("0"));
        assert_eq!(environment.get("AWS_ENDPOINT_URL_SESV2"), Some("http://127.0.0.1:3002"));
        assert_eq!(environment.get("READMIT_IMPORT_BUCKET"), Some("readmit-import"));
        let queue = "http://127.0.0.1:3003/000000000000/readmit-import.fifo";
        assert_eq!(environment.get("READMIT_IMPORT_QUEUE_URL"), Some(queue));
        assert_eq!(environment.get("READMIT_EDGE_SECRET"), None);
        assert_eq!(environment.get("READMIT_BACKEND_SECRET"), None);
        assert_eq!(environment.get("READMIT_REQUIRE_EDGE"), Some("false"));
        assert_eq!(environment.get("PATH"), None);
    }

    #[test]
    fn a_variable_without_a_known_value_is_named() {
        let mut template = Template::of_this_build().unwrap();
        template.variables.insert("READMIT_QUEUE".to_owned(), json!({"Ref": "Queue"}));
        let error = of_functions(&template, &PLACES).err().unwrap();
        assert_eq!(error.to_string(), "template.yaml: the local stack knows no value for the variable READMIT_QUEUE");
    }
}
