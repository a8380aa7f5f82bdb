//! What an operator says of a payment in place of its provider.
use super::{TopUpError, TopUps};
use crate::{
    Accepted, BillingEvent, LedgerError, Money, Observation, Payment, PaymentId, PaymentSnapshot,
    PaymentStatus, Residue, Reverse, Review, TakeBack, TakeBackKind,
};

/// An operator takes what was paid for what was asked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Acceptance {
    /// Which payment.
    pub payment: PaymentId,
    /// What was paid: the operator has looked at it.
    pub paid: Money,
    /// What is credited for it, in the ledger's currency; else its share of the credit.
    pub credit: Option<Money>,
    /// Which operator.
    pub actor: String,
}

impl Acceptance {
    /// `actor` accepts `paid` for a payment.
    pub fn new(payment: PaymentId, paid: Money, actor: impl Into<String>) -> Self {
        Self { payment, paid, credit: None, actor: actor.into() }
    }

    /// Whether a payment was accepted on these terms before.
    fn was_accepted(&self, payment: &Payment) -> bool {
        payment.accepted.as_ref().is_some_and(|accepted| accepted.paid == self.paid)
            && self.credit.is_none_or(|credit| credit == payment.credit)
    }

    /// Credits this much.
    #[must_use]
    pub fn with_credit(mut self, credit: Money) -> Self {
        self.credit = Some(credit);
        self
    }
}

/// A dispute that the provider does not tell of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EnteredDispute {
    /// Of which payment.
    pub payment: PaymentId,
    /// The operator's name for it: one payment may be disputed more than once.
    pub reference: String,
    /// What was withdrawn, in the payment's currency.
    pub taken: Money,
    /// What came back.
    pub returned: Money,
    /// Which operator.
    pub actor: String,
}

impl EnteredDispute {
    /// `taken` was withdrawn, and nothing has come back.
    pub fn new(
        payment: PaymentId,
        reference: impl Into<String>,
        taken: Money,
        actor: impl Into<String>,
    ) -> Self {
        let returned = Money::zero(taken.currency());
        Self { payment, reference: reference.into(), taken, returned, actor: actor.into() }
    }

    /// The id of the take-back that a dispute of this name is stored as.
    pub fn object_id(reference: &str) -> String {
        format!("dispute/{reference}")
    }

    /// What came back.
    #[must_use]
    pub fn with_returned(mut self, returned: Money) -> Self {
        self.returned = returned;
        self
    }
}

impl TopUps {
    /// Credits a payment that is under review for what was paid: later snapshots are compared with what is accepted.
    /// A repeat credits nothing more.
    ///
    /// # Errors
    /// [`TopUpError::NotPossible`] when the payment is not under review, when something else was paid, or when a
    /// credit has to be named and is not; [`StoreError::AcceptedOtherwise`](crate::StoreError::AcceptedOtherwise); or
    /// what the gateway, ledger or store say.
    pub async fn accept(&self, request: Acceptance) -> Result<Payment, TopUpError> {
        let payment = self.payment(request.payment).await?;
        let accepted = Accepted::new(request.paid, &request.actor);
        if !request.was_accepted(&payment) {
            let not = |reason| TopUpError::NotPossible { id: payment.id, reason };
            if !payment.review.is_some_and(Review::is_before_credit) {
                return Err(not("does not wait for an operator's word"));
            }
            // By an operator who accepts the same in this moment, perhaps.
            if self.is_credited(&payment).await? && !request.was_accepted(&self.payment(payment.id).await?) {
                return Err(not("is credited already: correct the balance by hand"));
            }
            if payment.paid != Some(request.paid) {
                return Err(not("was not paid that amount"));
            }
            let credit = match request.credit {
                Some(credit) => credit,
                None => self.credit_for(&payment, request.paid).ok_or_else(|| {
                    not("was paid in another currency than asked for: name what is credited")
                })?,
            };
            if credit.currency() != self.currency || !credit.is_positive() {
                return Err(not("can only be credited a positive amount in the ledger's currency"));
            }
            let (keeps_rate, now) = (request.credit.is_none(), self.clock.now());
            self.stores.payments.accept(payment.id, &accepted, credit, keeps_rate, now).await?;
            tracing::info!(
                payment.id = %payment.id,
                actor = request.actor,
                "operator accepts {} for {}, crediting {credit}", request.paid, payment.amount
            );
        }
        let gateway = self.gateway(&payment.gateway)?;
        let snapshot =
            PaymentSnapshot::new(payment.reference(), PaymentStatus::Succeeded).with_paid(request.paid);
        self.take_over(&**gateway, payment.id, &snapshot).await
    }

    /// Whether the ledger has the payment's posting: only of such a one can something be taken back.
    async fn is_credited(&self, payment: &Payment) -> Result<bool, TopUpError> {
        let nothing = Reverse::new(payment.account.clone(), payment.id.into(), Money::zero(self.currency), 0);
        match self.stores.ledger.reverse(nothing).await {
            Ok(_) => Ok(true),
            Err(LedgerError::TopUpNotFound { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// What an amount is worth by the payment's own terms.
    fn credit_for(&self, payment: &Payment, paid: Money) -> Option<Money> {
        if paid.currency() != payment.amount.currency() {
            return None;
        }
        match &payment.exchange {
            Some(exchange) => Residue::credit(paid, exchange.rate, self.currency),
            None => Some(paid),
        }
    }

    /// Books a dispute that the provider does not tell of, as far as it has gone. A repeat changes nothing.
    ///
    /// # Errors
    /// [`TopUpError::NotPossible`] when the provider tells of disputes itself, the payment is not paid, or the amounts
    /// make no sense; or what the ledger or store say.
    pub async fn enter_dispute(&self, dispute: EnteredDispute) -> Result<Payment, TopUpError> {
        let payment = self.payment(dispute.payment).await?;
        let not = |reason| TopUpError::NotPossible { id: payment.id, reason };
        if self.gateway(&payment.gateway)?.capabilities().sees_disputes {
            return Err(not("is of a provider that tells of disputes itself"));
        }
        if payment.status != PaymentStatus::Succeeded {
            return Err(not("is not paid"));
        }
        let currency = payment.amount.currency();
        let EnteredDispute { taken, returned, .. } = dispute;
        if taken.currency() != currency || returned.currency() != currency || !taken.is_positive() {
            return Err(not("is disputed by a positive amount of its own currency"));
        }
        if taken.to_minor_exact().is_none() || returned.to_minor_exact().is_none() {
            return Err(not("is disputed in whole minor units of its currency"));
        }
        if returned.is_negative() || returned.micros() > taken.micros() {
            return Err(not("can't get back more than was taken"));
        }
        let id = EnteredDispute::object_id(&dispute.reference);
        let object = TakeBack::new(id, TakeBackKind::Dispute, taken)
            .with_returned(returned)
            .with_actor(&dispute.actor);
        tracing::info!(
            payment.id = %payment.id,
            actor = dispute.actor,
            "operator enters a dispute: {taken} taken, {returned} returned"
        );
        let review = self.take_back(&payment, &[object]).await?;
        if let Some(review) = review {
            let event = BillingEvent::NeedsReview { payment: payment.id, review: review.to_string() };
            self.enqueue(&payment, &format!("review/{review}"), event).await?;
        }
        let standing = payment.review.filter(|review| review.is_before_credit());
        let seen = Observation::new(payment.status).with_review(standing.or(review));
        Ok(self.stores.payments.record(payment.id, &seen, self.clock.now()).await?)
    }
}
