//! Typed identifiers: a prefix that names the kind and a ULID (<https://github.com/ulid/spec>), `emp_01J…`.

use std::fmt;
use std::str::FromStr;

use rand::{CryptoRng, RngExt as _};
use ulid::Ulid;

use crate::Timestamp;

/// The text is not an identifier of the kind asked for, in its one spelling.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not an identifier of that kind")]
pub struct NotAnId;

fn new_ulid(now: Timestamp, random: &mut impl CryptoRng) -> Ulid {
    Ulid::from_parts(u64::try_from(now.millis()).unwrap_or(0), random.random())
}

/// Only the upper-case spelling is an identifier, so that one thing has one name.
fn parse_ulid(prefix: &str, text: &str) -> Result<Ulid, NotAnId> {
    let body = text.strip_prefix(prefix).ok_or(NotAnId)?;
    let ulid = Ulid::from_string(body).map_err(|_| NotAnId)?;
    if ulid.to_string() == body { Ok(ulid) } else { Err(NotAnId) }
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// A new identifier; identifiers sort by the time of their making.
            pub fn new(now: Timestamp, random: &mut impl CryptoRng) -> Self {
                Self(new_ulid(now, random))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse_ulid($prefix, text).map(Self)
            }
        }

        crate::text::serde_as_text!($name);
    };
}

typed_id!(
    /// A company, the owner of employees.
    CompanyId,
    "cmp_"
);
typed_id!(
    /// A person in the directory, whatever the account's type.
    EmployeeId,
    "emp_"
);
typed_id!(
    /// One issued passcode, and the recovery it becomes once redeemed.
    PasscodeId,
    "pco_"
);
typed_id!(
    /// One event of the audit trail.
    EventId,
    "evt_"
);

impl PasscodeId {
    /// One of sixteen shards, by random bits of the id.
    pub fn shard(self) -> u8 {
        u8::try_from(self.0.random() & 15).unwrap_or(0)
    }
}

impl EventId {
    /// The id of an act's event number `order`: events of one moment sort as they happened. 64 random bits are left.
    pub fn in_order(now: Timestamp, order: u16, random: &mut impl CryptoRng) -> Self {
        let random: u64 = random.random();
        let millis = u64::try_from(now.millis()).unwrap_or(0);
        Self(Ulid::from_parts(millis, (u128::from(order) << 64) | u128::from(random)))
    }

    /// When the event happened.
    pub fn moment(self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX))
    }

    /// The least id that an event of this moment can have.
    pub fn first_at(moment: Timestamp) -> Self {
        Self(Ulid::from_parts(u64::try_from(moment.millis()).unwrap_or(0), 0))
    }

    /// The greatest id that an event of this moment can have.
    pub fn last_at(moment: Timestamp) -> Self {
        Self(Ulid::from_parts(u64::try_from(moment.millis()).unwrap_or(0), u128::MAX))
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
            counts[usize::from(PasscodeId::new(Timestamp::from_millis(0), &mut random).shard())] += 1;
        }
        assert!(counts.iter().all(|count| (60..140).contains(count)), "{counts:?}");
    }

    #[test]
    fn events_of_one_act_sort_as_they_happened() {
        let mut random = StdRng::seed_from_u64(1);
        let ids: Vec<EventId> =
            (0..50).map(|order| EventId::in_order(Timestamp::from_millis(7), order, &mut random)).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn the_ids_of_a_moment_lie_between_its_first_and_its_last() {
        let at = |millis| Timestamp::from_millis(millis);
        let id = EventId::in_order(at(7), 3, &mut StdRng::seed_from_u64(1));
        assert_eq!(id.moment(), at(7));
        assert!(EventId::first_at(at(7)) <= id && id <= EventId::last_at(at(7)));
        assert!(
            EventId::last_at(at(6)) < EventId::first_at(at(7)) && EventId::last_at(at(7)) < EventId::first_at(at(8))
        );
    }

    #[test]
    fn an_id_reads_back_as_itself_and_only_in_its_own_spelling() {
        let id = EmployeeId::new(Timestamp::from_millis(1_732_421_884_000), &mut StdRng::seed_from_u64(7));
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(text.to_lowercase().parse::<EmployeeId>(), Err(NotAnId));
        assert_eq!(text.replace("emp_", "cmp_").parse::<EmployeeId>(), Err(NotAnId));
        assert_eq!(format!("{text}0").parse::<EmployeeId>(), Err(NotAnId));
    }
}
