//! How an order comes about, is paid, and ends.

use crate::simulators::fondy::cards::TestCard;
use crate::simulators::fondy::error::ApiError;
use crate::simulators::fondy::moment::Moment;
use crate::simulators::fondy::order::{Attempt, FIRST_TRANSACTION_ID, Order, OrderTerms, PayTerms, Status};
use crate::simulators::fondy::state::State;

/// Payment ids of the real gateway have nine digits and more.
const FIRST_PAYMENT_ID: i64 = 800_000_000;

const TOKEN_LENGTH: usize = 40;

impl State {
    pub(crate) fn order(&self, order_id: &str) -> Result<&Order, ApiError> {
        self.orders.get(order_id).ok_or_else(|| ApiError::not_found(order_id))
    }

    /// The order whose checkout page has this token.
    pub(crate) fn order_at(&self, token: &str) -> Result<&Order, ApiError> {
        let mut orders = self.orders.newest_first();
        orders.find(|order| order.token == token).ok_or_else(|| ApiError::not_found(token))
    }

    pub(crate) fn create_order(
        &mut self,
        moment: &Moment,
        order_id: &str,
        terms: OrderTerms,
    ) -> Result<&Order, ApiError> {
        if self.orders.get(order_id).is_some() {
            return Err(ApiError::duplicate(order_id, moment.merchant_id));
        }
        let payment_id = FIRST_PAYMENT_ID + self.next_number();
        self.orders.insert(Order {
            order_id: order_id.to_owned(),
            payment_id,
            token: std::iter::repeat_with(|| fastrand::digit(16)).take(TOKEN_LENGTH).collect(),
            terms,
            status: Status::Created,
            created_at: moment.now,
            changed_at: moment.now,
            attempt: None,
            paid: None,
            reversals: Vec::new(),
        });
        self.order(order_id)
    }

    /// The payer pays with a card that the bank approves.
    pub(crate) fn pay(
        &mut self,
        moment: &Moment,
        order_id: &str,
        terms: &PayTerms,
        card: &TestCard,
    ) -> Result<(), ApiError> {
        self.payable(order_id)?;
        self.approve(moment, order_id, terms, card)
    }

    /// The bank approves, too late for the lifetime or not: a payment may be under way when it ends.
    pub(crate) fn approve(
        &mut self,
        moment: &Moment,
        order_id: &str,
        terms: &PayTerms,
        card: &TestCard,
    ) -> Result<(), ApiError> {
        let order = self.order(order_id)?;
        if !order.is_open() && order.status != Status::Expired {
            return Err(ApiError::completed(order_id));
        }
        for (name, amount) in [("amount", terms.amount), ("actual_amount", terms.actual_amount)] {
            if amount.is_some_and(|amount| amount < 1) {
                return Err(ApiError::incorrect(name));
            }
        }
        let attempt = self.attempt(card, None);
        self.advance(moment, order_id, Status::Approved, |order| {
            order.attempt = Some(attempt);
            order.paid = Some(terms.clone());
        })
    }

    /// The bank declines a card. The order is over, unless the merchant lets the payer try again.
    pub(crate) fn decline(
        &mut self,
        moment: &Moment,
        order_id: &str,
        code: u32,
        card: &TestCard,
    ) -> Result<(), ApiError> {
        let may_retry = self.payable(order_id)?.terms.is_delayed;
        let status = if may_retry { Status::Processing } else { Status::Declined };
        let attempt = self.attempt(card, Some(code));
        self.advance(moment, order_id, status, |order| order.attempt = Some(attempt))
    }

    /// The bank takes its time.
    pub(crate) fn process(
        &mut self,
        moment: &Moment,
        order_id: &str,
        card: &TestCard,
    ) -> Result<(), ApiError> {
        self.payable(order_id)?;
        let attempt = self.attempt(card, None);
        self.advance(moment, order_id, Status::Processing, |order| order.attempt = Some(attempt))
    }

    /// The lifetime is over. Who tried in vain was declined.
    pub(crate) fn expire(&mut self, moment: &Moment, order_id: &str) -> Result<(), ApiError> {
        let declined = |attempt: &Attempt| attempt.declined_with.is_some();
        let was_declined = self.payable(order_id)?.attempt.as_ref().is_some_and(declined);
        let status = if was_declined { Status::Declined } else { Status::Expired };
        self.advance(moment, order_id, status, |_| {})
    }

    /// Whether the lifetime of an open order is over.
    pub(crate) fn has_overdue(&self, now: i64) -> bool {
        self.orders.oldest_first().any(|order| order.is_open() && order.expires_at() <= now)
    }

    /// Expires every open order whose lifetime is over.
    pub(crate) fn expire_overdue(&mut self, moment: &Moment) -> Result<(), ApiError> {
        let overdue = |order: &&Order| order.is_open() && order.expires_at() <= moment.now;
        let ids: Vec<_> =
            self.orders.oldest_first().filter(overdue).map(|order| order.order_id.clone()).collect();
        ids.iter().try_for_each(|order_id| self.expire(moment, order_id))
    }

    fn payable(&self, order_id: &str) -> Result<&Order, ApiError> {
        let order = self.order(order_id)?;
        match order.status {
            Status::Created | Status::Processing => Ok(order),
            Status::Expired => Err(ApiError::expired(order_id)),
            Status::Declined | Status::Approved => Err(ApiError::completed(order_id)),
        }
    }

    fn attempt(&mut self, card: &TestCard, declined_with: Option<u32>) -> Attempt {
        let transaction_id = FIRST_TRANSACTION_ID + self.next_number();
        Attempt { card: card.seen_by_merchant(), transaction_id, declined_with }
    }

    /// Moves an order on and tells it.
    fn advance(
        &mut self,
        moment: &Moment,
        order_id: &str,
        status: Status,
        change: impl FnOnce(&mut Order),
    ) -> Result<(), ApiError> {
        let order = self.orders.get_mut(order_id).ok_or_else(|| ApiError::not_found(order_id))?;
        change(order);
        order.status = status;
        order.changed_at = moment.now;
        self.tell(moment, order_id, "purchase");
        Ok(())
    }
}
