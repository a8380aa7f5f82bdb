//! The one road from a gateway's word to the ledger.
use super::{Applied, TopUpError, TopUps};
use crate::{
    BillingEvent, Message, Money, Observation, Payment, PaymentGateway, PaymentRef, PaymentSnapshot,
    PaymentStatus, Posting, PostingId, Reverse, Review, TakeBack, TopUp,
};

impl TopUps {
    /// Takes over how a payment stands. Each step sets a state, so that a repeat after a fault finishes the rest; the
    /// payment is recorded last, when everything it says is true.
    pub(super) async fn apply(
        &self,
        gateway: &dyn PaymentGateway,
        snapshot: &PaymentSnapshot,
    ) -> Result<Applied, TopUpError> {
        let Some(payment) = self.find(gateway.name(), &snapshot.payment).await? else {
            tracing::warn!(
                gateway.name = gateway.name(),
                external.id = snapshot.payment.external_id,
                "webhook is about a payment that was not started here"
            );
            return Ok(Applied::Unmatched);
        };
        let known;
        let snapshot = if snapshot.status == PaymentStatus::Succeeded && snapshot.paid.is_none() {
            // Absent means unknown: what was paid has to be asked for before it is judged.
            known = gateway.payment_status(&payment.reference()).await?;
            &known
        } else {
            snapshot
        };
        let succeeded = snapshot.status == PaymentStatus::Succeeded;
        let mut review = match snapshot.paid {
            Some(paid) if succeeded && paid == payment.amount => None,
            _ if succeeded => Some(Review::PaidMismatch),
            _ => payment.review,
        };
        let credited = if succeeded && review.is_none() { Some(self.credit(&payment).await?) } else { None };
        let take_backs = self.take_backs(gateway, &payment, snapshot, succeeded).await?;
        let taken = self.take_back(&payment, take_backs.as_deref(), credited.is_some()).await?;
        review = review.or(taken);

        self.announce(&payment, snapshot, review).await?;
        let seen = Observation::new(snapshot.status)
            .with_paid(snapshot.paid)
            .with_failure(snapshot.failure.clone())
            .with_review(review);
        let payment = self.payments.record(payment.id, &seen, self.clock.now()).await?;
        Ok(Applied::Payment(Box::new(payment)))
    }

    /// The payment that a gateway's word is about. Our id counts only beside the provider's order that it names.
    pub(super) async fn find(
        &self,
        gateway: &str,
        reference: &PaymentRef,
    ) -> Result<Option<Payment>, TopUpError> {
        if let Some(external_id) = &reference.external_id
            && let Some(payment) = self.payments.find(gateway, external_id).await?
        {
            return Ok(Some(payment));
        }
        let Some(id) = reference.id else { return Ok(None) };
        let Some(payment) = self.payments.get(id).await? else { return Ok(None) };
        if payment.gateway != gateway {
            return Ok(None);
        }
        match &reference.external_id {
            // The answer to create_payment was lost: this is how we learn of the order.
            Some(external_id) if payment.external_id.is_none() => {
                Ok(Some(self.payments.attach(id, external_id, self.clock.now()).await?))
            }
            known if *known == payment.external_id => Ok(Some(payment)),
            _ => Ok(None),
        }
    }

    /// Credits a payment, once, and says so once.
    async fn credit(&self, payment: &Payment) -> Result<Posting, TopUpError> {
        let request =
            TopUp::new(payment.id.into(), payment.account.clone(), payment.credit, payment.gateway.clone());
        let posting = self.ledger.top_up(request).await?;
        let event = BillingEvent::PaymentSucceeded {
            payment: payment.id,
            credited: posting.amount,
            balance: posting.balance_after,
        };
        if self.enqueue(payment, "succeeded", event).await? {
            tracing::info!(
                payment.id = %payment.id,
                account.id = %payment.account,
                gateway.name = payment.gateway,
                amount = %posting.amount,
                "Payment successful: {} through {}", posting.amount, payment.gateway
            );
        }
        Ok(posting)
    }

