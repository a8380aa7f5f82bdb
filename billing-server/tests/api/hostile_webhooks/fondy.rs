//! Forged and broken callbacks in the name of Fondy.
use billing_testkit::simulators::fondy::{SignatureAlgorithm, signature};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::case::Case;
use crate::fondy_shop::{MERCHANT, SECRET_KEY};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Says that an order of 415 hryvnias was paid, unsigned.
pub(super) fn approved(order: &str) -> Map<String, Value> {
    let Value::Object(fields) = json!({
        "order_id": order, "merchant_id": MERCHANT, "amount": "41500", "currency": "UAH", "order_status": "approved",
        "response_status": "success", "response_description": "", "tran_type": "purchase", "payment_id": 805_243_692,
        "reversal_amount": "0", "sender_email": "payer@example.com",
    }) else {
        unreachable!()
    };
    fields
}

fn sha1(fields: &Map<String, Value>) -> String {
    signature(SignatureAlgorithm::Sha1, SECRET_KEY, fields).unwrap()
}

fn with(mut fields: Map<String, Value>, name: &str, value: impl Into<Value>) -> Map<String, Value> {
    fields.insert(name.to_owned(), value.into());
    fields
}

fn without(mut fields: Map<String, Value>, name: &str) -> Map<String, Value> {
    fields.remove(name).unwrap();
    fields
}

/// With the right signature over all of them.
pub(super) fn signed(fields: Map<String, Value>) -> Map<String, Value> {
    let signature = sha1(&fields);
    with(fields, "signature", signature)
}

fn case(name: impl Into<String>, fields: &Map<String, Value>) -> Case {
    text(name, serde_json::to_vec(fields).unwrap())
}

fn text(name: impl Into<String>, body: impl Into<Vec<u8>>) -> Case {
    Case::new("fondy", name, body).with_header("content-type", JSON)
}

fn form(name: &str, body: impl Into<Vec<u8>>) -> Case {
    Case::new("fondy", name, body).with_header("content-type", FORM)
}

/// With one field otherwise, signed.
fn signed_with(name: &str, field: &str, value: impl Into<Value>, order: &str) -> Case {
    case(name, &signed(with(approved(order), field, value)))
}

pub(super) fn cases(order: &str) -> Vec<Case> {
    [signatures(order), moved(order), bodies(order), amounts(order), contents(order), others(order)]
        .into_iter()
        .flatten()
        .collect()
}

fn signatures(order: &str) -> Vec<Case> {
    let fields = approved(order);
    let right = sha1(&fields);
    let md5 = signature(SignatureAlgorithm::Md5, SECRET_KEY, &fields).unwrap();
    let other = signature(SignatureAlgorithm::Sha1, "test", &fields).unwrap();
    let none = signature(SignatureAlgorithm::Sha1, "", &fields).unwrap();
    let mut cases = vec![case("no signature", &fields)];
    for (name, signature) in [
        ("an empty signature", json!("")),
        ("a signature of null", json!(null)),
        ("a signature that is a number", json!(7)),
        ("a signature that is a list", json!([right])),
        ("a signature that is an object", json!({ "sha1": right })),
        ("a signature that is true", json!(true)),
        ("a garbled signature", json!("z".repeat(40))),
        ("a signature cut short", json!(right[..39])),
        ("a signature too long", json!(format!("{right}0"))),
        ("a signature with a blank", json!(format!("{right} "))),
        ("a very long signature", json!("0".repeat(100_000))),
        ("a signature in upper case", json!(right.to_uppercase())),
        ("a signature with a NUL", json!(format!("{}\u{0}", &right[..39]))),
        ("md5 where sha-1 is set", json!(md5)),
        ("another merchant's secret", json!(other)),
        ("no secret", json!(none)),
    ] {
        cases.push(case(name, &with(fields.clone(), "signature", signature)));
    }
    let body = serde_json::to_string(&signed(fields)).unwrap();
    let twice = format!("{},\"signature\":\"{right}\"}}", body.trim_end_matches('}'));
    cases.push(text("the signature twice", twice));
    cases.push(form(
        "the signature twice in a form",
        format!("{}&signature={right}", as_form(&approved(order), &right)),
    ));
    cases
}

fn as_form(fields: &Map<String, Value>, signature: &str) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", text(value))).collect();
    format!("{}&signature={signature}", pairs.join("&"))
}

/// Fields moved under a signature that holds all the same: it is over values alone.
fn moved(order: &str) -> Vec<Case> {
    let declined = with(approved(order), "order_status", "declined");
    let rename = |from: &str, to: &str| {
        let fields = signed(approved(order));
        let value = fields[from].clone();
        with(without(fields, from), to, value)
    };
    // The payer chose this address, and the status slips one place to the left.
    let chosen = with(with(declined.clone(), "sender_email", "approved"), "response_status", "");
    let slipped = signed(chosen.clone());
    let slipped = with(without(slipped, "order_status"), "order_statu", "declined");
    let joined = signed(declined.clone());
    let joined = with(without(joined, "response_status"), "order_status", "declined|success");
    let parted = signed(with(declined, "response_description", "a|approved"));
    let parted = with(with(parted, "response_description", "a"), "response_descriptioo", "approved");
    vec![
        case("a changed amount", &with(signed(approved(order)), "amount", "41501")),
        case("a changed order", &with(signed(approved("another")), "order_id", order)),
        case(
            "a changed status",
            &with(signed(with(approved(order), "order_status", "declined")), "order_status", "approved"),
        ),
        case("an unsigned field more", &with(signed(approved(order)), "zeta", "1")),
        case("the id under another name", &rename("order_id", "order_ie")),
        case("the amount under another name", &rename("amount", "amounu")),
        case("the status under another name", &rename("order_status", "order_statut")),
        case("the e-mail under another name", &rename("sender_email", "sender_emaim")).taken(),
        case("a status that slipped", &slipped),
        case("two fields joined at the separator", &joined),
        case("a field parted at the separator", &parted).taken(),
    ]
}

