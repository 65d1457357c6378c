//! A point in time, in milliseconds since 1970 UTC, written as RFC 3339.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time in UTC, to the millisecond. Its text always has the same length (`2026-11-24T04:18:04.000Z`), so that texts, which
/// DynamoDB compares, sort by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first and the last millisecond of the years 0000 to 9999, which have four digits.
    const RANGE: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

    /// `millis` since 1970 UTC, limited to the years 0000 to 9999.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < *Self::RANGE.start() {
            Self(*Self::RANGE.start())
        } else if millis > *Self::RANGE.end() {
            Self(*Self::RANGE.end())
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970 UTC.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 UTC, as tokens and DynamoDB's TTL count them.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Whole days since 1970 UTC.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(24 * 60 * 60 * 1000)
    }

    /// The time `duration` later.
    pub fn after(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// Date and time of day in UTC, for texts.
    pub fn to_calendar(self) -> OffsetDateTime {
        let nanos = i128::from(self.0) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.to_calendar().to_calendar_date();
        let (hour, minute, second, milli) = self.to_calendar().to_hms_milli();
        let month = u8::from(month);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }
}

impl FromStr for Timestamp {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok();
        let millis = moment.and_then(|moment| moment.unix_timestamp_nanos().div_euclid(1_000_000).try_into().ok());
        millis.map(Self::from_millis).ok_or("is not an RFC 3339 date and time")
    }
}

crate::text::serde_as_text!(Timestamp);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_sort_as_moments_do_and_read_back(a in Timestamp::RANGE, b in Timestamp::RANGE) {
            let (a, b) = (Timestamp::from_millis(a), Timestamp::from_millis(b));
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
            prop_assert_eq!(a.to_string().parse::<Timestamp>().unwrap(), a);
        }
    }

    #[test]
    fn moments_stay_within_the_years_of_four_digits() {
        let at = |millis: i64| Timestamp::from_millis(millis).to_string();
        assert_eq!(at(i64::MIN), "0000-01-01T00:00:00.000Z");
        assert_eq!(at(i64::MAX), "9999-12-31T23:59:59.999Z");
        let moment = Timestamp::from_millis(-1);
        assert_eq!((moment.seconds(), moment.after(Duration::from_secs(2)).millis()), (-1, 1_999));
        assert_eq!(Timestamp::from_millis(1_999).seconds(), 1);
    }

    #[test]
    fn a_day_lasts_from_midnight_to_midnight_in_utc() {
        let days = [-1, 0, 86_399_999, 86_400_000].map(|millis| Timestamp::from_millis(millis).day());
        assert_eq!(days, [-1, 0, 0, 1]);
    }

    #[test]
    fn a_moment_is_written_in_utc_with_milliseconds() {
        assert_eq!(Timestamp::from_millis(1_732_421_884_007).to_string(), "2024-11-24T04:18:04.007Z");
        assert_eq!("2024-11-24T05:18:04+01:00".parse::<Timestamp>().unwrap().millis(), 1_732_421_884_000);
    }
}
