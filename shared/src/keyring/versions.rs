//! The versions of a root secret, or of its public keys: which one signs, and which ones are still accepted.

use std::collections::BTreeMap;

use readmit_domain::passcode::MAX_LIFETIME_MINUTES;
use readmit_domain::{KeyVersion, Timestamp};

/// The longest lifetime of short-lived data, in seconds: 24 hours for a passcode, and one hour for clocks that differ. A token is valid
/// for one hour at most.
pub(super) const LONGEST_LIFE: i64 = (MAX_LIFETIME_MINUTES as i64 + 60) * 60;

/// The versions by number. There is always at least one; versions are never removed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Versions<M> {
    all: BTreeMap<KeyVersion, Version<M>>,
    /// All versions below this one leaked. Short-lived data made with them is not accepted.
    voided_before: KeyVersion,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Version<M> {
    pub material: M,
    /// When it begins to sign, in seconds since 1970.
    pub signs_from: i64,
}

impl<M> Versions<M> {
    /// None if there is no version, or if all versions are void.
    pub fn new(all: BTreeMap<KeyVersion, Version<M>>, voided_before: KeyVersion) -> Option<Self> {
        all.last_key_value().filter(|(newest, _)| **newest >= voided_before)?;
        Some(Self { all, voided_before })
    }

    /// The version for new data. Never a void one, even if by this clock the next version does not sign yet.
    pub fn current(&self, now: Timestamp) -> KeyVersion {
        let valid = || self.all.range(self.voided_before..);
        let signing = valid().rev().find(|(_, version)| version.signs_from <= now.seconds());
        signing.or_else(|| valid().next()).map(|(number, _)| *number).unwrap_or_default()
    }

    /// The version that was added last. It may not sign yet.
    pub fn newest(&self) -> KeyVersion {
        self.all.last_key_value().map(|(number, _)| *number).unwrap_or_default()
    }

    /// Whether short-lived data made with version `number` is still accepted. A version is accepted until all data has expired that was
    /// made with it before the next version began to sign. A version that does not sign yet is accepted too, because an instance whose
    /// clock is ahead may sign with it.
    pub fn accepts(&self, number: KeyVersion, now: Timestamp) -> bool {
        let next = self.all.range(number.saturating_add(1)..).next();
        let taken_until = next.map_or(i64::MAX, |(_, version)| version.signs_from.saturating_add(LONGEST_LIFE));
        number >= self.voided_before && self.all.contains_key(&number) && now.seconds() < taken_until
    }

    pub fn voided_before(&self) -> KeyVersion {
        self.voided_before
    }

    pub fn get(&self, number: KeyVersion) -> Option<&M> {
        self.all.get(&number).map(|version| &version.material)
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (KeyVersion, &Version<M>)> {
        self.all.iter().map(|(number, version)| (*number, version))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(signs_from: &[i64], voided_before: KeyVersion) -> Option<Versions<()>> {
        let all = (1..).zip(signs_from.iter().map(|signs_from| Version { material: (), signs_from: *signs_from }));
        Versions::new(all.collect(), voided_before)
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn a_version_signs_from_its_moment_and_the_one_before_is_taken_for_a_day() {
        let versions = versions(&[0, 1_000], 0).unwrap();
        assert_eq!((versions.current(at(999)), versions.current(at(1_000))), (1, 2));
        for now in [999, 1_000, 1_000 + LONGEST_LIFE - 1] {
            assert!(versions.accepts(1, at(now)) && versions.accepts(2, at(now)) && !versions.accepts(3, at(now)));
        }
        assert!(!versions.accepts(1, at(1_000 + LONGEST_LIFE)) && versions.accepts(2, at(1_000 + LONGEST_LIFE)));
    }

    #[test]
    fn a_version_is_taken_however_many_have_come_since() {
        let versions = versions(&[0, 1_000, 1_001], 0).unwrap();
        assert_eq!(versions.current(at(1_001)), 3);
        assert!(versions.accepts(1, at(1_001)) && versions.accepts(2, at(1_001)));
    }

    #[test]
    fn a_void_version_makes_nothing_and_is_taken_by_nobody() {
        let versions = versions(&[0, 1_000, 2_000], 3).unwrap();
        // An instance whose clock is behind uses the third version, too.
        assert_eq!((versions.current(at(1_990)), versions.current(at(2_000))), (3, 3));
        assert!(!versions.accepts(1, at(1_990)) && !versions.accepts(2, at(1_990)) && versions.accepts(3, at(1_990)));
        assert!(versions.get(1).is_some());
    }

    #[test]
    fn there_is_always_one_that_signs() {
        assert_eq!((versions(&[], 0), versions(&[0], 2)), (None, None));
        assert_eq!(versions(&[1_000], 0).unwrap().current(at(0)), 1);
    }
}
