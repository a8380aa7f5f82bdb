use billing_core::{Failure, GatewayError, PaymentGateway, PaymentId, PaymentRef, PaymentStatus};
use billing_fondy::{FondyGateway, FondySignature};
use serde_json::{Value, json};

use crate::{
    canned::{Answer, Canned},
    setup::{MERCHANT, SECRET, Vector, builder, kind, reference, reversal, signature, told, uah},
};

#[tokio::test]
async fn a_payment_is_asked_for_by_fondys_id_or_else_by_ours() {
    let id = PaymentId::new();
    for (reference, order) in [
        (PaymentRef::new(Some(PaymentId::new()), Some("topup-1".to_owned())), "topup-1".to_owned()),
        (PaymentRef::new(Some(id), None), id.to_string()),
    ] {
        let answer = told(id, &json!({ "order_id": order }));
        let fondy = Canned::new([Answer::signed(answer)]).await;
        let snapshot = fondy.gateway.payment_status(&reference).await.unwrap();
        assert_eq!(snapshot.payment.external_id.as_deref(), Some(order.as_str()));

        let mut call = fondy.calls().remove(0);
        assert_eq!(call.line, "POST /api/status/order_id");
        let signed = call.request.as_object_mut().unwrap().remove("signature").unwrap();
        assert_eq!(signed, signature(SECRET, &call.request));
        let expected = json!({ "version": "1.0.1", "merchant_id": MERCHANT, "order_id": order });
        assert_eq!(call.request, expected);
    }
}

#[tokio::test]
async fn a_payment_is_seen_in_all_its_states() {
    let id = PaymentId::new();
    let paid = Some(uah(25_000));
    for (changes, status, paid, take_backs) in [
        (json!({ "order_status": "created" }), PaymentStatus::Pending, None, Some(vec![])),
        (json!({ "order_status": "processing" }), PaymentStatus::Processing, None, Some(vec![])),
        (json!({ "order_status": "expired" }), PaymentStatus::Expired, None, Some(vec![])),
        (json!({}), PaymentStatus::Succeeded, paid, Some(vec![])),
        (json!({ "reversal_amount": "5000" }), PaymentStatus::Succeeded, paid, Some(reversal(5_000))),
        (
            json!({ "order_status": "reversed", "reversal_amount": 25_000 }),
            PaymentStatus::Succeeded,
            paid,
            Some(reversal(25_000)),
        ),
        (json!({ "reversal_amount": null }), PaymentStatus::Succeeded, paid, None),
    ] {
        let fondy = Canned::new([Answer::signed(told(id, &changes))]).await;
        let snapshot = fondy.gateway.payment_status(&reference(id)).await.unwrap();
        assert_eq!(snapshot.payment, PaymentRef::new(Some(id), Some(id.to_string())));
        assert_eq!((snapshot.status, snapshot.paid), (status, paid), "{changes}");
        assert_eq!((snapshot.take_backs, snapshot.failure), (take_backs, None), "{changes}");
        assert!(!snapshot.other_merchant);
    }
}

#[tokio::test]
async fn a_decline_says_why() {
    let id = PaymentId::new();
    let declined = json!({
        "order_status": "declined", "response_code": 1037, "response_description": "Decline, not sufficient funds",
    });
    let fondy = Canned::new([Answer::signed(told(id, &declined))]).await;
    let snapshot = fondy.gateway.payment_status(&reference(id)).await.unwrap();
    let reason = "Decline, not sufficient funds".to_owned();
    assert_eq!(
        (snapshot.status, snapshot.failure),
        (PaymentStatus::Failed, Some(Failure::new("1037", Some(reason))))
    );
}

