//! Cleanup: what time has ended is told to trail and directory, and loses its secrets.

use readmit_domain::passcode::MAX_TRIES;
use readmit_domain::{
    Act, CompanyId, EmployeeId, EventType, HeldPasscode, Login, PasscodeId, PasscodeStatus, RecoveryState, Timestamp,
};
use serde::Deserialize;

use super::change::{Item, attribute};
use super::send::read;
use super::{Outcome, Store, StoreError};

/// The passcode's shard of the index by due time, as the table names it.
pub(super) fn due_shard(passcode_id: PasscodeId) -> String {
    format!("{:x}", passcode_id.shard())
}

/// How many passcodes of a shard are read at a time.
const PAGE: i32 = 100;

/// Passcodes of one shard that may be due.
pub struct Due {
    /// The passcodes, the longest due first. The index follows the table: some may have been dealt with. One that cannot be
    /// read must not hold up those behind it.
    pub rows: Vec<Result<DueRow, StoreError>>,
    /// Where to go on, if more may follow.
    pub next: Option<Item>,
}

/// A passcode as the index by due time holds it: what the cleanup decides by, and no more.
#[derive(Debug, Deserialize)]
pub struct DueRow {
    login: Login,
    passcode_id: PasscodeId,
    company_id: CompanyId,
    employee_id: EmployeeId,
    passcode_status: PasscodeStatus,
    try_count: u32,
    recovery_state: Option<RecoveryState>,
    due_at: Timestamp,
}

/// What time has done to a passcode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A live code ran out.
    Expired,
    /// A live code's tries were spent, and whoever spent the last could not write it.
    Exhausted,
    /// A recovery ran out.
    Abandoned,
    /// Its process died between storing and mailing it.
    Withdrawn,
}

/// Whether the ending was written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was.
    Here,
    /// Another run was faster, or the passcode was replaced.
    Elsewhere,
}

impl DueRow {
    fn held(&self) -> HeldPasscode {
        HeldPasscode {
            login: self.login.clone(),
            company_id: self.company_id,
            employee_id: self.employee_id,
            passcode_id: self.passcode_id,
        }
    }

    /// What time has done to this passcode by `now`, if anything.
    pub fn ending(&self, now: Timestamp) -> Option<Ending> {
        if now < self.due_at {
            None
        } else if self.recovery_state == Some(RecoveryState::Open) {
            Some(Ending::Abandoned)
        } else if self.passcode_status == PasscodeStatus::Sending {
            Some(Ending::Withdrawn)
        } else if self.passcode_status.is_live() {
            Some(if self.try_count < MAX_TRIES { Ending::Expired } else { Ending::Exhausted })
        } else {
            None
        }
    }
}

impl Store {
    /// The shards of the index by due time.
    pub const DUE_SHARDS: std::ops::Range<u8> = 0..16;

    /// A page of what is due in a shard at `now`.
    pub async fn due(&self, shard: u8, now: Timestamp, after: Option<Item>) -> Result<Due, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.tables.passcodes)
            .index_name("by_due")
            .key_condition_expression("due_shard = :shard AND due_at <= :now")
            .expression_attribute_values(":shard", attribute(format!("{shard:x}"))?)
            .expression_attribute_values(":now", attribute(now)?)
            .limit(PAGE)
            .set_exclusive_start_key(after)
            .send()
            .await
            .map_err(StoreError::of)?;
        let rows = answer.items.unwrap_or_default().into_iter().map(read).collect();
        Ok(Due { rows, next: answer.last_evaluated_key })
    }

    /// Writes what time has done: once, however many runs try.
    pub async fn end(&self, row: &DueRow, ending: Ending, act: &Act) -> Result<Ended, StoreError> {
        let held = row.held();
        let outcome = match ending {
            Ending::Expired => {
                let (from, to) = (PasscodeStatus::LIVE, PasscodeStatus::Expired);
                self.end_code(&held, &from, to, EventType::PasscodeExpired, act).await?
            }
            Ending::Exhausted => self.exhaust(&held, act).await?,
            Ending::Abandoned => self.abandon_recovery(&held, act).await?,
            Ending::Withdrawn => self.withdraw_from(&[PasscodeStatus::Sending], &held, act).await?,
        };
        Ok(if outcome == Outcome::Done { Ended::Here } else { Ended::Elsewhere })
    }
}
