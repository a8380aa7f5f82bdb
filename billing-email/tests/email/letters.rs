use std::sync::LazyLock;

use billing_core::{
    AccountId, BillingEvent, Currency, Language, Money, Notification, PaymentId, Period, RefundId,
    TakeBackKind, WebhookId,
};
use billing_email::{EmailNotifier, EmailTransport, Letter, samples};
use chrono::{DateTime, Utc};

use crate::{
    mail_server::notifier,
    reading::{links, shown},
};

static NOTIFIER: LazyLock<EmailNotifier> = LazyLock::new(|| notifier(EmailTransport::Log));
const FRONTEND: &str = "https://app.example.com/billing/";

fn at() -> DateTime<Utc> {
    "2026-11-28T03:43:42Z".parse().unwrap()
}

fn usd(micros: i64) -> Money {
    Money::from_micros(micros, Currency::USD)
}

fn uah(micros: i64) -> Money {
    Money::from_micros(micros, Currency::UAH)
}

fn letter(event: &BillingEvent, language: Language) -> Letter {
    let notification = Notification::new("key", "olena@example.com", event.clone(), at())
        .with_language(language)
        .with_name("Олена Коваль")
        .with_account(AccountId::new("acme").unwrap());
    NOTIFIER.letter(&notification).unwrap()
}

/// Each value has to be in both parts, in each language as it is said there.
fn says(event: &BillingEvent, expected: &[(&str, &str)]) {
    for language in Language::ALL {
        let letter = letter(event, language);
        let page = shown(letter.html());
        for (uk, en) in expected {
            let value = if language == Language::En { en } else { uk };
            assert!(page.contains(value), "{value} is not in {page}");
            assert!(letter.text().contains(value), "{value} is not in {}", letter.text());
        }
    }
}

#[test]
fn a_success_tells_what_was_credited_and_paid() {
    let payment = PaymentId::new();
    let id = payment.to_string();
    let event = BillingEvent::PaymentSucceeded {
        payment,
        credited: usd(12_400_000),
        paid: Some(uah(514_600_000)),
        balance: usd(1_234_560_000),
    };
    says(
        &event,
        &[
            ("12,40\u{a0}$", "$12.40"),
            ("514,60\u{a0}₴", "₴514.60"),
            ("1\u{a0}234,56\u{a0}$", "$1,234.56"),
            (
                "28\u{a0}листопада 2026\u{a0}р., 05:43 (Europe/Kyiv)",
                "28\u{a0}November 2026, 05:43 (Europe/Kyiv)",
            ),
            (&id, &id),
            ("Олена Коваль", "Олена Коваль"),
            ("Приклад & Co", "Приклад & Co"),
        ],
    );
    // What was paid is told when it is something else than what was credited.
    let same = |paid| BillingEvent::PaymentSucceeded { payment, credited: usd(1), paid, balance: usd(1) };
    for paid in [None, Some(usd(1))] {
        assert!(!letter(&same(paid), Language::En).text().contains("Paid"));
    }
}

#[test]
fn a_failure_tells_why_and_what_became_of_the_money() {
    let (sure_uk, sure_en) = ("Гроші за цю спробу не списано", "No money was taken for this attempt");
    let (open_uk, open_en) = ("Якщо гроші все ж списано", "If money was taken all the same");
    for (code, is_sure, uk, en) in [
        ("insufficient_funds", true, "недостатньо коштів", "not enough money on the card"),
        ("1037", true, "недостатньо коштів", "not enough money on the card"),
        ("expired_card", true, "Строк дії картки", "The card has expired"),
        ("incorrect_cvc", true, "Код безпеки", "security code"),
        ("incorrect_number", true, "Номер картки", "The card number"),
        ("authentication_required", true, "3-D Secure", "3-D Secure"),
        ("card_declined", true, "Банк відхилив платіж", "The bank declined the payment"),
        ("1004", true, "Банк відхилив платіж", "The bank declined the payment"),
        ("1040", true, "ліміт, встановлений для картки", "over the limit that is set for the card"),
        ("processing_error", false, "стався збій", "Something went wrong"),
        ("canceled", false, "Платіж скасовано", "was canceled"),
        ("expired", false, "Час на оплату минув", "The time to pay has run out"),
        ("failed", false, "не провів платіж", "did not complete the payment"),
        ("odd_code_4711", false, "odd_code_4711", "odd_code_4711"),
    ] {
        let (payment, amount) = (PaymentId::new(), uah(1_500_000_000));
        let event = BillingEvent::PaymentFailed { payment, amount, reason: code.to_owned() };
        let money = if is_sure { (sure_uk, sure_en) } else { (open_uk, open_en) };
        says(&event, &[(uk, en), money, ("1\u{a0}500,00\u{a0}₴", "₴1,500.00")]);
        assert_eq!(links(letter(&event, Language::Uk).html())[0], format!("{FRONTEND}topup"));
    }
}