#[tokio::test]
async fn an_answer_that_a_gateway_signed_itself_is_believed() {
    let vector = Vector::named("gateway_status_expired");
    let fondy = Canned::new([Answer::Fields(vector.signed())]).await;
    let gateway = FondyGateway::builder("1396424", vector.secret)
        .with_test_merchant_allowed()
        .with_api_base(&fondy.base)
        .build()
        .unwrap();
    let asked = PaymentRef::new(None, Some("TestOrder2".to_owned()));
    let snapshot = gateway.payment_status(&asked).await.unwrap();
    assert_eq!((snapshot.status, snapshot.take_backs), (PaymentStatus::Expired, Some(vec![])));
}

#[tokio::test]
async fn an_unknown_payment_is_not_found() {
    let fondy = Canned::new([Answer::refused(1018)]).await;
    let error = fondy.gateway.payment_status(&reference(PaymentId::new())).await.unwrap_err();
    assert_eq!((kind(&error), fondy.calls().len()), ("not found", 1));
}

#[tokio::test]
async fn what_can_be_no_order_is_not_asked_for() {
    let fondy = Canned::new([Answer::refused(1018)]).await;
    let long = "a".repeat(1025);
    for id in [None, Some(""), Some("a|b"), Some(long.as_str())] {
        let reference = PaymentRef::new(None, id.map(str::to_owned));
        let error = fondy.gateway.payment_status(&reference).await.unwrap_err();
        assert!(matches!(error, GatewayError::PaymentNotFound), "{id:?}: {error}");
    }
    assert!(fondy.calls().is_empty());
}

/// The answer to a question about `id` is of no use.
async fn is_not_believed(id: PaymentId, answer: Value, case: &str) {
    let fondy = Canned::new([Answer::Fields(answer)]).await;
    let error = fondy.gateway.payment_status(&reference(id)).await.unwrap_err();
    assert_eq!((kind(&error), fondy.calls().len()), ("protocol", 1), "{case}: {error}");
}

#[tokio::test]
async fn an_answer_without_the_right_signature_is_not_believed() {
    let id = PaymentId::new();
    let unsigned = told(id, &json!({}));
    is_not_believed(id, unsigned.clone(), "unsigned").await;
    let with_signature = |signature: String| {
        let mut answer = unsigned.clone();
        answer["signature"] = signature.into();
        answer
    };
    is_not_believed(id, with_signature(signature("another", &unsigned)), "another secret").await;
    is_not_believed(id, with_signature(signature(SECRET, &unsigned).to_uppercase()), "upper case").await;
    let mut touched = with_signature(signature(SECRET, &unsigned));
    touched["reversal_amount"] = "1".into();
    is_not_believed(id, touched, "touched").await;
}

#[tokio::test]
async fn an_answer_about_something_else_is_not_believed() {
    let id = PaymentId::new();
    for changes in [
        json!({ "order_id": PaymentId::new().to_string() }),
        json!({ "order_id": null }),
        json!({ "order_status": null }),
        json!({ "amount": "250.00" }),
        json!({ "amount": -1 }),
        json!({ "reversal_amount": "some" }),
        json!({ "additional_info": "{\"is_test\": true}" }),
        json!({ "response_signature_string": "****|1" }),
    ] {
        let answer = crate::setup::signed(told(id, &changes));
        is_not_believed(id, answer, &changes.to_string()).await;
    }
}

#[tokio::test]
async fn another_merchant_is_told() {
    let id = PaymentId::new();
    let fondy = Canned::new([Answer::signed(told(id, &json!({ "merchant_id": 7 })))]).await;
    let snapshot = fondy.gateway.payment_status(&reference(id)).await.unwrap();
    assert!(snapshot.other_merchant);
}

#[tokio::test]
async fn only_the_set_algorithm_is_believed() {
    let id = PaymentId::new();
    let fondy = Canned::new([Answer::signed(told(id, &json!({})))]).await;
    let gateway = builder(&fondy.base).with_signature(FondySignature::Md5).build().unwrap();
    let error = gateway.payment_status(&reference(id)).await.unwrap_err();
    assert_eq!(kind(&error), "protocol", "{error}");
    assert_eq!(fondy.calls()[0].request["signature"].as_str().map(str::len), Some(32));
}
