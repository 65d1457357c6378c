//! Typed identifiers: a prefix for the kind, and a ULID (<https://github.com/ulid/spec>): `emp_01J…`.

use std::fmt;
use std::str::FromStr;

use rand::{CryptoRng, RngExt as _};
use sha2::{Digest as _, Sha256};
use ulid::Ulid;

use crate::Timestamp;

fn ulid_at(moment: Timestamp, random: u128) -> Ulid {
    Ulid::from_parts(u64::try_from(moment.millis()).unwrap_or(0), random)
}

/// Only the upper-case spelling is accepted, so that everything has exactly one identifier.
fn parse_ulid(prefix: &str, text: &str) -> Option<Ulid> {
    let body = text.strip_prefix(prefix)?;
    Ulid::from_string(body).ok().filter(|ulid| ulid.to_string() == body)
}

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// A new identifier. Identifiers sort by creation time.
            pub fn new(now: Timestamp, random: &mut impl CryptoRng) -> Self {
                Self(ulid_at(now, random.random()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = &'static str;

            fn from_str(text: &str) -> Result<Self, &'static str> {
                parse_ulid($prefix, text).map(Self).ok_or("is not an identifier of that kind")
            }
        }

        crate::text::serde_as_text!($name);
    )+};
}

typed_ids! {
    /// The id of a company.
    CompanyId "cmp_";
    /// The id of a person in the directory, of any account type.
    EmployeeId "emp_";
    /// The id of an issued passcode, and of the recovery that it becomes.
    PasscodeId "pco_";
    /// The id of a request for an approval.
    ApprovalId "apr_";
    /// The id of an audit event.
    EventId "evt_";
    /// The id of an import of a file.
    ImportId "imp_";
}

impl EmployeeId {
    /// The id of the person whom a row of a file adds: row number `row` of the piece number `piece`. Each run of the piece gives the same
    /// id, so a second run finds whom the first one added.
    pub fn of_import(import_id: ImportId, piece: u32, row: usize) -> Self {
        let hash = Sha256::digest(format!("{import_id} {piece} {row}"));
        let random = hash.iter().take(10).fold(0, |bits, byte| (bits << 8) | u128::from(*byte));
        Self(Ulid::from_parts(import_id.0.timestamp_ms(), random))
    }
}

impl PasscodeId {
    /// The id's 80 random bits.
    pub fn random_bits(self) -> u128 {
        self.0.random()
    }
}

impl EventId {
    /// The largest possible id.
    pub const LAST: Self = Self(Ulid(u128::MAX));

    /// The id of an act's event number `order`, so that events with the same time sort in their order. 64 bits are random.
    pub fn in_order(now: Timestamp, order: u16, random: &mut impl CryptoRng) -> Self {
        Self(ulid_at(now, (u128::from(order) << 64) | u128::from(random.random::<u64>())))
    }

    /// When the event happened.
    pub fn moment(self) -> Timestamp {
        Timestamp::from_millis(i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX))
    }

    /// The largest possible id that is smaller than this one. Of the smallest it is the same id.
    pub fn just_before(self) -> Self {
        Self(Ulid::from(u128::from(self.0).saturating_sub(1)))
    }

    /// The smallest possible id of an event at this time.
    pub fn first_at(moment: Timestamp) -> Self {
        Self(ulid_at(moment, 0))
    }

    /// The largest possible id of an event at this time.
    pub fn last_at(moment: Timestamp) -> Self {
        Self(ulid_at(moment, u128::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    #[test]
    fn the_random_bits_of_an_id_are_its_last_sixteen_symbols() {
        let id = |end: &str| format!("pco_01J0000000{end:0>16}").parse::<PasscodeId>().unwrap();
        assert_eq!(["0", "Z", "10"].map(|end| id(end).random_bits()), [0, 31, 32]);
    }

    #[test]
    fn events_of_one_act_sort_as_they_happened() {
        let (now, mut random) = (Timestamp::from_millis(7), StdRng::seed_from_u64(1));
        assert!((0..50).map(|order| EventId::in_order(now, order, &mut random)).is_sorted());
        // 64 bits are random. Otherwise two acts at the same time could have the same id.
        assert_ne!(EventId::in_order(now, 3, &mut random), EventId::in_order(now, 3, &mut random));
    }

    #[test]
    fn the_ids_of_a_moment_lie_between_its_first_and_its_last() {
        let [before, now, after] = [6, 7, 8].map(Timestamp::from_millis);
        let id = EventId::in_order(now, 3, &mut StdRng::seed_from_u64(1));
        assert_eq!(id.moment(), now);
        assert!((EventId::first_at(now)..=EventId::last_at(now)).contains(&id));
        assert!(EventId::last_at(before) < EventId::first_at(now) && EventId::last_at(now) < EventId::first_at(after));
        assert_eq!(EventId::first_at(now).just_before(), EventId::last_at(before));
    }

    #[test]
    fn a_row_of_an_import_has_one_id() {
        let import_id: ImportId = "imp_01J00000000000000000000000".parse().unwrap();
        let id = EmployeeId::of_import(import_id, 7, 12);
        assert_eq!(id, EmployeeId::of_import(import_id, 7, 12));
        let others = [EmployeeId::of_import(import_id, 71, 2), EmployeeId::of_import(import_id, 7, 13)];
        assert!(!others.contains(&id));
        assert!(id.to_string().starts_with("emp_01J0000000"), "it sorts by the time of the import");
    }

    #[test]
    fn an_id_is_read_only_in_its_own_spelling() {
        let id = EmployeeId::new(Timestamp::from_millis(1_732_421_884_000), &mut StdRng::seed_from_u64(7));
        let text = id.to_string();
        assert_eq!(text.parse(), Ok(id));
        for other in [text.to_lowercase(), text.replace("emp_", "cmp_"), format!("{text}0")] {
            assert!(other.parse::<EmployeeId>().is_err(), "{other}");
        }
    }
}
