//! Writes audit events, each in the transaction of the act that it records. Events are never changed.

use readmit_domain::{AuditContext, CompanyId, EmployeeId, Event, EventType};

use super::attributes::*;
use super::audit_reader::{employee_key, type_key};
use super::change::{Change, Item, attribute, item, key};
use super::{Store, StoreError};

impl Store {
    /// An event of `act` about this person, or about the company itself if there is none.
    pub fn event(
        &self,
        act: &AuditContext,
        kind: EventType,
        company_id: CompanyId,
        employee_id: impl Into<Option<EmployeeId>>,
    ) -> Event {
        act.event(kind, company_id, employee_id, &mut self.random.clone())
    }

    /// The write of an event. It fails if an item with its key exists.
    pub(super) fn record(&self, event: &Event) -> Result<Change, StoreError> {
        let mut row = event_item(event)?;
        if let Some(kept_for) = self.audit_retention {
            row.insert(DELETE_AFTER.to_owned(), attribute(event.at.after(kept_for).seconds())?);
        }
        let mut change = Change::put(&self.tables.audit, row).if_absent(EVENT_ID);
        change.event = Some(event.kind.to_string());
        Ok(change)
    }
}

/// The event with its keys: `employee_key` for the table, `type_key` for the index by type. Events of routine types have no `type_key`,
/// because indexing them would make every recovery and every import more expensive.
fn event_item(event: &Event) -> Result<Item, StoreError> {
    let mut row = item(event)?;
    row.extend(key([(EMPLOYEE_KEY, &employee_key(event.company_id, event.employee_id))]));
    if !event.kind.is_routine() {
        row.extend(key([(TYPE_KEY, &type_key(event.company_id, event.kind))]));
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use readmit_domain::{Actor, Origin, Timestamp};

    use super::super::send::read;
    use super::*;
    use crate::random::Random;

    fn event(kind: EventType, employee_id: Option<EmployeeId>) -> Event {
        let company_id = "cmp_01J00000000000000000000000".parse().unwrap();
        let act = AuditContext::new(Timestamp::from_millis(1_700_000_000_000), Actor::Operator, Origin::default());
        act.event(kind, company_id, employee_id, &mut Random::system())
    }

    #[test]
    fn an_event_about_the_company_has_its_own_key_and_reads_back() {
        let event = event(EventType::CompanyChanged, None).with_change("second_proof", None, Some(&"none"));
        let item = event_item(&event).unwrap();
        assert!(!item.contains_key("employee_id"));
        assert_eq!(item["employee_key"], attribute("cmp_01J00000000000000000000000#company").unwrap());
        assert_eq!(item["type_key"], attribute("cmp_01J00000000000000000000000#company.changed").unwrap());
        assert_eq!(read::<Event>(item).unwrap(), event);
    }

    #[test]
    fn an_event_about_an_employee_has_both_keys_and_reads_back() {
        let employee_id: EmployeeId = "emp_01J00000000000000000000000".parse().unwrap();
        let event = event(EventType::EmployeeChanged, Some(employee_id))
            .with("fields", "name,role")
            .with_change("role", Some(&"member"), Some(&"security_admin"))
            .with_change("status", Some(&"active"), Some(&"active"));
        let item = event_item(&event).unwrap();
        let key = "cmp_01J00000000000000000000000#emp_01J00000000000000000000000";
        assert_eq!(item["employee_key"], attribute(key).unwrap());
        assert!(item.contains_key("type_key"));
        assert_eq!(event.detail.len(), 2, "what did not change is no detail");
        assert_eq!(event.text("fields"), Some("name,role"));
        assert_eq!(event.text("role"), None);
        assert_eq!(read::<Event>(item).unwrap(), event);
    }

    #[test]
    fn a_routine_event_is_in_no_index_by_type() {
        let employee_id: EmployeeId = "emp_01J00000000000000000000000".parse().unwrap();
        let item = event_item(&event(EventType::PasscodeIssued, Some(employee_id))).unwrap();
        assert!(!item.contains_key("type_key"));
    }
}
