use billing_core::{Breakdown, Money, Operation, Posting, PostingId, PostingKind, RefusalReason};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{amount::Amount, words::KindOfPosting};

/// A line of a history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Transaction {
    /// Its name.
    id: Uuid,
    /// Whose it is.
    user_id: String,
    /// What it is, in the words that clients know.
    r#type: TransactionType,
    /// What it is, in the ledger's words.
    #[schema(value_type = KindOfPosting)]
    kind: &'static str,
    /// What moved; never below zero.
    amount_usd: Amount,
    /// What it did to the balance: below zero when it was taken. The changes add up to the balance.
    change_usd: Amount,
    /// Always null: the ledger is kept in dollars.
    #[schema(required)]
    amount_uah: Option<Amount>,
    /// The balance before it.
    balance_before_usd: Amount,
    /// The balance after it.
    balance_after_usd: Amount,
    /// What was asked for beyond the amount and could not be taken.
    uncollected_usd: Amount,
    /// Whether it was charged after the money had been given free.
    late: bool,
    /// Of a call that was only observed: why it would have been refused. `uncollected_usd` is what it would have cost.
    #[schema(example = "insufficient_funds", required)]
    would_refuse: Option<&'static str>,
    /// What was paid for.
    #[schema(value_type = Option<String>, required)]
    operation: Option<Operation>,
    /// How the cost came about.
    #[schema(value_type = Option<Object>, required)]
    breakdown: Option<Breakdown>,
    /// Of a charge: its hold, as answered in `x-billing-hold`.
    #[schema(required)]
    request_id: Option<Uuid>,
    /// Of a top-up and what follows from it: the provider.
    #[schema(required)]
    payment_provider: Option<String>,
    /// Of a top-up and what follows from it: the payment.
    #[schema(required)]
    payment_id: Option<Uuid>,
    /// What it is, for people.
    description: String,
    /// Always null: what was kept here has fields of its own.
    #[schema(value_type = Option<Object>, required)]
    metadata: Option<Breakdown>,
    /// When it was.
    created_at: DateTime<Utc>,
}

/// What a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TransactionType {
    /// A call was paid.
    Charge,
    /// A payment was taken back.
    Refund,
    /// Money came in.
    TopUp,
    /// A correction, or something taken back that was given back.
    Adjustment,
}

impl TransactionType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Refund => "refund",
            Self::TopUp => "topup",
            Self::Adjustment => "adjustment",
        }
    }

    pub(super) const fn of(kind: PostingKind) -> Self {
        match kind {
            PostingKind::Capture => Self::Charge,
            PostingKind::Reversal => Self::Refund,
            PostingKind::TopUp => Self::TopUp,
            _ => Self::Adjustment,
        }
    }

    pub(super) fn named(word: &str) -> Option<Self> {
        let all = [Self::Charge, Self::Refund, Self::TopUp, Self::Adjustment];
        all.into_iter().find(|r#type| r#type.as_str() == word)
    }
}

impl Transaction {
    /// The columns of a table of transactions.
    pub(super) const COLUMNS: [&str; 16] = [
        "created_at",
        "id",
        "type",
        "kind",
        "amount_usd",
        "change_usd",
        "balance_before_usd",
        "balance_after_usd",
        "uncollected_usd",
        "late",
        "would_refuse",
        "operation",
        "description",
        "payment_provider",
        "payment_id",
        "breakdown",
    ];

    /// What stands in these columns. `text` is what is done to what others have written.
    pub(super) fn cells(&self, text: impl Fn(&str) -> String) -> [String; 16] {
        let id = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
        [
            self.created_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            id(Some(self.id)),
            self.r#type.as_str().to_owned(),
            self.kind.to_owned(),
            self.amount_usd.to_string(),
            self.change_usd.to_string(),
            self.balance_before_usd.to_string(),
            self.balance_after_usd.to_string(),
            self.uncollected_usd.to_string(),
            self.late.to_string(),
            self.would_refuse.unwrap_or_default().to_owned(),
            self.operation.as_ref().map(|operation| text(operation.as_str())).unwrap_or_default(),
            text(&self.description),
            self.payment_provider.as_deref().map(&text).unwrap_or_default(),
            id(self.payment_id),
            self.breakdown.as_ref().map(|breakdown| text(breakdown.as_str())).unwrap_or_default(),
        ]
    }
}

impl From<Posting> for Transaction {
    fn from(posting: Posting) -> Self {
        let change = posting.change();
        let before = posting.balance_after.micros().saturating_sub(change.micros());
        let (description, payment_provider) = (describe(&posting), posting.gateway().map(str::to_owned));
        let payment = match posting.kind {
            PostingKind::TopUp => Some(posting.id),
            _ => posting.top_up,
        };
        Self {
            id: posting.id.as_uuid(),
            user_id: posting.account.into(),
            r#type: TransactionType::of(posting.kind),
            kind: posting.kind.as_str(),
            amount_usd: posting.amount.into(),
            change_usd: change.into(),
            amount_uah: None,
            balance_before_usd: Money::from_micros(before, change.currency()).into(),
            balance_after_usd: posting.balance_after.into(),
            uncollected_usd: posting.uncollected.into(),
            late: posting.late,
            would_refuse: posting.would_refuse.map(RefusalReason::as_str),
            request_id: (posting.kind == PostingKind::Capture).then(|| posting.id.as_uuid()),
            payment_provider,
            payment_id: payment.map(PostingId::as_uuid),
            description,
            metadata: None,
            operation: posting.operation,
            breakdown: posting.breakdown,
            created_at: posting.created_at,
        }
    }
}

fn describe(posting: &Posting) -> String {
    let provider = posting.gateway().unwrap_or("the provider");
    match posting.kind {
        PostingKind::TopUp => format!("Top-up through {provider}"),
        PostingKind::Capture => posting.operation.as_ref().map_or("Charge".to_owned(), ToString::to_string),
        PostingKind::Reversal => format!("Taken back by {provider}"),
        PostingKind::Reinstatement => format!("Given back by {provider}"),
        _ => posting.memo.clone().unwrap_or_else(|| "Adjustment".to_owned()),
    }
}
