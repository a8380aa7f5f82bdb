use billing_core::{BillingEvent, Currency, Language, Money, Notification, PaymentId, RefundId, WebhookId};
use billing_email::EmailTransport;

use crate::{mail_server::notifier, reading::shown};

const EVIL: &str = "<script>alert('1')</script><a href=\"https://evil.example\">\"&amp;{{ product }}";

fn events() -> [BillingEvent; 4] {
    let (payment, amount) = (PaymentId::new(), Money::from_micros(1, Currency::USD));
    let evil = || EVIL.to_owned();
    [
        BillingEvent::PaymentFailed { payment, amount, reason: evil() },
        BillingEvent::RefundDeclined { refund: RefundId::new(), payment, amount, reason: evil() },
        BillingEvent::NeedsReview { payment, review: evil() },
        BillingEvent::WebhookUnmatched { webhook: WebhookId::new(), gateway: evil(), event: evil() },
    ]
}

#[test]
fn what_others_say_is_shown_as_they_say_it_and_never_carried_out() {
    let notifier = notifier(EmailTransport::Log);
    for event in events() {
        for language in Language::ALL {
            let at = "2026-11-28T03:43:42Z".parse().unwrap();
            let notification = Notification::new("key", "olena@example.com", event.clone(), at)
                .with_language(language)
                .with_name(EVIL)
                .with_account(billing_core::AccountId::new("<i>").unwrap());
            let letter = notifier.letter(&notification).unwrap();
            let kind = event.kind();
            for tag in ["<script", "</script", "<i>", "href=\"https://evil"] {
                assert!(!letter.html().contains(tag), "{tag} in {kind}");
            }
            // Nor is a value a template.
            assert!(shown(letter.html()).matches(EVIL).count() >= 2, "{kind}");
            assert!(letter.text().contains(EVIL), "{kind}");
        }
    }
}

#[test]
fn what_others_say_is_one_line_and_not_endless() {
    let notifier = notifier(EmailTransport::Log);
    let at = "2026-11-28T03:43:42Z".parse().unwrap();
    let said = format!("a\r\n\r\n--\u{2028}b\u{202e}c\0d\t{}", "я".repeat(10_000));
    let event = BillingEvent::NeedsReview { payment: PaymentId::new(), review: said.clone() };
    let notification = Notification::new("key", "olena@example.com", event, at).with_name(&said);
    let letter = notifier.letter(&notification).unwrap();
    assert!(letter.text().contains("Причина: a -- b c d яя"), "{}", letter.text());
    assert!(letter.text().len() < 2_000 && letter.html().len() < 20_000);
    assert!(letter.subject().chars().count() <= 150);
    for part in [letter.subject(), letter.text(), letter.html()] {
        assert!(!part.contains(['\r', '\0', '\u{2028}', '\u{202e}']));
    }
}