#[test]
fn a_take_back_tells_by_whom() {
    let taken = |total, cause, balance| {
        let (payment, total) = (PaymentId::new(), uah(total));
        BillingEvent::TakenBack { payment, total, cause, balance: usd(balance) }
    };
    let (refund, dispute) = (Some(TakeBackKind::Refund), Some(TakeBackKind::Dispute));
    let total = ("415,00\u{a0}₴", "₴415.00");
    says(
        &taken(415_000_000, refund, 1),
        &[total, ("повернено", "was refunded"), ("0,000001\u{a0}$", "$0.000001")],
    );
    says(
        &taken(415_000_000, dispute, 1),
        &[total, ("оскаржив", "disputes"), ("відповідайте на цей лист", "answer this letter")],
    );
    says(
        &taken(415_000_000, None, 1),
        &[total, ("Платіжний сервіс забрав", "The payment service has taken back")],
    );
    for cause in [refund, dispute, None] {
        says(&taken(0, cause, 1), &[("знову зараховано", "credited to your account again")]);
        says(
            &taken(415_000_000, cause, -7_590_361),
            &[("\u{2212}7,590361\u{a0}$", "\u{2212}$7.590361"), ("від’ємним", "below zero")],
        );
        assert!(letter(&taken(1_000_000, cause, -1), Language::Uk).text().contains("/topup"));
        assert!(!letter(&taken(1_000_000, cause, 0), Language::Uk).text().contains("/topup"));
    }
}

#[test]
fn a_low_balance_tells_the_threshold_and_where_to_top_up() {
    let event = BillingEvent::BalanceLow { balance: usd(4_987_500), threshold: usd(5_000_000) };
    says(&event, &[("4,9875\u{a0}$", "$4.9875"), ("5,00\u{a0}$", "$5.00")]);
    let letter = letter(&event, Language::En);
    assert_eq!(letter.subject(), "$4.9875 left on your balance");
    assert_eq!(links(letter.html())[0], format!("{FRONTEND}topup"));
}

#[test]
fn a_limit_tells_when_it_starts_afresh_with_the_right_plural() {
    for (period, resets_at, uk, en) in [
        (Period::Daily, "2026-11-28T22:00:00Z", "через 18\u{a0}годин", "in about 18\u{a0}hours"),
        (Period::Daily, "2026-11-28T04:44:00Z", "через 1\u{a0}годину", "in about 1\u{a0}hour."),
        (Period::Daily, "2026-11-29T00:40:00Z", "через 21\u{a0}годину", "in about 21\u{a0}hours"),
        (Period::Daily, "2026-11-28T05:44:00Z", "через 2\u{a0}години", "in about 2\u{a0}hours"),
        (Period::Daily, "2026-11-28T03:44:42Z", "через 1\u{a0}хвилину", "in about 1\u{a0}minute."),
        (Period::Daily, "2026-11-28T04:06:42Z", "через 23\u{a0}хвилини", "in about 23\u{a0}minutes"),
        (Period::Monthly, "2026-11-30T22:00:00Z", "через 3\u{a0}дні", "in about 3\u{a0}days"),
        (Period::Monthly, "2026-12-09T03:43:42Z", "через 11\u{a0}днів", "in about 11\u{a0}days"),
        (Period::Monthly, "2026-12-19T03:43:42Z", "через 21\u{a0}день", "in about 21\u{a0}days"),
    ] {
        let resets_at: DateTime<Utc> = resets_at.parse().unwrap();
        let (limit, used) = (usd(10_000_000), usd(9_987_500));
        let event = BillingEvent::LimitReached { period, limit, used, resets_at };
        says(&event, &[("10,00\u{a0}$", "$10.00"), ("9,9875\u{a0}$", "$9.9875")]);
        let (ukrainian, english) = (letter(&event, Language::Uk), letter(&event, Language::En));
        assert!(ukrainian.html().contains(uk), "{uk}: {}", ukrainian.html());
        assert!(english.html().contains(en), "{en}: {}", english.html());
        assert_eq!(links(english.html())[0], format!("{FRONTEND}settings"));
        let word =
            if period == Period::Daily { ("Денний", "daily") } else { ("Місячний", "monthly") };
        assert!(ukrainian.subject().contains(word.0) && english.subject().contains(word.1));
    }
}

