use chrono::{DateTime, NaiveDate, Utc};

use super::{HouseAccount, LedgerError, Posting, PostingKind, RefusalReason};
use crate::{AccountId, Money, Operation, Residue};

/// Which postings to list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryQuery {
    /// Whose postings.
    pub account: AccountId,
    /// Only these kinds; all when empty.
    pub kinds: Vec<PostingKind>,
    /// Only postings made at this instant or later.
    pub from: Option<DateTime<Utc>>,
    /// Only postings made before this instant.
    pub to: Option<DateTime<Utc>>,
    /// Only postings of these operations; all when empty.
    pub operations: Vec<Operation>,
    /// Only postings that move money to or from this gateway.
    pub gateway: Option<String>,
    /// Only postings whose operation or memo holds this text, whatever its case in ASCII.
    pub text: Option<String>,
    /// Only postings older than the page this cursor ended.
    pub after: Option<Cursor>,
    /// How many matches to pass over.
    pub offset: u32,
    /// How many to answer: 1 to [`HistoryQuery::MAX_LIMIT`].
    pub limit: u32,
}

impl HistoryQuery {
    /// The largest page.
    pub const MAX_LIMIT: u32 = 1_000;

    /// The newest 50 postings.
    pub fn new(account: AccountId) -> Self {
        Self {
            account,
            kinds: Vec::new(),
            from: None,
            to: None,
            operations: Vec::new(),
            gateway: None,
            text: None,
            after: None,
            offset: 0,
            limit: 50,
        }
    }

    /// Another page size, brought into 1 to [`HistoryQuery::MAX_LIMIT`].
    #[must_use]
    pub fn with_limit(mut self, limit: u32) -> Self {
        self.limit = limit.clamp(1, Self::MAX_LIMIT);
        self
    }

    /// Only these kinds.
    #[must_use]
    pub fn with_kinds(mut self, kinds: impl Into<Vec<PostingKind>>) -> Self {
        self.kinds = kinds.into();
        self
    }

    /// Only these operations, by their whole names.
    #[must_use]
    pub fn with_operations(mut self, operations: impl Into<Vec<Operation>>) -> Self {
        self.operations = operations.into();
        self
    }

    /// Only what moves money to or from this gateway.
    #[must_use]
    pub fn with_gateway(mut self, gateway: impl Into<String>) -> Self {
        self.gateway = Some(gateway.into());
        self
    }

    /// The page after another.
    #[must_use]
    pub fn with_after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }

    /// Whether a posting of the account is among those asked for.
    pub fn admits(&self, posting: &Posting) -> bool {
        let holds_text = |text: &String| {
            let text = text.to_ascii_lowercase();
            let operation = posting.operation.as_ref().map(Operation::as_str);
            [operation, posting.memo.as_deref()]
                .into_iter()
                .flatten()
                .any(|field| field.to_ascii_lowercase().contains(&text))
        };
        let is_of = |operation: &Operation| self.operations.contains(operation);
        (self.kinds.is_empty() || self.kinds.contains(&posting.kind))
            && (self.operations.is_empty() || posting.operation.as_ref().is_some_and(is_of))
            && self.gateway.as_deref().is_none_or(|gateway| posting.gateway() == Some(gateway))
            && self.from.is_none_or(|from| posting.created_at >= from)
            && self.to.is_none_or(|to| posting.created_at < to)
            && self.after.is_none_or(|cursor| posting.sequence < cursor.sequence())
            && self.text.as_ref().is_none_or(holds_text)
    }
}

/// Where a page of an account's history ended: the sequence number of its last posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(u64);

impl Cursor {
    /// After the posting with this sequence number.
    pub const fn after(sequence: u64) -> Self {
        Self(sequence)
    }

    /// The sequence number.
    pub const fn sequence(self) -> u64 {
        self.0
    }
}

/// Part of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The part.
    pub items: Vec<T>,
    /// Where to go on; `None` when there is nothing more.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page and where to go on.
    pub fn new(items: Vec<T>, next: Option<Cursor>) -> Self {
        Self { items, next }
    }
}

