//! The template's IAM policies, applied like in AWS: what each function may call, and what it has called.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use readmit_local::template::Template;
use readmit_local::template::yaml::to_json;
use serde_json::{Value, json};

const SOURCE: &str = include_str!("../../template.yaml");

/// A permission that a call needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// `dynamodb:UpdateItem`.
    pub action: String,
    /// The resource, with its name in the template: `EmployeesTable`, `EmployeesTable/index/by_name`.
    pub resource: String,
    /// The attributes that the call names, if a policy restricts them.
    pub attributes: BTreeSet<String>,
    /// The partition key of the item, if there is one.
    pub leading_key: Option<String>,
    /// Whether the call reads all attributes.
    pub reads_all: bool,
    /// Whether the call is part of a transaction.
    pub in_transaction: bool,
}

/// The permissions of one statement.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The actions, as in the template.
    pub actions: BTreeSet<String>,
    /// The resources, with their names in the template.
    pub resources: BTreeSet<String>,
    /// The allowed attributes, if they are restricted. `*` at the end matches any ending.
    pub attributes: Option<Vec<String>>,
    /// The allowed partition keys, if they are restricted. `*` at the end matches any ending.
    pub leading_keys: Option<Vec<String>>,
    /// Whether a read must name its attributes.
    pub only_specific: bool,
    /// Whether the action is allowed only in a transaction.
    pub in_transaction: bool,
}

impl Permission {
    /// Whether it allows `need`.
    pub fn allows(&self, need: &Need) -> bool {
        self.actions.contains(&need.action)
            && self.resources.contains(&need.resource)
            && (!self.in_transaction || need.in_transaction)
            && (!self.only_specific || !need.reads_all)
            && self.leading_keys.as_ref().is_none_or(|allowed| {
                need.leading_key.iter().all(|key| allowed.iter().any(|pattern| fits(pattern, key)))
            })
            && self.attributes.as_ref().is_none_or(|allowed| {
                need.attributes.iter().all(|named| allowed.iter().any(|pattern| fits(pattern, named)))
            })
    }
}

/// Whether a name matches a pattern, which may end with `*`.
pub fn fits(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |start| name.starts_with(start))
}

/// The permissions of every function, by package.
pub fn permissions() -> BTreeMap<String, Vec<Permission>> {
    let template = to_json(SOURCE).unwrap();
    let resources = template["Resources"].as_object().unwrap();
    let functions = resources.values().filter(|resource| resource["Type"] == "AWS::Serverless::Function");
    functions
        .map(|function| {
            let package = function["Metadata"]["BuildProperties"]["Binary"].as_str().unwrap().to_owned();
            let policies = function["Properties"]["Policies"].as_array().unwrap().iter();
            let statements = policies.flat_map(|policy| {
                let document = policy["Ref"].as_str().map(|id| &resources[id]["Properties"]["PolicyDocument"]);
                document.unwrap_or(policy)["Statement"].as_array().unwrap()
            });
            (package, statements.map(permission).collect())
        })
        .collect()
}

fn permission(statement: &Value) -> Permission {
    assert_eq!(statement["Effect"], "Allow");
    let condition = &statement["Condition"];
    let attributes = ["/ForAllValues:StringLike", "/ForAllValues:StringEquals"]
        .iter()
        .find_map(|operator| condition.pointer(&format!("{operator}/dynamodb:Attributes")))
        .map(texts);
    let select = condition.pointer("/StringEquals/dynamodb:Select");
    let only_specific = select.is_some_and(|select| select == "SPECIFIC_ATTRIBUTES");
    let leading_keys = ["/ForAllValues:StringLike", "/ForAllValues:StringEquals"]
        .iter()
        .find_map(|operator| condition.pointer(&format!("{operator}/dynamodb:LeadingKeys")))
        .map(texts);
    let in_transaction = condition
        .pointer("/ForAnyValue:StringEquals/dynamodb:EnclosingOperation")
        .is_some_and(|operation| operation == "TransactWriteItems");
    let is_sender = condition.pointer("/StringEquals/ses:FromAddress").is_some();
    let is_known = attributes.is_some() || leading_keys.is_some() || in_transaction || is_sender;
    assert!(condition.is_null() || is_known, "an unknown {condition}");
    let resources = match &statement["Resource"] {
        Value::Array(several) => several.iter().map(name_of).collect(),
        one => BTreeSet::from([name_of(one)]),
    };
    let actions = texts(&statement["Action"]).into_iter().collect();
    Permission { actions, resources, attributes, leading_keys, only_specific, in_transaction }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        several => several.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect(),
    }
}

