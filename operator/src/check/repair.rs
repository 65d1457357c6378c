//! Repairs the faults that can be repaired without guessing: deletes rows whose owner was erased or has another login, writes search words,
//! and sets index keys from the phase. Each repair is one transaction, on condition that the fault still exists. It never makes up events or
//! credentials.

use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, Put, TransactWriteItem, Update};
use readmit::domain::lifecycle::{CodeStatus, Phase};
use readmit::domain::{CompanyId, Employee, EmployeeId, EventType, Login, PasscodeId, words_of};
use readmit::store::{PHASE, PasscodeRow, due_shard};

use super::{Failure, Fault, Item, Tables, text};

/// Repairs a fault. False if it cannot be repaired, or no longer exists.
pub async fn repair(tables: &Tables, fault: &Fault) -> Result<bool, Failure> {
    let writes = match fault {
        Fault::LoginWithoutPerson { login, employee_id } => {
            let place = key(&[("login", login.as_str())]);
            let Some(row) = get(tables, &tables.credentials, place.clone()).await? else { return Ok(false) };
            let Some(mut writes) = has_no_use(tables, &row, *employee_id).await? else { return Ok(false) };
            writes.push(delete(&tables.credentials, place, "employee_id", employee_id)?);
            writes
        }
        Fault::PasscodeWithoutPerson { login, passcode_id } => {
            let place = key(&[("login", login.as_str())]);
            let Some(row) = get(tables, &tables.passcodes, place.clone()).await? else { return Ok(false) };
            let Ok(holder) = text(&row, "employee_id").parse() else { return Ok(false) };
            let Some(mut writes) = has_no_use(tables, &row, holder).await? else { return Ok(false) };
            writes.push(delete(&tables.passcodes, place, "passcode_id", passcode_id)?);
            writes
        }
        Fault::WordWithoutPerson { company_id, row } => {
            let Some(owner) = has_no_such_word(tables, &company_id.to_string(), row).await? else { return Ok(false) };
            let place = key(&[("company_id", &company_id.to_string()), ("employee_id", row)]);
            vec![owner, delete(&tables.employees, place, "employee_id", row)?]
        }
        Fault::PersonWithoutWord { company_id, employee_id, word } => {
            let row = format!("word#{word}#{employee_id}");
            let row = key(&[("company_id", &company_id.to_string()), ("employee_id", &row)]);
            let put = Put::builder().table_name(&tables.employees).set_item(Some(row)).build()?;
            let person = person_is_there(tables, *company_id, *employee_id)?;
            vec![person, TransactWriteItem::builder().put(put).build()]
        }
        Fault::ExternalIdWithoutOwner { partition, row, claimed_by } => {
            let place = key(&[("company_id", partition), ("employee_id", row)]);
            let owner = has_no_such_id(tables, partition, row, claimed_by)?;
            vec![owner, delete(&tables.employees, place, "claimed_by", claimed_by)?]
        }
        Fault::PasscodeInWrongIndex { login, passcode_id, .. } => {
            return index_anew(tables, login, *passcode_id).await;
        }
        Fault::Unreadable { .. }
        | Fault::PersonWithoutCompany { .. }
        | Fault::PersonWithoutLogin { .. }
        | Fault::PersonWithoutExternalId { .. }
        | Fault::ActWithoutEvent { .. }
        | Fault::EventWithoutAct { .. } => return Ok(false),
    };
    commit(tables, writes).await
}

