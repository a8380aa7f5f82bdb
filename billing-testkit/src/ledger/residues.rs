use billing_core::{
    AccountId, HistoryQuery, LedgerError, Posting, PostingId, PostingKind, Residue, Reverse, TopUp,
};

use super::{Subject, subject::usd};

impl Subject {
    async fn exchanged_top_up(&self, id: PostingId, picos: i64) -> Result<Posting, LedgerError> {
        let request = TopUp::new(id, self.account.clone(), usd("10.012494"), "fondy");
        self.ledger.top_up(request.with_residue(Residue::from_picos(picos))).await
    }

    async fn exchanged_reverse(
        &self,
        top_up: PostingId,
        total: &str,
        revision: u64,
        picos: i64,
    ) -> Option<Posting> {
        let request = Reverse::new(self.account.clone(), top_up, usd(total), revision);
        self.ledger.reverse(request.with_residue(Residue::from_picos(picos))).await.unwrap()
    }

    /// The residues of all postings come to this, and the books balance.
    async fn expect_residue(&self, picos: i64) {
        let audit = self.ledger.verify().await.unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
        assert_eq!(audit.residue.picos(), picos);
    }
}

/// What rounding an exchange left over is written down beside the credit, once.
pub async fn a_top_up_keeps_its_residue(subject: Subject) {
    let id = PostingId::new();
    let posting = subject.exchanged_top_up(id, -66_926).await.unwrap();
    assert_eq!((posting.amount, posting.residue.picos()), (usd("10.012494"), -66_926));
    assert_eq!(subject.exchanged_top_up(id, -66_926).await.unwrap(), posting);
    let other = subject.exchanged_top_up(id, -66_925).await;
    assert!(matches!(other, Err(LedgerError::IdReused { .. })), "{other:?}");
    let history = subject.ledger.history(HistoryQuery::new(subject.account.clone())).await.unwrap();
    assert_eq!(history.items, [posting]);
    subject.expect_residue(-66_926).await;
}

/// Taken back wholly, nothing is left over; each step moves the difference, there and back.
pub async fn a_residue_goes_back_by_totals(subject: Subject) {
    use PostingKind::{Reinstatement, Reversal};
    let top_up = PostingId::new();
    subject.exchanged_top_up(top_up, -66_926).await.unwrap();
    for (revision, total, residue, kind, moved) in [
        (1, "5.006247", -33_463, Reversal, -33_463),
        (2, "10.012494", -66_926, Reversal, -33_463),
        (3, "3", 200_000, Reinstatement, -266_926),
        (4, "3.000001", -450_000, Reversal, -650_000),
        (5, "0", 0, Reinstatement, -450_000),
        (6, "10.012494", -66_926, Reversal, -66_926),
    ] {
        let posting = subject.exchanged_reverse(top_up, total, revision, residue).await.unwrap();
        assert_eq!((posting.kind, posting.residue.picos()), (kind, moved), "revision {revision}");
        subject.expect_residue(-66_926 - residue).await;
    }
    // Old news, and the same again.
    for revision in [5, 6] {
        assert_eq!(subject.exchanged_reverse(top_up, "10.012494", revision, -66_926).await, None);
    }
    subject.expect("0", "0").await;
    subject.expect_residue(0).await;
}

/// There is no posting that it could be written on; the next one settles it.
pub async fn a_residue_moves_only_with_money(subject: Subject) {
    let top_up = PostingId::new();
    subject.exchanged_top_up(top_up, 400_000).await.unwrap();
    subject.exchanged_reverse(top_up, "3", 1, 100_000).await.unwrap();
    assert_eq!(subject.exchanged_reverse(top_up, "3", 2, 250_000).await, None);
    subject.expect_residue(300_000).await;
    let posting = subject.exchanged_reverse(top_up, "4", 3, 260_000).await.unwrap();
    assert_eq!(posting.residue.picos(), 160_000);
    subject.expect_residue(140_000).await;
}

/// What the deployment gained or lost by rounding is told over everybody's payments.
pub async fn residues_of_all_accounts_add_up(subject: Subject) {
    let mut expected = 0;
    for (number, picos) in [-499_999, 0, 499_999, 1].into_iter().enumerate() {
        let account = AccountId::new(format!("account {number}")).unwrap();
        let of_account = Subject { account, ..subject.clone() };
        for _ in 0..2 {
            of_account.exchanged_top_up(PostingId::new(), picos).await.unwrap();
            expected += picos;
        }
        let top_up = PostingId::new();
        of_account.exchanged_top_up(top_up, picos).await.unwrap();
        of_account.exchanged_reverse(top_up, "10.012494", 1, picos).await.unwrap();
    }
    subject.expect_residue(expected).await;
}
