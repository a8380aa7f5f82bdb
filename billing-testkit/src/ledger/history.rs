use billing_core::{
    Adjust, BookAccount, Charge, HistoryQuery, HouseAccount, LedgerError, Posting, PostingId, PostingKind,
    TopUp, UsageQuery,
};
use chrono::{NaiveDate, TimeDelta};

use super::{
    Subject,
    subject::{at, noon, operation, usd},
};

async fn list(subject: &Subject, query: HistoryQuery) -> Vec<u64> {
    let page = subject.ledger.history(query).await.unwrap();
    page.items.iter().map(|posting: &Posting| posting.sequence).collect()
}

/// Pages join without a gap, and the last says that it is the last.
pub async fn history_is_newest_first_and_pages_by_cursor_and_offset(subject: Subject) {
    subject.top_up("5").await;
    for _ in 0..6 {
        subject.charge("0.5").await.unwrap();
    }
    let query = HistoryQuery::new(subject.account.clone()).with_limit(3);
    let first = subject.ledger.history(query.clone()).await.unwrap();
    assert_eq!(first.items.iter().map(|posting| posting.sequence).collect::<Vec<_>>(), [7, 6, 5]);
    // A posting that comes meanwhile moves no page.
    subject.charge("0.5").await.unwrap();
    let second = subject.ledger.history(query.clone().with_after(first.next.unwrap())).await.unwrap();
    assert_eq!(second.items.iter().map(|posting| posting.sequence).collect::<Vec<_>>(), [4, 3, 2]);
    let last = subject.ledger.history(query.clone().with_after(second.next.unwrap())).await.unwrap();
    assert_eq!((last.items.len(), last.next), (1, None));
    let mut offset = query;
    offset.offset = 6;
    assert_eq!(list(&subject, offset.clone()).await, [2, 1]);
    offset.offset = u32::MAX;
    assert!(list(&subject, offset).await.is_empty());
}

/// Each filter narrows; a text is looked for as it is, never as a pattern.
pub async fn history_filters_by_kind_time_and_text(subject: Subject) {
    subject.top_up("50").await;
    for (minutes, name) in [(1, "search_cases"), (1, "Пошук 100%"), (1, "export")] {
        subject.advance(TimeDelta::minutes(minutes));
        let charge = Charge::new(PostingId::new(), subject.account.clone(), usd("1"), operation(name));
        subject.ledger.charge(charge).await.unwrap();
    }
    let memo = Adjust::new(PostingId::new(), subject.account.clone(), usd("1"), "olena", "Gift for Export");
    subject.ledger.adjust(memo).await.unwrap();
    let query = HistoryQuery::new(subject.account.clone());
    let by_kind = query.clone().with_kinds([PostingKind::TopUp, PostingKind::Adjustment]);
    assert_eq!(list(&subject, by_kind).await, [5, 1]);
    let mut by_time = query.clone();
    by_time.from = Some(at("2036-11-16T10:01:00Z"));
    by_time.to = Some(at("2036-11-16T10:03:00Z"));
    assert_eq!(list(&subject, by_time).await, [3, 2]);
    for (text, expected) in [
        ("EXPORT", &[5, 4][..]),
        ("search_", &[2]),
        ("searchX", &[]),
        ("0%", &[3]),
        ("Пошук", &[3]),
        ("%", &[3]),
        ("\\", &[]),
        ("olena", &[]),
    ] {
        let mut by_text = query.clone();
        by_text.text = Some(text.to_owned());
        assert_eq!(list(&subject, by_text).await, expected, "{text}");
    }
}

/// Servers post at once, and the clock of one is hours behind: what a span of time holds is told all the same.
pub async fn a_span_of_time_is_told_whole_where_clocks_differ(subject: Subject) {
    subject.without_limits().await;
    subject.top_up("50").await;
    for number in 0..60 {
        subject.advance(TimeDelta::hours(if number % 3 == 2 { -23 } else { 17 }));
        subject.charge("0.01").await.unwrap();
    }
    let query = HistoryQuery::new(subject.account.clone()).with_limit(100);
    let all = subject.ledger.history(query.clone()).await.unwrap().items;
    let day = |days| noon() + TimeDelta::days(days);
    for (from, to) in (-2..12).flat_map(|from| (from..14).map(move |to| (day(from), day(to)))) {
        let is_asked = |posting: &&Posting| (from..to).contains(&posting.created_at);
        let expected: Vec<_> = all.iter().filter(is_asked).map(|posting| posting.sequence).collect();
        let mut by_time = query.clone();
        (by_time.from, by_time.to) = (Some(from), Some(to));
        assert_eq!(list(&subject, by_time).await, expected, "{from} to {to}");
        let days = UsageQuery::new(subject.account.clone(), from.date_naive(), to.date_naive());
        let zone = subject.state().await.time_zone;
        let is_charge = |posting: &&Posting| {
            let day = zone.local_date(posting.created_at);
            posting.kind == PostingKind::Capture && (days.from..=days.to).contains(&day)
        };
        let charges = all.iter().filter(is_charge).count();
        let calls = subject.ledger.usage(days).await.unwrap().iter().map(|bucket| bucket.calls).sum::<u64>();
        assert_eq!(usize::try_from(calls), Ok(charges), "{from} to {to}");
    }
}