/// The name of a resource in `!GetAtt EmployeesTable.Arn`, `!Sub ${EmployeesTable.Arn}/index/by_name` or `!Ref CursorsSecret`. Other values
/// stay as they are.
fn name_of(resource: &Value) -> String {
    let text = resource["Fn::GetAtt"].as_str().or(resource["Ref"].as_str()).or(resource["Fn::Sub"].as_str());
    match text {
        Some(text) if text.contains(":ses:") => "ses".to_owned(),
        Some(text) => text.replace("${", "").replace('}', "").replace(".Arn", ""),
        None if resource == "*" => "*".to_owned(),
        None if resource.to_string().contains(":ses:") => "ses".to_owned(),
        None => panic!("an unknown resource: {resource}"),
    }
}

/// The permissions that a request of a function needs. `target` is its `X-Amz-Target`, empty for SES and S3.
pub(crate) fn needs(request: &Parts, target: &str, body: &[u8]) -> Vec<Need> {
    if let Some(key) = request.uri.path().strip_prefix("/readmit-import/") {
        return of_file(request, key);
    }
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    match target.split_once('.') {
        None => vec![plain("ses:SendEmail", "ses")],
        Some(("AmazonSQS", operation)) => vec![plain(&format!("sqs:{operation}"), "ImportQueue")],
        Some(("secretsmanager", "BatchGetSecretValue")) => {
            let several = request["SecretIdList"].as_array().unwrap().iter();
            let each = several.map(|id| plain("secretsmanager:GetSecretValue", &secret_of(id)));
            each.chain([plain("secretsmanager:BatchGetSecretValue", "*")]).collect()
        }
        Some(("secretsmanager", operation)) => {
            vec![plain(&format!("secretsmanager:{operation}"), &secret_of(&request["SecretId"]))]
        }
        Some((_, "TransactWriteItems")) => request["TransactItems"].as_array().unwrap().iter().map(part).collect(),
        Some((_, operation @ "BatchGetItem")) => {
            let tables = request["RequestItems"].as_object().unwrap().iter();
            let needs = |(table, wanted): (&String, &Value)| -> Vec<Need> {
                let key = wanted["Keys"][0].as_object().into_iter().flat_map(|key| key.keys().cloned());
                let reads_all = wanted["ProjectionExpression"].is_null();
                let attributes = key.chain(projected(wanted)).collect();
                let table = table_of(table);
                let need = Need { attributes, reads_all, ..plain(&format!("dynamodb:{operation}"), &table) };
                let keys = wanted["Keys"].as_array().unwrap().iter();
                let subject = |key: &Value| leading_key(&table, &json!({"Key": key}));
                keys.map(|key| Need { leading_key: subject(key), ..need.clone() }).collect()
            };
            tables.flat_map(needs).collect::<BTreeSet<_>>().into_iter().collect()
        }
        Some((_, operation @ "BatchWriteItem")) => {
            let tables = request["RequestItems"].as_object().unwrap().keys();
            tables.map(|table| plain(&format!("dynamodb:{operation}"), &table_of(table))).collect()
        }
        Some((_, operation)) => {
            let mut resource = table_of(request["TableName"].as_str().unwrap());
            if let Some(index) = request["IndexName"].as_str() {
                resource = format!("{resource}/index/{index}");
            }
            let leading_key = leading_key(&resource, &request);
            let need = plain(&format!("dynamodb:{operation}"), &resource);
            vec![Need { attributes: attributes(&request), leading_key, ..need }]
        }
    }
}

/// The permissions for a request to the bucket of imports. Without `s3:ListBucket` S3 answers 403 if there is no such file.
fn of_file(request: &Parts, key: &str) -> Vec<Need> {
    let folder = key.split('/').next().unwrap();
    let action = match (request.method.as_str(), request.uri.query()) {
        ("PUT", _) => "s3:PutObject",
        (_, Some(_)) => "s3:GetObjectVersion",
        (_, None) => "s3:GetObject",
    };
    vec![plain(action, &format!("ImportBucket/{folder}/*")), plain("s3:ListBucket", "ImportBucket")]
}

