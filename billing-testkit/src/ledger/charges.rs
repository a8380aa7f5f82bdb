use billing_core::{Adjust, Charge, HistoryQuery, HoldId, LedgerError, Money, PostingId, PostingKind, TopUp};

use super::{
    Subject,
    subject::{operation, usd},
};

/// A charge is a hold and its capture in one.
pub async fn a_charge_takes_money_in_one_step(subject: Subject) {
    subject.top_up("5").await;
    let posting = subject.charge("0.0024").await.unwrap();
    assert_eq!((posting.kind, posting.amount), (PostingKind::Capture, usd("0.0024")));
    assert_eq!(posting.operation, Some(operation("search")));
    subject.expect("4.9976", "0").await;
}

/// The last micro can be spent, and not one more.
pub async fn a_charge_never_makes_the_balance_negative(subject: Subject) {
    subject.top_up("5").await;
    subject.authorize("1").await;
    assert!(matches!(
        subject.charge("4.000001").await,
        Err(LedgerError::InsufficientFunds { available, .. }) if available == usd("4")
    ));
    subject.charge("4").await.unwrap();
    subject.expect("1", "1").await;
}

/// A repeated charge answers the first posting.
pub async fn a_charge_is_taken_once(subject: Subject) {
    subject.top_up("5").await;
    let id = PostingId::new();
    let first = subject.charge_as(id, "1").await.unwrap();
    assert_eq!(subject.charge_as(id, "1").await.unwrap(), first);
    assert!(matches!(subject.charge_as(id, "2").await, Err(LedgerError::IdReused { .. })));
    let other = Charge::new(id, subject.account.clone(), usd("1"), operation("other"));
    assert!(matches!(subject.ledger.charge(other).await, Err(LedgerError::IdReused { .. })));
    subject.expect("4", "0").await;
}

/// A payment credits once, ever.
pub async fn a_top_up_is_credited_once(subject: Subject) {
    let id = PostingId::new();
    let top_up = |amount: Money, gateway: &str| {
        subject.ledger.top_up(TopUp::new(id, subject.account.clone(), amount, gateway))
    };
    let first = top_up(usd("5"), "stripe").await.unwrap();
    assert_eq!(first.balance_after, usd("5"));
    assert_eq!(top_up(usd("5"), "stripe").await.unwrap(), first);
    assert!(matches!(top_up(usd("6"), "stripe").await, Err(LedgerError::IdReused { .. })));
    assert!(matches!(top_up(usd("5"), "fondy").await, Err(LedgerError::IdReused { .. })));
    subject.expect("5", "0").await;
}

/// One id is one posting, whatever kind comes first.
pub async fn an_id_names_one_posting(subject: Subject) {
    let top_up = subject.top_up("5").await;
    assert!(matches!(subject.charge_as(top_up, "5").await, Err(LedgerError::IdReused { .. })));
    let hold = HoldId::from(top_up.as_uuid());
    subject.try_authorize(hold, "1").await.unwrap();
    assert!(matches!(subject.capture(hold, "1").await, Err(LedgerError::IdReused { .. })));
    subject.void(hold).await.unwrap();
    subject.expect("5", "0").await;
}

/// What was refused may be asked again, and is then judged anew.
pub async fn a_refusal_is_not_stored(subject: Subject) {
    let (hold, charge) = (HoldId::new(), PostingId::new());
    assert!(subject.try_authorize(hold, "1").await.unwrap_err().is_refusal());
    assert!(subject.charge_as(charge, "1").await.unwrap_err().is_refusal());
    subject.top_up("5").await;
    subject.try_authorize(hold, "1").await.unwrap();
    subject.charge_as(charge, "1").await.unwrap();
    subject.expect("4", "1").await;
}

/// A correction says who and why, and leaves holds covered.
pub async fn an_adjustment_needs_actor_and_reason_and_never_goes_below_zero(subject: Subject) {
    let adjust = |id, amount: &str, actor: &str, reason: &str| {
        subject.ledger.adjust(Adjust::new(id, subject.account.clone(), usd(amount), actor, reason))
    };
    let id = PostingId::new();
    for (amount, actor, reason) in
        [("5", "", "gift"), ("5", "olena", " "), ("5", "olena", "a \0 in it"), ("0", "olena", "gift")]
    {
        let refused = adjust(id, amount, actor, reason).await.unwrap_err();
        assert!(
            matches!(refused, LedgerError::InvalidRequest { .. } | LedgerError::InvalidAmount { .. }),
            "{refused}"
        );
    }
    let first = adjust(id, "5", "olena", "gift").await.unwrap();
    assert_eq!((first.change(), first.actor.as_deref()), (usd("5"), Some("olena")));
    assert_eq!(adjust(id, "5", "olena", "gift").await.unwrap(), first);
    assert!(matches!(adjust(id, "5", "ivan", "gift").await, Err(LedgerError::IdReused { .. })));
    subject.authorize("2").await;
    let too_much = adjust(PostingId::new(), "-3.000001", "olena", "mistake").await;
    assert!(matches!(too_much, Err(LedgerError::InsufficientFunds { .. })));
    let taken = adjust(PostingId::new(), "-3", "olena", "mistake").await.unwrap();
    assert_eq!((taken.change(), taken.amount), (usd("-3"), usd("3")));
    subject.expect("2", "2").await;
    let history = subject.ledger.history(HistoryQuery::new(subject.account.clone())).await.unwrap();
    assert_eq!(history.items[0].memo.as_deref(), Some("mistake"));
}
