//! Reconciling: what the provider tells, held against what is stored, without waiting for webhooks.
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{TopUpError, TopUps, refund, start::OPENING_TIME};
use crate::{
    GatewayError, Observation, Opening, Payment, PaymentId, PaymentQuery, PaymentStatus, payment::schedule,
};

/// How long one payment may take before somebody else looks at it.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// An order that is not paid by then is closed, where that can be done.
const CLOSED_AFTER: TimeDelta = TimeDelta::hours(24);
/// Providers forget our keys after a day: from then on an order without an answer is not asked for again.
const REOPENED_FOR: TimeDelta = TimeDelta::hours(23);
/// A provider that failed so often in a row is left alone for the rest of the round.
const MOST_FAILURES: u32 = 3;
const PAGE: u32 = 200;

/// What a round of reconciling found.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Reconciled {
    /// How many payments were looked at.
    pub checked: u32,
    /// Payments that stood otherwise than we knew.
    pub news: Vec<PaymentNews>,
    /// Payments that could not be looked at, and why.
    pub failures: Vec<(PaymentId, TopUpError)>,
    /// How many open refunds were gone on with.
    pub refunds: u32,
    gateway_failures: BTreeMap<String, u32>,
}

/// A payment that stood otherwise than we knew.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PaymentNews {
    /// As it was known.
    pub before: Payment,
    /// As it stands.
    pub after: Payment,
}

/// What to do with a payment in a list instead of asking about it.
enum Look {
    /// Pass it over.
    Pass,
    /// It, and all that are older, are not wanted.
    End,
}

impl Reconciled {
    fn is_given_up(&self, gateway: &str) -> bool {
        self.gateway_failures.get(gateway).is_some_and(|failures| *failures >= MOST_FAILURES)
    }
}

impl std::fmt::Display for PaymentNews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (before, after) = (&self.before, &self.after);
        write!(f, "payment {}: ", after.id)?;
        if before.status != after.status {
            write!(f, "{} → {} ", before.status, after.status)?;
        }
        if before.taken_back != after.taken_back {
            write!(f, "taken back {} → {} ", before.taken_back, after.taken_back)?;
        }
        if before.external_id != after.external_id {
            f.write_str("order found ")?;
        }
        match after.review.filter(|_| before.review != after.review) {
            Some(review) => write!(f, "needs review: {review}"),
            None => Ok(()),
        }
    }
}

impl TopUps {
    /// Looks at up to `limit` payments and refunds whose time has come: open ones until they end, paid ones for half a
    /// year. Any number of processes may do so at once; each payment is looked at by one.
    ///
    /// # Errors
    /// What the store says. What a provider says of a payment is in the answer.
    pub async fn reconcile(&self, limit: u32) -> Result<Reconciled, TopUpError> {
        let now = self.clock.now();
        let mut round = Reconciled::default();
        for payment in self.stores.payments.due_checks(now, now + LEASE, limit).await? {
            // Where nobody's waiting helps, it goes on as usual: an operator has to do something.
            if self.look_at(&payment, &mut round).await? {
                let next = schedule::next_check(payment.status, payment.checks + 1, self.clock.now());
                self.stores.payments.checked(&payment, next).await?;
            }
        }
        for _ in 0..limit {
            // One at a time: each is taken for a time that begins now.
            let now = self.clock.now();
            let mut due = self.stores.refunds.due_refunds(now, now + refund::PAUSE, 1).await?;
            let Some(refund) = due.pop() else { break };
            round.refunds += 1;
            let id = refund.payment;
            if let Err(error) = self.go_on(refund).await {
                round.failures.push((id, error));
            }
        }
        Ok(round)
    }

    /// Looks at every open payment, and at every other one that was started since `since`, whether or not its time has
    /// come.
    ///
    /// # Errors
    /// As for [`reconcile`](TopUps::reconcile).
    pub async fn reconcile_all(&self, since: DateTime<Utc>) -> Result<Reconciled, TopUpError> {
        let mut round = Reconciled::default();
        let is_old = |payment: &Payment| payment.created_at < since;
        let recent = PaymentQuery::newest(PAGE);
        self.look_at_all(recent, &mut round, |payment| is_old(payment).then_some(Look::End)).await?;
        for status in [PaymentStatus::Pending, PaymentStatus::Processing] {
            let open = PaymentQuery::newest(PAGE).with_statuses([status]);
            self.look_at_all(open, &mut round, |payment| (!is_old(payment)).then_some(Look::Pass)).await?;
        }
        Ok(round)
    }

