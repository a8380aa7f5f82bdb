use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::Duration;

use billing_core::{
    Currency, Failure, GatewayError, Money, PaymentGateway, PaymentId, PaymentRef, PaymentSnapshot,
    PaymentStatus,
};
use billing_fondy::{FondyGateway, FondySignature};
use billing_testkit::simulators::fondy::{FondySimulator, PayTerms, Quirks, SignatureAlgorithm};

use crate::{
    setup::{MERCHANT, SECRET, kind, new_order, reference, reversal, uah},
    simulator::{Order, Shop, simulator},
};

/// What callback and answer say alike.
async fn both_say(shop: &Shop, order: &Order) -> PaymentSnapshot {
    let asked = shop.status(order).await;
    assert_eq!(shop.heard(), std::slice::from_ref(&asked));
    asked
}

#[tokio::test]
async fn an_order_is_paid_and_heard_of() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    assert_eq!(order.id, order.request.id.to_string());
    assert!(order.page.starts_with(&shop.fondy.base_url()));
    let pending = shop.status(&order).await;
    assert_eq!((pending.status, pending.paid, pending.failure), (PaymentStatus::Pending, None, None));
    assert_eq!((&pending.payment, pending.take_backs), (&order.reference, Some(vec![])));
    assert!(shop.endpoint.take().is_empty());

    shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
    let paid = both_say(&shop, &order).await;
    assert_eq!((paid.status, paid.paid, paid.failure), (PaymentStatus::Succeeded, Some(uah(25_000)), None));
    assert_eq!((&paid.payment, paid.take_backs), (&order.reference, Some(vec![])));
    assert!(!paid.other_merchant);
}

#[tokio::test]
async fn a_bank_that_takes_its_time_is_heard_of_twice() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.process(&order.id).await.unwrap();
    let processing = both_say(&shop, &order).await;
    assert_eq!((processing.status, processing.paid), (PaymentStatus::Processing, None));
    shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
    assert_eq!(both_say(&shop, &order).await.status, PaymentStatus::Succeeded);
}

#[tokio::test]
async fn a_decline_ends_an_order_and_says_why() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.decline(&order.id, 1037).await.unwrap();
    let declined = both_say(&shop, &order).await;
    let reason = Failure::new("1037", Some("Decline, not sufficient funds".to_owned()));
    assert_eq!(
        (declined.status, declined.paid, declined.failure),
        (PaymentStatus::Failed, None, Some(reason))
    );
    // The order was not left open for another card.
    assert!(shop.fondy.pay(&order.id, &PayTerms::new()).await.is_err());
}

#[tokio::test]
async fn an_order_expires_and_may_still_be_paid_by_what_was_under_way() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.expire(&order.id).await.unwrap();
    let expired = both_say(&shop, &order).await;
    assert_eq!((expired.status, expired.paid), (PaymentStatus::Expired, None));
    shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
    let paid = both_say(&shop, &order).await;
    assert_eq!((paid.status, paid.paid), (PaymentStatus::Succeeded, Some(uah(25_000))));
}

#[tokio::test]
async fn a_lifetime_is_heeded_to_the_second() {
    let now = Arc::new(AtomicI64::new(1_795_608_000));
    let clock = Arc::clone(&now);
    let simulator = simulator().with_clock(move || clock.load(Ordering::Relaxed));
    let shop = Shop::with(simulator, |builder| builder.with_lifetime(Duration::from_hours(1))).await;
    let order = shop.order().await;
    now.fetch_add(3_599, Ordering::Relaxed);
    assert_eq!(shop.status(&order).await.status, PaymentStatus::Pending);
    now.fetch_add(1, Ordering::Relaxed);
    assert_eq!(shop.status(&order).await.status, PaymentStatus::Expired);
}

