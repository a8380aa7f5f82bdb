//! While webhooks are only stored, none is applied: not even one that was to be tried again.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]
use std::sync::Arc;

use billing_core::{
    AccountId, Currency, LedgerSettings, MemoryLedger, Money, PaymentGateway as _, PaymentId, StartTopUp,
    StoredWebhook, Stores, SystemClock, TopUps,
};
use billing_testkit::top_ups::FakeGateway;

#[tokio::test]
async fn a_webhook_that_waits_for_another_try_waits_while_webhooks_are_only_stored() {
    let stores = Stores::in_memory(MemoryLedger::new(LedgerSettings::new(Currency::USD)));
    let gateway = Arc::new(FakeGateway::default());
    let top_ups =
        TopUps::new(Currency::USD, stores.clone(), Arc::new(SystemClock))
            .with_gateway(Arc::<FakeGateway>::clone(&gateway));
    let (account, usd) = (AccountId::new("acme").unwrap(), Money::parse("10", Currency::USD).unwrap());
    let id = PaymentId::new();
    top_ups.start(StartTopUp::new(id, account.clone(), "fake", usd)).await.unwrap();
    let order = gateway.order_of(id);
    gateway.pay(&order, usd);

    // As a process leaves it that ends between storing and applying it.
    let request = gateway.webhook(&order);
    let event = gateway.parse_webhook(request.clone()).await.unwrap();
    let webhook = StoredWebhook::new("fake", event.id, event.kind, &request).with_content(event.content);
    stores.inbox.store_webhook(&webhook.with_next_try_at(request.received_at)).await.unwrap();

    let balance = async || stores.ledger.account(&account).await.unwrap().posted;
    assert_eq!(top_ups.clone().only_storing_webhooks().retry_webhooks(10).await.unwrap(), 0);
    assert!(balance().await.is_zero());
    assert_eq!(top_ups.retry_webhooks(10).await.unwrap(), 1);
    assert_eq!(balance().await, usd);
}
