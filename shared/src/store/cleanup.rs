//! What the cleanup reads: the passcodes whose time is over.

use readmit_domain::lifecycle::{Passcode, Phase};
use readmit_domain::{PasscodeId, PasscodeRef, Timestamp};
use serde::Deserialize;

use super::attributes::*;
use super::change::{Item, attribute};
use super::send::{page, read};
use super::{Store, StoreError};

/// The passcode's shard of the index by due time, as the table names it: one of [`Store::DUE_SHARDS`].
pub fn due_shard(passcode_id: PasscodeId) -> String {
    format!("{:x}", passcode_id.random_bits() & 15)
}

/// How many passcodes of a shard are read at a time.
const PAGE: u8 = 100;

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
    #[serde(flatten)]
    pub held: PasscodeRef,
    #[serde(flatten)]
    phase: Phase,
    try_count: u32,
    due_at: Timestamp,
}

impl DueRow {
    pub fn lifecycle(&self) -> Passcode {
        Passcode { phase: self.phase, until: self.due_at, tries: self.try_count }
    }
}

impl Store {
    /// The shards of the index by due time.
    pub const DUE_SHARDS: std::ops::Range<u8> = 0..16;

    /// A page of what is due in a shard at `now`.
    pub async fn due(&self, shard: u8, now: Timestamp, after: Option<Item>) -> Result<Due, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.passcodes)
            .index_name("by_due")
            .key_condition_expression(format!("{DUE_SHARD} = :shard AND {DUE_AT} <= :now"))
            .expression_attribute_values(":shard", attribute(format!("{shard:x}"))?)
            .expression_attribute_values(":now", attribute(now)?);
        let (items, next) = page(query, PAGE, after).await?;
        Ok(Due { rows: items.into_iter().map(read).collect(), next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    #[test]
    fn passcodes_spread_over_all_shards() {
        let mut random = StdRng::seed_from_u64(1);
        let mut counts = [0; 16];
        for _ in 0..1_600 {
            let shard = due_shard(PasscodeId::new(Timestamp::from_millis(0), &mut random));
            counts[usize::from_str_radix(&shard, 16).unwrap()] += 1;
        }
        assert!(counts.iter().all(|count| (60..140).contains(count)), "{counts:?}");
    }
}