#[tokio::test]
async fn what_was_paid_is_told_even_if_it_is_not_what_was_asked() {
    let usd = Money::from_minor(25_000, Currency::USD);
    for (terms, paid) in [
        (PayTerms::new().with_amount(24_999), Some(uah(24_999))),
        (PayTerms::new().with_amount(25_001), Some(uah(25_001))),
        (PayTerms::new().with_currency("USD"), usd),
        (PayTerms::new().with_currency("XXX"), None),
        // What left the payer's account after conversion or with a fee on top is between payer and bank.
        (PayTerms::new().with_actual(620, "USD"), Some(uah(25_000))),
    ] {
        let shop = Shop::open().await;
        let order = shop.order().await;
        shop.fondy.pay(&order.id, &terms).await.unwrap();
        let snapshot = both_say(&shop, &order).await;
        assert_eq!((snapshot.status, snapshot.paid), (PaymentStatus::Succeeded, paid), "{terms:?}");
        assert!(!snapshot.other_merchant, "{terms:?}");
    }
}

#[tokio::test]
async fn money_that_another_merchant_got_is_told_as_such() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.fondy.pay(&order.id, &PayTerms::new().with_merchant_id(7_654_321)).await.unwrap();
    assert!(both_say(&shop, &order).await.other_merchant);
}

#[tokio::test]
async fn an_order_id_is_good_for_one_order_whatever_became_of_it() {
    for quirks in [Quirks::new(), Quirks::new().with_error_codes_as_text()] {
        let shop = Shop::with_quirks(quirks).await;
        let [open, paid, declined, expired] =
            [shop.order().await, shop.paid_order().await, shop.order().await, shop.order().await];
        shop.fondy.decline(&declined.id, 1000).await.unwrap();
        shop.fondy.expire(&expired.id).await.unwrap();
        for order in [open, paid, declined, expired] {
            let error = shop.gateway.create_payment(order.request).await.unwrap_err();
            let GatewayError::OrderExists { external_id } = error else { panic!("{error}") };
            assert_eq!(external_id, order.id);
        }
        assert_eq!(shop.fondy.orders().len(), 4);
    }
}

#[tokio::test]
async fn an_unknown_payment_is_not_found() {
    for quirks in [Quirks::new(), Quirks::new().with_error_codes_as_text()] {
        let shop = Shop::with_quirks(quirks).await;
        for unknown in [reference(PaymentId::new()), PaymentRef::new(None, Some("topup-1".to_owned()))] {
            let error = shop.gateway.payment_status(&unknown).await.unwrap_err();
            assert_eq!(kind(&error), "not found", "{error}");
        }
    }
}

#[tokio::test]
async fn amounts_and_texts_arrive_as_they_were_meant() {
    let usd = |minor| Money::from_minor(minor, Currency::USD).unwrap();
    let limits = (usd(1), usd(99_999_999_999));
    let shop = Shop::with(simulator(), |builder| builder.with_limits(limits.0, limits.1)).await;
    for minor in [1, 1_250, 99_999_999_999] {
        let mut request = new_order();
        request.amount = usd(minor);
        request.description = "  № 1 \"&<>'\\ \u{1f389}  ".to_owned();
        let order = shop.order_of(request.clone()).await;
        assert_eq!(shop.fondy.order(&order.id).unwrap()["order_desc"], request.description);
        shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
        assert_eq!(both_say(&shop, &order).await.paid, Some(usd(minor)));
    }
}

#[tokio::test]
async fn a_text_that_fondy_does_not_take_is_declined() {
    let shop = Shop::open().await;
    let mut long = new_order();
    long.description = "ї".repeat(1_025);
    let mut empty = new_order();
    empty.description = String::new();
    let far = new_order().with_return_url(format!("https://example.com/{}", "a".repeat(2_048)));
    for (request, expected) in [(long, "1007"), (empty, "1009"), (far, "1007")] {
        let error = shop.gateway.create_payment(request).await.unwrap_err();
        assert!(matches!(&error, GatewayError::Declined { code, .. } if code == expected), "{error}");
    }
    assert!(shop.fondy.orders().is_empty());
}

