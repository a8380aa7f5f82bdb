//! Letters as a mail client reads them, by a parser that is not ours.
use billing_core::{BillingEvent, Currency, Language, Money, Notification, PaymentId};
use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};

/// A letter, read.
pub(crate) struct Read {
    pub(crate) subject: String,
    pub(crate) html: String,
    pub(crate) text: String,
    pub(crate) id: String,
}

/// Reads a letter from its bytes, and holds it to what every letter has to be.
pub(crate) fn read(bytes: &[u8]) -> Read {
    let message = MessageParser::default().parse(bytes).unwrap();
    let PartType::Multipart(parts) = &message.parts[0].body else { panic!("it has one part alone") };
    assert_eq!(content_type(&message, 0), "multipart/alternative");
    assert_eq!(parts.len(), 2);
    // The best part comes last (RFC 2046, 5.1.4).
    for (part, kind) in [(1, "text/plain"), (2, "text/html")] {
        assert_eq!(content_type(&message, part), kind);
        let charset = message.parts[part].content_type().unwrap().attribute("charset").unwrap();
        assert!(charset.eq_ignore_ascii_case("utf-8"), "{charset}");
    }
    assert!(bytes.is_ascii(), "not every server takes more");
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() < 998), "a line is too long");
    Read {
        subject: message.subject().unwrap().to_owned(),
        html: message.body_html(0).unwrap().replace("\r\n", "\n"),
        text: message.body_text(0).unwrap().replace("\r\n", "\n"),
        id: message.message_id().unwrap().to_owned(),
    }
}

fn content_type(message: &Message<'_>, part: usize) -> String {
    let content_type = message.parts[part].content_type().unwrap();
    format!("{}/{}", content_type.ctype(), content_type.subtype().unwrap())
}

/// Where the links of a page lead.
pub(crate) fn links(html: &str) -> Vec<String> {
    let targets = html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    targets.map(|target| target.replace("&#x2f;", "/").replace("&amp;", "&")).collect()
}

/// What the page shows: without its head, its tags and its comments, and with its entities resolved.
pub(crate) fn shown(html: &str) -> String {
    let mut shown = String::new();
    let body = &html[html.find("<body").unwrap()..];
    for piece in body.split('<').skip(1) {
        shown.push_str(piece.split_once('>').unwrap().1);
        shown.push(' ');
    }
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    entities.iter().fold(shown, |shown, (entity, character)| shown.replace(entity, character))
}

/// A notification of money that came in.
pub(crate) fn paid(recipient: &str, language: Language) -> Notification {
    let amount = |micros| Money::from_micros(micros, Currency::USD);
    let event = BillingEvent::PaymentSucceeded {
        payment: PaymentId::new(),
        credited: amount(12_400_000),
        paid: Some(Money::from_micros(514_600_000, Currency::UAH)),
        balance: amount(1_234_560_000),
    };
    let at = "2026-11-28T03:43:42Z".parse().unwrap();
    Notification::new("payment/1/succeeded", recipient, event, at)
        .with_language(language)
        .with_name(if language == Language::En { "Olena Koval" } else { "Олена Коваль" })
}
