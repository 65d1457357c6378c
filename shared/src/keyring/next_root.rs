//! The next value of a root secret: one more version, and the existing versions unchanged.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::CryptoRng;
use rand::distr::{Alphanumeric, SampleString as _};
use readmit_domain::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::key_store::CACHE_LIFETIME;
use super::root::RootJson;
use super::{BadRootSecret, Root, RotationError};

/// How long after its creation a version begins to sign.
const SIGNS_AFTER: Duration = Duration::from_secs(30 * 60);
/// The shortest time between becoming current and signing. By then every process has fetched the version and its public key: twice
/// [`CACHE_LIFETIME`], and three minutes for clocks that differ. Other services that verify tokens cache public keys for five minutes.
const KNOWN_AFTER: Duration = Duration::from_secs(2 * CACHE_LIFETIME.as_secs() + 180);
/// The length of a version in characters, as in the template. 62^64 is more than 2^256.
const MATERIAL_LENGTH: usize = 64;

/// Why a version is added.
pub(super) enum Reason {
    /// The rotation schedule. The version signs after [`SIGNS_AFTER`].
    Schedule,
    /// A leak. The version signs at once and voids all earlier ones.
    Leak,
}

/// The root secret with one more version.
pub(super) fn next_root(
    current: &SecretString,
    reason: Reason,
    now: Timestamp,
    random: &mut impl CryptoRng,
) -> Result<SecretString, BadRootSecret> {
    let version = Root::parse(current)?.versions.newest() + 1;
    let RootJson { mut signs_from, mut versions, voided_before } = RootJson::read(current)?;
    let (version_signs_from, voided_before) = match reason {
        Reason::Schedule => (now.after(SIGNS_AFTER), voided_before),
        Reason::Leak => (now, version),
    };
    signs_from.insert(version.to_string(), version_signs_from.seconds());
    versions.insert(version.to_string(), SecretString::from(Alphanumeric.sample_string(random, MATERIAL_LENGTH)));

    let exposed = versions.iter().map(|(version, material)| (version.as_str(), json!(material.expose_secret())));
    let mut next: BTreeMap<&str, _> = exposed.collect();
    next.insert("signs_from", json!(signs_from));
    if voided_before > 0 {
        next.insert("voided_before", json!(voided_before));
    }
    Ok(SecretString::from(json!(next).to_string()))
}

pub(super) fn may_follow(current: &SecretString, next: &SecretString, now: Timestamp) -> Result<(), RotationError> {
    let root = Root::parse(next)?;
    if !keeps_all(current, next)? {
        return Err(RotationError::LosesVersions);
    }
    let known = now.after(KNOWN_AFTER).seconds();
    let newest = root.versions.iter().last().map(|(_, version)| version.signs_from);
    if newest.is_some_and(|signs_from| signs_from < known) { Err(RotationError::TooLate) } else { Ok(()) }
}

/// Whether `next` has every version of `current` unchanged, and voids no fewer of them.
fn keeps_all(current: &SecretString, next: &SecretString) -> Result<bool, BadRootSecret> {
    let (current, next) = (RootJson::read(current)?, RootJson::read(next)?);
    let same = |version: &String, material: &SecretString| {
        next.versions.get(version).is_some_and(|kept| kept.expose_secret() == material.expose_secret())
            && next.signs_from.get(version) == current.signs_from.get(version)
    };
    let all = current.versions.iter().all(|(version, material)| same(version, material));
    Ok(all && next.voided_before >= current.voided_before)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ONE, TWO};
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_rotation_adds_a_version_that_signs_half_an_hour_later() {
        let now = Timestamp::from_millis(2_000_000);
        let (current, mut random) = (SecretString::from(TWO), Random::system());
        let mut next_root = || next_root(&current, Reason::Schedule, now, &mut random).unwrap();
        let next = next_root();
        let versions = Root::parse(&next).unwrap().versions;
        assert_eq!(versions.current(now), 2);
        assert_eq!(versions.current(now.after(Duration::from_secs(1_799))), 2);
        assert_eq!(versions.current(now.after(SIGNS_AFTER)), 3);
        assert!(keeps_all(&current, &next).unwrap());
        assert_ne!(next.expose_secret(), next_root().expose_secret());
    }

    #[test]
    fn after_a_leak_the_new_version_signs_at_once_and_stays_when_the_next_comes() {
        let (now, mut random) = (Timestamp::from_millis(2_000_000), Random::system());
        let voided = next_root(&SecretString::from(TWO), Reason::Leak, now, &mut random).unwrap();
        let next = next_root(&voided, Reason::Schedule, now, &mut random).unwrap();
        for root in [&voided, &next] {
            let versions = Root::parse(root).unwrap().versions;
            assert_eq!(versions.current(now), 3);
            assert!(!versions.accepts(1, now) && !versions.accepts(2, now) && versions.get(1).is_some());
        }
        assert!(keeps_all(&voided, &next).unwrap() && !keeps_all(&next, &voided).unwrap());
    }

    #[test]
    fn a_version_that_is_lost_or_changed_is_noticed() {
        let keeps = |current: &str, next: &str| keeps_all(&SecretString::from(current), &SecretString::from(next));
        assert!(keeps(ONE, TWO).unwrap());
        assert!(!keeps(TWO, ONE).unwrap());
        assert!(!keeps(ONE, &TWO.replace("0123", "0124")).unwrap());
        assert!(!keeps(ONE, &TWO.replace("\"1\":0,", "\"1\":1,")).unwrap());
        let void = TWO.replace("\"signs_from\"", "\"voided_before\":2,\"signs_from\"");
        assert!(keeps(TWO, &void).unwrap() && !keeps(&void, TWO).unwrap());
    }

    #[test]
    fn a_version_that_would_sign_before_everybody_knows_it_does_not_become_current() {
        let (current, made_at) = (SecretString::from(ONE), Timestamp::from_millis(2_000_000));
        let next = next_root(&current, Reason::Schedule, made_at, &mut Random::system()).unwrap();
        let last = made_at.after(SIGNS_AFTER.saturating_sub(KNOWN_AFTER));
        assert!(may_follow(&current, &next, last).is_ok());
        let late = may_follow(&current, &next, last.after(Duration::from_secs(1)));
        assert!(matches!(late, Err(RotationError::TooLate)));
    }

    #[test]
    fn a_root_that_is_none_is_not_rotated() {
        let none = SecretString::from("{}");
        assert!(next_root(&none, Reason::Schedule, Timestamp::from_millis(0), &mut Random::system()).is_err());
    }
}
