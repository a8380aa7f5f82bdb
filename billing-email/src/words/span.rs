use chrono::TimeDelta;

/// About how long, in the unit that people would choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// Under an hour.
    Minutes(u64),
    /// Under two days.
    Hours(u64),
    /// Longer.
    Days(u64),
}

impl Span {
    /// To the nearest whole unit, and at least one of it.
    pub(crate) fn about(span: TimeDelta) -> Self {
        let minutes = nearest(span.num_seconds(), 60);
        let hours = nearest(span.num_minutes(), 60);
        if minutes < 60 {
            Self::Minutes(minutes)
        } else if hours < 48 {
            Self::Hours(hours)
        } else {
            Self::Days(nearest(span.num_hours(), 24))
        }
    }
}

fn nearest(count: i64, unit: i64) -> u64 {
    u64::try_from(count.saturating_add(unit / 2) / unit).unwrap_or_default().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_as_people_do() {
        for (seconds, span) in [
            (-5, Span::Minutes(1)),
            (0, Span::Minutes(1)),
            (95, Span::Minutes(2)),
            (59 * 60 + 29, Span::Minutes(59)),
            (59 * 60 + 45, Span::Hours(1)),
            (5 * 3_600 - 20 * 60, Span::Hours(5)),
            (47 * 3_600, Span::Hours(47)),
            (48 * 3_600, Span::Days(2)),
            (60 * 3_600, Span::Days(3)),
            (30 * 86_400, Span::Days(30)),
        ] {
            assert_eq!(Span::about(TimeDelta::seconds(seconds)), span, "{seconds}");
        }
    }
}