/// Sets every index key of a passcode from its phase.
async fn index_anew(tables: &Tables, login: &Login, passcode_id: PasscodeId) -> Result<bool, Failure> {
    let place = key(&[("login", login.as_str())]);
    let Some(item) = get(tables, &tables.passcodes, place.clone()).await? else { return Ok(false) };
    let [status, recovery] = PHASE;
    let (seen, seen_recovery) = (text(&item, status).to_owned(), text(&item, recovery).to_owned());
    let row: PasscodeRow = serde_dynamo::from_item(item)?;
    let (id, is_open) = (passcode_id.to_string(), !row.phase.is_ended());
    let keys = [
        ("passcode_pending_key", id.clone(), row.phase.is_pending()),
        ("passcode_bounced_key", id.clone(), row.phase == Phase::Code(CodeStatus::Bounced)),
        ("due_shard", due_shard(passcode_id), is_open),
        ("due_at", row.expires_at.to_string(), is_open),
    ];
    let (mut set, mut remove) = (Vec::new(), Vec::new());
    let mut update = Update::builder().table_name(&tables.passcodes).set_key(Some(place));
    for (name, value, is_there) in keys {
        if is_there {
            set.push(format!("{name} = :{name}"));
            update = update.expression_attribute_values(format!(":{name}"), AttributeValue::S(value));
        } else {
            remove.push(name);
        }
    }
    let clause = |verb: &str, parts: String| if parts.is_empty() { parts } else { format!("{verb} {parts} ") };
    let expression = clause("SET", set.join(", ")) + &clause("REMOVE", remove.join(", "));
    let update = update
        .update_expression(expression.trim_end())
        .condition_expression(format!(
            "passcode_id = :id AND {status} = :status AND (attribute_not_exists({recovery}) OR {recovery} = :recovery)"
        ))
        .expression_attribute_values(":recovery", AttributeValue::S(seen_recovery))
        .expression_attribute_values(":id", AttributeValue::S(id))
        .expression_attribute_values(":status", AttributeValue::S(seen))
        .build()?;
    commit(tables, vec![TransactWriteItem::builder().update(update).build()]).await
}

/// The conditions for deleting a row of a login: an audit event says that the person was erased, or the person has credentials under another
/// login. None if both are false: then the tables may be from different times, and somebody must correct them by hand.
async fn has_no_use(
    tables: &Tables,
    row: &Item,
    employee_id: EmployeeId,
) -> Result<Option<Vec<TransactWriteItem>>, Failure> {
    let (company_id, login) = (text(row, "company_id"), text(row, "login"));
    let place = key(&[("company_id", company_id), ("employee_id", &employee_id.to_string())]);
    let Some(person) = get(tables, &tables.employees, place.clone()).await? else {
        if !is_erased(tables, company_id, employee_id).await? {
            return Ok(None);
        }
        let gone = ConditionCheck::builder().table_name(&tables.employees).set_key(Some(place));
        let gone = gone.condition_expression("attribute_not_exists(employee_id)").build()?;
        return Ok(Some(vec![TransactWriteItem::builder().condition_check(gone).build()]));
    };
    let current = text(&person, "login");
    if current == login {
        return Ok(None);
    }
    let check = |table: &str, place: Item, name: &str, value: &str| {
        let check = ConditionCheck::builder().table_name(table).set_key(Some(place));
        let check = check.condition_expression(format!("{name} = :value"));
        let check = check.expression_attribute_values(":value", AttributeValue::S(value.to_owned())).build()?;
        Ok::<_, Failure>(TransactWriteItem::builder().condition_check(check).build())
    };
    let is_there = check(&tables.employees, place, "login", current)?;
    let id = employee_id.to_string();
    let signs_in = check(&tables.credentials, key(&[("login", current)]), "employee_id", &id)?;
    Ok(Some(vec![is_there, signs_in]))
}

/// Whether there is an audit event of the person's erasure.
async fn is_erased(tables: &Tables, company_id: &str, employee_id: EmployeeId) -> Result<bool, Failure> {
    let query = tables.client.query().table_name(&tables.audit).consistent_read(true);
    let query = query
        .key_condition_expression("employee_key = :key")
        .filter_expression("event_type = :erased")
        .expression_attribute_values(":key", AttributeValue::S(format!("{company_id}#{employee_id}")))
        .expression_attribute_values(":erased", AttributeValue::S(EventType::EmployeeErased.to_string()));
    let pages = query.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    Ok(!pages.is_empty())
}

