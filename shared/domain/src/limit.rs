//! Rate limits: how often something may happen within a span of time. A limit holds for every span, whenever it begins.

use std::net::IpAddr;
use std::time::Duration;

use crate::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How often something may happen.
    pub most: usize,
    /// The span of time.
    pub within: Duration,
}

const fn limit(most: usize, seconds: u64) -> Limit {
    Limit { most, within: Duration::from_secs(seconds) }
}

/// Passcodes mailed to one employee: enough if a mail or two are lost, too few to fill a mailbox.
pub const CODES_AN_EMPLOYEE: [Limit; 2] = [limit(3, 15 * MINUTE), limit(10, DAY)];
/// Passcodes issued by one admin: a helpdesk's busy hour.
pub const CODES_AN_ADMIN: [Limit; 1] = [limit(60, HOUR)];
/// People added to one company by its Security Admins: a helpdesk's busy day, and too few to occupy a domain's addresses.
pub const PEOPLE_A_COMPANY: [Limit; 1] = [limit(100, DAY)];
/// Failed sign-ins of an account from one network. It takes five networks to reach the limit of the account.
pub const SIGN_INS_A_NETWORK: [Limit; 2] = [limit(10, 15 * MINUTE), limit(20, DAY)];
/// Failed sign-ins of an account from a known device.
pub const SIGN_INS_A_DEVICE: [Limit; 2] = [limit(10, 15 * MINUTE), limit(100, DAY)];
/// Wrong passwords of an account from anywhere (NIST SP 800-63B-4, section 3.2.2).
pub const WRONG_PASSWORDS_AN_ACCOUNT: [Limit; 1] = [limit(100, DAY)];
/// Wrong second factors with the right password, from anywhere. Only someone who knows the password can reach this limit.
pub const WRONG_SECOND_FACTORS_AN_ACCOUNT: [Limit; 1] = [limit(100, DAY)];
/// Refused redemptions of an address from one network: too few to guess the 20 bits of a selector before the code expires.
pub const REFUSED_REDEMPTIONS_A_NETWORK: [Limit; 1] = [limit(100, 15 * MINUTE)];
/// Secrets compared without a success, for all codes of an account (NIST SP 800-63B-4, section 3.2.2).
pub const MAX_TRIES_WITHOUT_SUCCESS: u32 = 100;
/// How long no code is issued after [`MAX_TRIES_WITHOUT_SUCCESS`].
pub const LOCKED_FOR: Duration = Duration::from_secs(DAY);

/// When the lock after [`MAX_TRIES_WITHOUT_SUCCESS`] ends. None if there were fewer.
pub fn lock_end(tries_without_success: u32, last_try_at: Option<Timestamp>) -> Option<Timestamp> {
    last_try_at.filter(|_| tries_without_success >= MAX_TRIES_WITHOUT_SUCCESS).map(|last| last.after(LOCKED_FOR))
}

/// How often something may still happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// How often it may happen now.
    pub left: usize,
    /// When it may happen once more than now. None if it may happen as often as the limit says.
    pub more_at: Option<Timestamp>,
}

/// The times when something happened, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occurrences(Vec<Timestamp>);

impl Occurrences {
    /// Reads the stored times, in milliseconds since 1970.
    pub fn from_millis(millis: &[i64]) -> Self {
        let mut moments: Vec<_> = millis.iter().map(|millis| Timestamp::from_millis(*millis)).collect();
        moments.sort_unstable();
        Self(moments)
    }

    /// The times as they are stored, in milliseconds since 1970.
    pub fn to_millis(&self) -> Vec<i64> {
        self.0.iter().map(|moment| moment.millis()).collect()
    }

    /// Whether it may happen once more at `now`. The error is the time from which on it may.
    pub fn admit(&self, limits: &[Limit], now: Timestamp) -> Result<(), Timestamp> {
        let full_until = |limit: &Limit| {
            let first_that_counts = self.0.get(self.0.len().checked_sub(limit.most)?)?;
            Some(first_that_counts.after(limit.within)).filter(|until| now < *until)
        };
        limits.iter().filter_map(full_until).max().map_or(Ok(()), Err)
    }

    /// How often it may still happen at `now`.
    pub fn allowance(&self, limit: Limit, now: Timestamp) -> Allowance {
        let Self(counting) = self.counting(&[limit], now);
        let next = counting.get(counting.len().saturating_sub(limit.most));
        Allowance {
            left: limit.most.saturating_sub(counting.len()),
            more_at: next.map(|moment| moment.after(limit.within)),
        }
    }

    /// Adds `now`, and removes the times that no longer count.
    pub fn with(&self, limits: &[Limit], now: Timestamp) -> Self {
        let Self(mut moments) = self.counting(limits, now);
        moments.push(now);
        Self(moments)
    }

    /// Removes the times that no longer count.
    pub fn counting(&self, limits: &[Limit], now: Timestamp) -> Self {
        let longest = limits.iter().map(|limit| limit.within).max().unwrap_or_default();
        Self(self.0.iter().filter(|moment| now < moment.after(longest)).copied().collect())
    }
}

