use billing_core::{Audience, BillingEvent, Language, Money, Notification, TakeBackKind, TimeZone};
use chrono::{DateTime, Utc};
use minijinja::{Value, context};

use crate::{
    links::Links,
    words::{Span, amount, failure, moment, one_line},
};

/// The longest text of somebody else's that a letter repeats.
const LONGEST_TEXT_CHARS: usize = 200;
const LONGEST_NAME_CHARS: usize = 100;

/// Failures after which the bank has certainly taken nothing.
const SURE_FAILURES: [&str; 7] = [
    "authentication",
    "card_declined",
    "expired_card",
    "incorrect_cvc",
    "incorrect_number",
    "insufficient_funds",
    "limit",
];

/// Who writes.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    pub(crate) product: String,
    pub(crate) links: Links,
    pub(crate) can_reply: bool,
}

/// What the templates of a letter can say.
pub(crate) struct Values<'a> {
    notification: &'a Notification,
    language: Language,
    zone: TimeZone,
}

impl<'a> Values<'a> {
    pub(crate) fn of(notification: &'a Notification) -> Self {
        Self { notification, language: notification.language, zone: notification.time_zone }
    }

    /// All of them, in the reader's language.
    pub(crate) fn spoken_by(&self, voice: &Voice) -> Value {
        let Notification { name, account, event, created_at, .. } = self.notification;
        let name = name.as_deref().map(|name| one_line(name, LONGEST_NAME_CHARS));
        let is_optional = matches!(
            event,
            BillingEvent::PaymentFailed { .. }
                | BillingEvent::BalanceLow { .. }
                | BillingEvent::LimitReached { .. }
        );
        let common = context! {
            language => self.language.as_str(),
            product => &voice.product,
            name => name.filter(|name| !name.is_empty()),
            account => account.as_ref().map(|account| text(account.as_str())),
            created_at => self.moment(*created_at),
            topup_url => voice.links.top_up().map(Value::from_safe_string),
            history_url => voice.links.history().map(Value::from_safe_string),
            settings_url => voice.links.settings().map(Value::from_safe_string),
            can_reply => voice.can_reply,
            is_optional => is_optional,
            is_for_operator => event.audience() == Audience::Operator,
        };
        context! { ..self.of_event(), ..common }
    }

    fn of_event(&self) -> Value {
        match &self.notification.event {
            BillingEvent::PaymentSucceeded { payment, credited, paid, balance } => context! {
                payment => payment.to_string(),
                credited => self.amount(*credited),
                paid => paid.filter(|paid| paid != credited).map(|paid| self.amount(paid)),
                balance => self.amount(*balance),
                in_debt => balance.is_negative(),
            },
            BillingEvent::PaymentFailed { payment, amount, reason } => context! {
                payment => payment.to_string(),
                amount => self.amount(*amount),
                reason => failure(reason),
                no_money_taken => SURE_FAILURES.contains(&failure(reason)),
                code => text(reason),
            },
            BillingEvent::TakenBack { payment, total, cause, balance } => context! {
                payment => payment.to_string(),
                total => self.amount(*total),
                cause => cause.map(TakeBackKind::as_str),
                is_given_back => total.is_zero(),
                balance => self.amount(*balance),
                in_debt => balance.is_negative(),
            },
            BillingEvent::RefundDeclined { refund, payment, amount, reason } => context! {
                refund => refund.to_string(),
                payment => payment.to_string(),
                amount => self.amount(*amount),
                reason => text(reason),
            },
            BillingEvent::WebhookUnmatched { webhook, gateway, event } => context! {
                webhook => webhook.to_string(),
                gateway => text(gateway),
                event => text(event),
            },
            BillingEvent::NeedsReview { payment, review } => context! {
                payment => payment.to_string(),
                review => text(review),
            },
            BillingEvent::BalanceLow { balance, threshold } => context! {
                balance => self.amount(*balance),
                threshold => self.amount(*threshold),
            },
            BillingEvent::LimitReached { period, limit, used, resets_at } => {
                let wait = Span::about(*resets_at - self.notification.created_at);
                context! {
                    period => period.to_string(),
                    limit => self.amount(*limit),
                    used => self.amount(*used),
                    resets_at => self.moment(*resets_at),
                    resets_in_minutes => if let Span::Minutes(count) = wait { Some(count) } else { None },
                    resets_in_hours => if let Span::Hours(count) = wait { Some(count) } else { None },
                    resets_in_days => if let Span::Days(count) = wait { Some(count) } else { None },
                }
            }
            _ => context! {},
        }
    }

    fn amount(&self, money: Money) -> String {
        amount(money, self.language)
    }

    fn moment(&self, at: DateTime<Utc>) -> String {
        moment(at, self.zone, self.language)
    }
}

fn text(text: &str) -> String {
    one_line(text, LONGEST_TEXT_CHARS)
}
