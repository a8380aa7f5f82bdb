//! Forged and broken webhooks in the name of Stripe.
use billing_testkit::simulators::stripe::signature_header;
use chrono::Utc;
use reqwest::Method;
use serde_json::{Value, json};

use super::case::Case;
use crate::{provider::WEBHOOK_SECRET, support::NewPayment};

/// Says that a payment of ten dollars was paid.
pub(super) fn success(payment: &NewPayment) -> Value {
    json!({
        "id": "evt_hostile", "object": "event", "type": "payment_intent.succeeded", "livemode": false,
        "created": Utc::now().timestamp(),
        "data": { "object": {
            "id": payment.intent, "object": "payment_intent", "status": "succeeded", "amount": 1000,
            "amount_received": 1000, "currency": "usd", "livemode": false,
            "metadata": { "payment_id": payment.id },
        } },
    })
}

/// Signed as Stripe does, now.
pub(super) fn signed(name: impl Into<String>, body: impl Into<Vec<u8>>) -> Case {
    let body = body.into();
    let signature = signature_header(WEBHOOK_SECRET, &body, Utc::now().timestamp());
    Case::new("stripe", name, body).with_header("stripe-signature", signature)
}

/// A success with something changed in its object, signed; each is an event of its own.
fn with_object(name: &str, payment: &NewPayment, change: impl FnOnce(&mut Value)) -> Case {
    let mut event = success(payment);
    event["id"] = event_id(name).into();
    change(&mut event["data"]["object"]);
    signed(name, event.to_string())
}

