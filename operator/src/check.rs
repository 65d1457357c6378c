//! Checks that the tables agree: each login, search word, external id and passcode has a person, each act in the tables has an audit event,
//! and each audit event has an act.
//!
//! The tables change while they are read. If the check finds faults, it reads all tables a second time, and reports only the faults that it
//! finds both times.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use readmit::domain::Timestamp;
use readmit::{BadVariable, Environment};

mod fault;
mod people;
mod repair;
mod story;

pub use fault::Fault;
pub use repair::repair;

use people::People;
use story::Stories;

pub(crate) type Item = std::collections::HashMap<String, AttributeValue>;
/// Why the tables could not be read.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The tables to check, live or restored.
pub struct Tables {
    pub client: Client,
    pub employees: String,
    pub credentials: String,
    pub passcodes: String,
    pub audit: String,
    /// Audit events before this time may have been deleted by their time to live. None if all events are kept.
    pub audit_since: Option<Timestamp>,
}

impl Tables {
    /// The tables that the environment names. Without `READMIT_AUDIT_RETENTION_DAYS`, or with 0, events are kept for ever.
    pub fn of(client: Client, environment: &Environment, now: Timestamp) -> Result<Self, BadVariable> {
        let days: i64 =
            environment.get("READMIT_AUDIT_RETENTION_DAYS").and_then(|days| days.parse().ok()).unwrap_or_default();
        let since = now.millis() - days * 24 * 60 * 60 * 1000;
        Ok(Self {
            client,
            employees: environment.require("READMIT_EMPLOYEES_TABLE")?,
            credentials: environment.require("READMIT_CREDENTIALS_TABLE")?,
            passcodes: environment.require("READMIT_PASSCODES_TABLE")?,
            audit: environment.require("READMIT_AUDIT_TABLE")?,
            audit_since: (days > 0).then(|| Timestamp::from_millis(since)),
        })
    }

    /// Passes every item of a table to `take`, page by page.
    async fn scan(&self, table: &str, mut take: impl FnMut(Item)) -> Result<(), Failure> {
        let mut start = None;
        loop {
            let scan = self.client.scan().table_name(table).consistent_read(true).set_exclusive_start_key(start);
            let page = scan.send().await?;
            page.items.unwrap_or_default().into_iter().for_each(&mut take);
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(());
            }
        }
    }
}

/// Every fault of the tables, sorted.
pub async fn check(tables: &Tables) -> Result<BTreeSet<Fault>, Failure> {
    let faults = pass(tables).await?;
    if faults.is_empty() {
        return Ok(faults);
    }
    // An act that is committed between the reads of two tables looks like a fault, but only in one of the two passes.
    let again = pass(tables).await?;
    Ok(&faults & &again)
}

async fn pass(tables: &Tables) -> Result<BTreeSet<Fault>, Failure> {
    let mut faults = BTreeSet::new();
    let (mut people, mut stories) = (People::default(), Stories::default());
    tables.scan(&tables.audit, |item| stories.take_event(item, &mut faults)).await?;
    tables.scan(&tables.employees, |item| people.take_person(item, &mut faults)).await?;
    tables.scan(&tables.employees, |item| people.take_claim(&item, &mut faults)).await?;
    tables.scan(&tables.credentials, |item| people.take_login(item, &mut faults)).await?;
    tables.scan(&tables.passcodes, |item| stories.take_passcode(item, &people, &mut faults)).await?;
    people.finish(&mut faults);
    stories.finish(&people, tables.audit_since, &mut faults);
    Ok(faults)
}

/// The attribute's text. Empty if the attribute is missing or is not a string.
pub(crate) fn text<'i>(item: &'i Item, name: &str) -> &'i str {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).unwrap_or_default()
}

/// The item as its struct. An item that cannot be read is added to the faults.
pub(crate) fn read<T: serde::de::DeserializeOwned>(
    table: &'static str,
    item: Item,
    faults: &mut BTreeSet<Fault>,
) -> Option<T> {
    let key = ["login", "event_id", "employee_id"].map(|name| text(&item, name).to_owned());
    let read = serde_dynamo::from_item(item).ok();
    if read.is_none() {
        let key = key.into_iter().find(|key| !key.is_empty()).unwrap_or_default();
        faults.insert(Fault::Unreadable { table, key });
    }
    read
}
