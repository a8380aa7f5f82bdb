//! Refunds that an operator asks for: written down, their money held, then asked of the provider.
use std::time::Duration;

use chrono::TimeDelta;

use super::{TopUpError, TopUps};
use crate::{
    Authorize, BillingEvent, Extend, GatewayError, LedgerError, LedgerSettings, Money, Operation, Payment,
    PaymentId, PaymentStatus, Refund, RefundId, RefundState, StoreError, StoredRefund, TakenBack, Void,
    rules,
};

/// How long the money of a refund is held before the hold has to be extended.
const HOLD_TTL: Duration = LedgerSettings::MAX_HOLD_TTL;
/// Before an unknown outcome is asked about again, at first; it doubles up to 64 times. Whoever asks has claimed the
/// refund just before, so that no call of ours is in flight any more then, and the provider shows what became of it.
pub(super) const PAUSE: TimeDelta = TimeDelta::minutes(5);
/// How long a refund that was just written down is left to whoever wrote it.
const FIRST_PAUSE: TimeDelta = TimeDelta::minutes(1);
/// After so many attempts, most of a day, an operator is told that a refund is still under way.
const LATE_ATTEMPTS: u32 = 8;

/// A refund to make.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewRefund {
    /// Names the refund; the idempotency key.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much, in the payment's currency; else all that is left.
    pub amount: Option<Money>,
    /// Whether it may push the account into debt.
    pub allows_debt: bool,
    /// Which operator asks for it.
    pub actor: String,
}

impl NewRefund {
    /// All that is left of a payment.
    pub fn new(id: RefundId, payment: PaymentId, actor: impl Into<String>) -> Self {
        Self { id, payment, amount: None, allows_debt: false, actor: actor.into() }
    }

    /// Only so much.
    #[must_use]
    pub fn with_amount(mut self, amount: Money) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Even if the account's owner has spent the money.
    #[must_use]
    pub fn allowing_debt(mut self) -> Self {
        self.allows_debt = true;
        self
    }

    /// Whether a stored refund is the one that is asked for.
    fn asks_for(&self, known: &StoredRefund) -> bool {
        (self.id, self.payment, self.allows_debt) == (known.id, known.payment, known.allows_debt)
            && self.amount.is_none_or(|amount| amount == known.amount)
    }
}

impl TopUps {
    /// Gives money of a payment back. The refund is written down and its money held before the provider is asked. A
    /// repeat with the same id asks how it stands and does not make it again: after a while
    /// [`reconcile`](TopUps::reconcile) does, if the provider has not heard of it.
    ///
    /// # Errors
    /// [`TopUpError::NotPossible`]; [`StoreError::RefundIdReused`] when the id names another refund; a refusal of the
    /// ledger when the money is spent; [`GatewayError::Declined`] when the provider does not do it: both end the refund.
    /// [`StoreError::RefundOpen`] while another refund of the payment is under way.
    /// After a retryable error nobody knows yet: [`reconcile`](TopUps::reconcile) goes on with it.
    pub async fn refund(&self, request: NewRefund) -> Result<StoredRefund, TopUpError> {
        rules::check_id(request.id.as_uuid(), self.clock.now())?;
        if let Some(known) = self.stores.refunds.refund(request.id).await? {
            if !request.asks_for(&known) {
                return Err(StoreError::RefundIdReused { id: known.id }.into());
            }
            self.sync(known.payment).await?;
            return self.stored_refund(known.id).await;
        }
        // What was given back at the provider's console counts, too.
        let payment = self.sync(request.payment).await?;
        let refund = self.new_refund(&request, &payment).await?;
        let refund = self.stores.refunds.insert_refund(&refund).await?;
        tracing::info!(
            refund.id = %refund.id,
            payment.id = %payment.id,
            actor = refund.actor,
            "refund of {} begun", refund.amount
        );
        self.go_on(refund).await
    }