/// The network of an address: /24 for IPv4, /48 for IPv6, which a provider typically assigns to one customer (RFC 6177). All malformed
/// addresses count as one network.
pub fn network_of(source_ip: Option<&str>) -> String {
    match source_ip.and_then(|text| text.parse::<IpAddr>().ok()).map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        None => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn a_limit_is_exact_to_the_millisecond() {
        let limits = [limit(3, 900)];
        let mut seen = Occurrences::default();
        for second in [0, 10, 20] {
            assert_eq!(seen.admit(&limits, at(second)), Ok(()));
            seen = seen.with(&limits, at(second));
        }
        assert_eq!(seen.admit(&limits, at(21)), Err(at(900)));
        assert_eq!(seen.admit(&limits, Timestamp::from_millis(899_999)), Err(at(900)));
        assert_eq!(seen.admit(&limits, at(900)), Ok(()));
    }

    #[test]
    fn limits_are_those_of_the_threat_model() {
        let (quarter, hour, day) = (15 * 60, 60 * 60, 24 * 60 * 60);
        assert_eq!(CODES_AN_EMPLOYEE, [limit(3, quarter), limit(10, day)]);
        assert_eq!(CODES_AN_ADMIN, [limit(60, hour)]);
        assert_eq!(SIGN_INS_A_NETWORK, [limit(10, quarter), limit(20, day)]);
        assert_eq!(SIGN_INS_A_DEVICE, [limit(10, quarter), limit(100, day)]);
        assert_eq!(
            (WRONG_PASSWORDS_AN_ACCOUNT, WRONG_SECOND_FACTORS_AN_ACCOUNT),
            ([limit(100, day)], [limit(100, day)])
        );
        assert_eq!(REFUSED_REDEMPTIONS_A_NETWORK, [limit(100, quarter)]);
        assert_eq!((MAX_TRIES_WITHOUT_SUCCESS, LOCKED_FOR.as_secs()), (100, day));
    }

    #[test]
    fn only_times_that_still_count_are_stored() {
        let seen = Occurrences::from_millis(&[2_000, 1_000]);
        assert_eq!(seen.to_millis(), [1_000, 2_000]);
        assert_eq!(seen.counting(&[limit(3, 10)], at(11)).to_millis(), [2_000]);
        assert_eq!(seen.with(&[limit(3, 10)], at(11)).to_millis(), [2_000, 11_000]);
    }

    #[test]
    fn an_allowance_says_what_is_left_and_when_there_is_more() {
        let seen = Occurrences::from_millis(&[1_000, 2_000, 3_000]);
        let allowance = |most, seconds| {
            let Allowance { left, more_at } = seen.allowance(limit(most, 10), at(seconds));
            (left, more_at.map(Timestamp::seconds))
        };
        assert_eq!(allowance(3, 4), (0, Some(11)));
        assert_eq!(allowance(5, 4), (2, Some(11)));
        assert_eq!(allowance(5, 11), (3, Some(12)));
        assert_eq!(allowance(5, 13), (5, None));
        // More than a limit that was lowered: one ends before there is a place.
        assert_eq!(allowance(2, 4), (0, Some(12)));
    }

    #[test]
    fn the_lock_lasts_a_day_after_the_last_try() {
        assert_eq!(lock_end(99, Some(at(1))), None);
        assert_eq!(lock_end(100, Some(at(1))), Some(at(86_401)));
        assert_eq!(lock_end(100, None), None);
    }

    #[test]
    fn of_two_limits_the_longer_wait_counts() {
        let seen = Occurrences::from_millis(&[0, 1_000, 2_000]);
        assert_eq!(seen.admit(&[limit(3, 10), limit(3, 100)], at(5)), Err(at(100)));
    }

    #[test]
    fn neighbouring_addresses_are_in_one_network() {
        assert_eq!(network_of(Some("203.0.113.7")), network_of(Some("203.0.113.250")));
        assert_ne!(network_of(Some("203.0.113.7")), network_of(Some("203.0.114.7")));
        assert_eq!(network_of(Some("::ffff:203.0.113.7")), network_of(Some("203.0.113.7")));
        assert_eq!(network_of(Some("2001:db8:1:2:3::1")), network_of(Some("2001:db8:1:ffff::9")));
        assert_ne!(network_of(Some("2001:db8:1:2::1")), network_of(Some("2001:db8:2:2::1")));
        assert_eq!(network_of(Some("nonsense")), network_of(None));
    }

    proptest! {
        #[test]
        fn never_more_than_the_limit_in_any_span(steps in proptest::collection::vec(0i64..400, 1..80)) {
            let limits = [limit(3, 900), limit(10, 5_000)];
            let (mut now, mut seen, mut admitted) = (0, Occurrences::default(), Vec::new());
            for step in steps {
                now += step;
                prop_assert_eq!(seen.admit(&limits[..1], at(now)).is_ok(), seen.allowance(limits[0], at(now)).left > 0);
                match seen.admit(&limits, at(now)) {
                    Ok(()) => { seen = seen.with(&limits, at(now)); admitted.push(now); }
                    Err(until) => {
                        prop_assert!(until > at(now));
                        prop_assert_eq!(seen.admit(&limits, until), Ok(()));
                    }
                }
            }
            for limit in limits {
                let span = i64::try_from(limit.within.as_secs()).unwrap();
                for window in admitted.windows(limit.most + 1) {
                    prop_assert!(window[limit.most] - window[0] >= span);
                }
            }
        }
    }
}
