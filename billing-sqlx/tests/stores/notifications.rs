use std::sync::Arc;

use billing_core::{
    AccountChange, AccountId, Alerts, BillingEvent, Charge, Clock, Currency, DispatchSettings, Dispatcher,
    Ledger, Message, MessageState, Money, Operation, OutboxQuery, PostingId, Sighting, SystemClock, TopUp,
};
use billing_testkit::notifier::FakeNotifier;
use chrono::TimeDelta;

use crate::database::{Everything, Opened};

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn account(id: &str) -> AccountId {
    AccountId::new(id).unwrap()
}

fn test_message(key: &str) -> Message {
    Message::new(key, None, BillingEvent::Test, SystemClock.now())
}

async fn top_up(ledger: &dyn Ledger, id: &str, amount: &str) {
    ledger.top_up(TopUp::new(PostingId::new(), account(id), usd(amount), "stripe")).await.unwrap();
}

async fn charge(ledger: &dyn Ledger, id: &str, amount: &str) {
    let search = Operation::new("search").unwrap();
    ledger.charge(Charge::new(PostingId::new(), account(id), usd(amount), search)).await.unwrap();
}

#[tokio::test]
async fn messages_and_accounts_from_before_notifications_are_taken_over() {
    for opened in Opened::both().await {
        let store = &opened.ledger;
        let revert = async || {
            assert_eq!(opened.revert().await, "changed payments");
            assert_eq!(opened.revert().await, "notifications");
        };
        revert().await;
        opened.migrate().await;
        for (id, amounts) in [("anna", &["5"][..]), ("borys", &["1.199999"]), ("vira", &["1", "0.2"])] {
            for amount in amounts {
                top_up(&**store, id, amount).await;
            }
        }
        // Near the threshold: nobody knows from which side.
        top_up(&**store, "hanna", "5").await;
        charge(&**store, "hanna", "3.9").await;
        let messages = [
            test_message("test/1"),
            Message::new("test/2", account("anna"), BillingEvent::Test, SystemClock.now()),
        ];
        for message in &messages {
            store.enqueue(message).await.unwrap();
        }
        let before = SystemClock.now();
        revert().await;
        opened.migrate().await;

        for message in messages {
            assert!(!store.enqueue(&message).await.unwrap());
            let entry = store.message(&message.key).await.unwrap().unwrap();
            assert_eq!((entry.message, entry.state), (message, MessageState::Skipped));
            assert_eq!(
                (entry.attempts, entry.detail.as_deref()),
                (0, Some("from before notifications were sent"))
            );
            // SQLite tells whole seconds.
            assert!((entry.updated_at - before).abs() < TimeDelta::minutes(1));
            assert_eq!((entry.next_try_at, entry.waiting_since), (entry.updated_at, entry.updated_at));
        }
        let later = SystemClock.now() + TimeDelta::hours(1);
        assert_eq!(store.claim_message(later, later).await.unwrap(), None);
        assert!(store.retry_message("test/1", later).await.unwrap());
        assert_eq!(store.claim_message(later, later).await.unwrap().unwrap().message.key, "test/1");

        for (id, armed_by) in [("anna", Some(1)), ("borys", None), ("vira", Some(2)), ("hanna", None)] {
            let alarm = store.account(&account(id)).await.unwrap().alarm;
            assert_eq!((alarm.threshold, alarm.armed_by, alarm.rang_at), (usd("1"), armed_by, None), "{id}");
        }
        assert!(store.verify().await.unwrap().is_clean());
    }
}

#[tokio::test]
async fn an_owner_is_told_of_a_low_balance_in_the_zone_of_the_account() {
    for opened in Opened::both().await {
        let store = &opened.ledger;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let mut change = AccountChange::default();
        change.time_zone = Some("Asia/Kathmandu".parse().unwrap());
        store.configure(&account("acme"), change).await.unwrap();
        let sighting = Sighting::new(account("acme"), "olena@example.com", None, clock.now()).unwrap();
        store.sight(&sighting).await.unwrap();
        let contact = store.contact(&account("acme")).await.unwrap();
        assert_eq!(contact.time_zone, Some("Asia/Kathmandu".parse().unwrap()));
        top_up(&**store, "acme", "5").await;
        charge(&**store, "acme", "4.5").await;

        let alerts = Alerts::new(
            Arc::<dyn Everything>::clone(store),
            Arc::<dyn Everything>::clone(store),
            Arc::clone(&clock),
        );
        assert_eq!(alerts.ring(10).await.unwrap(), 1);
        assert_eq!(alerts.ring(10).await.unwrap(), 0);
        let notifier = Arc::new(FakeNotifier::new());
        let dispatcher = Dispatcher::new(
            Arc::<dyn Everything>::clone(store),
            Arc::<dyn Everything>::clone(store),
            Arc::<FakeNotifier>::clone(&notifier),
            clock,
            DispatchSettings::default(),
        );
        assert!(dispatcher.deliver_next().await.unwrap().unwrap().settled);
        assert_eq!(dispatcher.deliver_next().await.unwrap(), None);
        let [told] = <[_; 1]>::try_from(notifier.told()).unwrap();
        assert_eq!((&*told.key, &*told.recipient), ("balance_low/acme/1", "olena@example.com"));
        assert_eq!(told.event, BillingEvent::BalanceLow { balance: usd("0.5"), threshold: usd("1") });
        assert_eq!(told.time_zone, "Asia/Kathmandu".parse().unwrap());
    }
}

#[tokio::test]
async fn a_message_that_a_later_version_wrote_keeps_no_other_waiting() {
    for opened in Opened::both().await {
        let store = &opened.ledger;
        for key in ["test/1", "test/2", "test/3"] {
            store.enqueue(&test_message(key)).await.unwrap();
        }
        opened
            .run("UPDATE outbox SET event = '{\"kind\":\"told_in_2099\"}' WHERE key = 'test/2'")
            .await
            .unwrap();
        let mut now = SystemClock.now();
        for attempts in [1, 2] {
            let until = now + TimeDelta::minutes(5);
            let mut taken = Vec::new();
            while let Some(entry) = store.claim_message(now, until).await.unwrap() {
                assert_eq!(entry.attempts, attempts);
                taken.push(entry.message.key);
            }
            taken.sort();
            assert_eq!(taken, ["test/1", "test/3"]);
            now = until;
        }
        assert_eq!(store.list_messages(&OutboxQuery::newest(10)).await.unwrap().len(), 2);
        assert!(store.message("test/2").await.is_err());
        assert!(store.drop_message("test/2", "unknown", now).await.unwrap());
    }
}

#[tokio::test]
async fn the_database_refuses_messages_and_contacts_that_the_types_can_not_say() {
    for opened in Opened::both().await {
        opened.ledger.enqueue(&test_message("test/1")).await.unwrap();
        let sighting = Sighting::new(account("acme"), "olena@example.com", None, SystemClock.now()).unwrap();
        opened.ledger.sight(&sighting).await.unwrap();
        for statement in [
            "UPDATE outbox SET state = 'lost'",
            "UPDATE outbox SET state = 'skipped'",
            "UPDATE outbox SET attempts = -1",
            "UPDATE contacts SET email = NULL",
            "UPDATE contacts SET as_of = NULL",
        ] {
            assert!(opened.run(statement).await.is_err(), "{statement}");
        }
    }
}
