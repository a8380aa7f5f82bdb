use billing_core::{AccountId, BillingEvent, Language, Notification, PaymentId};
use billing_email::{EmailNotifier, EmailTransport};
use chrono::{DateTime, Utc};
use mail_parser::{HeaderName, Message, MessageParser};

use crate::{
    mail_server::notifier,
    reading::{paid, read},
};

const KNOWN: [&str; 12] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

fn text<'a>(message: &'a Message<'_>, name: &str) -> &'a str {
    message.header_raw(HeaderName::parse(name.to_owned()).unwrap()).unwrap_or_default().trim()
}

fn names(message: &Message<'_>) -> Vec<String> {
    message.headers().iter().map(|header| header.name().to_owned()).collect()
}

#[test]
fn a_letter_says_who_writes_to_whom_and_that_nobody_has_to_answer() {
    let bytes = notifier(EmailTransport::Log).eml(&paid("olena@example.com", Language::Uk)).unwrap();
    let message = MessageParser::default().parse(&bytes).unwrap();
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Білінг"), Some("billing@example.com")));
    let to = message.to().unwrap().first().unwrap();
    assert_eq!((to.name(), to.address()), (Some("Олена Коваль"), Some("olena@example.com")));
    assert_eq!(message.reply_to().unwrap().first().unwrap().address(), Some("support@example.com"));
    assert_eq!(message.subject(), Some("Рахунок поповнено на 12,40\u{a0}$"));
    assert_eq!(message.date().unwrap().to_rfc3339(), "2026-11-28T03:43:42Z");
    assert_eq!(text(&message, "Auto-Submitted"), "auto-generated");
    assert_eq!(text(&message, "X-Auto-Response-Suppress"), "All");
    assert_eq!(text(&message, "Content-Language"), "uk");
}

#[test]
fn a_letter_has_the_same_name_each_time() {
    let notifier = notifier(EmailTransport::Log);
    let id = |key: &str| {
        let mut notification = paid("olena@example.com", Language::Uk);
        key.clone_into(&mut notification.key);
        read(&notifier.eml(&notification).unwrap()).id
    };
    assert_eq!(id("payment/1/succeeded"), id("payment/1/succeeded"));
    assert_ne!(id("payment/1/succeeded"), id("payment/2/succeeded"));
    assert!(id("key").ends_with("@example.com"));
}

/// What somebody may call himself, or an account, to write headers of his own.
fn injections() -> Vec<String> {
    let mut injections: Vec<String> = [
        "",
        " ",
        "Олена\r\nBcc: victim@example.com",
        "a\nBcc: victim@example.com\n\nbody",
        "a\rBcc: victim@example.com",
        "a\0\r\n.\r\nMAIL FROM:<x@y>",
        "a\u{2028}Bcc: victim@example.com",
        "\"quoted\" <victim@example.com>, b",
        "=?utf-8?q?=0D=0ABcc=3A?= victim@example.com",
        "Ім’я, прізвище; (коментар) \\",
        "\u{1b}[31m🦀\u{202e}",
    ]
    .map(str::to_owned)
    .into();
    for part in ["a", "я", " ", "\r\n", "a ", "🦀", "\\\"", "=?utf-8?b?"] {
        injections.push(part.repeat(10_000));
    }
    injections
}

#[test]
fn nobody_writes_headers_by_his_name_or_his_words() {
    for said in injections() {
        let notifier = EmailNotifier::builder("billing@example.com", EmailTransport::Log)
            .with_sender_name(&said)
            .build()
            .unwrap();
        for language in Language::ALL {
            let event = BillingEvent::NeedsReview { payment: PaymentId::new(), review: said.clone() };
            let at: DateTime<Utc> = "2026-11-28T03:43:42Z".parse().unwrap();
            let mut notification = Notification::new(said.clone(), "olena@example.com", event, at)
                .with_name(&said)
                .with_language(language);
            notification.account = AccountId::new(said.clone()).ok();
            let bytes = notifier.eml(&notification).unwrap();
            read(&bytes);
            let message = MessageParser::default().parse(&bytes).unwrap();
            for name in names(&message) {
                assert!(KNOWN.iter().any(|known| known.eq_ignore_ascii_case(&name)), "{name} by {said:?}");
            }
            let (from, to) = (message.from().unwrap(), message.to().unwrap());
            for (addresses, address) in [(from, "billing@example.com"), (to, "olena@example.com")] {
                let all: Vec<_> = addresses.iter().filter_map(|one| one.address()).collect();
                assert_eq!(all, [address], "{said:?}");
                let name = addresses.first().unwrap().name().unwrap_or_default();
                assert!(name.chars().count() <= 100 && !name.contains(['\r', '\n', '\0']), "{name:?}");
            }
            assert!(message.subject().unwrap().chars().count() <= 150);
        }
    }
}

#[test]
fn a_name_is_read_as_it_was_given() {
    let notifier = notifier(EmailTransport::Log);
    for name in ["Олена Коваль", "O'Brien, Pat", "Ім’я (друге) \"так\"", "a\\b", "Žofie 🦀", "x@y.example"]
    {
        let notification = paid("olena@example.com", Language::Uk).with_name(name);
        let bytes = notifier.eml(&notification).unwrap();
        let message = MessageParser::default().parse(&bytes).unwrap();
        let to = message.to().unwrap().first().unwrap();
        assert_eq!((to.name(), to.address()), (Some(name), Some("olena@example.com")));
    }
}

#[test]
fn no_date_is_beyond_what_mail_can_tell() {
    let notifier = notifier(EmailTransport::Log);
    for at in [DateTime::<Utc>::MIN_UTC, DateTime::UNIX_EPOCH, DateTime::<Utc>::MAX_UTC] {
        let notification = Notification::new("key", "olena@example.com", BillingEvent::Test, at);
        let bytes = notifier.eml(&notification).unwrap();
        assert!(MessageParser::default().parse(&bytes).unwrap().date().is_some(), "{at}");
    }
}
