//! When a provider is asked about a payment of our own accord, so that a lost webhook is only a delay.
use chrono::{DateTime, TimeDelta, Utc};

use crate::PaymentStatus;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Open payments: soon at first, then seldom; the last pause repeats until they end.
const OPEN: [i64; 7] = [2 * MINUTE, 3 * MINUTE, 5 * MINUTE, 10 * MINUTE, 40 * MINUTE, 2 * HOUR, 6 * HOUR];
/// Paid ones 1 hour and 1, 3, 7, 30, 60, 120 and 180 days after they were: refunds and disputes come late.
const PAID: [i64; 8] = [HOUR, DAY - HOUR, 2 * DAY, 4 * DAY, 23 * DAY, 30 * DAY, 60 * DAY, 60 * DAY];
/// Ended without money: a payment may have been under way.
const ENDED: [i64; 3] = [HOUR, DAY - HOUR, 2 * DAY];

/// When a payment in `status` that was asked about `checks` times is asked about next.
pub(crate) fn next_check(status: PaymentStatus, checks: u32, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let place = usize::try_from(checks).unwrap_or(usize::MAX);
    let pause = match status {
        PaymentStatus::Pending | PaymentStatus::Processing => OPEN.get(place).or(OPEN.last()),
        PaymentStatus::Succeeded => PAID.get(place),
        PaymentStatus::Failed | PaymentStatus::Canceled | PaymentStatus::Expired => ENDED.get(place),
    };
    now.checked_add_signed(TimeDelta::seconds(*pause?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many seconds a payment is asked about, if nothing changes.
    fn seconds(status: PaymentStatus, most: u32) -> Vec<i64> {
        let start = DateTime::UNIX_EPOCH;
        let mut now = start;
        (0..most)
            .map_while(|checks| {
                now = next_check(status, checks, now)?;
                Some((now - start).num_seconds())
            })
            .collect()
    }

    #[test]
    fn a_paid_payment_is_read_again_for_half_a_year() {
        let days = [1, 3, 7, 30, 60, 120, 180].map(|days| days * DAY);
        let expected: Vec<_> = [HOUR].into_iter().chain(days).collect();
        assert_eq!(seconds(PaymentStatus::Succeeded, 20), expected);
    }

    #[test]
    fn an_open_payment_is_asked_about_until_it_ends() {
        let asked = seconds(PaymentStatus::Pending, 40);
        assert_eq!((asked.len(), asked[0], asked[4]), (40, 2 * MINUTE, HOUR));
        assert_eq!(asked[39] - asked[38], 6 * HOUR);
    }

    #[test]
    fn a_payment_that_ended_is_read_again_for_three_days() {
        assert_eq!(seconds(PaymentStatus::Expired, 20), [HOUR, DAY, 3 * DAY]);
    }
}
