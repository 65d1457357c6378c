//! The rules of Readmit. They are pure: no I/O, no SDK, no `async`; time and randomness are arguments.
//!
//! Rules use types that are always valid: a [`Login`] is canonical, a [`passcode::Code`] has twelve symbols, a [`PasswordHash`] is a
//! hash. A rule refuses with its own error type; a text that cannot be parsed gives a reason that clients may read.

#![warn(missing_docs)]

mod approval;
mod backup_code;
mod brand;
mod clearable;
mod company_fields;
mod crockford;
mod delivery;
mod domain_name;
mod employee;
mod employee_fields;
mod event;
mod filter;
mod id;
mod issuing;
mod keyed_hash;
pub mod lifecycle;
pub mod limit;
mod login;
mod name;
mod notice;
mod object;
pub mod passcode;
pub mod password;
mod password_hash;
mod patch;
mod people;
mod recovery;
mod search;
mod session;
mod text;
mod time_zone;
mod timestamp;
pub mod totp;
mod user_agent;
mod versioned;

pub use approval::{
    APPROVAL_LIFETIME, Approval, ApprovalCommand, ApprovalRefusal, ApprovalStatus, SensitiveAct, sensitive_addition,
    sensitive_change, sensitive_passcode, sensitive_policy,
};
pub use backup_code::{BACKUP_CODES, BackupCode, SecondFactor};
pub use brand::{BrandedCompany, Color, Logo};
pub use clearable::Clearable;
pub use company_fields::{CompanyFields, MAX_DOMAINS};
pub use delivery::DeliveryReport;
pub use domain_name::DomainName;
pub use employee::{AccountStatus, AccountType, Admin, Approvals, Company, Employee, Role, SecondProof, TwoFactor};
pub use employee_fields::EmployeeFields;
pub use event::{Actor, AuditContext, Detail, Event, EventType, Origin};
pub use filter::{EmployeeFilter, Filter, PasscodeFilter};
pub use id::{ApprovalId, CompanyId, EmployeeId, EventId, ImportId, PasscodeId};
pub use issuing::{IssueOptions, IssueRefusal, IssuedFor, IssuedPasscode, Reason, issue, may_issue};
pub use keyed_hash::{HashKey, KeyedHash};
pub use login::Login;
pub use name::{ExternalId, Locale, Name, misleads};
pub use notice::{Notice, NoticeKind, NoticeSubject};
pub use object::{ObjectKey, ObjectVersion, ObjectVersionId};
pub use passcode::{Issuer, LatestPasscode, PasscodeRef};
pub use password::{Password, PasswordFault, Person};
pub use password_hash::{HashMemory, HashingFailed, PasswordHash, Pepper, Salt};
pub use patch::EmployeePatch;
pub use people::{PersonRefusal, may_add, may_change, may_end};
pub use recovery::{NewCredentials, Pending, RecoveryStep, SealedTotpKey};
pub use search::{Prefix, words_of};
pub use session::{DEVICE_LIFETIME, RECENT_SIGN_IN, RECOVERY_LIFETIME, SESSION_LIFETIME, SessionEpoch};
pub use time_zone::{LocalTime, TimeZone};
pub use timestamp::Timestamp;
pub use totp::{Enrolment, Step, TotpCode, TotpKey};
pub use user_agent::Device;
pub use versioned::{KeyVersion, Versioned};
