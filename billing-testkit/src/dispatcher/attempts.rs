use std::sync::Arc;

use async_trait::async_trait;
use billing_core::{
    DeliveryOutcome, Dispatched, Dispatcher, ManualClock, MemoryContacts, Message, MessageState,
    Notification, Notifier, NotifyError,
};
use chrono::TimeDelta;

use super::{
    Subject,
    subject::{acme, receipt},
};
use crate::{notifier::NotifierFault, outbox::WholeOutbox};

/// And then there is nothing more to do.
pub async fn a_message_is_delivered_once(subject: Subject) {
    assert_eq!(subject.dispatcher().deliver_next().await.unwrap(), None);
    subject.sight().await;
    let key = subject.tell("payment/1", receipt()).await;
    let Dispatched { kind, attempt, outcome, .. } = subject.deliver().await;
    assert_eq!((kind, attempt, outcome), ("payment_succeeded", 1, DeliveryOutcome::Delivered));
    subject.clock.advance(TimeDelta::days(365));
    assert_eq!(subject.dispatcher().deliver_next().await.unwrap(), None);
    assert_eq!(subject.notifier.attempts().len(), 1);
    let stored = subject.stored(&key).await;
    assert_eq!((stored.state, stored.detail), (MessageState::Delivered, None));
}

/// From a quarter of a minute to a quarter of an hour, each less up to a half, so that what failed together does not
/// come back together. It says why, without whom.
pub async fn a_message_that_fails_is_put_off_for_growing_pauses(subject: Subject) {
    subject.sight().await;
    subject.notifier.plan(|_| Some(NotifierFault::Unavailable));
    for key in ["payment/1", "payment/2"] {
        subject.tell(key, receipt()).await;
    }
    let mut whole = TimeDelta::seconds(15);
    let mut apart = false;
    for _ in 0..12 {
        let (first, pause) = subject.put_off().await;
        assert!(whole / 2 <= pause && pause <= whole, "{pause} of {whole}");
        let (second, pause) = subject.put_off().await;
        assert!(whole / 2 <= pause && pause <= whole, "{pause} of {whole}");
        assert_eq!(subject.dispatcher().deliver_next().await.unwrap(), None);
        apart |= first != second;
        subject.clock.set(first.max(second));
        whole = (whole * 2).min(TimeDelta::minutes(15));
    }
    assert!(apart);
    let detail = subject.stored("payment/1").await.detail;
    assert_eq!(detail.as_deref(), Some("notification channel is unavailable: connection refused"));
}

/// Trying again would mend nothing.
pub async fn a_refused_recipient_or_a_text_that_can_not_be_made_is_given_up_at_once(subject: Subject) {
    subject.sight().await;
    for (fault, reason) in [
        (NotifierFault::Refused, "recipient was refused: no such mailbox"),
        (NotifierFault::Render, "notification could not be rendered: no such template"),
    ] {
        subject.notifier.plan(move |_| Some(fault));
        let key = subject.tell(reason, receipt()).await;
        let given_up = DeliveryOutcome::GivenUp { reason: reason.to_owned() };
        assert_eq!(subject.deliver().await.outcome, given_up);
        assert_eq!(subject.stored(&key).await.detail.as_deref(), Some(reason));
    }
    subject.clock.advance(TimeDelta::days(365));
    assert_eq!(subject.dispatcher().deliver_next().await.unwrap(), None);
    assert_eq!(subject.notifier.attempts().len(), 2);
}

impl Subject {
    /// Tries the message again and again until it is given up; for how long.
    async fn until_given_up(&self) -> TimeDelta {
        let begun = self.now();
        for _ in 0..1_000 {
            match self.deliver().await.outcome {
                DeliveryOutcome::PutOff { until, .. } => self.clock.set(until),
                DeliveryOutcome::GivenUp { .. } => return self.now() - begun,
                outcome => panic!("{outcome:?}"),
            }
        }
        panic!("it is never given up");
    }
}

