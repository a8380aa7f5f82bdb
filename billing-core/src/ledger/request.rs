use std::time::Duration;

use super::Breakdown;
use crate::{AccountId, HoldId, Money, Operation, PostingId, Residue};

/// Sets money aside before a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authorize {
    /// Names the hold; the idempotency key.
    pub id: HoldId,
    /// Whose money.
    pub account: AccountId,
    /// How much, at least zero.
    pub amount: Money,
    /// What the call is.
    pub operation: Operation,
    /// How long the hold lives; else the deployment's `hold_ttl`.
    pub ttl: Option<Duration>,
    /// Whether the money goes back to who paid it in, so that it is no spending.
    pub is_refund: bool,
    /// Whether the hold must not be there yet, so that an id lets one call pass and not its repeats.
    pub is_first: bool,
    /// Whether a refusal is only written down, so that the call runs anyway.
    pub observe: bool,
}

impl Authorize {
    /// A hold of `amount` for `operation`.
    pub fn new(id: HoldId, account: AccountId, amount: Money, operation: Operation) -> Self {
        Self { id, account, amount, operation, ttl: None, is_refund: false, is_first: false, observe: false }
    }

    /// Sets money aside that goes back to who paid it in: no limit counts it, and an account that is suspended or not
    /// billed holds it like any other.
    #[must_use]
    pub fn for_refund(mut self) -> Self {
        self.is_refund = true;
        self
    }

    /// Demands that the hold is placed by this very request: an open one with this id is
    /// [`LedgerError::HoldOpen`](crate::LedgerError::HoldOpen). After an unknown outcome, asking again can't tell
    /// one's own hold from another's; so a back end does not do that by itself.
    #[must_use]
    pub fn first(mut self) -> Self {
        self.is_first = true;
        self
    }

    /// Places a hold of nothing where the call would be refused, which says why.
    #[must_use]
    pub fn observed(mut self) -> Self {
        self.observe = true;
        self
    }

    /// Another life than the deployment's.
    #[must_use]
    pub fn with_ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }
}

/// Takes the cost of a call out of its hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capture {
    /// Whose hold.
    pub account: AccountId,
    /// Which hold.
    pub hold: HoldId,
    /// The cost, at least zero; it may exceed what is held.
    pub amount: Money,
    /// How the cost came about.
    pub breakdown: Option<Breakdown>,
    /// What the call was, where it may have run without its hold being placed.
    pub let_through: Option<Operation>,
}

impl Capture {
    /// A capture of `amount`.
    pub fn new(account: AccountId, hold: HoldId, amount: Money) -> Self {
        Self { account, hold, amount, breakdown: None, let_through: None }
    }

    /// Takes the cost of a call that ran while the ledger was out of reach: where the hold was never placed, this is a
    /// late capture.
    #[must_use]
    pub fn let_through(mut self, operation: Operation) -> Self {
        self.let_through = Some(operation);
        self
    }

    /// Says how the cost came about.
    #[must_use]
    pub fn with_breakdown(mut self, breakdown: Breakdown) -> Self {
        self.breakdown = Some(breakdown);
        self
    }
}

/// Frees a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Void {
    /// Whose hold.
    pub account: AccountId,
    /// Which hold.
    pub hold: HoldId,
}

impl Void {
    /// Frees `hold`.
    pub fn new(account: AccountId, hold: HoldId) -> Self {
        Self { account, hold }
    }
}

/// Gives an open hold more time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extend {
    /// Whose hold.
    pub account: AccountId,
    /// Which hold.
    pub hold: HoldId,
    /// How long it lives from now; never shorter than it would have.
    pub ttl: Duration,
}

impl Extend {
    /// Lets `hold` live for `ttl` from now.
    pub fn new(account: AccountId, hold: HoldId, ttl: Duration) -> Self {
        Self { account, hold, ttl }
    }
}

/// Takes a known cost in one step, without a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Charge {
    /// Names the posting; the idempotency key.
    pub id: PostingId,
    /// Whose money.
    pub account: AccountId,
    /// The cost, at least zero.
    pub amount: Money,
    /// What was paid for.
    pub operation: Operation,
    /// How the cost came about.
    pub breakdown: Option<Breakdown>,
}

impl Charge {
    /// A charge of `amount` for `operation`.
    pub fn new(id: PostingId, account: AccountId, amount: Money, operation: Operation) -> Self {
        Self { id, account, amount, operation, breakdown: None }
    }

    /// Says how the cost came about.
    #[must_use]
    pub fn with_breakdown(mut self, breakdown: Breakdown) -> Self {
        self.breakdown = Some(breakdown);
        self
    }
}

/// Credits money that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopUp {
    /// Names the posting; the payment's id, and the idempotency key.
    pub id: PostingId,
    /// Who is credited.
    pub account: AccountId,
    /// How much, above zero.
    pub amount: Money,
    /// The gateway that the money came through.
    pub gateway: String,
    /// What rounding left over when the money was exchanged.
    pub residue: Residue,
}

impl TopUp {
    /// A top-up of `amount` through `gateway`.
    pub fn new(id: PostingId, account: AccountId, amount: Money, gateway: impl Into<String>) -> Self {
        Self { id, account, amount, gateway: gateway.into(), residue: Residue::ZERO }
    }

    /// What rounding left over when the money was exchanged.
    #[must_use]
    pub fn with_residue(mut self, residue: Residue) -> Self {
        self.residue = residue;
        self
    }
}

/// Sets how much of a top-up has been taken back so far.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reverse {
    /// Whose top-up.
    pub account: AccountId,
    /// Which top-up.
    pub top_up: PostingId,
    /// The total taken back: from zero to the top-up's amount. It may shrink.
    pub total: Money,
    /// Counts the changes of `total`; an older revision than the one applied is ignored.
    pub revision: u64,
    /// What of the top-up's residue goes back with `total`.
    pub residue: Residue,
}

impl Reverse {
    /// `total` of `top_up` is taken back, as of `revision`.
    pub fn new(account: AccountId, top_up: PostingId, total: Money, revision: u64) -> Self {
        Self { account, top_up, total, revision, residue: Residue::ZERO }
    }

    /// What of the top-up's residue goes back with `total`.
    #[must_use]
    pub fn with_residue(mut self, residue: Residue) -> Self {
        self.residue = residue;
        self
    }
}

/// An operator's correction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adjust {
    /// Names the posting; the idempotency key.
    pub id: PostingId,
    /// Whose balance.
    pub account: AccountId,
    /// What is added, or taken when negative; not zero. It never takes more than is available.
    pub amount: Money,
    /// Who does it: 1 to 200 bytes.
    pub actor: String,
    /// Why: 1 to 1000 bytes.
    pub reason: String,
}

impl Adjust {
    /// `actor` adds `amount` for `reason`.
    pub fn new(
        id: PostingId,
        account: AccountId,
        amount: Money,
        actor: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self { id, account, amount, actor: actor.into(), reason: reason.into() }
    }
}