#[test]
fn a_date_is_the_readers() {
    let resets_at = "2026-11-28T15:00:00Z".parse().unwrap();
    let event = BillingEvent::LimitReached { period: Period::Daily, limit: usd(1), used: usd(1), resets_at };
    let notification = Notification::new("key", "olena@example.com", event, at())
        .with_language(Language::En)
        .with_time_zone("Asia/Tokyo".parse().unwrap());
    let letter = NOTIFIER.letter(&notification).unwrap();
    assert!(letter.text().contains("29\u{a0}November 2026, 00:00 (Asia/Tokyo)"), "{}", letter.text());
}

#[test]
fn operators_are_told_what_to_look_at() {
    let payment = PaymentId::new();
    let id = payment.to_string();
    let command = format!("billing-server payments show {payment}");
    for (review, uk, en) in [
        ("paid_mismatch", "Нічого не зараховано", "Nothing was credited"),
        ("other_merchant", "іншого продавця", "another merchant"),
        ("taken_back_too_much", "більше, ніж було сплачено", "More was taken back"),
        ("taken_back_other_currency", "в іншій валюті", "in another currency"),
        ("refund_not_done", "Повернення досі не виконано", "still not done"),
        ("something_new", "something_new", "something_new"),
    ] {
        let event = BillingEvent::NeedsReview { payment, review: review.to_owned() };
        says(&event, &[(uk, en), (review, review), (&command, &command), ("acme", "acme")]);
    }
    let refund = RefundId::new();
    let (refund_id, amount) = (refund.to_string(), uah(415_000_000));
    for (reason, uk, en) in [
        ("money_is_spent", "вже витратив", "already spent"),
        ("1069", "Платіжний сервіс відхилив", "has declined the refund"),
    ] {
        let event = BillingEvent::RefundDeclined { refund, payment, amount, reason: reason.to_owned() };
        says(
            &event,
            &[(uk, en), (reason, reason), (&id, &id), (&refund_id, &refund_id), (&command, &command)],
        );
    }
    let webhook = WebhookId::new();
    let command = format!("billing-server webhooks show {webhook}");
    let (gateway, event) = ("stripe".to_owned(), "payment_intent.succeeded".to_owned());
    let event = BillingEvent::WebhookUnmatched { webhook, gateway, event };
    says(
        &event,
        &[
            ("stripe", "stripe"),
            ("payment_intent.succeeded", "payment_intent.succeeded"),
            (&command, &command),
        ],
    );
    says(&BillingEvent::Test, &[("листи від Приклад & Co надходять", "letters from Приклад & Co arrive")]);
}

#[test]
fn every_letter_is_whole_in_both_languages() {
    for language in Language::ALL {
        for (name, notification) in samples(language) {
            let letter = NOTIFIER.letter(&notification).unwrap();
            for part in [letter.subject(), letter.html(), letter.text()] {
                for left_over in ["{{", "{%", "}}", "%}", "none", "None", "undefined", "null"] {
                    assert!(
                        !part
                            .replace("display: none", "")
                            .replace("-decoration: none", "")
                            .contains(left_over),
                        "{left_over} in {name}: {part}"
                    );
                }
                assert!(!part.contains('!') || part == letter.html(), "an exclamation in {name}: {part}");
            }
            assert!(!shown(letter.html()).contains('!'), "an exclamation in {name}");
            assert!(!letter.text().contains(['<', '>']) && !letter.text().contains("&amp;"), "{name}");
            assert_eq!(letter.subject().lines().count(), 1);
            for link in links(letter.html()) {
                assert!(link.starts_with(FRONTEND), "{link} in {name}");
                assert!(letter.text().contains(&link), "{link} is not in the text of {name}");
            }
            assert!(
                !letter.html().contains("src=") && !letter.html().contains("url("),
                "{name} loads something"
            );
            assert!(letter.html().contains(&format!("lang=\"{language}\"")));
            let is_ukrainian = letter.text().contains("Це автоматичний лист");
            assert_eq!(is_ukrainian, language == Language::Uk, "{name}");
        }
    }
}
