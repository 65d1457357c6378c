//! The rows that an import wrote, read directly from the tables.

use std::collections::{BTreeMap, BTreeSet};

use readmit::domain::words_of;
use reqwest::Client;
use serde_json::{Value, json};

use crate::Failure;

/// The people in the tables: by id, and by their unique values.
#[derive(Default)]
pub struct Ledger {
    /// Login and name by id.
    people: BTreeMap<String, (String, String)>,
    /// The rows that find people by word.
    pub words: BTreeSet<String>,
    /// The owner of each external id.
    externals: BTreeMap<String, String>,
    /// The owner of each login.
    pub credentials: BTreeMap<String, String>,
    /// The number of audit events of each person's import.
    imported: BTreeMap<String, usize>,
}

impl Ledger {
    /// Reads all of the tables.
    pub async fn read(dynamodb: &str) -> Result<Self, Failure> {
        let client = Client::builder().no_proxy().build()?;
        let mut ledger = Self::default();
        for item in scan(&client, dynamodb, "employees", "employee_id, login, full_name, claimed_by").await? {
            let key = member(&item, "employee_id");
            if let Some(external_id) = key.strip_prefix("external#") {
                ledger.externals.insert(external_id.to_owned(), member(&item, "claimed_by"));
            } else if key.starts_with("word#") {
                ledger.words.insert(key);
            } else if key.starts_with("emp_") {
                ledger.people.insert(key, (member(&item, "login"), member(&item, "full_name")));
            }
        }
        for item in scan(&client, dynamodb, "credentials", "login, employee_id").await? {
            ledger.credentials.insert(member(&item, "login"), member(&item, "employee_id"));
        }
        for item in scan(&client, dynamodb, "audit", "event_type, employee_id").await? {
            if member(&item, "event_type") == "employee.imported" {
                *ledger.imported.entry(member(&item, "employee_id")).or_default() += 1;
            }
        }
        Ok(ledger)
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// The number of people with an audit event of their import.
    pub fn events(&self) -> usize {
        self.imported.values().sum()
    }

    /// Whether exactly these people exist, each once and completely.
    pub fn holds_exactly<'a>(&self, rows: impl Iterator<Item = &'a Value>) -> Result<(), Failure> {
        let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
        let mut externals = 0;
        for row in rows {
            let member = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            wanted.insert((member("email"), member("name")));
            if let Some(external_id) = row["external_id"].as_str() {
                externals += 1;
                let owner = self.externals.get(external_id).and_then(|id| self.people.get(id));
                same("the owner of an external id", &owner.map(|(login, _)| login), &Some(&member("email")))?;
            }
        }
        let found: BTreeSet<_> = self.people.values().cloned().collect();
        same("people by address and name", &found, &wanted)?;
        same("people by id", &self.people.len(), &wanted.len())?;
        same("external ids", &self.externals.len(), &externals)?;
        let logins = self.people.iter().map(|(id, (login, _))| (login.clone(), id.clone())).collect();
        same("credentials", &self.credentials, &logins)?;
        let once = self.people.keys().map(|id| (id.clone(), 1)).collect();
        same("events of an import", &self.imported, &once)?;
        let mut words = BTreeSet::new();
        for (id, (login, name)) in &self.people {
            let of_person = words_of(&name.parse()?, &login.parse()?);
            words.extend(of_person.into_iter().map(|word| format!("word#{word}#{id}")));
        }
        same("rows that find by word", &self.words, &words)
    }
}

fn same<T: PartialEq>(what: &str, found: &T, wanted: &T) -> Result<(), Failure> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: the tables hold others than were imported").into()) }
}

fn member(item: &Value, name: &str) -> String {
    item[name]["S"].as_str().unwrap_or_default().to_owned()
}

/// All items of a table, these attributes of each.
async fn scan(client: &Client, dynamodb: &str, table: &str, attributes: &str) -> Result<Vec<Value>, Failure> {
    let mut items = Vec::new();
    let mut request = json!({"TableName": format!("readmit-{table}"), "ProjectionExpression": attributes});
    loop {
        let answer = client
            .post(dynamodb)
            .header("x-amz-target", "DynamoDB_20120810.Scan")
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=bench/20260101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
            .header("x-amz-date", "20260101T000000Z")
            .body(request.to_string());
        let answer: Value = serde_json::from_str(&answer.send().await?.error_for_status()?.text().await?)?;
        items.extend(answer["Items"].as_array().into_iter().flatten().cloned());
        if answer["LastEvaluatedKey"].is_null() {
            return Ok(items);
        }
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"].clone();
    }
}
