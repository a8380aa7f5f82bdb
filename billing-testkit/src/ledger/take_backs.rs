use billing_core::{HoldId, LedgerError, PostingId, PostingKind};

use super::{Subject, subject::usd};

/// `reverse` says how much is taken back in all, not how much more.
pub async fn a_reversal_sets_the_total_taken_back(subject: Subject) {
    let top_up = subject.top_up("100").await;
    let posting = subject.reverse(top_up, "30", 1).await.unwrap().unwrap();
    assert_eq!((posting.kind, posting.amount), (PostingKind::Reversal, usd("30")));
    assert_eq!((posting.change(), posting.top_up), (usd("-30"), Some(top_up)));
    assert_eq!(subject.reverse(top_up, "30", 1).await.unwrap(), None);
    let posting = subject.reverse(top_up, "70", 2).await.unwrap().unwrap();
    assert_eq!(posting.change(), usd("-40"));
    assert_eq!(subject.reverse(top_up, "70", 3).await.unwrap(), None);
    subject.expect("30", "0").await;
}

/// Old news change nothing.
pub async fn an_older_revision_is_ignored(subject: Subject) {
    let top_up = subject.top_up("100").await;
    subject.reverse(top_up, "30", 5).await.unwrap();
    assert_eq!(subject.reverse(top_up, "100", 4).await.unwrap(), None);
    assert!(matches!(subject.reverse(top_up, "31", 5).await, Err(LedgerError::IdReused { .. })));
    subject.expect("70", "0").await;
}

/// A dispute won gives the money back.
pub async fn a_reversal_may_shrink_again(subject: Subject) {
    let top_up = subject.top_up("100").await;
    subject.reverse(top_up, "100", 1).await.unwrap();
    let posting = subject.reverse(top_up, "30", 2).await.unwrap().unwrap();
    assert_eq!((posting.kind, posting.change()), (PostingKind::Reinstatement, usd("70")));
    subject.expect("70", "0").await;
}

/// Whatever order the news come in, the newest decides.
pub async fn a_reversal_in_any_order_ends_in_the_same_place(subject: Subject) {
    let news = [("30", 1), ("100", 2), ("30", 3)];
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    for (place, order) in orders.iter().enumerate() {
        let top_up = subject.top_up("100").await;
        for index in order.iter().chain(order) {
            let (total, revision) = news[*index];
            subject.reverse(top_up, total, revision).await.unwrap();
        }
        let expected = usd("70").micros() * i64::try_from(place + 1).unwrap();
        assert_eq!(subject.state().await.posted.micros(), expected, "{order:?}");
    }
    assert!(subject.ledger.verify().await.unwrap().is_clean());
}

/// Money that really left may leave a debt; top-ups fill it first.
pub async fn a_take_back_may_put_the_account_in_debt(subject: Subject) {
    let top_up = subject.top_up("100").await;
    subject.without_limits().await;
    subject.charge("60").await.unwrap();
    subject.reverse(top_up, "100", 1).await.unwrap();
    subject.expect("-60", "0").await;
    assert!(subject.state().await.is_in_debt());
    for refused in [
        subject.try_authorize(HoldId::new(), "1").await.map(drop),
        subject.charge("1").await.map(drop),
        subject.charge("0").await.map(drop),
    ] {
        assert!(
            matches!(refused, Err(LedgerError::InDebt { posted, .. }) if posted == usd("-60")),
            "{refused:?}"
        );
    }
    subject.top_up("61").await;
    subject.charge("1").await.unwrap();
    subject.expect("0", "0").await;
}

/// Available does not change by it, so what was held is taken.
pub async fn an_open_hold_is_captured_in_full_though_the_account_is_in_debt(subject: Subject) {
    let top_up = subject.top_up("10").await;
    let hold = subject.authorize("4").await;
    subject.reverse(top_up, "10", 1).await.unwrap();
    subject.expect("0", "4").await;
    let posting = subject.capture(hold, "5").await.unwrap();
    assert_eq!((posting.amount, posting.uncollected), (usd("4"), usd("1")));
    subject.expect("-4", "0").await;
}

/// A reversal is about a top-up of this account, and at most all of it.
pub async fn a_reversal_needs_a_top_up_and_stays_within_it(subject: Subject) {
    let top_up = subject.top_up("5").await;
    let charge = subject.charge("1").await.unwrap().id;
    for unknown in [PostingId::new(), charge] {
        let refused = subject.reverse(unknown, "1", 1).await;
        assert!(matches!(refused, Err(LedgerError::TopUpNotFound { .. })), "{refused:?}");
    }
    for total in ["5.000001", "-1"] {
        let refused = subject.reverse(top_up, total, 1).await;
        assert!(matches!(refused, Err(LedgerError::InvalidAmount { .. })), "{refused:?}");
    }
    subject.expect("4", "0").await;
}
