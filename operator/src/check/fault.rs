//! The faults that the check can find.

use readmit::domain::{CompanyId, EmployeeId, EventType, Login, PasscodeId};
use serde::Serialize;

/// A disagreement of the tables. In JSON `fault` is its kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// An item that does not belong into its table.
    Unreadable { table: &'static str, key: String },
    /// A person whose company has no row.
    PersonWithoutCompany { company_id: CompanyId, employee_id: EmployeeId },
    /// Credentials of a person who is not in the directory, or has another address there. The address is blocked.
    LoginWithoutPerson { login: Login, employee_id: EmployeeId },
    /// A person without credentials: nobody can sign in or recover.
    PersonWithoutLogin { company_id: CompanyId, employee_id: EmployeeId },
    /// A search word of a person who is not in the directory, or no longer has this word.
    WordWithoutPerson {
        company_id: CompanyId,
        /// The sort key of its row.
        row: String,
    },
    /// A search does not find the person by this word: its row is missing.
    PersonWithoutWord { company_id: CompanyId, employee_id: EmployeeId, word: String },
    /// An external id whose row names a person or company that does not have it.
    ExternalIdWithoutOwner {
        /// The partition of its row: a company, or `external#…` of a company's own id.
        partition: String,
        /// The sort key of its row.
        row: String,
        /// The id of the person or company that it names.
        claimed_by: String,
    },
    /// A person whose external id is not claimed: another person could get it too.
    PersonWithoutExternalId { company_id: CompanyId, employee_id: EmployeeId },
    /// A passcode of a person who is not in the directory, or has another address there.
    PasscodeWithoutPerson { login: Login, passcode_id: PasscodeId },
    /// An index key of the passcode does not fit its phase: a filter or the cleanup does not find it, or finds it for ever.
    PasscodeInWrongIndex {
        login: Login,
        passcode_id: PasscodeId,
        /// The attribute that is wrong or missing.
        attribute: &'static str,
    },
    /// The tables show an act without an audit event.
    ActWithoutEvent {
        /// The id of the passcode or the person.
        of: String,
        /// The type of the missing event.
        missing: String,
    },
    /// An audit event whose act the tables do not show, or that occurs too often.
    EventWithoutAct {
        /// The id of the passcode or the person.
        of: String,
        /// The type of the event.
        told: String,
    },
}

impl Fault {
    pub(crate) fn act_without_event(of: impl ToString, missing: EventType) -> Self {
        Self::ActWithoutEvent { of: of.to_string(), missing: missing.to_string() }
    }

    pub(crate) fn event_without_act(of: impl ToString, told: impl ToString) -> Self {
        Self::EventWithoutAct { of: of.to_string(), told: told.to_string() }
    }
}