#[tokio::test]
async fn a_currency_that_the_merchant_may_not_take_is_a_matter_of_setup() {
    let jpy = |minor| Money::from_minor(minor, Currency::JPY).unwrap();
    let shop = Shop::with(simulator(), |builder| builder.with_limits(jpy(1), jpy(1_000))).await;
    let mut request = new_order();
    request.amount = jpy(500);
    let error = shop.gateway.create_payment(request).await.unwrap_err();
    assert!(matches!(&error, GatewayError::Unauthorized { code } if code == "1012"), "{error}");
}

#[tokio::test]
async fn a_stranger_is_told_as_such() {
    for quirks in [Quirks::new(), Quirks::new().with_error_codes_as_text()] {
        let shop = Shop::with_quirks(quirks).await;
        let order = shop.paid_order().await;
        let merchant = MERCHANT.to_string();
        for (merchant, secret, algorithm, expected) in [
            (merchant.as_str(), "another-secret", FondySignature::Sha1, "1014"),
            (merchant.as_str(), SECRET, FondySignature::Md5, "1014"),
            ("7654321", SECRET, FondySignature::Sha1, "1016"),
        ] {
            let stranger = FondyGateway::builder(merchant, secret).with_signature(algorithm);
            let stranger = stranger.with_api_base(shop.fondy.api_url()).build().unwrap();
            for error in [
                stranger.create_payment(new_order()).await.unwrap_err(),
                stranger.payment_status(&order.reference).await.unwrap_err(),
                stranger.refund(order.refund_of(100, 0)).await.unwrap_err(),
            ] {
                assert!(
                    matches!(&error, GatewayError::Unauthorized { code } if code == expected),
                    "{expected}: {error}"
                );
            }
        }
        assert_eq!(shop.fondy.orders().len(), 1);
    }
}

#[tokio::test]
async fn md5_is_spoken_where_it_was_agreed_on() {
    let simulator = simulator().with_signature(SignatureAlgorithm::Md5);
    let shop = Shop::with(simulator, |builder| builder.with_signature(FondySignature::Md5)).await;
    let order = shop.paid_order().await;
    let snapshot = shop.gateway.refund(order.refund_of(25_000, 0)).await.unwrap();
    assert_eq!((snapshot.paid, snapshot.take_backs), (Some(uah(25_000)), Some(reversal(25_000))));
    shop.quiet().await;
    assert_eq!(shop.heard(), [shop.status(&order).await]);
}

#[tokio::test]
async fn a_test_merchant_moves_no_money_and_is_believed_only_where_that_is_allowed() {
    let shop = Shop::with(simulator().with_test_mode(true), |builder| builder).await;
    let order = shop.order().await;
    shop.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
    let error = shop.gateway.payment_status(&order.reference).await.unwrap_err();
    assert_eq!(kind(&error), "protocol", "{error}");
    let error = shop.gateway.refund(order.refund_of(100, 0)).await.unwrap_err();
    assert_eq!(kind(&error), "protocol", "{error}");
    let [(_, Err(error))] = <[_; 1]>::try_from(shop.endpoint.take_all()).unwrap() else {
        panic!("it was believed")
    };
    assert!(matches!(error, GatewayError::NotAuthentic { reason: "it is of a test payment" }), "{error}");
    assert_eq!(shop.fondy.order(&order.id).unwrap()["reversal_amount"], "0");

    // The secret that everybody knows is masked within the e-mail addresses and texts of test payments, too.
    for (merchant, secret) in [(MERCHANT, SECRET), (1_396_424, "test")] {
        let simulator = FondySimulator::builder(merchant.try_into().unwrap(), secret).with_test_mode(true);
        let fondy = simulator.start(([127, 0, 0, 1], 0).into()).await.unwrap();
        let gateway = FondyGateway::builder(merchant.to_string(), secret)
            .with_test_merchant_allowed()
            .with_api_base(fondy.api_url());
        let gateway = gateway.build().unwrap();
        let order = new_order();
        gateway.create_payment(order.clone()).await.unwrap();
        fondy.pay(&order.id.to_string(), &PayTerms::new()).await.unwrap();
        let snapshot = gateway.payment_status(&reference(order.id)).await.unwrap();
        assert_eq!((snapshot.status, snapshot.paid), (PaymentStatus::Succeeded, Some(uah(25_000))));
    }
}
