//! The trail: append-only, written in the transaction of what it tells.

use readmit_domain::{Act, CompanyId, EmployeeId, Event, EventType};

use super::change::{Change, attribute, item};
use super::trail::{employee_key, type_key};
use super::{Store, StoreError};
use crate::random::system_random;

impl Store {
    /// An event of `act` about this person.
    pub fn event(&self, act: &Act, kind: EventType, company_id: CompanyId, employee_id: EmployeeId) -> Event {
        act.event(kind, company_id, employee_id, &mut system_random())
    }

    /// The event as one write of its act's transaction: only where nothing is.
    ///
    /// `employee_key` and `type_key` are what [`super::Trail`] finds it by.
    pub(super) fn record(&self, event: &Event) -> Result<Change, StoreError> {
        let mut row = item(event)?;
        row.insert("employee_key".to_owned(), attribute(employee_key(event.company_id, event.employee_id))?);
        row.insert("type_key".to_owned(), attribute(type_key(event.company_id, event.kind))?);
        if let Some(kept_for) = self.audit_retention {
            row.insert("delete_after".to_owned(), attribute(event.at.after(kept_for).seconds())?);
        }
        let mut change = Change::put(&self.tables.audit, row).if_absent("event_id");
        change.event = Some(event.kind.to_string());
        Ok(change)
    }
}
