use std::time::Duration;

use billing_core::{Currency, Money, PaymentGateway, PaymentId, Refund, RefundId};
use serde_json::{Value, json};

use crate::{
    canned::{Answer, Canned},
    setup::{MERCHANT, SECRET, builder, kind, reference, refusal, reversal, signature, told, uah},
};

const SEEN: &str = "status/order_id";
const SENT: &str = "reverse/order_id";

/// A refund of 50 hryvnias, when 10 had been taken back before.
fn refund(id: PaymentId) -> Refund {
    Refund::new(RefundId::new(), reference(id), uah(5_000), uah(1_000))
}

/// How the order stands when so much was reversed.
fn standing(id: PaymentId, reversed: impl Into<Value>) -> Answer {
    Answer::signed(told(id, &json!({ "reversal_amount": reversed.into() })))
}

fn reversed(id: PaymentId, changes: &Value) -> Answer {
    let mut answer = json!({
        "order_id": id.to_string(),
        "merchant_id": MERCHANT,
        "response_status": "success",
        "reverse_status": "approved",
        "reversal_amount": "6000",
        "transaction_id": 1_994_930_932,
        "response_code": "",
    });
    for (name, value) in changes.as_object().unwrap() {
        answer[name] = value.clone();
    }
    Answer::signed(answer)
}

#[tokio::test]
async fn money_is_given_back_and_seen() {
    let id = PaymentId::new();
    let answers = [standing(id, "1000"), reversed(id, &json!({})), standing(id, "6000")];
    let fondy = Canned::new(answers).await;
    let refund = refund(id);
    let snapshot = fondy.gateway.refund(refund.clone()).await.unwrap();
    assert_eq!(snapshot.take_backs, Some(reversal(6_000)));
    assert_eq!(fondy.paths(), [SEEN, SENT, SEEN]);

    let mut request = fondy.calls()[1].request.clone();
    let signed = request.as_object_mut().unwrap().remove("signature").unwrap();
    assert_eq!(signed, signature(SECRET, &request));
    let expected = json!({
        "version": "1.0.1",
        "merchant_id": MERCHANT,
        "order_id": id.to_string(),
        "amount": 5_000,
        "currency": "UAH",
        "comment": refund.id.to_string(),
        "reverse_id": refund.id.to_string(),
    });
    assert_eq!(request, expected);
}

#[tokio::test]
async fn a_refund_goes_without_its_id_where_that_is_not_taken() {
    let id = PaymentId::new();
    let answers = [standing(id, "1000"), reversed(id, &json!({})), standing(id, "6000")];
    let fondy = Canned::new(answers).await;
    let gateway = builder(&fondy.base).with_nameless_refunds().build().unwrap();
    gateway.refund(refund(id)).await.unwrap();
    let mut request = fondy.calls()[1].request.clone();
    assert_eq!(request.get("reverse_id"), None);
    let signed = request.as_object_mut().unwrap().remove("signature").unwrap();
    assert_eq!(signed, signature(SECRET, &request));
}

#[tokio::test]
async fn a_refund_that_is_taken_on_may_be_seen_later() {
    let id = PaymentId::new();
    for word in [
        json!({ "reverse_status": "created" }),
        json!({ "reverse_status": null, "revers_status": "created" }),
    ] {
        let fondy = Canned::new([standing(id, 1_000), reversed(id, &word), standing(id, 1_000)]).await;
        let snapshot = fondy.gateway.refund(refund(id)).await.unwrap();
        assert_eq!(snapshot.take_backs, Some(reversal(1_000)), "{word}");
    }
}

#[tokio::test]
async fn a_refund_that_was_heard_is_not_sent_again() {
    let id = PaymentId::new();
    for total in [6_000, 6_001, 25_000] {
        let fondy = Canned::new([standing(id, total)]).await;
        let snapshot = fondy.gateway.refund(refund(id)).await.unwrap();
        assert_eq!((snapshot.take_backs, fondy.paths()), (Some(reversal(total)), vec![SEEN.to_owned()]));
    }
}

#[tokio::test]
async fn what_was_taken_back_meanwhile_is_for_a_person_to_judge() {
    let id = PaymentId::new();
    for total in [0, 999, 1_001, 5_999] {
        let fondy = Canned::new([standing(id, total)]).await;
        let refused = refusal(fondy.gateway.refund(refund(id)).await);
        assert_eq!(refused, ("declined", "taken_back_meanwhile".to_owned()), "{total}");
        assert_eq!(fondy.paths(), [SEEN], "{total}");
    }
}

#[tokio::test]
async fn nothing_is_sent_while_the_total_is_unknown() {
    let id = PaymentId::new();
    let reversed_by_nothing = told(id, &json!({ "order_status": "reversed" }));
    for answer in [standing(id, Value::Null), standing(id, ""), Answer::signed(reversed_by_nothing)] {
        let fondy = Canned::new([answer]).await;
        let error = fondy.gateway.refund(refund(id)).await.unwrap_err();
        assert_eq!((kind(&error), fondy.paths()), ("protocol", vec![SEEN.to_owned()]), "{error}");
    }
    let fondy = Canned::new([Answer::refused(1018)]).await;
    let error = fondy.gateway.refund(refund(id)).await.unwrap_err();
    assert_eq!((kind(&error), fondy.paths()), ("not found", vec![SEEN.to_owned()]), "{error}");
}