/// Which spending to sum up, by the account's local days.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageQuery {
    /// Whose spending.
    pub account: AccountId,
    /// The first local day.
    pub from: NaiveDate,
    /// The last local day; at most [`UsageQuery::MAX_DAYS`] in all.
    pub to: NaiveDate,
}

impl UsageQuery {
    /// The longest span.
    pub const MAX_DAYS: usize = 400;

    /// Spending from one day to another, both included.
    pub fn new(account: AccountId, from: NaiveDate, to: NaiveDate) -> Self {
        Self { account, from, to }
    }

    /// The days asked for, in order.
    ///
    /// # Errors
    /// [`LedgerError::InvalidRequest`] when the first comes after the last, or there are more than
    /// [`UsageQuery::MAX_DAYS`].
    pub fn days(&self) -> Result<Vec<NaiveDate>, LedgerError> {
        let days: Vec<_> =
            self.from.iter_days().take_while(|day| *day <= self.to).take(Self::MAX_DAYS + 1).collect();
        match days.len() {
            0 => Err(LedgerError::InvalidRequest { field: "from", rule: "must not be after to" }),
            count if count > Self::MAX_DAYS => {
                Err(LedgerError::InvalidRequest { field: "to", rule: "must be at most 400 days after from" })
            }
            _ => Ok(days),
        }
    }
}

/// What one operation cost on one local day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UsageBucket {
    /// The local day.
    pub day: NaiveDate,
    /// What was paid for.
    pub operation: Option<Operation>,
    /// How many calls.
    pub calls: u64,
    /// How many of them were charged more than nothing.
    pub charged: u64,
    /// What they cost together.
    pub amount: Money,
}

impl UsageBucket {
    /// `calls` of `operation` cost `amount` on `day`, and were all charged.
    pub fn new(day: NaiveDate, operation: Option<Operation>, calls: u64, amount: Money) -> Self {
        Self { day, operation, calls, charged: calls, amount }
    }

    /// Of which only so many were charged.
    #[must_use]
    pub fn with_charged(mut self, charged: u64) -> Self {
        self.charged = charged;
        self
    }
}

/// What observed calls of one operation would have been refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObservedRefusals {
    /// Whose calls.
    pub account: AccountId,
    /// What they were.
    pub operation: Option<Operation>,
    /// Why they would have been refused.
    pub reason: RefusalReason,
    /// How many.
    pub calls: u64,
    /// What they would have cost together.
    pub amount: Money,
}

impl ObservedRefusals {
    /// The most lines of one report.
    pub const MOST: usize = 1_000;

    /// `calls` of `operation` would have cost `amount` and been refused for `reason`.
    pub fn new(
        account: AccountId,
        operation: Option<Operation>,
        reason: RefusalReason,
        calls: u64,
        amount: Money,
    ) -> Self {
        Self { account, operation, reason, calls, amount }
    }
}

/// What a check of the books found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Audit {
    /// How many accounts were checked.
    pub accounts: u64,
    /// How many postings.
    pub postings: u64,
    /// How many holds are open.
    pub open_holds: u64,
    /// What the house accounts come to, in order, without residues.
    pub house: Vec<(HouseAccount, Money)>,
    /// What roundings of exchanged payments left over in all, at [`HouseAccount::Exchange`].
    pub residue: Residue,
    /// Everything that differs; at most [`Audit::MAX_DIFFERENCES`] are listed.
    pub differences: Vec<Difference>,
}

impl Audit {
    /// The most differences that one audit lists.
    pub const MAX_DIFFERENCES: usize = 1_000;

    /// Whether the books balance.
    pub fn is_clean(&self) -> bool {
        self.differences.is_empty()
    }
}

/// A recorded figure that its postings or holds contradict.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The account.
    pub account: AccountId,
    /// Which figure: `posted`, `held`, `sequence`, …
    pub figure: &'static str,
    /// What is recorded.
    pub recorded: String,
    /// What the postings or holds come to.
    pub computed: String,
}

impl Difference {
    /// `figure` of `account` is recorded as one thing and computed as another.
    pub fn new(
        account: AccountId,
        figure: &'static str,
        recorded: &impl ToString,
        computed: &impl ToString,
    ) -> Self {
        Self { account, figure, recorded: recorded.to_string(), computed: computed.to_string() }
    }
}