    async fn new_refund(&self, request: &NewRefund, payment: &Payment) -> Result<StoredRefund, TopUpError> {
        let not = |reason| TopUpError::NotPossible { id: payment.id, reason };
        if payment.status != PaymentStatus::Succeeded {
            return Err(not("is not paid"));
        }
        if payment.review.is_some_and(crate::Review::is_before_credit) {
            return Err(not("was not credited: an operator has to accept it first"));
        }
        let currency = payment.amount.currency();
        if payment.whole().currency() != currency {
            return Err(not("was paid in another currency than asked for"));
        }
        let left = payment.whole().micros() - payment.taken_back.micros();
        let left = Money::from_micros(left.max(0), currency);
        let amount = request.amount.unwrap_or(left);
        if amount.currency() != currency || !amount.is_positive() || amount.to_minor_exact().is_none() {
            return Err(not("can only be refunded in whole minor units of its own currency"));
        }
        if amount.micros() > left.micros() {
            return Err(not("has less left than that"));
        }
        if payment.worth_of_next(amount).is_none() {
            return Err(not("has amounts that do not go together"));
        }
        let capabilities = self.gateway(&payment.gateway)?.capabilities();
        if amount != payment.whole() && !capabilities.refunds_partially {
            return Err(not("can only be refunded as a whole"));
        }
        let known = self.stores.payments.take_backs(payment.id).await?;
        let taken_before = TakenBack::of(&known, currency, payment.revision).refunded;
        let now = self.clock.now();
        let mut refund = StoredRefund::new(request.id, payment.id, amount, taken_before, &request.actor, now);
        refund.allows_debt = request.allows_debt;
        refund.next_try_at = now + FIRST_PAUSE;
        Ok(refund)
    }

    /// Ends an open refund that the provider does not show, whatever it said of it. Should it be made after all, it is
    /// booked like any other.
    ///
    /// # Errors
    /// [`StoreError::RefundNotFound`]; or what the gateway, ledger or store say.
    pub async fn give_up_refund(&self, id: RefundId, actor: &str) -> Result<StoredRefund, TopUpError> {
        let payment = self.payment(self.stored_refund(id).await?.payment).await?;
        self.ask(&payment).await?;
        let refund = self.stored_refund(id).await?;
        if refund.state.is_open() {
            tracing::warn!(refund.id = %id, actor, "operator gives a refund of {} up", refund.amount);
            self.end_declined(&refund, &payment, "given_up").await?;
        }
        self.stored_refund(id).await
    }

    /// Brings an open refund as far as it goes now.
    pub(super) async fn go_on(&self, refund: StoredRefund) -> Result<StoredRefund, TopUpError> {
        if !refund.state.is_open() {
            return Ok(refund);
        }
        let payment = self.payment(refund.payment).await?;
        self.tell_if_late(&refund, &payment).await?;
        match self.hold_money(&refund, &payment).await {
            Ok(()) => {}
            Err(LedgerError::HoldClosed { .. }) => return self.end_without_money(&refund, &payment).await,
            Err(error) => {
                // Refused, it was never placed: the provider has not heard of the refund.
                if error.is_refusal() {
                    self.end_declined(&refund, &payment, "money_is_spent").await?;
                }
                return Err(error.into());
            }
        }
        let next = self.clock.now() + PAUSE * (1 << refund.attempts.min(6));
        if self.stores.refunds.claim_refund(&refund, next).await? {
            if refund.state == RefundState::Accepted {
                self.ask(&payment).await?;
            } else {
                self.ask_for_refund(&refund, &payment).await?;
            }
        }
        self.stored_refund(refund.id).await
    }

    /// A refund whose money is no longer held is not made any more: the hold was freed when it was declined, or by time.
    /// What the provider shows of it counts all the same.
    async fn end_without_money(
        &self,
        refund: &StoredRefund,
        payment: &Payment,
    ) -> Result<StoredRefund, TopUpError> {
        self.ask(payment).await?;
        let refund = self.stored_refund(refund.id).await?;
        if refund.state == RefundState::Requested {
            self.end_declined(&refund, payment, "hold_ended").await?;
        }
        self.stored_refund(refund.id).await
    }

    async fn tell_if_late(&self, refund: &StoredRefund, payment: &Payment) -> Result<(), TopUpError> {
        if refund.attempts < LATE_ATTEMPTS {
            return Ok(());
        }
        let review = "refund_not_done".to_owned();
        let event = BillingEvent::NeedsReview { payment: payment.id, review };
        if self.tell(format!("refund/{}/late", refund.id), None, event).await? {
            tracing::error!(
                refund.id = %refund.id,
                payment.id = %payment.id,
                "refund of {} is still under way: look at the provider's console", refund.amount
            );
        }
        Ok(())
    }

