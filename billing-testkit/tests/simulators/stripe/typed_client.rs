//! The objects are complete enough for a client that insists on every field.

use std::collections::HashMap;

use ::stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use billing_testkit::simulators::stripe::DisputeTerms;
use stripe_core::dispute::{ListDispute, RetrieveDispute};
use stripe_core::payment_intent::{
    CancelPaymentIntent, ConfirmPaymentIntent, CreatePaymentIntent,
    CreatePaymentIntentAutomaticPaymentMethods, RetrievePaymentIntent,
};
use stripe_core::refund::{CreateRefund, ListRefund, RetrieveRefund};
use stripe_core::{PaymentIntent, PaymentIntentStatus};
use stripe_types::Currency;

use super::shop::{SECRET_KEY, Shop};

fn client(shop: &Shop) -> Client {
    ClientBuilder::new(SECRET_KEY).url(shop.stripe.base_url()).build().unwrap()
}

async fn create(client: &Client, key: &str) -> PaymentIntent {
    let metadata = HashMap::from([("a".to_owned(), "1".to_owned()), ("b|ї".to_owned(), "2 & 3".to_owned())]);
    CreatePaymentIntent::new(2500, Currency::UAH)
        .metadata(metadata)
        .description("Top-up")
        .automatic_payment_methods(CreatePaymentIntentAutomaticPaymentMethods::new(true))
        .customize()
        .request_strategy(RequestStrategy::Idempotent(IdempotencyKey::new(key).unwrap()))
        .send(client)
        .await
        .unwrap()
}

async fn pay(client: &Client, payment: &PaymentIntent, method: &str) -> Result<PaymentIntent, StripeError> {
    ConfirmPaymentIntent::new(payment.id.clone()).payment_method(method).send(client).await
}

#[tokio::test]
async fn a_payment_parses_from_creation_to_cancellation() {
    let shop = Shop::open().await;
    let client = client(&shop);
    let payment = create(&client, "key").await;
    assert_eq!(create(&client, "key").await.id, payment.id);
    assert_eq!(payment.metadata["b|ї"], "2 & 3");

    let declined = pay(&client, &payment, "pm_card_chargeDeclined").await;
    let Err(StripeError::Stripe(error, 402)) = declined else { panic!("declined: {}", declined.is_ok()) };
    assert_eq!(error.decline_code.as_deref(), Some("generic_decline"));
    let read = RetrievePaymentIntent::new(payment.id.clone()).send(&client).await.unwrap();
    assert!(read.last_payment_error.is_some());
    let canceled = CancelPaymentIntent::new(payment.id.clone()).send(&client).await.unwrap();
    assert_eq!(canceled.status, PaymentIntentStatus::Canceled);
    let again = CancelPaymentIntent::new(payment.id).send(&client).await;
    assert!(matches!(again, Err(StripeError::Stripe(_, 400))));
}

#[tokio::test]
async fn a_question_of_the_bank_parses() {
    let shop = Shop::open().await;
    let client = client(&shop);
    let payment = create(&client, "key").await;
    let confirm = ConfirmPaymentIntent::new(payment.id.clone())
        .payment_method("pm_card_authenticationRequired")
        .return_url("https://shop.example/return");
    let asked = confirm.clone().send(&client).await.unwrap();
    assert_eq!(asked.status, PaymentIntentStatus::RequiresAction);
    let back = asked.next_action.unwrap().redirect_to_url.unwrap().return_url;
    assert_eq!(back.as_deref(), Some("https://shop.example/return"));
    let in_page = confirm.use_stripe_sdk(true).send(&client).await.unwrap();
    assert!(in_page.next_action.unwrap().use_stripe_sdk.is_some());

    shop.stripe.authenticate(payment.id.as_str(), false).await.unwrap();
    let refused = RetrievePaymentIntent::new(payment.id).send(&client).await.unwrap();
    assert!(refused.last_payment_error.is_some() && refused.next_action.is_none());
}

#[tokio::test]
async fn what_is_taken_back_parses_too() {
    let shop = Shop::open().await;
    let client = client(&shop);
    let payment = create(&client, "key").await;
    let paid = pay(&client, &payment, "pm_card_visa").await.unwrap();
    assert_eq!((paid.status, paid.amount_received), (PaymentIntentStatus::Succeeded, 2500));

    let id = payment.id.as_str();
    let refund = CreateRefund::new().payment_intent(id).amount(500).send(&client).await.unwrap();
    let failed = CreateRefund::new().payment_intent(id).amount(700).send(&client).await.unwrap();
    shop.stripe.fail_refund(failed.id.as_str()).await.unwrap();
    let opened = shop.stripe.open_dispute(id, &DisputeTerms::new()).await.unwrap();
    let won = shop.stripe.win_dispute(opened["id"].as_str().unwrap()).await.unwrap();

    let refunds = ListRefund::new().payment_intent(id).limit(100).send(&client).await.unwrap();
    let statuses: Vec<_> = refunds.data.iter().filter_map(|refund| refund.status.as_deref()).collect();
    assert_eq!(statuses, ["failed", "succeeded"]);
    RetrieveRefund::new(refund.id).expand(["charge".to_owned()]).send(&client).await.unwrap();

    let disputes = ListDispute::new().payment_intent(id).send(&client).await.unwrap();
    let moved: Vec<_> = disputes.data[0].balance_transactions.iter().map(|moved| moved.amount).collect();
    assert_eq!(moved, [-2500, 2500]);
    RetrieveDispute::new(won["id"].as_str().unwrap()).send(&client).await.unwrap();

    let expand = ["latest_charge.refunds".to_owned(), "latest_charge.balance_transaction".to_owned()];
    let read = RetrievePaymentIntent::new(payment.id).expand(expand).send(&client).await.unwrap();
    let charge = read.latest_charge.unwrap().into_object().unwrap();
    assert_eq!((charge.amount_refunded, charge.disputed), (500, true));
    assert_eq!(charge.refunds.unwrap().data.len(), 2);
    assert!(charge.balance_transaction.unwrap().is_object());
}
