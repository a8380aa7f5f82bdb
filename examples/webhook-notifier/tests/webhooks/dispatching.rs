use std::sync::Arc;

use billing_core::{
    AccountId, Clock as _, ContactStore as _, DeliveryOutcome, DispatchSettings, Dispatcher, ManualClock,
    MemoryContacts, MemoryOutbox, Message, Outbox as _, PaymentId, Sighting, SystemClock,
};
use chrono::TimeDelta;

use crate::{
    notification,
    receiver::{Answer, Receiver},
    review,
};

struct House {
    outbox: Arc<MemoryOutbox>,
    clock: ManualClock,
    dispatcher: Dispatcher,
}

impl House {
    async fn with(receiver: &Receiver) -> Self {
        let (outbox, contacts) = (Arc::new(MemoryOutbox::default()), Arc::new(MemoryContacts::default()));
        let clock = ManualClock::new(SystemClock.now());
        let anna = AccountId::new("anna").unwrap();
        let sighting = Sighting::new(anna, "anna@example.com", None, clock.now()).unwrap();
        contacts.sight(&sighting).await.unwrap();
        let mut settings = DispatchSettings::default();
        settings.operator = Some("operator@example.com".to_owned());
        let dispatcher = Dispatcher::new(
            Arc::<MemoryOutbox>::clone(&outbox),
            contacts,
            Arc::new(receiver.notifier()),
            Arc::new(clock.clone()),
            settings,
        );
        Self { outbox, clock, dispatcher }
    }

    async fn deliver(&self) -> Option<DeliveryOutcome> {
        self.dispatcher.deliver_next().await.unwrap().map(|dispatched| dispatched.outcome)
    }
}

#[tokio::test]
async fn what_a_receiver_could_not_take_comes_again_by_the_same_id() {
    let receiver = Receiver::answering([Answer::Status(503), Answer::Status(429)]).await;
    let house = House::with(&receiver).await;
    let anna = AccountId::new("anna").unwrap();
    let message = Message::new("low/1", anna, notification("").event, house.clock.now());
    house.outbox.enqueue(&message).await.unwrap();
    for _ in 0..2 {
        let put_off = house.deliver().await.unwrap();
        assert!(matches!(put_off, DeliveryOutcome::PutOff { .. }), "{put_off:?}");
        assert_eq!(house.deliver().await, None);
        house.clock.advance(TimeDelta::minutes(1));
    }
    assert_eq!(house.deliver().await, Some(DeliveryOutcome::Delivered));
    assert_eq!(house.deliver().await, None);
    let received = receiver.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|webhook| webhook.id == received[0].id && webhook.body == received[0].body));
    assert_eq!(received[0].body["data"]["recipient"], "anna@example.com");
}

#[tokio::test]
async fn what_a_receiver_refuses_is_given_up() {
    let receiver = Receiver::answering([Answer::Status(410)]).await;
    let house = House::with(&receiver).await;
    let message = Message::new("review/1", None, review(PaymentId::new()), house.clock.now());
    house.outbox.enqueue(&message).await.unwrap();
    let given_up = house.deliver().await.unwrap();
    assert!(matches!(given_up, DeliveryOutcome::GivenUp { .. }), "{given_up:?}");
    assert!(given_up.reason().unwrap().contains("410 Gone"), "{given_up:?}");
    assert_eq!(receiver.received()[0].body["data"]["recipient"], "operator@example.com");
}
