//! The one road from a gateway's word to the ledger.
use super::{Applied, LONGEST_EXTERNAL_ID_BYTES, TopUpError, TopUps};
use crate::{
    BillingEvent, LedgerError, Money, Observation, Payment, PaymentGateway, PaymentSnapshot, PaymentStatus,
    Posting, PostingId, Reverse, Review, TakeBack, TakeBackKind, TakenBack, TopUp,
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
                external.id = snapshot.payment.external_id.as_deref().map(beginning),
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
        let mut review = if succeeded { judge(&payment, snapshot) } else { payment.review };
        if succeeded && review.is_none() {
            self.credit(&payment).await?;
        }
        if let Some(take_backs) = self.take_backs(gateway, &payment, snapshot, succeeded).await? {
            let taken = self.take_back(&payment, &take_backs).await?;
            review = review.or(taken);
        }
        self.announce(&payment, snapshot, review).await?;
        let seen = Observation::new(snapshot.status)
            .with_paid(snapshot.paid)
            .with_failure(snapshot.failure.clone())
            .with_review(review);
        let payment = self.stores.payments.record(payment.id, &seen, self.clock.now()).await?;
        Ok(Applied::Payment(Box::new(payment)))
    }

    /// Credits a payment, once, and says so once.
    async fn credit(&self, payment: &Payment) -> Result<Posting, TopUpError> {
        let (credit, residue) = payment.worth(payment.whole()).ok_or_else(|| unworkable(payment))?;
        let request = TopUp::new(payment.id.into(), payment.account.clone(), credit, payment.gateway.clone())
            .with_residue(residue);
        let posting = self.stores.ledger.top_up(request).await?;
        let event = BillingEvent::PaymentSucceeded {
            payment: payment.id,
            credited: posting.amount,
            paid: Some(payment.whole()),
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

    /// Stores take-backs, then reverses the top-up by their total, and ends the refund that they show. Of a payment
    /// that was never credited they are only stored. Says what an operator has to look at.
    pub(super) async fn take_back(
        &self,
        payment: &Payment,
        take_backs: &[TakeBack],
    ) -> Result<Option<Review>, TopUpError> {
        let currency = payment.amount.currency();
        let (ours, others): (Vec<_>, Vec<_>) =
            take_backs.iter().cloned().partition(|take_back| take_back.taken.currency() == currency);
        let review = (!others.is_empty()).then_some(Review::TakenBackOtherCurrency);
        if ours.is_empty() && payment.revision == 0 {
            return Ok(review);
        }
        let taken = self.stores.payments.take_back(payment.id, &ours, self.clock.now()).await?;
        // As it stands now: an operator may have accepted another amount since, which raised the revision.
        let payment = &self.payment(payment.id).await?;
        let whole = payment.whole();
        if whole.currency() != currency {
            // Accepted in another currency than asked for: what the parts of one are worth in the other nobody knows.
            return Ok(if taken.gross.is_zero() { review } else { Some(Review::TakenBackOtherCurrency) });
        }
        let excess = taken.total.micros() > whole.micros();
        let total = if excess { whole } else { taken.total };
        let (share, residue) = payment.worth(total).ok_or_else(|| unworkable(payment))?;
        let request =
            Reverse::new(payment.account.clone(), PostingId::from(payment.id), share, taken.revision)
                .with_residue(residue);
        // Told by its key, not by whether this call moved money: an earlier one may have, and failed before it told.
        let balance = match self.stores.ledger.reverse(request).await {
            Ok(Some(posting)) => posting.balance_after,
            Ok(None) => self.stores.ledger.account(&payment.account).await?.posted,
            // It was never credited, so there is nothing to take.
            Err(LedgerError::TopUpNotFound { .. }) => return Ok(review),
            Err(error) => return Err(error.into()),
        };
        // An inquiry, for one, takes nothing: there is nothing to tell.
        if !taken.gross.is_zero() {
            self.announce_take_back(payment, &taken, total, balance).await?;
        }
        self.conclude_refund(payment, taken.refunded).await?;
        Ok(excess.then_some(Review::TakenBackTooMuch).or(review))
    }

    async fn announce_take_back(
        &self,
        payment: &Payment,
        taken: &TakenBack,
        total: Money,
        balance: Money,
    ) -> Result<(), TopUpError> {
        let refunds_alone = taken.gross == taken.refunded;
        let cause = if refunds_alone { TakeBackKind::Refund } else { TakeBackKind::Dispute };
        let event = BillingEvent::TakenBack { payment: payment.id, total, cause: Some(cause), balance };
        if self.enqueue(payment, &format!("taken_back/{}", taken.revision), event).await? {
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
}

/// So much of a stranger's id as a log can bear.
fn beginning(external_id: &str) -> String {
    external_id.chars().take(LONGEST_EXTERNAL_ID_BYTES).collect()
}

/// Whether what was paid is what was asked for, or what an operator has accepted in its place.
fn judge(payment: &Payment, snapshot: &PaymentSnapshot) -> Option<Review> {
    if snapshot.other_merchant && payment.accepted.is_none() {
        return Some(Review::OtherMerchant);
    }
    (snapshot.paid != Some(payment.whole())).then_some(Review::PaidMismatch)
}

/// A payment's own figures do not go together: nobody but a hand in the database makes them so.
fn unworkable(payment: &Payment) -> TopUpError {
    let id = payment.id;
    TopUpError::NotPossible { id, reason: "has amounts that do not go together" }
}
