use crate::{AccountId, PaymentId, PaymentStatus};

/// Which payments to list.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PaymentQuery {
    /// Only of this account.
    pub account: Option<AccountId>,
    /// Only in one of these statuses; in any when empty.
    pub statuses: Vec<PaymentStatus>,
    /// Only those an operator must look at.
    pub needs_review: bool,
    /// Only those older than this one: where an earlier list ended.
    pub before: Option<PaymentId>,
    /// How many, at most [`PaymentQuery::MAX_LIMIT`].
    pub limit: u32,
}

impl PaymentQuery {
    /// The longest list.
    pub const MAX_LIMIT: u32 = 1_000;

    /// The newest `limit` payments.
    pub fn newest(limit: u32) -> Self {
        Self { limit: limit.clamp(1, Self::MAX_LIMIT), ..Self::default() }
    }

    /// Only of one account.
    #[must_use]
    pub fn with_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Only in one of these statuses.
    #[must_use]
    pub fn with_statuses(mut self, statuses: impl Into<Vec<PaymentStatus>>) -> Self {
        self.statuses = statuses.into();
        self
    }

    /// Only those an operator must look at.
    #[must_use]
    pub fn with_needs_review(mut self) -> Self {
        self.needs_review = true;
        self
    }

    /// Only those older than this one: where an earlier list ended.
    #[must_use]
    pub fn with_before(mut self, payment: PaymentId) -> Self {
        self.before = Some(payment);
        self
    }

    /// Whether a payment is one of those.
    pub fn admits(&self, payment: &crate::Payment) -> bool {
        self.account.as_ref().is_none_or(|account| *account == payment.account)
            && (self.statuses.is_empty() || self.statuses.contains(&payment.status))
            && (!self.needs_review || payment.review.is_some())
            && self.before.is_none_or(|before| payment.id < before)
    }
}
