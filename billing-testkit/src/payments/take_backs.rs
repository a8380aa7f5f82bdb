use std::sync::Arc;

use billing_core::{Currency, Money, Stores, TakeBack, TakeBackKind};

use super::{now, payment, uah};

/// Refunds and disputes add up, in whatever order they are told.
pub async fn take_backs_only_grow_and_raise_the_revision(stores: Stores) {
    let store = stores.payments;
    let id = store.insert(&payment("acme")).await.unwrap().id;
    let uah = |text| Money::parse(text, Currency::UAH).unwrap();
    let refund = |text| TakeBack::new("re_1", TakeBackKind::Refund, uah(text));
    let dispute =
        |returned| TakeBack::new("dp_1", TakeBackKind::Dispute, uah("70")).with_returned(uah(returned));
    for (news, total, revision) in [
        (vec![], "0", 0),
        (vec![refund("30")], "30", 1),
        (vec![refund("30")], "30", 1),
        (vec![refund("20")], "30", 1),
        (vec![refund("30"), dispute("70")], "30", 2),
        (vec![dispute("0")], "30", 2),
        (vec![refund("40").with_returned(uah("15"))], "25", 3),
    ] {
        let taken = store.take_back(id, &news, now()).await.unwrap();
        assert_eq!((taken.total, taken.revision), (uah(total), revision), "{news:?}");
    }
    let stored = store.get(id).await.unwrap().unwrap();
    assert_eq!((stored.taken_back, stored.revision), (uah("25"), 3));
}

/// Two webhooks of one refund at the same moment are one refund.
pub async fn take_backs_told_at_once_count_once(stores: Stores) {
    let store = stores.payments;
    let id = store.insert(&payment("acme")).await.unwrap().id;
    let tasks: Vec<_> = (0..20)
        .map(|index| {
            let store = Arc::clone(&store);
            let name = format!("re_{}", index % 4);
            let amount = Money::parse("10", Currency::UAH).unwrap();
            let news = [TakeBack::new(name, TakeBackKind::Refund, amount)];
            tokio::spawn(async move { store.take_back(id, &news, now()).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let stored = store.get(id).await.unwrap().unwrap();
    assert_eq!((stored.taken_back, stored.revision), (Money::parse("40", Currency::UAH).unwrap(), 4));
}

/// Who looks at a payment sees each of them, and who entered it by hand.
pub async fn take_backs_are_told_with_who_entered_them(stores: Stores) {
    let store = stores.payments;
    let id = store.insert(&payment("acme")).await.unwrap().id;
    assert_eq!(store.take_backs(id).await.unwrap(), []);
    let refund = TakeBack::new("re_1", TakeBackKind::Refund, uah("30"));
    let entered = TakeBack::new("dispute/1", TakeBackKind::Dispute, uah("70")).with_actor("olena");
    store.take_back(id, &[refund.clone(), entered.clone()], now()).await.unwrap();
    // Who told of it first is who entered it.
    let won = TakeBack::new("dispute/1", TakeBackKind::Dispute, uah("70")).with_returned(uah("70"));
    let taken = store.take_back(id, &[won.with_actor("petro")], now()).await.unwrap();
    assert_eq!((taken.total, taken.refunded), (uah("30"), uah("30")));
    let mut told = store.take_backs(id).await.unwrap();
    told.sort_by(|a, b| a.id.cmp(&b.id));
    assert_eq!(told, [entered.with_returned(uah("70")), refund]);
}