fn bodies(order: &str) -> Vec<Case> {
    let body = serde_json::to_string(&signed(approved(order))).unwrap();
    let right = sha1(&approved(order));
    let mut not_utf8 = body.clone().into_bytes();
    let place = body.find("payer").unwrap();
    not_utf8[place] = 0xff;
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let many: Map<String, Value> = (0..10_000).map(|index| (format!("field{index}"), json!(index))).collect();
    let mut cases: Vec<_> =
        ["", " ", "null", "true", "7", "\"text\"", "[]", "{}", "{", "\u{0}", "[{}]", "{}{}"]
            .iter()
            .map(|body| text(format!("the body {body:?}"), *body))
            .collect();
    for odd in
        ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", "json", "application/jsonp"]
    {
        let name = format!("the content type {odd:?}");
        cases.push(Case::new("fondy", name, body.as_str()).with_header("content-type", odd));
    }
    cases.extend([
        Case::new("fondy", "no content type", body.as_str()),
        Case::new("fondy", "a content type that is no text", body.as_str())
            .with_header("content-type", [0xff]),
        form("json in the name of a form", body.as_str()),
        text("a form in the name of json", as_form(&approved(order), &right)),
        form("an empty form", ""),
        form("a form that is no utf-8", b"order_id=%ff&signature=%fe".as_slice()),
        form("a form of ampersands", "&".repeat(100_000)),
        form("a field twice in a form", format!("{}&amount=41500", as_form(&approved(order), &right))),
        text("a field twice", body.replace("\"currency\"", "\"amount\":\"41500\",\"currency\"")),
        text(
            "a field twice, once disguised",
            body.replace("\"currency\"", "\"\\u0061mount\":\"41500\",\"currency\""),
        ),
        text("a long body", format!("{body}{}", " ".repeat(256 * 1024))).refused(413, "PAYLOAD_TOO_LARGE"),
        text("a deep body", deep),
        text("an unended depth", "{\"a\":".repeat(20_000)),
        text("no utf-8", not_utf8),
        case("ten thousand fields", &many),
        text("an envelope in an envelope", format!("{{\"response\":{{\"response\":{body}}}}}")),
        case("another method", &Map::new()).with_method(Method::PUT).refused(405, "METHOD_NOT_ALLOWED"),
    ]);
    cases
}

/// Under a valid signature.
fn amounts(order: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let odd =
        ["-41500", "+41500", "415.00", "4.15e4", "0x10", " 41500", "41500 ", "٤١٥٠٠", "NaN", "9999999999999"];
    for amount in odd {
        cases.push(signed_with(&format!("the amount {amount:?}"), "amount", amount, order).unreadable());
        cases.push(
            signed_with(&format!("taken back {amount:?}"), "reversal_amount", amount, order).unreadable(),
        );
    }
    cases.push(signed_with("a negative number", "amount", -41_500, order).unreadable());
    cases.push(signed_with("no amount", "amount", "", order));
    // Nobody can sign a fraction: libraries write it down differently.
    for odd in ["41500.0", "4.15e4", "1e400", "[41500]", "{\"a\":1}", "true"] {
        let body = serde_json::to_string(&signed(approved(order))).unwrap();
        cases.push(text(format!("an amount that is {odd}"), body.replace("\"41500\"", odd)));
    }
    cases
}

fn contents(order: &str) -> Vec<Case> {
    let of_protocol_2 = |signature: String| {
        let data = "eyJvcmRlciI6e319";
        json!({ "version": "2.0", "data": data, "signature": signature }).as_object().unwrap().clone()
    };
    let data = json!({ "data": "eyJvcmRlciI6e319" });
    let waiting = with(approved(order), "order_status", "created");
    vec![
        case(
            "control characters in an e-mail",
            &signed(with(waiting, "sender_email", "a\u{0}\r\n\u{1b}[31m")),
        )
        .taken(),
        signed_with("a status of tomorrow", "order_status", "settled_in_stars", order).taken(),
        signed_with("a status in upper case", "order_status", "Approved", order).taken(),
        signed_with("no status", "order_status", "", order),
        signed_with("control characters in a status", "order_status", "approved\u{0}", order).taken(),
        signed_with("control characters in a currency", "currency", "UA\u{0}H", order).taken(),
        signed_with("a currency of nowhere", "currency", "XXX", order).taken(),
        signed_with("a test payment", "additional_info", "{\"is_test\": true}", order),
        signed_with("a hint that only test payments carry", "response_signature_string", "***|1", order),
        case("protocol 2.0", &of_protocol_2(sha1(data.as_object().unwrap()))).unreadable(),
        case("protocol 2.0, forged", &of_protocol_2("0".repeat(40))),
    ]
}

/// About orders that were not made here.
fn others(order: &str) -> Vec<Case> {
    let odd = [
        "of-nobody",
        "00000000-0000-0000-0000-000000000000",
        "\u{0}",
        "order\u{0}\r\n\u{1b}[31m",
        "'; DROP TABLE payments; --",
        &"x".repeat(100_000),
    ];
    let mut cases: Vec<_> = odd
        .iter()
        .map(|id| {
            case(format!("an order called {:?}", &id[..id.len().min(30)]), &signed(approved(id))).taken()
        })
        .collect();
    cases.push(case("an order id that is a number", &signed(with(approved(order), "order_id", 7))).taken());
    cases.push(case("an order in upper case", &signed(approved(&order.to_uppercase()))).taken());
    cases
}
