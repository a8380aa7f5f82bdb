//! The rules of [`IdempotencyKeys`], one function each.
use std::sync::Arc;

use billing_core::{AccountId, Claim, IdempotencyKeys, PaymentId};
use chrono::{DateTime, TimeDelta};

use crate::at_once;

/// Makes one test of each rule of idempotency keys. Takes an `async fn() -> Arc<dyn IdempotencyKeys>` that opens an
/// empty store.
#[macro_export]
macro_rules! idempotency_keys_suite {
    ($open:path) => {
        $crate::idempotency_keys_suite!(@tests $open,
            the_first_claim_of_a_key_stands,
            one_of_many_claims_at_once_stands,
            a_key_is_replaced_only_while_it_stands,
            many_replacements_at_once_end_with_one_payment,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::keys::$rule($open().await).await;
            }
        )*
    };
}

fn claim(account: &str, route: &str, key: &str) -> Claim {
    let account = AccountId::new(account).unwrap();
    Claim::new(account, route, key, "10.00 USD", PaymentId::new(), DateTime::UNIX_EPOCH)
}

/// A repeat learns what the key stands for; another account, route or key is another claim.
pub async fn the_first_claim_of_a_key_stands(keys: Arc<dyn IdempotencyKeys>) {
    let first = claim("anna", "stripe", "key");
    assert_eq!(keys.claim(&first).await.unwrap(), first);
    let mut repeat = claim("anna", "stripe", "key");
    "11.00 USD".clone_into(&mut repeat.content);
    repeat.claimed_at += TimeDelta::hours(1);
    assert_eq!(keys.claim(&repeat).await.unwrap(), first);
    for other in
        [claim("borys", "stripe", "key"), claim("anna", "fondy", "key"), claim("anna", "stripe", "other")]
    {
        assert_eq!(keys.claim(&other).await.unwrap(), other);
    }
}

/// A double click finds one payment.
pub async fn one_of_many_claims_at_once_stands(keys: Arc<dyn IdempotencyKeys>) {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let keys = Arc::clone(&keys);
            tokio::spawn(async move { keys.claim(&claim("anna", "stripe", "key")).await.unwrap() })
        })
        .collect();
    let mut standing = Vec::new();
    for task in tasks {
        standing.push(task.await.unwrap());
    }
    assert!(standing.iter().all(|claim| *claim == standing[0]), "{standing:?}");
}

/// Who saw an older payment under the key learns which one stands now.
pub async fn a_key_is_replaced_only_while_it_stands(keys: Arc<dyn IdempotencyKeys>) {
    let first = claim("anna", "stripe", "key");
    keys.claim(&first).await.unwrap();
    let mut second = first.clone();
    second.payment = PaymentId::new();
    assert_eq!(keys.replace(&first, second.payment).await.unwrap(), second);
    assert_eq!(keys.replace(&first, PaymentId::new()).await.unwrap(), second);
    assert_eq!(keys.claim(&claim("anna", "stripe", "key")).await.unwrap(), second);
    let mut third = second.clone();
    third.payment = PaymentId::new();
    assert_eq!(keys.replace(&second, third.payment).await.unwrap(), third);
    // Only this key of this account on this route.
    let mut other = first.clone();
    other.account = AccountId::new("borys").unwrap();
    assert_eq!(keys.claim(&other).await.unwrap(), other);
}

/// Everybody who finds the old payment useless goes on with the same new one.
pub async fn many_replacements_at_once_end_with_one_payment(keys: Arc<dyn IdempotencyKeys>) {
    let first = claim("anna", "stripe", "key");
    keys.claim(&first).await.unwrap();
    let answers = at_once((0..20).map(|_| {
        let (keys, first) = (Arc::clone(&keys), first.clone());
        async move { keys.replace(&first, PaymentId::new()).await.unwrap() }
    }))
    .await;
    let standing = keys.claim(&first).await.unwrap();
    assert_ne!(standing.payment, first.payment);
    assert!(answers.iter().all(|answer| *answer == standing), "{answers:?}");
}