    /// Looks at payments, the newest first, but for those that `otherwise` says something else of.
    async fn look_at_all(
        &self,
        mut query: PaymentQuery,
        round: &mut Reconciled,
        otherwise: impl Fn(&Payment) -> Option<Look>,
    ) -> Result<(), TopUpError> {
        loop {
            let page = self.stores.payments.list(&query).await?;
            let Some(last) = page.last() else { return Ok(()) };
            query = query.with_before(last.id);
            for payment in &page {
                match otherwise(payment) {
                    Some(Look::End) => return Ok(()),
                    Some(Look::Pass) => {}
                    None => drop(self.look_at(payment, round).await?),
                }
            }
        }
    }

    /// Asks about one payment; whether that is done, well or ill.
    async fn look_at(&self, payment: &Payment, round: &mut Reconciled) -> Result<bool, TopUpError> {
        if round.is_given_up(&payment.gateway) {
            return Ok(false);
        }
        round.checked += 1;
        match self.check_with_provider(payment).await {
            Ok(after) => {
                round.gateway_failures.remove(&payment.gateway);
                let news = PaymentNews { before: payment.clone(), after };
                if news.is_news() {
                    tracing::warn!(payment.id = %payment.id, "reconciled without a webhook: {news}");
                    round.news.push(news);
                }
                Ok(true)
            }
            Err(error @ TopUpError::Store(_)) if error.is_retryable() => Err(error),
            Err(error) => {
                let is_passing = error.is_retryable();
                if is_passing {
                    *round.gateway_failures.entry(payment.gateway.clone()).or_default() += 1;
                }
                round.failures.push((payment.id, error));
                Ok(!is_passing)
            }
        }
    }

    async fn check_with_provider(&self, payment: &Payment) -> Result<Payment, TopUpError> {
        if payment.external_id.is_none() {
            let found = self.ask_for_order(payment).await?;
            // The order may have been there, and paid, for long.
            return if found.external_id.is_some() { self.ask(&found).await } else { Ok(found) };
        }
        let after = self.ask(payment).await?;
        let age = self.clock.now() - payment.created_at;
        if after.status != PaymentStatus::Pending || age < CLOSED_AFTER {
            return Ok(after);
        }
        let gateway = self.gateway(&payment.gateway)?;
        if !gateway.capabilities().cancels {
            return Ok(after);
        }
        match gateway.cancel(&payment.reference()).await {
            Ok(snapshot) => self.take_over(&**gateway, payment.id, &snapshot).await,
            // Paid in this very moment, perhaps.
            Err(GatewayError::Declined { .. }) => self.ask(payment).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Of a payment whose order nobody has heard of: its answer was lost, or it was never asked for. The same question
    /// with the same id tells; after a day it is closed, and still credited should it be paid.
    async fn ask_for_order(&self, payment: &Payment) -> Result<Payment, TopUpError> {
        let now = self.clock.now();
        if !is_open(payment) {
            return Ok(payment.clone());
        }
        if now - payment.created_at >= REOPENED_FOR {
            let expired = Observation::new(PaymentStatus::Expired);
            return Ok(self.stores.payments.record(payment.id, &expired, now).await?);
        }
        let gateway = self.gateway(&payment.gateway)?;
        let lease = self.stores.payments.begin_opening(payment.id, now, now + OPENING_TIME).await?;
        let Opening::Begun(begun) = lease else { return Ok(payment.clone()) };
        match self.open(&**gateway, &begun, None).await {
            Ok(started) => Ok(started.payment),
            Err(TopUpError::Gateway(GatewayError::Declined { .. } | GatewayError::OrderExists { .. })) => {
                self.payment(payment.id).await
            }
            Err(error) => Err(error),
        }
    }
}

impl PaymentNews {
    fn is_news(&self) -> bool {
        let told = |payment: &Payment| {
            (payment.status, payment.taken_back, payment.review, payment.external_id.clone())
        };
        told(&self.before) != told(&self.after)
    }
}

fn is_open(payment: &Payment) -> bool {
    !payment.status.is_final()
}