/// The condition that the person of a search word was erased, or still has the name and address without this word. None if the person now has
/// this word.
async fn has_no_such_word(tables: &Tables, company_id: &str, row: &str) -> Result<Option<TransactWriteItem>, Failure> {
    let (word, owner) = row.strip_prefix("word#").and_then(|rest| rest.rsplit_once('#')).unwrap_or_default();
    let place = key(&[("company_id", company_id), ("employee_id", owner)]);
    let person = get(tables, &tables.employees, place.clone()).await?;
    let check = ConditionCheck::builder().table_name(&tables.employees).set_key(Some(place));
    let check = match person {
        None => check.condition_expression("attribute_not_exists(employee_id)"),
        Some(item) => {
            let person: Employee = serde_dynamo::from_item(item)?;
            if words_of(&person.full_name, &person.login).contains(word) {
                return Ok(None);
            }
            check
                .condition_expression("full_name = :name AND login = :login")
                .expression_attribute_values(":name", AttributeValue::S(person.full_name.to_string()))
                .expression_attribute_values(":login", AttributeValue::S(person.login.to_string()))
        }
    };
    Ok(Some(TransactWriteItem::builder().condition_check(check.build()?).build()))
}

/// The condition that the person or company in an external id's row does not have this id.
fn has_no_such_id(tables: &Tables, partition: &str, row: &str, claimed_by: &str) -> Result<TransactWriteItem, Failure> {
    let (owner, id) = match (partition.strip_prefix("external#"), row.strip_prefix("external#")) {
        (Some(id), _) => (key(&[("company_id", claimed_by), ("employee_id", "#company")]), id),
        (None, id) => (key(&[("company_id", partition), ("employee_id", claimed_by)]), id.unwrap_or_default()),
    };
    let check = ConditionCheck::builder()
        .table_name(&tables.employees)
        .set_key(Some(owner))
        .condition_expression("attribute_not_exists(external_id) OR external_id <> :id")
        .expression_attribute_values(":id", AttributeValue::S(id.to_owned()))
        .build()?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

fn person_is_there(
    tables: &Tables,
    company_id: CompanyId,
    employee_id: EmployeeId,
) -> Result<TransactWriteItem, Failure> {
    let place = key(&[("company_id", &company_id.to_string()), ("employee_id", &employee_id.to_string())]);
    let check = ConditionCheck::builder()
        .table_name(&tables.employees)
        .set_key(Some(place))
        .condition_expression("attribute_exists(employee_id)")
        .build()?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

/// A deletion, on condition that the item has this value.
fn delete(table: &str, place: Item, name: &str, value: impl ToString) -> Result<TransactWriteItem, Failure> {
    let delete = Delete::builder()
        .table_name(table)
        .set_key(Some(place))
        .condition_expression(format!("{name} = :value"))
        .expression_attribute_values(":value", AttributeValue::S(value.to_string()))
        .build()?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

fn key(parts: &[(&str, &str)]) -> Item {
    parts.iter().map(|(name, value)| ((*name).to_owned(), AttributeValue::S((*value).to_owned()))).collect()
}

async fn get(tables: &Tables, table: &str, place: Item) -> Result<Option<Item>, Failure> {
    let get = tables.client.get_item().table_name(table).consistent_read(true).set_key(Some(place));
    Ok(get.send().await?.item)
}

/// Commits the writes. False if a condition did not hold.
async fn commit(tables: &Tables, writes: Vec<TransactWriteItem>) -> Result<bool, Failure> {
    match tables.client.transact_write_items().set_transact_items(Some(writes)).send().await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_service_error() {
            Some(error) if error.is_transaction_canceled_exception() => Ok(false),
            _ => Err(error.into()),
        },
    }
}
