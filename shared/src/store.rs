//! DynamoDB. Each file has one subject, each method is one business act.
//!
//! An act is one transaction: its preconditions, its changes and its audit events are committed together or not at all. A write that
//! depends on a value that was read before has that value as a condition.

mod additions;
mod approvals;
mod attempts;
mod attributes;
mod audit;
mod audit_reader;
mod authority;
mod batch;
mod change;
mod cleanup;
mod companies;
mod condition;
mod counts;
mod credentials;
mod directory;
mod endings;
mod error;
mod idempotency;
mod issuing;
mod limits;
mod notices;
mod pages;
mod passcode_row;
mod passcodes;
mod people;
mod people_conditions;
mod public_keys;
mod query;
mod recovery;
mod retry;
mod send;
mod transition;
mod words;

use std::time::Duration;

use aws_sdk_dynamodb::Client;

use crate::environment::{BadVariable, Environment, bad_variable};
use crate::random::Random;

pub use additions::{AdditionView, Owners, PlaceOfPerson};
pub use approvals::Approved;
pub use attempts::{Account, AttemptSource, Failures, Successes, WrongFactor};
pub use audit_reader::{AuditPart, AuditReader, AuditRow, EventPage, Period, Span, SpanPage};
pub use authority::Authority;
pub use cleanup::{DuePage, due_shard};
pub use companies::ShownCompany;
pub use counts::Counted;
pub use credentials::{Credentials, FactorUsed, SignInEffects};
pub use directory::{DirectoryRows, IssueView};
pub use error::StoreError;
pub use idempotency::{IdempotencyKey, KeptAnswer, KeyState, Lease};
pub use issuing::{BeginOutcome, Reservations, StoredPasscode};
pub use limits::{AdminsPlace, Admission, LimitRow, Places, Throttled, UnreportedLimit, one_more_code};
pub use notices::{AttemptId, NOTICES_KNOWN_FOR, NoticeAttempt};
pub use pages::{EmployeePage, Holder, Holders, Matches};
pub use passcode_row::{IssueHistory, PasscodeRow};
pub use passcodes::LatestPasscodes;
pub use people_conditions::{PeopleConditions, StayingAdmin};
pub use recovery::{CompletionTry, PasswordTry};
pub use retry::Attempts;
pub use transition::PHASE;
pub use words::WordsOf;

#[derive(Clone)]
struct Tables {
    employees: String,
    credentials: String,
    passcodes: String,
    audit: String,
    keys: String,
    limits: String,
    approvals: String,
}

/// The tables and their client. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    client: Client,
    tables: Tables,
    /// How long audit events are kept. None means for ever.
    audit_retention: Option<Duration>,
    random: Random,
}

impl Store {
    /// Reads the names of the tables from the environment.
    pub fn new(client: Client, environment: &Environment, random: Random) -> Result<Self, BadVariable> {
        let tables = Tables {
            employees: environment.require("READMIT_EMPLOYEES_TABLE")?,
            credentials: environment.require("READMIT_CREDENTIALS_TABLE")?,
            passcodes: environment.require("READMIT_PASSCODES_TABLE")?,
            audit: environment.require(audit_reader::TABLE)?,
            keys: environment.require("READMIT_KEYS_TABLE")?,
            limits: environment.require("READMIT_LIMITS_TABLE")?,
            approvals: environment.require("READMIT_APPROVALS_TABLE")?,
        };
        Ok(Self { client, tables, audit_retention: audit_retention(environment)?, random })
    }
}

/// The retention in days; 0 means for ever.
fn audit_retention(environment: &Environment) -> Result<Option<Duration>, BadVariable> {
    const NAME: &str = "READMIT_AUDIT_RETENTION_DAYS";
    let days: u32 = environment.require(NAME)?.parse().map_err(|_| bad_variable(NAME, "is no number of days"))?;
    Ok((days > 0).then(|| Duration::from_secs(u64::from(days) * 24 * 60 * 60)))
}

/// The outcome of a conditional write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    Done,
    /// A condition did not hold. Nothing was written.
    Refused,
}
