//! What each demo user has done, and when.
use billing_core::{AccountChange, Currency, Money};
use chrono::{DateTime, Days, TimeDelta, Utc};
use uuid::Uuid;

use super::{super::users, chance::Chance};

/// So many steps that all of them take a second or two: each waits for the disk.
const DAYS: u64 = 90;
/// Before a limit that was set today is nearly reached.
const IN_A_ROW: TimeDelta = TimeDelta::seconds(10);

/// One user's steps, in the order of their times.
#[derive(Debug)]
pub(super) struct Story {
    pub(super) account: &'static str,
    pub(super) steps: Vec<Step>,
}

/// Something that a user, or an operator, has done.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: DateTime<Utc>,
    pub(super) id: Uuid,
    pub(super) deed: Deed,
}

#[derive(Debug)]
pub(super) enum Deed {
    /// A paid call.
    Call { operation: &'static str, arguments: &'static str },
    /// A payment in dollars, through Stripe.
    PaidByStripe { usd: i64 },
    /// One that was not paid.
    Declined { usd: i64 },
    /// A payment in hryvnias, through Fondy, at 41.50 for a dollar.
    PaidByFondy { usd: i64 },
    /// A part of the payment with this id went back.
    Refunded { payment: Uuid, usd: i64 },
    /// An operator's correction.
    Adjusted { usd: i64, reason: &'static str },
    /// Limits and thresholds.
    Configured(AccountChange),
}

/// Before anything happens in stories that end at `until`.
pub(super) fn beginning(until: DateTime<Utc>) -> DateTime<Utc> {
    until.checked_sub_days(Days::new(DAYS + 1)).unwrap_or(until)
}

/// Whole dollars.
pub(super) fn usd(dollars: i64) -> Money {
    Money::from_micros(dollars * 1_000_000, Currency::USD)
}

/// The stories of all demo users, which end at `until`. Who has just come has none.
pub(super) fn all(until: DateTime<Utc>) -> Vec<Story> {
    vec![olena(until), taras(until), iryna(until)]
}

fn warned_at(dollars: i64) -> Deed {
    let mut change = AccountChange::default();
    change.low_balance = Some(usd(dollars));
    Deed::Configured(change)
}

/// A user's steps, as they are told.
struct Teller {
    until: DateTime<Utc>,
    chance: Chance,
    steps: Vec<Step>,
}

impl Teller {
    fn new(account: &str, until: DateTime<Utc>) -> Self {
        Self { until, chance: Chance::new(account), steps: Vec::new() }
    }

    /// The time of an hour so many days before the end.
    fn days_ago(&self, days: u64, hour: i64) -> DateTime<Utc> {
        let day = self.until.checked_sub_days(Days::new(days)).unwrap_or(self.until);
        day.date_naive().and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(hour)
    }

    fn tell(&mut self, at: DateTime<Utc>, deed: Deed) -> Uuid {
        let id = self.chance.id(at);
        self.steps.push(Step { at, id, deed });
        id
    }

    /// Calls of a day, between seven in the morning and seven in the evening, Greenwich time.
    fn calls(&mut self, days_ago: u64, count: u64, tools: &[(u64, &'static str, &'static str)]) {
        let total = tools.iter().map(|(weight, ..)| weight).sum();
        for _ in 0..count {
            let second = i64::try_from(self.chance.below(12 * 3_600)).unwrap_or_default();
            let at = self.days_ago(days_ago, 7) + TimeDelta::seconds(second);
            let mut lot = self.chance.below(total);
            let chosen = tools.iter().find(|(weight, ..)| {
                let is_chosen = lot < *weight;
                lot = lot.saturating_sub(*weight);
                is_chosen
            });
            if let Some((_, operation, arguments)) = chosen {
                self.tell(at, Deed::Call { operation, arguments });
            }
        }
    }