/// An event's id, of its name.
fn event_id(name: &str) -> String {
    format!("evt_{}", name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_"))
}

/// A success whose text is changed after it was made, signed then.
fn with_text(name: &str, payment: &NewPayment, from: &str, to: &str) -> Case {
    let text = success(payment).to_string().replace("evt_hostile", &event_id(name));
    assert!(text.contains(from), "{from} in {text}");
    signed(name, text.replace(from, to))
}

pub(super) fn cases(payment: &NewPayment, of_fondy: &str) -> Vec<Case> {
    [signatures(payment), bodies(payment), contents(payment), others(of_fondy), addresses()]
        .into_iter()
        .flatten()
        .collect()
}

fn signatures(payment: &NewPayment) -> Vec<Case> {
    let body = success(payment).to_string();
    let now = Utc::now().timestamp();
    let right = signature_header(WEBHOOK_SECRET, body.as_bytes(), now);
    let digest = right.split_once("v1=").unwrap().1;
    let at = |timestamp| signature_header(WEBHOOK_SECRET, body.as_bytes(), timestamp);
    let case = |name: &str, header: &str| {
        Case::new("stripe", name, body.as_str()).with_header("stripe-signature", header)
    };
    vec![
        Case::new("stripe", "no signature", body.as_str()),
        Case::new("stripe", "a signature in another header", body.as_str())
            .with_header("x-signature", &right),
        case("an empty signature", ""),
        case("a garbled signature", "%$#;;=,,=v1,t"),
        case("no timestamp", &format!("v1={digest}")),
        case("no digest", &format!("t={now}")),
        case("an empty digest", &format!("t={now},v1=")),
        case("a digest cut short", &right[..right.len() - 1]),
        case("a digest too long", &format!("{right}0")),
        case("a very long digest", &format!("t={now},v1={}", "a".repeat(10_000))),
        case("a digest in upper case", &format!("t={now},v1={}", digest.to_uppercase())),
        case("a digest of scheme v0", &format!("t={now},v0={digest}")),
        case("a digest under another secret", &signature_header("whsec_another", body.as_bytes(), now)),
        case("a digest under no secret", &signature_header("", body.as_bytes(), now)),
        case("a digest of another body", &signature_header(WEBHOOK_SECRET, b"{}", now)),
        case("a replay of an hour ago", &at(now - 3_600)),
        case("a replay from tomorrow", &at(now + 86_400)),
        case("a moved timestamp", &format!("t={},v1={digest}", now + 1)),
        case("a timestamp that is no number", &format!("t=now,v1={digest}")),
        case("a timestamp beyond all numbers", &format!("t={},v1={digest}", "9".repeat(40))),
        case("the oldest of timestamps", &at(i64::MIN)),
        case("blanks around the digest", &format!("t={now}, v1= {digest} ")),
        case("the first of two signatures counts", "t=1,v1=00").with_header("stripe-signature", &right),
        Case::new("stripe", "a signature that is no text", body.as_str())
            .with_header("stripe-signature", [b't', b'=', 0xff, 0xfe]),
        Case::new("stripe", "a body changed after it was signed", body.replace("1000", "9000"))
            .with_header("stripe-signature", &right),
    ]
}

/// Under a valid signature: an endpoint's secret may leak, and a provider may have a bad day.
fn bodies(payment: &NewPayment) -> Vec<Case> {
    let body = success(payment).to_string();
    let deep = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    let mut not_utf8 = body.clone().into_bytes();
    let place = body.find("usd").unwrap();
    not_utf8[place] = 0xff;
    let long = format!("{body}{}", " ".repeat(256 * 1024));
    let mut cases: Vec<_> =
        ["", " ", "null", "true", "7", "\"text\"", "[]", "{}", "{", "\u{0}", "\u{feff}{}", "{}{}", "1e400"]
            .iter()
            .map(|body| signed(format!("the body {body:?}"), *body).unreadable())
            .collect();
    cases.extend([
        signed("a long body", long).refused(413, "PAYLOAD_TOO_LARGE"),
        signed("a deep body", deep(50_000)).unreadable(),
        signed("a deep object", body.replace("\"payment_intent\"", &deep(50_000))).unreadable(),
        signed("an unended depth", "{\"a\":".repeat(20_000)).unreadable(),
        signed("no utf-8", not_utf8).unreadable(),
        signed("a field twice", body.replace("\"livemode\"", "\"id\":\"evt_b\",\"livemode\"")).unreadable(),
        signed("half of a pair", body.replace("usd", "\\ud800")).unreadable(),
        signed("compressed, it says", body.replace("evt_hostile", "evt_zip").replace("succeeded", "created"))
            .with_header("content-encoding", "gzip")
            .taken(),
    ]);
    cases
}

/// Readable, with something in it that is none.
fn contents(payment: &NewPayment) -> Vec<Case> {
    let amounts = [
        "10.5",
        "1e3",
        "\"1000\"",
        "null",
        "[1000]",
        "{}",
        "true",
        "99999999999999999999",
        "9223372036854775807",
    ];
    let received = amounts.map(|amount| {
        let to = format!("\"amount_received\":{amount}");
        with_text(&format!("the amount {amount}"), payment, "\"amount_received\":1000", &to).taken()
    });
    let objects = [json!([]), json!(7), json!(null), json!("pi_1"), json!({}), json!([[{}]])].map(|object| {
        let name = format!("the object {object}");
        with_object(&name, payment, |whole| *whole = object).unreadable()
    });
    let mut cases: Vec<_> = received.into_iter().chain(objects).collect();
    cases.extend([
        with_text(
            "an amount beyond all numbers",
            payment,
            "\"amount_received\":1000",
            "\"amount_received\":1e400",
        )
        .unreadable(),
        with_text("the live mode", payment, "\"livemode\":false", "\"livemode\":true"),
        with_object("a status of tomorrow", payment, |object| object["status"] = "settled_in_stars".into())
            .taken(),
        with_object("a status that is a list", payment, |object| object["status"] = json!(["succeeded"]))
            .taken(),
        with_object("a currency of nowhere", payment, |object| object["currency"] = "xxx".into()).taken(),
        with_object("control characters in a status", payment, |object| {
            object["status"] = "succeeded\u{0}".into();
        })
        .taken(),
        with_object("control characters in a currency", payment, |object| {
            object["currency"] = "us\u{0}d".into();
        })
        .taken(),
    ]);
    for odd in ["\u{0}", "evt\u{0}\r\n\u{1b}[31m", "'; DROP TABLE payments; --", &"x".repeat(5_000)] {
        let mut event = success(payment);
        (event["id"], event["type"]) = (odd.into(), odd.into());
        cases.push(
            signed(format!("an event called {:?}", &odd[..odd.len().min(30)]), event.to_string()).taken(),
        );
    }
    cases
}

/// About payments that were not started here, or not so.
fn others(of_fondy: &str) -> Vec<Case> {
    let named = |intent: &str, id: &str| {
        let payment =
            NewPayment { id: id.to_owned(), intent: intent.to_owned(), client_secret: String::new() };
        let mut event = success(&payment);
        event["id"] = format!("evt_{}", intent.len()).into();
        signed(format!("a payment called {:?}", &intent[..intent.len().min(30)]), event.to_string()).taken()
    };
    let mut cases = vec![
        named("pi_of_nobody", "00000000-0000-0000-0000-000000000000"),
        named("pi_of_nobody_either", "\u{0}"),
        named("pi_for_a_payment_of_another_provider", of_fondy),
        named(of_fondy, of_fondy),
        named("\u{0}", "\u{0}"),
        named("pi_\u{0}\r\n", "x"),
        named("../../v1/refunds?", "x"),
        named(&"x".repeat(100_000), "x"),
    ];
    for kind in ["charge.refunded", "charge.dispute.created", "refund.failed"] {
        for intent in [json!("\u{0}"), json!("pi_of_nobody"), json!({ "id": "pi_\u{0}" })] {
            let object = json!({ "id": "xx_1", "payment_intent": intent });
            let event =
                json!({ "id": format!("evt_{kind}_{intent}"), "type": kind, "data": { "object": object } });
            cases.push(signed(format!("{kind} of {intent}"), event.to_string()).taken());
        }
    }
    cases
}

fn addresses() -> Vec<Case> {
    let wrong_methods = [Method::GET, Method::PUT, Method::DELETE, Method::PATCH].map(|method| {
        let name = method.to_string();
        Case::new("stripe", name, "{}").with_method(method).refused(405, "METHOD_NOT_ALLOWED")
    });
    let unknown = ["other", "STRIPE", "stripe%00", "%00", "stripe%2Ffondy", "..%2Fapi", "%F0%9F%92%B0"]
        .map(|provider| Case::new(provider, "an unknown provider", "{}").refused(404, "UNKNOWN_PROVIDER"));
    let nowhere = ["/webhooks", "/webhooks/", "/webhooks/stripe/", "/webhooks//stripe", "/webhooks/stripe/x"]
        .map(|path| Case::new("stripe", path, "{}").with_path(path).refused(404, "NOT_FOUND"));
    let no_text = Case::new("%ff", "no text in a path", "{}").refused(400, "INVALID_PATH");
    wrong_methods.into_iter().chain(unknown).chain(nowhere).chain([no_text]).collect()
}