/// An operation is asked for by its whole name, whatever is in it; what has none is left out.
pub async fn history_filters_by_operations_exactly(subject: Subject) {
    let names = ["search", "Search", "search_cases", "пошук, 100%", "a\"b'c\\d"];
    subject.top_up("50").await;
    for name in names {
        let charge = Charge::new(PostingId::new(), subject.account.clone(), usd("1"), operation(name));
        subject.ledger.charge(charge).await.unwrap();
    }
    let query = HistoryQuery::new(subject.account.clone());
    for (sequence, name) in (2..).zip(names) {
        let by_name = query.clone().with_operations([operation(name)]);
        assert_eq!(list(&subject, by_name).await, [sequence], "{name}");
    }
    for (asked, expected) in [
        (vec![], &[6, 5, 4, 3, 2, 1][..]),
        (vec![operation("search"), operation("none"), operation("search_cases")], &[4, 2]),
        (vec![operation("search%"), operation("s_arch")], &[]),
    ] {
        assert_eq!(list(&subject, query.clone().with_operations(asked.clone())).await, expected, "{asked:?}");
    }
    let and_by_kind = query.with_operations([operation("search")]).with_kinds([PostingKind::TopUp]);
    assert!(list(&subject, and_by_kind).await.is_empty());
}

/// Top-ups and what is taken back of them belong to a gateway, and nothing else does.
pub async fn history_filters_by_gateway(subject: Subject) {
    let stripe = subject.top_up("5").await;
    let fondy = TopUp::new(PostingId::new(), subject.account.clone(), usd("5"), "fondy");
    subject.ledger.top_up(fondy).await.unwrap();
    subject.charge("1").await.unwrap();
    subject.reverse(stripe, "2", 1).await.unwrap();
    subject.reverse(stripe, "1", 2).await.unwrap();
    let query = HistoryQuery::new(subject.account.clone());
    for (gateway, expected) in
        [("stripe", &[5, 4, 1][..]), ("fondy", &[2]), ("strip%", &[]), ("revenue", &[])]
    {
        assert_eq!(list(&subject, query.clone().with_gateway(gateway)).await, expected, "{gateway}");
    }
}

/// The journal is double-entry: what the house accounts come to is what the accounts do not have.
pub async fn every_posting_names_both_sides_and_the_balance_after_it(subject: Subject) {
    let top_up = subject.top_up("5").await;
    subject.charge("1").await.unwrap();
    subject.reverse(top_up, "2", 1).await.unwrap();
    subject.reverse(top_up, "1", 2).await.unwrap();
    let adjust = Adjust::new(PostingId::new(), subject.account.clone(), usd("-0.5"), "olena", "fee");
    subject.ledger.adjust(adjust).await.unwrap();
    let mut postings =
        subject.ledger.history(HistoryQuery::new(subject.account.clone())).await.unwrap().items;
    postings.reverse();
    let own = BookAccount::Owned(subject.account.clone());
    let gateway = BookAccount::House(HouseAccount::Gateway("stripe".to_owned()));
    let revenue = BookAccount::House(HouseAccount::Revenue);
    let adjustments = BookAccount::House(HouseAccount::Adjustments);
    let expected = [
        (&gateway, &own, "5", "5"),
        (&own, &revenue, "1", "4"),
        (&own, &gateway, "2", "2"),
        (&gateway, &own, "1", "3"),
        (&own, &adjustments, "0.5", "2.5"),
    ];
    for (posting, (debit, credit, amount, balance)) in postings.iter().zip(expected) {
        assert_eq!((&posting.debit, &posting.credit), (debit, credit), "{posting:?}");
        assert_eq!((posting.amount, posting.balance_after), (usd(amount), usd(balance)), "{posting:?}");
    }
    assert_eq!(postings.len(), expected.len());
    let audit = subject.ledger.verify().await.unwrap();
    let house: Vec<_> = audit.house.iter().map(|(account, sum)| (account.to_string(), *sum)).collect();
    let expected = [("@gateway/stripe", "-4"), ("@revenue", "1"), ("@adjustments", "0.5")];
    assert_eq!(house, expected.map(|(name, sum)| (name.to_owned(), usd(sum))));
    assert_eq!((audit.accounts, audit.postings, audit.open_holds), (1, 5, 0));
}

/// A chart shows the days that the reader lives in.
pub async fn usage_sums_by_local_day_and_operation(subject: Subject) {
    subject.top_up("50").await;
    for (time, name, amount) in [
        ("2036-11-16T21:59:59.999999Z", "search", "1"),
        ("2036-11-16T22:00:00Z", "search", "0.000001"),
        ("2036-11-17T10:00:00Z", "export", "2"),
        ("2036-11-17T11:00:00Z", "search", "3"),
        ("2036-11-17T12:00:00Z", "search", "0"),
        ("2036-11-17T22:00:00Z", "search", "4"),
    ] {
        subject.clock.set(at(time));
        let charge = Charge::new(PostingId::new(), subject.account.clone(), usd(amount), operation(name));
        subject.ledger.charge(charge).await.unwrap();
    }
    let day = |day| NaiveDate::from_ymd_opt(2036, 11, day).unwrap();
    let query = |from, to| UsageQuery::new(subject.account.clone(), from, to);
    let buckets = subject.ledger.usage(query(day(16), day(17))).await.unwrap();
    let told: Vec<_> = buckets
        .iter()
        .map(|bucket| {
            let name = bucket.operation.as_ref().unwrap().to_string();
            (bucket.day, name, (bucket.calls, bucket.charged), bucket.amount)
        })
        .collect();
    let expected = [
        (day(16), "search", (1, 1), "1"),
        (day(17), "export", (1, 1), "2"),
        (day(17), "search", (3, 2), "3.000001"),
    ];
    assert_eq!(told, expected.map(|(day, name, calls, sum)| (day, name.to_owned(), calls, usd(sum))));
    for (from, to) in [(day(17), day(16)), (day(1), day(1) + TimeDelta::days(400))] {
        let refused = subject.ledger.usage(query(from, to)).await;
        assert!(matches!(refused, Err(LedgerError::InvalidRequest { .. })));
    }
}
