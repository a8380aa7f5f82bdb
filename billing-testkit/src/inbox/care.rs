use std::sync::Arc;

use billing_core::{Inbox, InboxQuery, StoreError, StoredWebhook, WebhookId, WebhookState};
use chrono::{DateTime, TimeDelta, Utc};

use super::{now, webhook};
use crate::at_once;

async fn stored(inbox: &dyn Inbox, id: WebhookId) -> StoredWebhook {
    inbox.webhook(id).await.unwrap().unwrap()
}

/// Why it is not applied, how often that was tried, and how it ended.
pub async fn what_became_of_a_webhook_is_stored(inbox: Arc<dyn Inbox>) {
    let id = inbox.store_webhook(&webhook("stripe", "evt_1")).await.unwrap().id;
    let later = |seconds| now() + TimeDelta::seconds(seconds);
    for (attempts, next) in [(1, Some(later(10))), (2, None)] {
        inbox.put_off_webhook(id, "база не відповідає", next, later(5)).await.unwrap();
        let webhook = stored(&*inbox, id).await;
        assert_eq!((webhook.state, webhook.attempts), (WebhookState::Received, attempts));
        assert_eq!((webhook.detail.as_deref(), webhook.next_try_at), (Some("база не відповідає"), next));
        assert_eq!((webhook.received_at, webhook.updated_at), (now(), later(5)));
    }
    for (state, detail) in [
        (WebhookState::Unmatched, Some("nobody's")),
        (WebhookState::Unreadable, Some("no JSON")),
        (WebhookState::Ignored, None),
        (WebhookState::Applied, None),
    ] {
        inbox.put_off_webhook(id, "once more", Some(later(10)), later(5)).await.unwrap();
        inbox.settle_webhook(id, state, detail, later(7)).await.unwrap();
        let webhook = stored(&*inbox, id).await;
        assert_eq!((webhook.state, webhook.detail.as_deref()), (state, detail));
        assert_eq!((webhook.next_try_at, webhook.updated_at), (None, later(7)));
    }
    for outcome in [
        inbox.put_off_webhook(WebhookId::new(), "", None, now()).await,
        inbox.settle_webhook(WebhookId::new(), WebhookState::Applied, None, now()).await,
    ] {
        assert!(matches!(outcome, Err(StoreError::WebhookNotFound { .. })), "{outcome:?}");
    }
}

/// Webhooks that were not applied, whose time comes one second after the other, oldest first.
async fn waiting(inbox: &dyn Inbox, count: usize) -> Vec<WebhookId> {
    let mut ids = Vec::new();
    let mut at = now();
    for number in 0..count {
        let waiting = webhook("stripe", &format!("evt_{number}")).with_next_try_at(at);
        ids.push(inbox.store_webhook(&waiting).await.unwrap().id);
        at += TimeDelta::seconds(1);
    }
    ids
}

fn ids(webhooks: &[StoredWebhook]) -> Vec<WebhookId> {
    webhooks.iter().map(|webhook| webhook.id).collect()
}

/// A round of work is bounded, nobody waits for ever, and what was taken is left alone for a while.
pub async fn webhooks_that_wait_are_due_the_longest_waiting_first(inbox: Arc<dyn Inbox>) {
    let waiting = waiting(&*inbox, 3).await;
    let (at, until) = (now() + TimeDelta::seconds(1), now() + TimeDelta::minutes(2));
    for (limit, expected) in [(1, &waiting[..1]), (9, &waiting[1..2]), (9, &[])] {
        let due = inbox.due_webhooks(at, until, limit).await.unwrap();
        assert_eq!(ids(&due), expected);
        for webhook in due {
            assert_eq!((webhook.next_try_at, webhook.attempts), (Some(until), 0));
            assert_eq!(stored(&*inbox, webhook.id).await, webhook);
        }
    }
    let again = inbox.due_webhooks(until, until + TimeDelta::minutes(2), 9).await.unwrap();
    assert_eq!(again.len(), 3);
}

