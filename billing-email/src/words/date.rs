use billing_core::{Language, TimeZone};
use chrono::{DateTime, Datelike as _, Utc};

const MONTHS_UK: [&str; 12] = [
    "січня",
    "лютого",
    "березня",
    "квітня",
    "травня",
    "червня",
    "липня",
    "серпня",
    "вересня",
    "жовтня",
    "листопада",
    "грудня",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// An instant by the reader's clock, with the zone's name: `28 листопада 2026 р., 05:43 (Europe/Kyiv)`.
pub(crate) fn moment(at: DateTime<Utc>, zone: TimeZone, language: Language) -> String {
    let local = zone.local(at);
    let (day, year, time) = (local.day(), local.year(), local.format("%H:%M"));
    let (months, year_mark) = match language {
        Language::En => (MONTHS_EN, ""),
        _ => (MONTHS_UK, "\u{a0}р."),
    };
    let month = usize::try_from(local.month0()).ok().and_then(|month| months.get(month)).unwrap_or(&"");
    format!("{day}\u{a0}{month} {year}{year_mark}, {time} ({})", zone.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_said_by_the_readers_clock() {
        let kyiv = TimeZone::default();
        let tokyo = "Asia/Tokyo".parse().unwrap();
        for (at, zone, uk, en) in [
            (
                "2026-11-28T03:43:59Z",
                kyiv,
                "28\u{a0}листопада 2026\u{a0}р., 05:43 (Europe/Kyiv)",
                "28\u{a0}November 2026, 05:43 (Europe/Kyiv)",
            ),
            (
                "2026-12-31T22:00:00Z",
                kyiv,
                "1\u{a0}січня 2027\u{a0}р., 00:00 (Europe/Kyiv)",
                "1\u{a0}January 2027, 00:00 (Europe/Kyiv)",
            ),
            (
                "2026-05-09T21:05:00Z",
                tokyo,
                "10\u{a0}травня 2026\u{a0}р., 06:05 (Asia/Tokyo)",
                "10\u{a0}May 2026, 06:05 (Asia/Tokyo)",
            ),
        ] {
            let at = at.parse().unwrap();
            assert_eq!(moment(at, zone, Language::Uk), uk);
            assert_eq!(moment(at, zone, Language::En), en);
        }
    }
}
