//! Parameters of a query, read one by one, so that what is wrong is told by its name.
use std::ops::RangeInclusive;

use chrono::{DateTime, NaiveDate, Utc};

use crate::error::ApiError;

/// 400: the query is not as it has to be.
pub(crate) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("INVALID_QUERY", message)
}

/// A whole number within bounds.
pub(crate) fn whole(
    name: &str,
    text: Option<&str>,
    range: RangeInclusive<u32>,
) -> Result<Option<u32>, ApiError> {
    text.map(|text| {
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(|| {
            invalid(format!("{name} must be a whole number from {} to {}", range.start(), range.end()))
        })
    })
    .transpose()
}

/// A time.
pub(crate) fn time(name: &str, text: Option<&str>) -> Result<Option<DateTime<Utc>>, ApiError> {
    text.map(|text| {
        DateTime::parse_from_rfc3339(text)
            .map(|time| time.to_utc())
            .map_err(|_| invalid(format!("{name} must be a time such as 2026-11-30T00:00:00Z")))
    })
    .transpose()
}

/// A day, of a year with four digits.
pub(crate) fn date(name: &str, text: Option<&str>) -> Result<Option<NaiveDate>, ApiError> {
    text.map(|text| {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        // The parser takes shorter and longer forms, too.
        date.filter(|date| date.to_string() == text && text.len() == 10)
            .ok_or_else(|| invalid(format!("{name} must be a date such as 2026-11-30")))
    })
    .transpose()
}

/// The most values that a parameter takes, repeats included.
const MOST_VALUES: usize = 20;

/// Several values with commas, each once; none where nothing is said. `allowed` tells what one may be.
pub(crate) fn several<T: PartialEq>(
    name: &str,
    text: Option<&str>,
    allowed: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ApiError> {
    let mut values = Vec::new();
    let words = text.filter(|text| !text.is_empty()).into_iter().flat_map(|text| text.split(','));
    for (place, word) in words.enumerate() {
        if place == MOST_VALUES {
            return Err(invalid(format!("{name} takes at most {MOST_VALUES} values")));
        }
        let value =
            read(word).ok_or_else(|| invalid(format!("{name} must be {allowed}, or several with commas")))?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_one_form() {
        assert_eq!(date("from", Some("2026-02-28")).unwrap(), NaiveDate::from_ymd_opt(2026, 2, 28));
        for bad in
            ["", "2026-2-28", "2026-02-30", "26-02-28", "+12026-02-28", "2026-02-28T00:00:00Z", " 2026-02-28"]
        {
            assert!(date("from", Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn several_values_are_told_apart_by_commas_and_count_once() {
        let read = |text| several("n", text, "a digit", |word| word.parse::<u8>().ok());
        assert!(read(None).unwrap().is_empty());
        assert!(read(Some("")).unwrap().is_empty());
        assert_eq!(read(Some("3,1,3")).unwrap(), [3, 1]);
        let most = ["1"; MOST_VALUES].join(",");
        assert!(read(Some(&most)).is_ok());
        let too_many = format!("{most},1");
        assert!(read(Some(&too_many)).is_err());
        assert_eq!(read(Some("1,")).unwrap_err().to_string(), "n must be a digit, or several with commas");
    }
}