#[tokio::test]
async fn money_is_given_back_in_the_currency_it_was_paid_in() {
    let id = PaymentId::new();
    let usd = |minor| Money::from_minor(minor, Currency::USD).unwrap();
    let fondy = Canned::new([standing(id, "0")]).await;
    for (amount, taken_before) in [(usd(5_000), usd(0)), (uah(5_000), usd(0)), (usd(5_000), uah(0))] {
        let refund = Refund::new(RefundId::new(), reference(id), amount, taken_before);
        let refused = refusal(fondy.gateway.refund(refund).await);
        assert_eq!(refused, ("declined", "currency_mismatch".to_owned()));
    }
    for amount in ["0", "-5", "0.005"] {
        let amount = Money::parse(amount, Currency::UAH).unwrap();
        let refund = Refund::new(RefundId::new(), reference(id), amount, uah(0));
        assert_eq!(refusal(fondy.gateway.refund(refund).await), ("declined", "amount_not_taken".to_owned()));
    }
    assert_eq!(fondy.paths(), [SEEN; 3]);
}

#[tokio::test]
async fn a_refund_that_fondy_refuses_is_declined() {
    let id = PaymentId::new();
    let declined = json!({ "reverse_status": "declined" });
    let with_code = json!({ "reverse_status": "declined", "response_code": "1069" });
    for (answer, code) in [
        (reversed(id, &declined), "declined"),
        (reversed(id, &with_code), "1069"),
        (Answer::refused(1084), "1084"),
        (Answer::refused("1086"), "1086"),
    ] {
        let fondy = Canned::new([standing(id, 1_000), answer]).await;
        let refused = refusal(fondy.gateway.refund(refund(id)).await);
        assert_eq!(refused, ("declined", code.to_owned()));
        assert_eq!(fondy.paths(), [SEEN, SENT]);
    }
}

/// Answers after which nobody knows whether the refund was heard.
fn unclear(id: PaymentId) -> Vec<Answer> {
    let Answer::Fields(mut touched) = reversed(id, &json!({})) else { unreachable!() };
    touched["reversal_amount"] = "7000".into();
    let mut unsigned = touched.clone();
    unsigned.as_object_mut().unwrap().remove("signature");
    vec![
        Answer::refused(1002),
        Answer::refused("1066"),
        Answer::refused(1089),
        Answer::html(403),
        Answer::html(200),
        Answer::Raw(500, &[], String::new()),
        Answer::Fields(touched),
        Answer::Fields(unsigned),
        reversed(id, &json!({ "reverse_status": "a_word_of_tomorrow" })),
        reversed(id, &json!({ "reverse_status": null })),
        reversed(id, &json!({ "order_id": PaymentId::new().to_string() })),
        Answer::Nothing,
    ]
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_is_sent_once_and_found_by_a_repeat() {
    let id = PaymentId::new();
    for (number, answer) in unclear(id).into_iter().enumerate() {
        let fondy = Canned::new([standing(id, 1_000), answer, standing(id, 6_000)]).await;
        let gateway = builder(&fondy.base).with_timeout(Duration::from_millis(700)).build().unwrap();
        let refund = refund(id);
        let error = gateway.refund(refund.clone()).await.unwrap_err();
        assert_eq!(kind(&error), "unavailable", "{number}: {error}");
        assert_eq!(fondy.paths(), [SEEN, SENT], "{number}");

        let snapshot = gateway.refund(refund).await.unwrap();
        assert_eq!(snapshot.take_backs, Some(reversal(6_000)), "{number}");
        assert_eq!(fondy.paths(), [SEEN, SENT, SEEN], "{number}");
    }
}

#[tokio::test]
async fn a_refund_that_was_taken_on_is_no_error_when_it_cannot_be_seen() {
    let id = PaymentId::new();
    let fondy = Canned::new([standing(id, 1_000), reversed(id, &json!({})), Answer::html(200)]).await;
    let snapshot = fondy.gateway.refund(refund(id)).await.unwrap();
    assert_eq!(snapshot.take_backs, Some(reversal(1_000)));
}

#[tokio::test]
async fn nothing_is_sent_when_the_order_cannot_be_seen() {
    let id = PaymentId::new();
    for (answer, expected) in [(Answer::html(502), "unavailable"), (Answer::html(200), "protocol")] {
        let fondy = Canned::new([answer]).await;
        let error = fondy.gateway.refund(refund(id)).await.unwrap_err();
        assert_eq!(kind(&error), expected, "{error}");
        assert!(fondy.paths().iter().all(|path| path == SEEN));
    }
}
