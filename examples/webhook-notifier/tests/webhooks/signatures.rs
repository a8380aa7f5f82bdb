use std::sync::Arc;

use billing_core::{Clock as _, ManualClock, Notifier as _, SystemClock};
use chrono::TimeDelta;
use example_webhook_notifier::{InvalidSecret, SigningSecret, WebhookNotifier};
use serde_json::json;

use crate::{SECRET, notification, receiver::Receiver};

#[tokio::test]
async fn a_webhook_is_signed_and_tells_everything() {
    let receiver = Receiver::answering([]).await;
    receiver.notifier().notify(&notification("balance_low/anna/1")).await.unwrap();
    let [webhook] = &receiver.received()[..] else { panic!("not one webhook came in") };
    let expected = json!({
        "type": "billing.balance_low",
        "timestamp": "2026-11-28T03:43:42Z",
        "data": {
            "recipient": "anna@example.com",
            "name": "Анна",
            "account": "anna",
            "language": "en",
            "time_zone": "Europe/Kyiv",
            "event": {
                "kind": "balance_low",
                "balance": { "amount": "4.9875", "currency": "USD" },
                "threshold": { "amount": "5.00", "currency": "USD" },
            },
        },
    });
    assert_eq!(webhook.body, expected);
    assert!((SystemClock.now().timestamp() - webhook.timestamp).abs() < 60);
}

#[tokio::test]
async fn a_repeat_has_the_same_id() {
    let receiver = Receiver::answering([]).await;
    let notifier = receiver.notifier();
    for key in ["a", "a", "b.\r\nc: d"] {
        notifier.notify(&notification(key)).await.unwrap();
    }
    let ids: Vec<_> = receiver.received().into_iter().map(|webhook| webhook.id).collect();
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
    for id in ids {
        assert!(id.starts_with("msg_") && id[4..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    }
}

#[tokio::test]
async fn a_receiver_believes_neither_another_secret_nor_an_old_time() {
    let receiver = Receiver::answering([]).await;
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".parse().unwrap();
    let stranger = WebhookNotifier::new(&receiver.url, other).unwrap();
    assert!(stranger.notify(&notification("a")).await.is_err());
    let old = ManualClock::new(SystemClock.now() - TimeDelta::minutes(10));
    assert!(receiver.notifier().with_clock(Arc::new(old)).notify(&notification("a")).await.is_err());
    assert!(receiver.received().is_empty());
}

/// The one of the specification, and of its official libraries.
#[test]
fn the_known_signature_is_made() {
    let secret: SigningSecret = SECRET.parse().unwrap();
    let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn a_secret_is_long_enough_and_never_shown() {
    for secret in
        ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_c2hvcnQ=", "whsec_!!!!", "whsec_ MfKQ"]
    {
        assert_eq!(secret.parse::<SigningSecret>().unwrap_err(), InvalidSecret, "{secret}");
    }
    let notifier = WebhookNotifier::new("http://127.0.0.1:1", SECRET.parse().unwrap()).unwrap();
    assert!(!format!("{notifier:?}").contains("MfKQ"));
}

#[test]
fn nothing_personal_is_sent_in_the_open() {
    let build = |url| WebhookNotifier::new(url, SECRET.parse().unwrap());
    for url in ["https://example.com/a", "http://localhost:1/a", "http://127.0.0.1:1", "http://[::1]:1"] {
        assert!(build(url).is_ok(), "{url}");
    }
    for url in ["http://example.com", "http://127.0.0.1.example.com", "ftp://localhost", "example.com", ""] {
        assert!(build(url).is_err(), "{url}");
    }
}