    async fn stored_refund(&self, id: RefundId) -> Result<StoredRefund, TopUpError> {
        Ok(self.stores.refunds.refund(id).await?.ok_or(StoreError::RefundNotFound { id })?)
    }

    async fn ask_for_refund(&self, refund: &StoredRefund, payment: &Payment) -> Result<(), TopUpError> {
        let gateway = self.gateway(&payment.gateway)?;
        let request = Refund::new(refund.id, payment.reference(), refund.amount, refund.taken_before);
        match gateway.refund(request).await {
            Ok(snapshot) => {
                let now = self.clock.now();
                self.stores.refunds.move_refund(refund.id, RefundState::Accepted, None, now).await?;
                self.take_over(&**gateway, payment.id, &snapshot).await.map(drop)
            }
            Err(error) => {
                let code = match &error {
                    GatewayError::Declined { code, .. } => Some(code.as_str()),
                    GatewayError::Unsupported { .. } => Some("unsupported"),
                    _ => None,
                };
                if let Some(code) = code {
                    self.end_declined(refund, payment, code).await?;
                }
                Err(error.into())
            }
        }
    }

    /// Holds the money, or holds it longer; [`LedgerError::HoldClosed`] when it was held once and no longer is.
    async fn hold_money(&self, refund: &StoredRefund, payment: &Payment) -> Result<(), LedgerError> {
        if refund.allows_debt {
            return Ok(());
        }
        let ledger = &self.stores.ledger;
        match ledger.extend(Extend::new(payment.account.clone(), refund.hold(), HOLD_TTL)).await {
            Err(LedgerError::HoldNotFound { .. }) => {}
            answer => return answer.map(drop),
        }
        let share = payment.worth_of_next(refund.amount).ok_or(LedgerError::InvalidAmount {
            amount: refund.amount,
            rule: "has no worth in the ledger's currency",
        })?;
        let operation = Operation::new("refund").map_err(|error| LedgerError::Backend(error.into()))?;
        let request = Authorize::new(refund.hold(), payment.account.clone(), share, operation)
            .for_refund()
            .with_ttl(HOLD_TTL);
        ledger.authorize(request).await.map(drop)
    }

    /// Frees, tells, then records: a repeat after a fault finds the hold freed, and ends the refund as well.
    async fn end_declined(
        &self,
        refund: &StoredRefund,
        payment: &Payment,
        code: &str,
    ) -> Result<(), TopUpError> {
        let event = BillingEvent::RefundDeclined {
            refund: refund.id,
            payment: payment.id,
            amount: refund.amount,
            reason: code.to_owned(),
        };
        self.free_money(refund, payment).await?;
        self.tell(format!("refund/{}/declined", refund.id), None, event).await?;
        let now = self.clock.now();
        self.stores.refunds.move_refund(refund.id, RefundState::Declined, Some(code), now).await?;
        tracing::warn!(
            refund.id = %refund.id,
            payment.id = %payment.id,
            "refund of {} was declined: {code}", refund.amount
        );
        Ok(())
    }

    /// Ends the payment's open refund once the provider shows it, and frees its hold: the reversal has taken the money.
    pub(super) async fn conclude_refund(&self, payment: &Payment, refunded: Money) -> Result<(), TopUpError> {
        let open = self.stores.refunds.open_refund(payment.id).await?;
        let Some(refund) = open.filter(|refund| refund.is_shown_by(refunded)) else { return Ok(()) };
        self.free_money(&refund, payment).await?;
        self.stores.refunds.move_refund(refund.id, RefundState::Done, None, self.clock.now()).await?;
        tracing::info!(
            refund.id = %refund.id,
            payment.id = %payment.id,
            "refund of {} is done", refund.amount
        );
        Ok(())
    }

    async fn free_money(&self, refund: &StoredRefund, payment: &Payment) -> Result<(), LedgerError> {
        if refund.allows_debt {
            return Ok(());
        }
        self.stores.ledger.void(Void::new(payment.account.clone(), refund.hold())).await
    }
}