    /// In order, without what would be still to come.
    fn story(mut self, account: &'static str) -> Story {
        let until = self.until;
        self.steps.retain(|step| step.at <= until);
        self.steps.sort_by_key(|step| (step.at, step.id));
        Story { account, steps: self.steps }
    }
}

/// Uses the tools on working days, and has paid in several ways.
fn olena(until: DateTime<Utc>) -> Story {
    const TOOLS: [(u64, &str, &str); 7] = [
        (40, "search_cases", r#"{"query":"стягнення заборгованості"}"#),
        (15, "get_legislation", r#"{"act":"435-15","article":625}"#),
        (14, "ask_lawyer", r#"{"question":"Який строк позовної давності?","reasoning_budget":"standard"}"#),
        (6, "ask_lawyer", r#"{"question":"Оцініть ризики","reasoning_budget":"deep"}"#),
        (16, "summarize_document", r#"{"document":"rishennia.pdf"}"#),
        (6, "analyze_contract", r#"{"document":"dohovir.docx"}"#),
        (3, "deep_research", r#"{"question":"Практика Верховного Суду"}"#),
    ];
    let mut teller = Teller::new(users::OLENA.account, until);
    teller.tell(teller.days_ago(DAYS, 6), warned_at(5));
    teller.tell(teller.days_ago(DAYS - 1, 6), Deed::PaidByStripe { usd: 25 });
    teller.tell(teller.days_ago(62, 6), Deed::PaidByFondy { usd: 20 });
    teller.tell(teller.days_ago(41, 5), Deed::Declined { usd: 20 });
    let payment = teller.tell(teller.days_ago(41, 6), Deed::PaidByStripe { usd: 20 });
    teller.tell(teller.days_ago(36, 6), Deed::Refunded { payment, usd: 5 });
    let reason = "goodwill: search was down for an hour";
    teller.tell(teller.days_ago(19, 6), Deed::Adjusted { usd: 2, reason });
    teller.tell(teller.days_ago(8, 6), Deed::PaidByFondy { usd: 15 });
    for day in (0..DAYS - 1).rev() {
        let is_weekend = day % 7 > 4;
        let count = if is_weekend { teller.chance.below(2) } else { 3 + teller.chance.below(4) };
        teller.calls(day, count, &TOOLS);
    }
    teller.story(users::OLENA.account)
}

/// Has used up nearly all of ten dollars.
fn taras(until: DateTime<Utc>) -> Story {
    const TOOLS: [(u64, &str, &str); 3] = [
        (3, "search_cases", r#"{"query":"поновлення на роботі"}"#),
        (3, "summarize_document", r#"{"document":"pozov.pdf"}"#),
        (2, "analyze_contract", r#"{"document":"trudovyi.docx"}"#),
    ];
    let mut teller = Teller::new(users::TARAS.account, until);
    teller.tell(teller.days_ago(46, 5), warned_at(5));
    teller.tell(teller.days_ago(46, 6), Deed::PaidByStripe { usd: 10 });
    for day in (1..=45).rev() {
        teller.calls(day, 1, &TOOLS);
    }
    // Until less than a dollar is left: what is too dear is refused.
    for call in 1..=6 {
        let at = until - TimeDelta::minutes(40 - call);
        teller.tell(at, Deed::Call { operation: "analyze_contract", arguments: "{}" });
    }
    teller.story(users::TARAS.account)
}

/// Has money, and a limit of five dollars a day that is nearly reached.
fn iryna(until: DateTime<Utc>) -> Story {
    const TOOLS: [(u64, &str, &str); 2] = [
        (3, "search_cases", r#"{"query":"поділ майна подружжя"}"#),
        (2, "summarize_document", r#"{"document":"ekspertyza.pdf"}"#),
    ];
    let mut teller = Teller::new(users::IRYNA.account, until);
    let mut limits = AccountChange::default();
    (limits.daily_limit, limits.monthly_limit) = (Some(usd(5)), Some(usd(40)));
    teller.tell(teller.days_ago(16, 5), Deed::Configured(limits));
    teller.tell(teller.days_ago(16, 6), Deed::PaidByFondy { usd: 100 });
    for day in (1..=15).rev() {
        teller.calls(day, 1, &TOOLS);
    }
    for call in 1..=9 {
        let at = until - IN_A_ROW * (10 - call);
        teller.tell(
            at,
            Deed::Call { operation: "analyze_contract", arguments: r#"{"document":"shliubnyi.docx"}"# },
        );
    }
    teller.story(users::IRYNA.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_are_the_same_each_time_and_end_in_time() {
        let until = DateTime::from_timestamp(1_764_331_200, 0).unwrap();
        let ids = || {
            let stories = all(until);
            for story in &stories {
                assert!(story.steps.is_sorted_by_key(|step| step.at));
                assert!(story.steps.last().unwrap().at <= until);
            }
            stories.into_iter().flat_map(|story| story.steps).map(|step| step.id).collect::<Vec<_>>()
        };
        let first = ids();
        assert_eq!(ids(), first);
        let mut unique = first.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), first.len());
    }
}
