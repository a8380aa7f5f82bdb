use billing_core::{
    AccountId, Authorize, Capture, Charge, Currency, HoldId, Ledger, LedgerError, LedgerSettings, Money,
    Operation, PostingId, Reverse, TopUp,
};
use billing_sqlx::PostgresStore;

use crate::database::{Opened, postgres};

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn acme() -> AccountId {
    AccountId::new("acme").unwrap()
}

/// A top-up of 10 with 3 of it taken back, a charge of 2, a captured hold of 1 and an open one.
async fn some_history(ledger: &dyn Ledger) {
    let (top_up, search) = (PostingId::new(), Operation::new("search").unwrap());
    ledger.top_up(TopUp::new(top_up, acme(), usd("10"), "stripe")).await.unwrap();
    ledger.reverse(Reverse::new(acme(), top_up, usd("3"), 1)).await.unwrap();
    ledger.charge(Charge::new(PostingId::new(), acme(), usd("2"), search.clone())).await.unwrap();
    for hold in [HoldId::new(), HoldId::new()] {
        ledger.authorize(Authorize::new(hold, acme(), usd("1"), search.clone())).await.unwrap();
        if ledger.account(&acme()).await.unwrap().held == usd("2") {
            ledger.capture(Capture::new(acme(), hold, usd("1"))).await.unwrap();
        }
    }
    assert!(ledger.verify().await.unwrap().is_clean());
}

#[tokio::test]
async fn postings_can_not_be_changed_or_removed() {
    for opened in Opened::both().await {
        some_history(&*opened.ledger).await;
        for statement in ["UPDATE postings SET amount = amount + 1", "DELETE FROM postings"] {
            let refused = opened.run(statement).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{refused}");
        }
        assert!(opened.ledger.verify().await.unwrap().is_clean());
    }
}

#[tokio::test]
async fn the_check_of_the_books_finds_every_figure_that_was_tampered_with() {
    for opened in Opened::both().await {
        some_history(&*opened.ledger).await;
        for (figure, tamper, mend) in [
            ("posted", "UPDATE accounts SET posted = posted + 1", "UPDATE accounts SET posted = posted - 1"),
            ("held", "UPDATE accounts SET held = held + 1", "UPDATE accounts SET held = held - 1"),
            ("spent", "UPDATE accounts SET spent = spent + 1", "UPDATE accounts SET spent = spent - 1"),
            ("calls", "UPDATE accounts SET calls = calls + 1", "UPDATE accounts SET calls = calls - 1"),
            (
                "sequence",
                "UPDATE accounts SET sequence = sequence + 1",
                "UPDATE accounts SET sequence = sequence - 1",
            ),
            (
                "held",
                "UPDATE holds SET amount = 2 WHERE state = 'open'",
                "UPDATE holds SET amount = 1000000 WHERE state = 'open'",
            ),
            (
                "taken back",
                "UPDATE reversals SET total = total + 1",
                "UPDATE reversals SET total = total - 1",
            ),
        ] {
            opened.run(tamper).await.unwrap();
            let audit = opened.ledger.verify().await.unwrap();
            let found: Vec<_> = audit.differences.iter().map(|difference| difference.figure).collect();
            assert_eq!(found, [figure], "{tamper}");
            assert_eq!(audit.differences[0].account, acme());
            opened.run(mend).await.unwrap();
            assert!(opened.ledger.verify().await.unwrap().is_clean(), "{mend}");
        }
        opened
            .run(
                "INSERT INTO postings (id, account, sequence, kind, debit_account, credit_account, amount, \
                balance_after, uncollected, late, created_at) \
                SELECT top_up, 'ghost', 7, 'capture', 'ghost', '@revenue', 5, 5, 0, late, created_at \
                FROM postings WHERE top_up IS NOT NULL",
            )
            .await
            .unwrap();
        opened.run("UPDATE holds SET state = 'captured', captured = 1 WHERE state = 'open'").await.unwrap();
        let audit = opened.ledger.verify().await.unwrap();
        let found: Vec<_> = audit
            .differences
            .iter()
            .map(|difference| format!("{} {}", difference.account, difference.figure))
            .collect();
        let expected = [
            "acme held",
            "ghost posted",
            "ghost sequence",
            "ghost spent",
            "ghost calls",
            "ghost posting sequence",
            "ghost posting balance_after",
            "acme captured holds without posting",
        ];
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn the_database_refuses_what_the_types_can_not_say() {
    for opened in Opened::both().await {
        some_history(&*opened.ledger).await;
        for statement in [
            "UPDATE accounts SET held = -1",
            "UPDATE accounts SET day_limit = day_ceiling + 1",
            "UPDATE accounts SET id = '@revenue'",
            "UPDATE holds SET state = 'lost'",
            "UPDATE holds SET state = 'captured' WHERE state = 'open'",
            "INSERT INTO reversals (top_up, account, total, revision) SELECT id, account, -1, 1 FROM holds",
            "UPDATE accounts SET alarm_threshold = -1",
            "UPDATE accounts SET alarm_armed_by = -1",
        ] {
            assert!(opened.run(statement).await.is_err(), "{statement}");
        }
    }
}

#[tokio::test]
async fn a_ledger_is_never_read_in_another_currency() {
    let (store, pool) = postgres(LedgerSettings::new(Currency::USD)).await;
    store.top_up(TopUp::new(PostingId::new(), acme(), usd("10"), "stripe")).await.unwrap();
    let other = PostgresStore::new(pool, LedgerSettings::new(Currency::UAH));
    let hryvnias = Money::parse("1", Currency::UAH).unwrap();
    let search = Operation::new("search").unwrap();
    for refused in [
        other.top_up(TopUp::new(PostingId::new(), acme(), hryvnias, "stripe")).await.map(drop),
        other.charge(Charge::new(PostingId::new(), acme(), hryvnias, search)).await.map(drop),
    ] {
        assert!(matches!(refused, Err(LedgerError::Backend(_))), "{refused:?}");
    }
    assert_eq!(store.account(&acme()).await.unwrap().posted, usd("10"));
}
