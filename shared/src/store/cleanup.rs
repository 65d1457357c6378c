//! Reads the overdue passcodes, for the cleanup.

use readmit_domain::{Login, PasscodeId, Timestamp};
use serde::Deserialize;

use super::attributes::*;
use super::change::Item;
use super::query::{KeyRange, Source};
use super::send::read;
use super::{Store, StoreError};

/// The passcode's shard of the index `by_due`, as a hexadecimal digit: one of [`Store::DUE_SHARDS`].
pub fn due_shard(passcode_id: PasscodeId) -> String {
    format!("{:x}", passcode_id.random_bits() & 15)
}

/// Passcodes in one query.
const PAGE: i32 = 100;

/// Logins of one shard whose passcodes may be due.
pub struct DuePage {
    /// Sorted by due time. The index is eventually consistent, so some passcodes may have ended already.
    pub logins: Vec<Result<Login, StoreError>>,
    /// The start of the next page, if more may follow.
    pub next: Option<Item>,
}

/// The index by due time has only keys, so that changes to a recovery cost no write in it.
#[derive(Deserialize)]
struct DueRow {
    login: Login,
}

impl Store {
    /// The shards of the index by due time.
    pub const DUE_SHARDS: std::ops::Range<u8> = 0..16;

    /// A page of the passcodes of a shard that are due at `now`. The due time is the code's expiry and never changes. So a recovery may be
    /// due but not over yet; it stays due until it is.
    pub async fn due(&self, shard: u8, now: Timestamp, after: Option<Item>) -> Result<DuePage, StoreError> {
        let source =
            Source { table: &self.tables.passcodes, index: Some("by_due"), partition_key: DUE_SHARD, sort_key: DUE_AT };
        let now = now.to_string();
        let query = source
            .query(&self.client, format!("{shard:x}"), &KeyRange::UpTo(&now))?
            .limit(PAGE)
            .set_exclusive_start_key(after);
        let answer = query.send().await.map_err(StoreError::of)?;
        let rows = answer.items.unwrap_or_default().into_iter();
        Ok(DuePage {
            logins: rows.map(|row| read(row).map(|row: DueRow| row.login)).collect(),
            next: answer.last_evaluated_key,
        })
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