/// Not sooner by more than a pause, and not later.
pub async fn a_message_is_given_up_when_its_time_is_over(subject: Subject) {
    subject.sight().await;
    subject.notifier.plan(|_| Some(NotifierFault::Unavailable));
    let key = subject.tell("payment/1", receipt()).await;
    let tried_for = subject.until_given_up().await;
    let (most, pause) = (subject.settings.give_up_after, subject.settings.longest_pause);
    assert!(most - pause <= tried_for && tried_for <= most, "{tried_for}");
    assert_eq!(subject.stored(&key).await.state, MessageState::GivenUp);
    subject.clock.advance(TimeDelta::days(365));
    assert_eq!(subject.dispatcher().deliver_next().await.unwrap(), None);
}

/// An operator who sends it on its way means it.
pub async fn a_retry_begins_the_time_of_a_message_anew(subject: Subject) {
    subject.sight().await;
    subject.notifier.plan(|_| Some(NotifierFault::Unavailable));
    let key = subject.tell("payment/1", receipt()).await;
    subject.until_given_up().await;
    subject.clock.advance(TimeDelta::days(30));
    assert!(subject.outbox.retry_message(&key, subject.now()).await.unwrap());
    assert!(subject.until_given_up().await > subject.settings.give_up_after / 2);
    assert!(subject.outbox.retry_message(&key, subject.now()).await.unwrap());
    subject.notifier.plan(|_| None);
    assert_eq!(subject.deliver().await.outcome, DeliveryOutcome::Delivered);
}

/// Whoever gets it twice can tell by its key.
pub async fn every_attempt_carries_the_same_notification(subject: Subject) {
    subject.sight().await;
    let mut faults = vec![NotifierFault::Unavailable, NotifierFault::AnswerLost, NotifierFault::AnswerLost];
    subject.notifier.plan(move |_| faults.pop());
    subject.tell("payment/1", receipt()).await;
    for _ in 0..3 {
        let (until, _) = subject.put_off().await;
        subject.clock.set(until);
    }
    assert_eq!(subject.deliver().await.outcome, DeliveryOutcome::Delivered);
    let (attempts, told) = (subject.notifier.attempts(), subject.notifier.told());
    assert_eq!((attempts.len(), told.len()), (4, 3));
    assert!(attempts.iter().all(|attempt| *attempt == attempts[0]), "{attempts:?}");
    assert_eq!(attempts[0].key, "payment/1");
}

/// Takes so long to deliver that somebody else has taken the message meanwhile.
#[derive(Debug)]
struct SlowNotifier {
    outbox: Arc<dyn WholeOutbox>,
    clock: ManualClock,
    lease: TimeDelta,
}

#[async_trait]
impl Notifier for SlowNotifier {
    async fn notify(&self, _: &Notification) -> Result<(), NotifyError> {
        self.clock.advance(self.lease);
        let now = billing_core::Clock::now(&self.clock);
        let taken = self.outbox.claim_message(now, now + self.lease).await.unwrap().unwrap();
        assert_eq!(taken.attempts, 2);
        Ok(())
    }
}

/// The one who has the message by then says what becomes of it.
pub async fn what_ends_after_its_lease_is_noted_by_nobody(subject: Subject) {
    subject.sight().await;
    let message = Message::new("payment/1", acme(), receipt(), subject.now());
    subject.outbox.enqueue(&message).await.unwrap();
    let lease = subject.settings.lease;
    let slow = SlowNotifier { outbox: Arc::clone(&subject.outbox), clock: subject.clock.clone(), lease };
    let dispatcher = Dispatcher::new(
        Arc::new(Arc::clone(&subject.outbox)),
        Arc::<MemoryContacts>::clone(&subject.contacts),
        Arc::new(slow),
        Arc::new(subject.clock.clone()),
        subject.settings.clone(),
    );
    let dispatched = dispatcher.deliver_next().await.unwrap().unwrap();
    assert_eq!((dispatched.attempt, dispatched.settled), (1, false));
    let stored = subject.stored("payment/1").await;
    assert_eq!((stored.state, stored.attempts), (MessageState::Waiting, 2));
    assert!(
        subject
            .outbox
            .settle_message("payment/1", 2, &DeliveryOutcome::Delivered, subject.now())
            .await
            .unwrap()
    );
}
