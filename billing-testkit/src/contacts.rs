//! The rules of [`ContactStore`], one function each.
use std::sync::Arc;

use billing_core::{AccountId, Contact, ContactChange, ContactStore, Language, Sighting};
use chrono::{DateTime, TimeDelta, Utc};

use crate::at_once;

/// Makes one test of each rule of a contact store. Takes an `async fn() -> Arc<dyn ContactStore>` that opens an empty one.
#[macro_export]
macro_rules! contact_suite {
    ($open:path) => {
        $crate::contact_suite!(@tests $open,
            an_owner_whom_nobody_has_seen_has_no_address_and_is_told_everything,
            the_latest_token_says_who_an_owner_is_whichever_comes_first,
            of_many_tokens_at_once_the_latest_stands,
            a_token_of_the_same_age_is_no_news,
            what_an_owner_decides_leaves_everything_else,
            decisions_at_once_all_stand,
            a_language_can_be_given_up_again,
            a_token_leaves_what_the_owner_has_decided,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::contacts::$rule($open().await).await;
            }
        )*
    };
}

fn acme() -> AccountId {
    AccountId::new("acme").unwrap()
}

fn after(time: TimeDelta) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap() + time
}

/// What the token says that was issued so many seconds after the first.
fn sighting(seconds: i64) -> Sighting {
    let (email, name) = (format!("olena{seconds}@example.com"), format!("Олена {seconds}"));
    // Not every token says a name.
    let name = (seconds % 3 > 0).then_some(&*name);
    Sighting::new(acme(), &email, name, after(TimeDelta::seconds(seconds))).unwrap()
}

fn is_as_seen(contact: &Contact, sighting: &Sighting) -> bool {
    contact.email.as_ref() == Some(&sighting.email) && contact.name == sighting.name
}

/// And an owner is not made by looking at him.
pub async fn an_owner_whom_nobody_has_seen_has_no_address_and_is_told_everything(
    store: Arc<dyn ContactStore>,
) {
    let unknown = Contact::new(acme());
    assert!(unknown.payment_failed && unknown.balance_low && unknown.limit_reached);
    for _ in 0..2 {
        assert!(store.contact(&acme()).await.unwrap() == unknown);
    }
    assert!(store.sight(&sighting(1)).await.unwrap());
    let borys = AccountId::new("borys").unwrap();
    assert!(store.contact(&borys).await.unwrap() == Contact::new(borys));
}

/// Requests overtake each other, and an old token may be shown for a while after a new one.
pub async fn the_latest_token_says_who_an_owner_is_whichever_comes_first(store: Arc<dyn ContactStore>) {
    let mut latest = 0;
    for seconds in [2, 1, 4, 3, 4, 2, 6, 5] {
        let is_news = seconds > latest;
        latest = latest.max(seconds);
        assert_eq!(store.sight(&sighting(seconds)).await.unwrap(), is_news, "after {seconds} s");
        assert!(is_as_seen(&store.contact(&acme()).await.unwrap(), &sighting(latest)), "after {seconds} s");
    }
}

/// However they are mixed.
pub async fn of_many_tokens_at_once_the_latest_stands(store: Arc<dyn ContactStore>) {
    let answers = at_once((0..20).map(|number| {
        let store = Arc::clone(&store);
        async move { store.sight(&sighting(number * 7 % 20)).await.unwrap() }
    }))
    .await;
    assert!(answers.contains(&true));
    assert!(is_as_seen(&store.contact(&acme()).await.unwrap(), &sighting(19)));
}

/// To the microsecond.
pub async fn a_token_of_the_same_age_is_no_news(store: Arc<dyn ContactStore>) {
    let first = sighting(1);
    let mut other = Sighting::new(acme(), "borys@example.com", None, first.as_of).unwrap();
    assert!(store.sight(&first).await.unwrap());
    for _ in 0..2 {
        assert!(!store.sight(&first).await.unwrap());
        assert!(!store.sight(&other).await.unwrap());
    }
    assert!(is_as_seen(&store.contact(&acme()).await.unwrap(), &first));
    other.as_of += TimeDelta::microseconds(1);
    assert!(store.sight(&other).await.unwrap());
    assert!(is_as_seen(&store.contact(&acme()).await.unwrap(), &other));
}

fn change(change: impl FnOnce(&mut ContactChange)) -> ContactChange {
    let mut whole = ContactChange::default();
    change(&mut whole);
    whole
}

/// The answer is how everything stands then, of one who was seen and of one who was not.
pub async fn what_an_owner_decides_leaves_everything_else(store: Arc<dyn ContactStore>) {
    let borys = AccountId::new("borys").unwrap();
    store.sight(&sighting(1)).await.unwrap();
    for account in [acme(), borys] {
        let mut expected = store.contact(&account).await.unwrap();
        for change in [
            ContactChange::default(),
            change(|change| change.balance_low = Some(false)),
            change(|change| change.language = Some(Some(Language::En))),
            change(|change| change.payment_failed = Some(false)),
            change(|change| (change.limit_reached, change.balance_low) = (Some(false), Some(true))),
            change(|change| change.payment_failed = Some(true)),
            ContactChange::default(),
        ] {
            expected.apply(change);
            assert!(store.change_contact(&account, change).await.unwrap() == expected, "{change:?}");
            assert!(store.contact(&account).await.unwrap() == expected, "{change:?}");
        }
    }
}

/// Two windows of a browser, each with a switch of its own.
pub async fn decisions_at_once_all_stand(store: Arc<dyn ContactStore>) {
    let changes = [
        change(|change| change.payment_failed = Some(false)),
        change(|change| change.balance_low = Some(false)),
        change(|change| change.limit_reached = Some(false)),
        change(|change| change.language = Some(Some(Language::En))),
    ];
    at_once(changes.into_iter().cycle().take(16).map(|change| {
        let store = Arc::clone(&store);
        async move {
            store.sight(&sighting(1)).await.unwrap();
            store.change_contact(&acme(), change).await.unwrap()
        }
    }))
    .await;
    let contact = store.contact(&acme()).await.unwrap();
    assert!(!contact.payment_failed && !contact.balance_low && !contact.limit_reached);
    assert_eq!(contact.language, Some(Language::En));
    assert!(is_as_seen(&contact, &sighting(1)));
}

/// Then the deployment's holds, whatever it will be.
pub async fn a_language_can_be_given_up_again(store: Arc<dyn ContactStore>) {
    for language in [Some(Language::En), None, Some(Language::Uk), None, None] {
        let change = change(|change| change.language = Some(language));
        assert_eq!(store.change_contact(&acme(), change).await.unwrap().language, language);
        let contact = store.change_contact(&acme(), ContactChange::default()).await.unwrap();
        assert_eq!(contact.language, language);
    }
}

/// Signing in again decides nothing.
pub async fn a_token_leaves_what_the_owner_has_decided(store: Arc<dyn ContactStore>) {
    let mut decided = change(|change| change.language = Some(Some(Language::En)));
    (decided.payment_failed, decided.balance_low) = (Some(false), Some(false));
    let mut expected = store.change_contact(&acme(), decided).await.unwrap();
    for seconds in 1..4 {
        let sighting = sighting(seconds);
        assert!(store.sight(&sighting).await.unwrap());
        (expected.email, expected.name) = (Some(sighting.email), sighting.name);
        assert!(store.contact(&acme()).await.unwrap() == expected);
    }
}
