use std::sync::Arc;

use billing_core::{
    Currency, Failure, Inbox, InboxQuery, MOST_REJECTED_AN_HOUR, Money, PaymentId, PaymentRef,
    PaymentSnapshot, PaymentStatus, StoredWebhook, TakeBack, TakeBackKind, WebhookContent, WebhookId,
    WebhookRequest, WebhookState,
};
use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue};

use super::{now, request, webhook};
use crate::at_once;

/// Signatures are over the very bytes, and texts of a provider may hold anything.
pub async fn a_webhook_comes_back_as_it_came(inbox: Arc<dyn Inbox>) {
    let mut headers = HeaderMap::new();
    headers.insert("x-signature", HeaderValue::from_static("t=1,v1=\"ab\\c\""));
    headers.append("accept", HeaderValue::from_static("a"));
    headers.append("accept", HeaderValue::from_static("b\tc"));
    // 0x80 and above are no UTF-8 by themselves.
    let body: Vec<u8> = (0..=u8::MAX).chain([0, 0xff, 0xfe]).collect();
    let request = WebhookRequest::new(headers.clone(), Bytes::from(body), now());
    let failure = Failure::new("card\u{0}declined", Some("Відхилено\u{0}\u{1f}\"\\ 💳".to_owned()));
    let payment = PaymentRef::new(Some(PaymentId::new()), Some("pi_1".to_owned()));
    let dispute = TakeBack::new("dp_1", TakeBackKind::Dispute, Money::from_micros(i64::MAX, Currency::UAH))
        .with_actor("olena");
    let snapshot = PaymentSnapshot::new(payment.clone(), PaymentStatus::Succeeded)
        .with_paid(Money::from_micros(415_370_000, Currency::UAH))
        .with_take_backs(vec![dispute])
        .with_failure(failure)
        .with_other_merchant();
    let contents =
        [WebhookContent::Payment(snapshot), WebhookContent::Changed(payment), WebhookContent::Ignored];
    for (number, content) in contents.into_iter().map(Some).chain([None]).enumerate() {
        let mut sent = StoredWebhook::new("stripe", format!("evt_\n{number}"), "подія\u{0}", &request)
            .with_state(WebhookState::Unmatched, Some("нема \"такого\"".to_owned()))
            .with_next_try_at(now() + TimeDelta::microseconds(1));
        sent.content = content;
        assert_eq!((sent.event.as_str(), sent.kind.as_str()), (&*format!("evt_{number}"), "подія"));
        // Compared field by field where it matters, for what is told of a webhook leaves out headers and body.
        let answer = inbox.store_webhook(&sent).await.unwrap();
        let stored = inbox.webhook(sent.id).await.unwrap().unwrap();
        assert_eq!(
            (&stored.headers, &stored.body, &stored.content),
            (&sent.headers, &sent.body, &sent.content)
        );
        assert!(answer == sent && stored == sent, "{stored:?}");
        assert_eq!(
            (stored.request().headers, stored.request().body),
            (headers.clone(), request.body.clone())
        );
    }
    assert_eq!(inbox.webhook(WebhookId::new()).await.unwrap(), None);
}

/// A proxy's token in a header is for nobody who looks at a webhook.
pub async fn what_may_be_a_secret_of_ours_is_masked(inbox: Arc<dyn Inbox>) {
    let mut request = request();
    for name in ["authorization", "cookie", "proxy-authorization", "x-api-key"] {
        request.headers.insert(name, HeaderValue::from_static("sk_live_secret"));
    }
    let webhook = StoredWebhook::new("stripe", "evt_1", "payment.paid", &request);
    inbox.store_webhook(&webhook).await.unwrap();
    let stored = inbox.webhook(webhook.id).await.unwrap().unwrap();
    let value_of =
        |name: &str| stored.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value);
    assert_eq!(value_of("content-type"), Some("application/json"));
    for name in ["authorization", "cookie", "proxy-authorization", "x-api-key"] {
        assert_eq!(value_of(name), Some("***"), "{name}");
    }
    assert!(!format!("{stored:?} {:?}", stored.headers).contains("secret"));
}

/// Providers send again what was not answered, and now and then what was.
pub async fn an_event_is_one_webhook_however_often_it_comes(inbox: Arc<dyn Inbox>) {
    let first = webhook("stripe", "evt_1").with_content(WebhookContent::Ignored);
    inbox.store_webhook(&first).await.unwrap();
    inbox.settle_webhook(first.id, WebhookState::Ignored, None, now()).await.unwrap();
    for deliveries in [2, 3] {
        let mut again = webhook("stripe", "evt_1");
        again.body = Bytes::from_static(b"another");
        let stored = inbox.store_webhook(&again).await.unwrap();
        assert_eq!(
            (stored.id, stored.deliveries, stored.state),
            (first.id, deliveries, WebhookState::Ignored)
        );
        assert_eq!((&stored.body, &stored.content), (&first.body, &first.content));
        assert_eq!(inbox.webhook(first.id).await.unwrap(), Some(stored));
        assert_eq!(inbox.webhook(again.id).await.unwrap(), None);
    }
    // Another provider counts for itself.
    let other = webhook("fondy", "evt_1");
    assert_eq!(inbox.store_webhook(&other).await.unwrap(), other);
}

/// Each process that took a delivery learns of the one webhook.
pub async fn an_event_many_times_at_once_is_one_webhook(inbox: Arc<dyn Inbox>) {
    let answers = at_once((0..20).map(|_| {
        let inbox = Arc::clone(&inbox);
        async move { inbox.store_webhook(&webhook("stripe", "evt_1")).await.unwrap() }
    }))
    .await;
    let listed = inbox.list_webhooks(&InboxQuery::newest(100)).await.unwrap();
    assert_eq!((listed.len(), listed[0].deliveries), (1, 20));
    assert!(answers.iter().all(|answer| answer.id == listed[0].id), "{answers:?}");
    let mut deliveries: Vec<_> = answers.iter().map(|answer| answer.deliveries).collect();
    deliveries.sort_unstable();
    assert_eq!(deliveries, (1..=20).collect::<Vec<_>>());
}

/// Anybody can send us something; it must not fill the disk.
pub async fn strangers_get_a_bounded_room_of_each_hour(inbox: Arc<dyn Inbox>) {
    let rejected = |gateway: &str, minutes| {
        let mut webhook = webhook(gateway, "");
        webhook.event = format!("rejected/{}", webhook.id);
        webhook.received_at += TimeDelta::minutes(minutes);
        webhook.updated_at = webhook.received_at;
        webhook.with_state(WebhookState::Rejected, Some("signature does not match".to_owned()))
    };
    let mut kept = 0;
    for _ in 0..MOST_REJECTED_AN_HOUR + 3 {
        let stranger = rejected("stripe", 0);
        let has_room = inbox.store_rejected(&stranger).await.unwrap();
        assert_eq!(inbox.webhook(stranger.id).await.unwrap(), has_room.then_some(stranger));
        kept += u32::from(has_room);
    }
    assert_eq!(kept, MOST_REJECTED_AN_HOUR);
    assert!(!inbox.store_rejected(&rejected("stripe", 59)).await.unwrap());
    for other in [rejected("fondy", 0), rejected("stripe", 60)] {
        assert!(inbox.store_rejected(&other).await.unwrap());
    }
    // What is authentic always has room.
    let authentic = webhook("stripe", "evt_1");
    assert_eq!(inbox.store_webhook(&authentic).await.unwrap(), authentic);
}
