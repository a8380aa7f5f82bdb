use billing_core::{
    AccountId, BillingEvent, Currency, Language, Money, Notification, PaymentId, Period, RefundId,
    TakeBackKind, TimeZone, WebhookId,
};
use chrono::{DateTime, TimeDelta, Utc};

/// When the samples happened.
const HAPPENED_AT: DateTime<Utc> =
    DateTime::from_timestamp(1_795_837_422, 0).expect("a time in November 2026");

/// A notification for each thing that a letter can say, with its name: for a look at all letters, and to try templates
/// of your own.
///
/// # Examples
/// ```
/// use billing_core::Language;
///
/// let samples = billing_email::samples(Language::En);
/// assert!(samples.iter().any(|(name, _)| name == "payment_succeeded"));
/// ```
pub fn samples(language: Language) -> Vec<(String, Notification)> {
    let events = [paid(), failed(), taken_back(), used_up(), for_operators()];
    let name = if language == Language::En { "Olena Koval" } else { "Олена Коваль" };
    let sample = |(sample, event): (String, BillingEvent)| {
        let key = format!("sample/{sample}");
        let mut notification = Notification::new(key, "olena@example.com", event, HAPPENED_AT)
            .with_language(language)
            .with_name(name);
        notification.account = AccountId::new("acme").ok();
        (sample, notification)
    };
    events.into_iter().flatten().map(sample).collect()
}

type Events = Vec<(String, BillingEvent)>;

fn usd(micros: i64) -> Money {
    Money::from_micros(micros, Currency::USD)
}

fn uah(units: i64) -> Money {
    Money::from_micros(units * 1_000_000, Currency::UAH)
}

fn paid() -> Events {
    let paid = |name: &str, paid, balance| {
        let credited = usd(12_400_000);
        let event = BillingEvent::PaymentSucceeded { payment: PaymentId::new(), credited, paid, balance };
        (name.to_owned(), event)
    };
    vec![
        paid("payment_succeeded", Some(usd(12_400_000)), usd(20_012_500)),
        paid("payment_succeeded_in_hryvnias", Some(uah(515)), usd(20_012_500)),
        paid("payment_succeeded_in_debt", None, usd(-3_600_000)),
    ]
}

fn failed() -> Events {
    let failed = |name: &str, reason: &str| {
        let (payment, reason) = (PaymentId::new(), reason.to_owned());
        (name.to_owned(), BillingEvent::PaymentFailed { payment, amount: uah(1_500), reason })
    };
    let codes = [
        "insufficient_funds",
        "expired_card",
        "incorrect_cvc",
        "incorrect_number",
        "authentication_required",
        "card_velocity_exceeded",
        "card_declined",
        "processing_error",
        "canceled",
        "expired",
    ];
    let mut events: Events =
        codes.into_iter().map(|code| failed(&format!("payment_failed_{code}"), code)).collect();
    events.push(failed("payment_failed_unknown", "4711"));
    events
}

fn taken_back() -> Events {
    let taken = |name: &str, total, cause, balance| {
        let event = BillingEvent::TakenBack { payment: PaymentId::new(), total, cause, balance };
        (name.to_owned(), event)
    };
    let (refund, dispute) = (Some(TakeBackKind::Refund), Some(TakeBackKind::Dispute));
    vec![
        taken("taken_back_refund", uah(415), refund, usd(10_000_000)),
        taken("taken_back_dispute", uah(415), dispute, usd(10_000_000)),
        taken("taken_back_dispute_in_debt", uah(415), dispute, usd(-7_590_361)),
        taken("taken_back", uah(415), None, usd(10_000_000)),
        taken("taken_back_given_back", uah(0), dispute, usd(20_000_000)),
    ]
}

fn used_up() -> Events {
    let reached = |name: &str, period, resets_at| {
        let (limit, used) = (usd(10_000_000), usd(9_987_500));
        (name.to_owned(), BillingEvent::LimitReached { period, limit, used, resets_at })
    };
    let zone = TimeZone::default();
    let low = BillingEvent::BalanceLow { balance: usd(4_987_500), threshold: usd(5_000_000) };
    vec![
        ("balance_low".to_owned(), low),
        reached("limit_reached_daily", Period::Daily, zone.day_end(HAPPENED_AT)),
        reached("limit_reached_monthly", Period::Monthly, zone.month_end(HAPPENED_AT)),
        reached("limit_reached_soon", Period::Daily, HAPPENED_AT + TimeDelta::minutes(33)),
    ]
}

fn for_operators() -> Events {
    let review = |review: &str| {
        let event = BillingEvent::NeedsReview { payment: PaymentId::new(), review: review.to_owned() };
        (format!("needs_review_{review}"), event)
    };
    let declined = |reason: &str| {
        let (refund, payment, amount) = (RefundId::new(), PaymentId::new(), uah(415));
        let event = BillingEvent::RefundDeclined { refund, payment, amount, reason: reason.to_owned() };
        (format!("refund_declined_{reason}"), event)
    };
    let unmatched = BillingEvent::WebhookUnmatched {
        webhook: WebhookId::new(),
        gateway: "stripe".to_owned(),
        event: "payment_intent.succeeded".to_owned(),
    };
    let mut events =
        vec![("webhook_unmatched".to_owned(), unmatched), ("test".to_owned(), BillingEvent::Test)];
    let reviews = [
        "paid_mismatch",
        "other_merchant",
        "taken_back_too_much",
        "taken_back_other_currency",
        "refund_not_done",
        "other",
    ];
    events.extend(reviews.into_iter().map(review));
    let reasons = ["money_is_spent", "hold_ended", "given_up", "taken_back_meanwhile", "unsupported", "1069"];
    events.extend(reasons.into_iter().map(declined));
    events
}
