//! Adds, changes and erases a company's employees, one transaction for each.

use std::collections::{BTreeSet, HashMap};
use std::slice::from_ref;

use aws_sdk_dynamodb::types::AttributeValue;
use readmit_domain::{
    Actor, AuditContext, CompanyId, Employee, EmployeeId, EmployeePatch, EventType, ExternalId, Role, SessionEpoch,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::attributes::*;
use super::batch::ReadOptions;
use super::change::{Change, Item, item, key};
use super::directory::{employee_item, employee_key};
use super::people_conditions::PeopleConditions;
use super::send::read;
use super::{Credentials, Outcome, Store, StoreError};

/// The row that makes an external id unique in its company.
#[derive(Deserialize)]
struct ExternalClaim {
    external_id: ExternalId,
    claimed_by: EmployeeId,
}

pub(super) fn external_key(company_id: CompanyId, external_id: &ExternalId) -> Item {
    key([(COMPANY_ID, &company_id), (EMPLOYEE_ID, &format!("external#{external_id}"))])
}

/// An item of the credentials table. Its backup codes are a set, so that a single one can be removed.
fn credentials_item(credentials: &Credentials) -> Result<Item, StoreError> {
    let mut row = item(credentials)?;
    if !credentials.backup_codes.is_empty() {
        row.insert(BACKUP_CODES.to_owned(), AttributeValue::Ss(credentials.backup_codes.clone()));
    }
    Ok(row)
}

/// Attributes of an employee that are not changed here: the keys, and those that the person's own acts change.
const NOT_CHANGED: [&str; 4] = [COMPANY_ID, EMPLOYEE_ID, LAST_SIGNED_IN_AT, SESSION_EPOCH];

/// Replaces each attribute that can be changed, on condition that it is still as it was read.
fn patched(mut row: Change, before: &Employee, after: &Employee) -> Result<Change, StoreError> {
    let fields = |employee| serde_json::from_value::<Map<String, Value>>(serde_json::to_value(employee)?);
    let (before, after) = (fields(before).map_err(StoreError::unfit)?, fields(after).map_err(StoreError::unfit)?);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names.into_iter().filter(|name| !NOT_CHANGED.contains(&name.as_str())) {
        row = row.replace(name, before.get(name), after.get(name));
    }
    Ok(row)
}

/// The condition that everything that can be changed about the person is as it was read. The search words and the external id are deleted by
/// the fields that were read, and role, status and factor decide whether an enrolled Security Admin stays.
fn as_read(row: Change, before: &Employee) -> Change {
    row.if_equal(LOGIN, &before.login)
        .if_equal(FULL_NAME, &before.full_name)
        .if_equal(GRANTED_ROLE, before.granted_role)
        .if_equal(ACCOUNT_TYPE, before.account_type)
        .if_equal(ACCOUNT_STATUS, before.account_status)
        .if_equal(TWO_FACTOR, before.two_factor)
        .if_as_seen(EXTERNAL_ID, before.external_id.as_ref())
        .if_as_seen(MAIL_LOCALE, before.mail_locale.as_ref())
}

/// Whether a change ends the person's code, recovery and sessions.
fn ends_access(before: &Employee, after: &Employee) -> bool {
    before.login != after.login
        || before.account_type != after.account_type
        || (before.is_active() && !after.is_active())
}

impl Store {
    pub async fn owners_of(
        &self,
        company_id: CompanyId,
        ids: &[ExternalId],
    ) -> Result<HashMap<ExternalId, EmployeeId>, StoreError> {
        let keys = ids.iter().map(|external_id| external_key(company_id, external_id)).collect();
        let rows = self.batch(&self.tables.employees, keys, ReadOptions::CONSISTENT).await?;
        let owner = |claim: ExternalClaim| (claim.external_id, claim.claimed_by);
        rows.into_iter().map(|row| read(row).map(owner)).collect()
    }

    /// Adds a person to a company. Refused if the login or the external id is taken.
    ///
    /// If a Security Admin joins an existing company, the audit event has the role, so that the other Security Admins are notified.
    pub async fn add_employee(
        &self,
        employee: &Employee,
        is_new_company: bool,
        conditions: &PeopleConditions,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let mut changes = self.additions(employee, is_new_company, act)?;
        changes.extend(self.change_words(None, Some(employee)));
        changes.extend(self.people_conditions(conditions, Some(employee.employee_id), act)?);
        self.transact(changes).await
    }

    /// Adds a person whose words were written before, by [`Self::write_words`]. Refused if the id, the login or the external id is taken.
    pub async fn add_employee_after_words(
        &self,
        employee: &Employee,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        self.transact(self.additions(employee, false, act)?).await
    }

    /// The writes that add a person, without the rows of the words.
    pub(super) fn additions(
        &self,
        employee: &Employee,
        is_new_company: bool,
        act: &AuditContext,
    ) -> Result<Vec<Change>, StoreError> {
        // Without secrets, because the person has never signed in.
        let credentials =
            key([(LOGIN, &employee.login), (COMPANY_ID, &employee.company_id), (EMPLOYEE_ID, &employee.employee_id)]);
        let kind = if act.actor == Actor::Operator { EventType::EmployeeImported } else { EventType::EmployeeAdded };
        let event = self.event(act, kind, employee.company_id, employee.employee_id);
        let joins_as_admin = employee.granted_role == Role::SecurityAdmin && !is_new_company;
        let event = event.with_change("role", None, joins_as_admin.then_some(&employee.granted_role));
        let mut changes = vec![
            Change::put(&self.tables.employees, employee_item(employee)?).if_absent(EMPLOYEE_ID),
            Change::put(&self.tables.credentials, credentials).if_absent(LOGIN),
            self.record(&event)?,
        ];
        changes.extend(employee.external_id.as_ref().map(|new| self.claim_external(employee, new)));
        Ok(changes)
    }

    fn claim_external(&self, employee: &Employee, external_id: &ExternalId) -> Change {
        let claim = key([(EXTERNAL_ID, external_id), (CLAIMED_BY, &employee.employee_id)]);
        let claim = external_key(employee.company_id, external_id).into_iter().chain(claim).collect();
        Change::put(&self.tables.employees, claim).if_absent_or(CLAIMED_BY, "=", employee.employee_id)
    }

    fn release_external(&self, employee: &Employee, external_id: &ExternalId) -> Change {
        let claim = external_key(employee.company_id, external_id);
        Change::delete(&self.tables.employees, claim).if_absent_or(CLAIMED_BY, "=", employee.employee_id)
    }

    /// Changes a person's row. The audit event has the names of the changed fields, and the old and new role, type and status. Refused if
    /// the row changed since it was read, or the new login or external id is taken. A change that ends access also reads and ends the
    /// passcode, and a new login reads and moves the credentials.
    pub async fn change_employee(
        &self,
        before: &Employee,
        after: &Employee,
        conditions: &PeopleConditions,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let event = self
            .event(act, EventType::EmployeeChanged, before.company_id, before.employee_id)
            .with("fields", EmployeePatch::diff(before, after).fields.join(","))
            .with_change("role", Some(&before.granted_role), Some(&after.granted_role))
            .with_change("account_type", Some(&before.account_type), Some(&after.account_type))
            .with_change("status", Some(&before.account_status), Some(&after.account_status));
        let mut changes = vec![self.record(&event)?];
        let row = self.update_employee(before.company_id, before.employee_id);
        let mut row =
            patched(row, before, after)?.set(NAME_KEY, after.full_name.sort_key(after.employee_id)).set_filters(after);
        if let Some(own) = conditions.authority_over(before) {
            // The row is already as read, so the actor has the role and is active.
            row = row.if_equal(SESSION_EPOCH, &own.session_epoch);
        }
        let moves = before.login != after.login;
        if moves {
            let Some(credentials) = self.credentials_of_employee(before).await? else { return Ok(Outcome::Refused) };
            changes.push(self.keep_address(event.event_id, &before.login, act.at));
            let moved = Credentials { login: after.login.clone(), ..credentials.clone() };
            changes.push(Change::put(&self.tables.credentials, credentials_item(&moved)?).if_absent(LOGIN));
            changes.push(self.drop_credentials(&credentials)?);
        }
        if ends_access(before, after) {
            let passcode = self.passcode(&before.login).await?;
            changes.extend(self.end_with_account(before, passcode.as_ref(), &after.login, act)?);
            row = row.set(SESSION_EPOCH, SessionEpoch::generate(&mut self.random.clone()));
        }
        changes.push(row);
        changes.extend(self.change_words(Some(before), Some(after)));
        if before.external_id != after.external_id {
            changes.extend(after.external_id.as_ref().map(|new| self.claim_external(after, new)));
            changes.extend(before.external_id.as_ref().map(|old| self.release_external(before, old)));
        }
        changes.extend(self.people_conditions(conditions, Some(before.employee_id), act)?);
        self.transact(changes).await
    }

    /// Deletes a person, the credentials and the passcode. The audit events keep the ids.
    pub async fn erase_employee(
        &self,
        before: &Employee,
        conditions: &PeopleConditions,
        act: &AuditContext,
    ) -> Result<Outcome, StoreError> {
        let Some(credentials) = self.credentials_of_employee(before).await? else { return Ok(Outcome::Refused) };
        let row = as_read(
            Change::delete(&self.tables.employees, employee_key(before.company_id, before.employee_id)),
            before,
        );
        let event = self.event(act, EventType::EmployeeErased, before.company_id, before.employee_id);
        let passcode = self.passcode(&before.login).await?;
        let mut changes = vec![row, self.drop_credentials(&credentials)?, self.record(&event)?];
        changes.extend(self.erase_passcode(before, passcode.as_ref(), act)?);
        changes.extend(self.change_words(Some(before), None));
        changes.extend(before.external_id.as_ref().map(|old| self.release_external(before, old)));
        changes.extend(self.people_conditions(conditions, Some(before.employee_id), act)?);
        self.transact(changes).await
    }

    /// The credentials of a person. None if the address meanwhile belongs to somebody else, or to nobody.
    async fn credentials_of_employee(&self, employee: &Employee) -> Result<Option<Credentials>, StoreError> {
        let found = self.credentials_of(from_ref(&employee.login)).await?;
        Ok(found.into_iter().find(|credentials| credentials.employee_id == employee.employee_id))
    }

    /// Deletes credentials, on condition that they are as they were read. Failed sign-ins may have changed: otherwise a stranger could
    /// block an import by guessing.
    fn drop_credentials(&self, seen: &Credentials) -> Result<Change, StoreError> {
        let mut change = Change::delete(&self.tables.credentials, key([(LOGIN, &seen.login)]));
        let may_differ = [LOGIN, WRONG_PASSWORDS_AT, WRONG_SECOND_FACTORS_AT];
        for (name, value) in credentials_item(seen)? {
            if !may_differ.contains(&name.as_str()) {
                change = change.if_attribute(&name, value);
            }
        }
        Ok(if seen.suspended_at.is_none() { change.if_absent(SUSPENDED_AT) } else { change })
    }
}