fn plain(action: &str, resource: &str) -> Need {
    let (action, resource) = (action.to_owned(), resource.to_owned());
    Need { action, resource, attributes: BTreeSet::new(), leading_key: None, reads_all: false, in_transaction: false }
}

/// The attributes of a read, if it does not read all.
fn projected(request: &Value) -> impl Iterator<Item = String> {
    let placeholders = request["ProjectionExpression"].as_str().unwrap_or_default().split(", ");
    let name = |placeholder: &str| request["ExpressionAttributeNames"][placeholder].as_str().map(str::to_owned);
    placeholders.filter_map(name)
}

/// The partition key of a request's item, for the tables whose policies restrict it.
fn leading_key(resource: &str, request: &Value) -> Option<String> {
    let name = match resource {
        "KeysTable" => "purpose",
        "LimitsTable" => "subject",
        _ => return None,
    };
    let key = request["Key"][name]["S"].as_str().or(request["Item"][name]["S"].as_str());
    Some(key.unwrap().to_owned())
}

/// `arn:…:secret:readmit-cursors-local1` is `CursorsSecret` in the template.
fn secret_of(id: &Value) -> String {
    let secrets = Template::of_this_build().unwrap().secrets.into_iter();
    let named = |name: &str| id.as_str().unwrap().contains(&format!(":secret:{name}-"));
    secrets.map(|secret| (secret.name, secret.logical_id)).find(|(name, _)| named(name)).unwrap().1
}

/// A part of a transaction, `{"Update": {…}}`. It needs the same permission as alone.
fn part(item: &Value) -> Need {
    let (kind, request) = item.as_object().unwrap().iter().next().unwrap();
    let action = if kind == "ConditionCheck" { "ConditionCheckItem".to_owned() } else { format!("{kind}Item") };
    let resource = table_of(request["TableName"].as_str().unwrap());
    let need = plain(&format!("dynamodb:{action}"), &resource);
    Need { attributes: attributes(request), leading_key: leading_key(&resource, request), in_transaction: true, ..need }
}

/// The attributes that a request names: those of its key and of its expressions. For a path into a map both the map and the whole path, because
/// AWS does not say which of the two it compares.
fn attributes(request: &Value) -> BTreeSet<String> {
    let key = request["Key"].as_object().into_iter().flat_map(|key| key.keys().cloned());
    let mut named: BTreeSet<String> = key.collect();
    let is_of_path = |c: char| c.is_alphanumeric() || "#_.".contains(c);
    for expression in ["UpdateExpression", "ConditionExpression"].map(|name| request[name].as_str().unwrap_or_default())
    {
        for path in expression.split(|c| !is_of_path(c)).filter(|word| word.starts_with('#')) {
            let name = |step: &str| request["ExpressionAttributeNames"][step].as_str().unwrap().to_owned();
            let steps: Vec<String> = path.split('.').map(name).collect();
            named.extend([steps[0].clone(), steps.join(".")]);
        }
    }
    named
}

/// `readmit-employees` is `EmployeesTable` in the template.
fn table_of(name: &str) -> String {
    static TABLES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let tables = TABLES.get_or_init(|| {
        let tables = Template::of_this_build().unwrap().tables.into_iter();
        tables.map(|table| (table.name, table.logical_id)).collect()
    });
    tables[name].clone()
}

/// The function whose role signed a request, if it was a function.
pub(crate) fn caller(headers: &HeaderMap) -> Option<String> {
    let signed = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let name = signed.split_once("Credential=")?.1.split('/').next()?.to_owned();
    of_the_template().contains_key(&name).then_some(name)
}

/// Whether the template allows it to the function.
pub(crate) fn allows(function: &str, need: &Need) -> bool {
    of_the_template()[function].iter().any(|permission| permission.allows(need))
}

fn of_the_template() -> &'static BTreeMap<String, Vec<Permission>> {
    static PERMISSIONS: OnceLock<BTreeMap<String, Vec<Permission>>> = OnceLock::new();
    PERMISSIONS.get_or_init(permissions)
}
