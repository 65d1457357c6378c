//! The versions of a root secret, or of the public keys that belong to it: which one signs, and which are still taken.

use std::collections::BTreeMap;

use readmit_domain::passcode::MAX_LIFETIME_MINUTES;
use readmit_domain::{KeyVersion, Timestamp};

/// Seconds: a passcode's longest life, 24 hours, and an hour for clocks that differ. A token lives an hour at most.
pub(super) const LONGEST_LIFE: i64 = (MAX_LIFETIME_MINUTES as i64 + 60) * 60;

/// What each version holds, by number. There is at least one; versions are only ever added.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Versions<M> {
    all: BTreeMap<KeyVersion, Version<M>>,
    /// Every version below this one leaked: nothing short-lived that was made with it is taken.
    voided_before: KeyVersion,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Version<M> {
    pub material: M,
    /// When it begins to sign, in seconds since 1970.
    pub signs_from: i64,
}

impl<M> Versions<M> {
    /// None without any version, or if all of them are void.
    pub fn new(all: BTreeMap<KeyVersion, Version<M>>, voided_before: KeyVersion) -> Option<Self> {
        all.last_key_value().filter(|(newest, _)| **newest >= voided_before)?;
        Some(Self { all, voided_before })
    }

    /// The version that new things are made with. Never a void one, even where the clock says that its successor does not sign yet.
    pub fn current(&self, now: Timestamp) -> KeyVersion {
        let valid = || self.all.range(self.voided_before..);
        let signing = valid().rev().find(|(_, version)| version.signs_from <= now.seconds());
        signing.or_else(|| valid().next()).map(|(number, _)| *number).unwrap_or_default()
    }

    /// The version that was added last, whether it signs yet or not.
    pub fn newest(&self) -> KeyVersion {
        self.all.last_key_value().map(|(number, _)| *number).unwrap_or_default()
    }

    /// Whether a short-lived thing made with `number` is still taken: as long as anything lives that was made with it before the
    /// next version took over, however many have come since. Later versions are taken too, for an instance whose clock runs
    /// ahead signs with them already.
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
        // A clock that is behind makes with the third, too.
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
