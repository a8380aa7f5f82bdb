//! Local days and months.
use std::{fmt, str::FromStr};

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, TimeDelta,
    TimeZone as _, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// An IANA time zone: where an account's days and months begin.
///
/// # Examples
/// ```
/// use billing_core::TimeZone;
///
/// let kyiv: TimeZone = "Europe/Kyiv".parse()?;
/// assert_eq!(kyiv, TimeZone::default());
/// assert!("Europe/Kiyv".parse::<TimeZone>().is_err());
/// # Ok::<(), billing_core::UnknownTimeZone>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Tz);

impl TimeZone {
    /// The name in the IANA database.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The first instant of the local day after the one that holds `at`.
    pub fn day_end(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let today = self.local_date(at);
        self.day_start(today.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX))
    }

    /// The first instant of the local month after the one that holds `at`.
    pub fn month_end(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let first = self.local_date(at).with_day(1).unwrap_or(NaiveDate::MAX);
        self.day_start(first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX))
    }

    /// The local date of an instant.
    pub fn local_date(self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// What clocks and calendars show at an instant.
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        let utc = at.naive_utc();
        // At the ends of what can be counted no zone fits in.
        utc.checked_add_offset(self.0.offset_from_utc_datetime(&utc).fix()).unwrap_or(utc)
    }

    /// The first instant of a local date. Where clocks jump over midnight, the day begins after the jump.
    pub fn day_start(self, date: NaiveDate) -> DateTime<Utc> {
        let midnight = date.and_time(NaiveTime::MIN);
        // No zone jumps by more than a day; steps of 15 minutes meet every offset in use.
        (0..=96)
            .filter_map(|quarter| midnight.checked_add_signed(TimeDelta::minutes(15 * quarter)))
            .find_map(|local| self.0.from_local_datetime(&local).earliest())
            .map_or(DateTime::<Utc>::MAX_UTC, |local| local.with_timezone(&Utc))
    }
}

impl Default for TimeZone {
    /// Europe/Kyiv.
    fn default() -> Self {
        Self(Tz::Europe__Kyiv)
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TimeZone {
    type Err = UnknownTimeZone;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        name.parse().map(Self).map_err(|_| UnknownTimeZone { name: name.chars().take(64).collect() })
    }
}

impl TryFrom<String> for TimeZone {
    type Error = UnknownTimeZone;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

/// The name is not in the IANA time zone database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone {name:?}")]
pub struct UnknownTimeZone {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn days_end_at_local_midnight_in_summer_and_winter() {
        let kyiv = TimeZone::default();
        assert_eq!(kyiv.day_end(at("2026-07-01T20:59:59Z")), at("2026-07-01T21:00:00Z"));
        assert_eq!(kyiv.day_end(at("2026-07-01T21:00:00Z")), at("2026-07-02T21:00:00Z"));
        assert_eq!(kyiv.day_end(at("2026-12-31T23:00:00Z")), at("2027-01-01T22:00:00Z"));
        assert_eq!(kyiv.month_end(at("2026-12-31T21:59:59Z")), at("2026-12-31T22:00:00Z"));
    }

    #[test]
    fn clocks_show_summer_and_winter_time() {
        let kyiv = TimeZone::default();
        for (instant, shown) in [
            ("2026-07-01T21:30:00Z", "2026-07-02 00:30:00"),
            ("2026-12-31T21:30:00Z", "2026-12-31 23:30:00"),
            ("2026-10-25T00:59:59Z", "2026-10-25 03:59:59"),
            ("2026-10-25T01:00:00Z", "2026-10-25 03:00:00"),
        ] {
            assert_eq!(kyiv.local(at(instant)).to_string(), shown, "{instant}");
        }
        assert_eq!(kyiv.local(DateTime::<Utc>::MAX_UTC), DateTime::<Utc>::MAX_UTC.naive_utc());
    }

    #[test]
    fn the_days_of_the_clock_change_last_23_and_25_hours() {
        let kyiv = TimeZone::default();
        let length = |date: NaiveDate| kyiv.day_end(kyiv.day_start(date)) - kyiv.day_start(date);
        assert_eq!(length(NaiveDate::from_ymd_opt(2026, 3, 29).unwrap()), TimeDelta::hours(23));
        assert_eq!(length(NaiveDate::from_ymd_opt(2026, 10, 25).unwrap()), TimeDelta::hours(25));
    }

    #[test]
    fn a_day_without_midnight_begins_after_the_jump() {
        let beirut: TimeZone = "Asia/Beirut".parse().unwrap();
        assert_eq!(
            beirut.day_start(NaiveDate::from_ymd_opt(2026, 3, 29).unwrap()),
            at("2026-03-28T22:00:00Z")
        );
        let samoa: TimeZone = "Pacific/Apia".parse().unwrap();
        // 30 December 2011 did not happen there.
        assert_eq!(samoa.day_end(at("2011-12-30T09:00:00Z")), at("2011-12-30T10:00:00Z"));
    }
}