    /// What was taken back: of a paid payment it has to be known, so the gateway is asked when the word did not say.
    async fn take_backs(
        &self,
        gateway: &dyn PaymentGateway,
        payment: &Payment,
        snapshot: &PaymentSnapshot,
        succeeded: bool,
    ) -> Result<Option<Vec<TakeBack>>, TopUpError> {
        match &snapshot.take_backs {
            Some(take_backs) => Ok(Some(take_backs.clone())),
            None if succeeded => Ok(gateway.payment_status(&payment.reference()).await?.take_backs),
            None => Ok(None),
        }
    }

    /// Stores take-backs, then reverses the top-up by their total. Of a payment that was never credited they are
    /// only stored.
    async fn take_back(
        &self,
        payment: &Payment,
        take_backs: Option<&[TakeBack]>,
        credited: bool,
    ) -> Result<Option<Review>, TopUpError> {
        let Some(take_backs) = take_backs.filter(|take_backs| !take_backs.is_empty()) else {
            return Ok(None);
        };
        let taken = self.payments.take_back(payment.id, take_backs, self.clock.now()).await?;
        if !credited {
            return Ok(None);
        }
        let excess = taken.total.micros() > payment.amount.micros();
        let total = if excess { payment.amount } else { taken.total };
        let share = payment.credit.share(total, payment.amount).unwrap_or(payment.credit);
        let top_up = PostingId::from(payment.id);
        let request = Reverse::new(payment.account.clone(), top_up, share, taken.revision);
        // Told by its key, not by whether this call moved money: an earlier one may have, and failed before it told.
        let balance = match self.ledger.reverse(request).await? {
            Some(posting) => posting.balance_after,
            None => self.ledger.account(&payment.account).await?.posted,
        };
        self.announce_take_back(payment, total, taken.revision, balance).await?;
        Ok(excess.then_some(Review::TakenBackTooMuch))
    }

    async fn announce_take_back(
        &self,
        payment: &Payment,
        total: Money,
        revision: u64,
        balance: Money,
    ) -> Result<(), TopUpError> {
        let event = BillingEvent::TakenBack { payment: payment.id, total, balance };
        if self.enqueue(payment, &format!("taken_back/{revision}"), event).await? {
            tracing::info!(
                payment.id = %payment.id,
                account.id = %payment.account,
                "payment taken back: {total} so far"
            );
        }
        Ok(())
    }

    /// Tells of a failure or of a need for an operator, once each.
    async fn announce(
        &self,
        payment: &Payment,
        snapshot: &PaymentSnapshot,
        review: Option<Review>,
    ) -> Result<(), TopUpError> {
        if let Some(review) = review {
            let event = BillingEvent::NeedsReview { payment: payment.id, review: review.to_string() };
            if self.enqueue(payment, &format!("review/{review}"), event).await? {
                tracing::error!(payment.id = %payment.id, %review, "payment needs review: {review}");
            }
        }
        let ended = snapshot.status.is_final() && snapshot.status != PaymentStatus::Succeeded;
        let reason = match &snapshot.failure {
            Some(failure) => Some(failure.code.clone()),
            None => ended.then(|| snapshot.status.to_string()),
        };
        if let Some(reason) = reason
            && payment.status != PaymentStatus::Succeeded
        {
            let event = BillingEvent::PaymentFailed {
                payment: payment.id,
                amount: payment.amount,
                reason: reason.clone(),
            };
            if self.enqueue(payment, &format!("failed/{reason}"), event).await? {
                tracing::info!(payment.id = %payment.id, %reason, "payment failed: {reason}");
            }
        }
        Ok(())
    }

    /// Puts a message about a payment into the outbox; `true` the first time.
    async fn enqueue(
        &self,
        payment: &Payment,
        outcome: &str,
        event: BillingEvent,
    ) -> Result<bool, TopUpError> {
        let key = format!("payment/{}/{outcome}", payment.id);
        let message = Message::new(key, payment.account.clone(), event, self.clock.now());
        Ok(self.outbox.enqueue(&message).await?)
    }
}