/// Nobody touches what is done, what has no time, and what can't be believed.
pub async fn only_what_waits_for_a_time_is_due(inbox: Arc<dyn Inbox>) {
    let waiting = waiting(&*inbox, 3).await;
    inbox.settle_webhook(waiting[0], WebhookState::Applied, None, now()).await.unwrap();
    inbox.put_off_webhook(waiting[1], "given up", None, now()).await.unwrap();
    inbox.store_webhook(&webhook("stripe", "without a time")).await.unwrap();
    let dated = |event, state| webhook("stripe", event).with_next_try_at(now()).with_state(state, None);
    inbox.store_webhook(&dated("unmatched", WebhookState::Unmatched)).await.unwrap();
    inbox.store_rejected(&dated("rejected", WebhookState::Rejected)).await.unwrap();
    let due = inbox.due_webhooks(now() + TimeDelta::days(1), now() + TimeDelta::days(2), 9).await.unwrap();
    assert_eq!(ids(&due), waiting[2..]);
}

/// Any number of processes share the work.
pub async fn a_due_webhook_goes_to_one_of_many_callers(inbox: Arc<dyn Inbox>) {
    let mut expected = waiting(&*inbox, 12).await;
    let at = now() + TimeDelta::minutes(1);
    let until = at + TimeDelta::minutes(5);
    let mut taken = Vec::new();
    // Who comes while others are at it may go with less than there is; what is left is found again.
    while taken.len() < expected.len() {
        let answers = at_once((0..6).map(|_| {
            let inbox = Arc::clone(&inbox);
            async move { inbox.due_webhooks(at, until, 3).await.unwrap() }
        }))
        .await;
        let before = taken.len();
        taken.extend(answers.iter().flat_map(|due| ids(due)));
        assert!(taken.len() > before, "{} are left and nobody got one", expected.len() - before);
    }
    taken.sort();
    expected.sort();
    assert_eq!(taken, expected);
}

/// Lists narrow by gateway and state, are bounded, and page through everything.
pub async fn webhooks_are_listed_newest_first(inbox: Arc<dyn Inbox>) {
    let mut came = Vec::new();
    for (number, gateway) in ["stripe", "fondy", "stripe", "stripe"].into_iter().enumerate() {
        came.push(inbox.store_webhook(&webhook(gateway, &format!("evt_{number}"))).await.unwrap().id);
    }
    inbox.settle_webhook(came[0], WebhookState::Unmatched, None, now()).await.unwrap();
    inbox.settle_webhook(came[1], WebhookState::Unmatched, None, now()).await.unwrap();
    let newest = InboxQuery::newest;
    for (query, expected) in [
        (newest(10), vec![3, 2, 1, 0]),
        (newest(2), vec![3, 2]),
        (newest(2).with_before(came[2]), vec![1, 0]),
        (newest(2).with_before(came[0]), vec![]),
        (newest(10).with_gateway("stripe"), vec![3, 2, 0]),
        (newest(10).with_gateway("other"), vec![]),
        (newest(10).with_state(WebhookState::Unmatched), vec![1, 0]),
        (newest(10).with_state(WebhookState::Received).with_gateway("stripe").with_before(came[3]), vec![2]),
    ] {
        let listed = inbox.list_webhooks(&query).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(|place| came[place]).collect();
        assert_eq!(ids(&listed), expected, "{query:?}");
    }
}

/// What a provider was told is stored may not be lost, however old it is; the rest goes, a bounded number at a time.
pub async fn what_waits_to_be_applied_is_never_forgotten(inbox: Arc<dyn Inbox>) {
    let came = async |event: &str, at: DateTime<Utc>, state| {
        let mut webhook = webhook("stripe", event).with_state(state, None);
        webhook.received_at = at;
        inbox.store_webhook(&webhook).await.unwrap().id
    };
    let old = now() - TimeDelta::days(90);
    let waiting = came("waiting", old, WebhookState::Received).await;
    for (number, state) in
        [WebhookState::Applied, WebhookState::Ignored, WebhookState::Unmatched, WebhookState::Rejected]
            .into_iter()
            .enumerate()
    {
        came(&format!("evt_{number}"), old, state).await;
    }
    let young = came("young", now(), WebhookState::Applied).await;
    let before = old + TimeDelta::microseconds(1);
    assert_eq!(inbox.forget_webhooks(None, old, 9).await.unwrap(), 0);
    assert_eq!(inbox.forget_webhooks(None, before, 3).await.unwrap(), 3);
    assert_eq!(inbox.forget_webhooks(None, before, 3).await.unwrap(), 1);
    assert_eq!(inbox.forget_webhooks(None, before, 3).await.unwrap(), 0);
    assert_eq!(ids(&inbox.list_webhooks(&InboxQuery::newest(10)).await.unwrap()), [young, waiting]);
}
