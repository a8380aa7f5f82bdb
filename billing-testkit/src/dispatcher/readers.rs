use billing_core::{
    BillingEvent, ContactChange, ContactStore, Currency, DeliveryOutcome, Language, Message, Money,
    Notification, PaymentId, Period, RefundId, TakeBackKind, TimeZone, WebhookId,
};

use super::{
    Subject,
    subject::{OPERATOR, acme, receipt},
};

fn usd(micros: i64) -> Money {
    Money::from_micros(micros, Currency::USD)
}

/// What owners may not want to be told.
fn unwanted(subject: &Subject) -> [BillingEvent; 3] {
    let (payment, amount) = (PaymentId::new(), usd(5_000_000));
    [
        BillingEvent::PaymentFailed { payment, amount, reason: "card_declined".to_owned() },
        BillingEvent::BalanceLow { balance: usd(999_999), threshold: usd(1_000_000) },
        BillingEvent::LimitReached {
            period: Period::Daily,
            limit: amount,
            used: amount,
            resets_at: subject.now(),
        },
    ]
}

/// What operators are told.
fn for_operators() -> [BillingEvent; 4] {
    let (payment, reason) = (PaymentId::new(), "lost".to_owned());
    [
        BillingEvent::RefundDeclined { refund: RefundId::new(), payment, amount: usd(1), reason },
        BillingEvent::WebhookUnmatched {
            webhook: WebhookId::new(),
            gateway: "stripe".to_owned(),
            event: "payment.paid".to_owned(),
        },
        BillingEvent::NeedsReview { payment, review: "paid_mismatch".to_owned() },
        BillingEvent::Test,
    ]
}

impl Subject {
    async fn skipped(&self, key: &str, event: BillingEvent) -> String {
        self.tell(key, event).await;
        match self.deliver().await.outcome {
            DeliveryOutcome::Skipped { reason } => reason,
            outcome => panic!("{key} is not skipped: {outcome:?}"),
        }
    }
}

/// With everything that the message says.
pub async fn an_owner_is_told_by_name_in_his_language(subject: Subject) {
    subject.sight().await;
    let mut change = ContactChange::default();
    change.language = Some(Some(Language::Uk));
    subject.contacts.change_contact(&acme(), change).await.unwrap();
    let event = receipt();
    subject.tell("payment/1", event.clone()).await;
    assert_eq!(subject.deliver().await.outcome, DeliveryOutcome::Delivered);
    let expected = Notification::new("payment/1", "olena@example.com", event, subject.now())
        .with_name("Олена Коваль")
        .with_account(acme())
        .with_language(Language::Uk)
        .with_time_zone(subject.settings.time_zone);
    assert_eq!(subject.notifier.told(), [expected]);
}

/// And its zone, where that of the account is not known.
pub async fn who_has_chosen_no_language_gets_the_deployments(mut subject: Subject) {
    subject.sight().await;
    for (language, zone) in [(Language::En, "Asia/Kathmandu"), (Language::Uk, "Europe/Kyiv")] {
        let zone: TimeZone = zone.parse().unwrap();
        (subject.settings.language, subject.settings.time_zone) = (language, zone);
        subject.tell(language.as_str(), receipt()).await;
        subject.deliver().await;
        let told = subject.notifier.told().pop().unwrap();
        assert_eq!((told.language, told.time_zone), (language, zone));
    }
}

/// Whether they are about an account or not; and never to its owner.
pub async fn what_is_for_operators_goes_to_the_operator(subject: Subject) {
    subject.sight().await;
    for event in for_operators() {
        for account in [None, Some(acme())] {
            let key = format!("{}/{}", event.kind(), account.is_some());
            let message = Message::new(&key, account.clone(), event.clone(), subject.now());
            subject.outbox.enqueue(&message).await.unwrap();
            assert_eq!(subject.deliver().await.outcome, DeliveryOutcome::Delivered, "{key}");
            let mut expected = Notification::new(key, OPERATOR, event.clone(), subject.now())
                .with_language(subject.settings.language)
                .with_time_zone(subject.settings.time_zone);
            expected.account = account;
            assert_eq!(subject.notifier.told().pop(), Some(expected));
        }
    }
}

/// The message says why; nothing leaves the house.
pub async fn what_nobody_is_to_be_told_is_skipped(mut subject: Subject) {
    assert_eq!(subject.skipped("no address", receipt()).await, "no address of the owner is known");
    subject.sight().await;
    let mut change = ContactChange::default();
    (change.payment_failed, change.balance_low) = (Some(false), Some(false));
    change.limit_reached = Some(false);
    subject.contacts.change_contact(&acme(), change).await.unwrap();
    for event in unwanted(&subject) {
        assert_eq!(subject.skipped(event.kind(), event).await, "the owner does not want it");
    }
    subject.outbox.enqueue(&Message::new("no account", None, receipt(), subject.now())).await.unwrap();
    let skipped = DeliveryOutcome::Skipped { reason: "it names no account".to_owned() };
    assert_eq!(subject.deliver().await.outcome, skipped);
    subject.settings.operator = None;
    for event in for_operators() {
        assert_eq!(subject.skipped(event.kind(), event).await, "no operator's address is set");
    }
    assert_eq!(subject.notifier.attempts(), []);
    // An operator may think better of it once there is an address.
    assert!(subject.outbox.retry_message("no address", subject.now()).await.unwrap());
    assert_eq!(subject.deliver().await.outcome, DeliveryOutcome::Delivered);
}

/// And one unwanted kind keeps no other from being told.
pub async fn money_that_moved_is_told_whatever_the_owner_wants(subject: Subject) {
    subject.sight().await;
    let mut change = ContactChange::default();
    (change.payment_failed, change.balance_low) = (Some(false), Some(false));
    change.limit_reached = Some(false);
    subject.contacts.change_contact(&acme(), change).await.unwrap();
    let (payment, total) = (PaymentId::new(), usd(5_000_000));
    let taken_back =
        BillingEvent::TakenBack { payment, total, cause: Some(TakeBackKind::Refund), balance: usd(0) };
    for event in [receipt(), taken_back] {
        subject.tell(event.kind(), event).await;
        assert_eq!(subject.deliver().await.outcome, DeliveryOutcome::Delivered);
    }
    let switches: [fn(&mut ContactChange); 3] = [
        |change| change.payment_failed = Some(true),
        |change| change.balance_low = Some(true),
        |change| change.limit_reached = Some(true),
    ];
    for (event, switch) in unwanted(&subject).into_iter().zip(switches) {
        let mut change = ContactChange::default();
        switch(&mut change);
        subject.contacts.change_contact(&acme(), change).await.unwrap();
        subject.tell(event.kind(), event.clone()).await;
        assert_eq!(subject.deliver().await.outcome, DeliveryOutcome::Delivered, "{}", event.kind());
    }
}
