//! Lets stories happen, each step at its time.
use billing_core::{
    AccountId, Adjust, BoxError, Call, Charge, CostEstimator as _, Currency, Estimate, Failure, LedgerError,
    ManualClock, Money, Observation, Operation, Payment, PaymentId, PaymentStatus, PostingId, PriceTable,
    Profile, Quote, QuoteId, QuoteTerms, Rate, Reverse, Stores, TakeBack, TakeBackKind, TopUp,
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use http::{HeaderMap, HeaderValue, Method, header};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::stories::{Deed, Step, Story, usd};

/// What a payer takes at the provider.
const PAYING: TimeDelta = TimeDelta::seconds(95);
/// The operator who corrects.
const ACTOR: &str = "sandbox";

/// Plays stories on a store whose time is `clock`'s.
#[derive(Debug)]
pub(super) struct Player<'a> {
    stores: &'a Stores,
    clock: ManualClock,
    prices: &'a PriceTable,
}

impl<'a> Player<'a> {
    pub(super) fn new(stores: &'a Stores, clock: ManualClock, prices: &'a PriceTable) -> Self {
        Self { stores, clock, prices }
    }

    /// Plays one; tells how many steps it had. What was played before stays as it is.
    pub(super) async fn play(&self, story: &Story) -> Result<usize, BoxError> {
        let account = AccountId::new(story.account)?;
        for step in &story.steps {
            self.clock.set(step.at);
            self.step(&account, step).await?;
        }
        Ok(story.steps.len())
    }

    async fn step(&self, account: &AccountId, step: &Step) -> Result<(), BoxError> {
        let Step { at, id, deed } = step;
        let ledger = &self.stores.ledger;
        match deed {
            Deed::Call { operation, arguments } => self.call(account, *id, operation, arguments).await,
            Deed::PaidByStripe { usd: dollars } => {
                let payment = stripe(account, *id, *dollars, *at);
                self.pay(payment).await
            }
            Deed::PaidByFondy { usd: dollars } => self.pay_in_hryvnias(account, *id, *dollars, *at).await,
            Deed::Declined { usd: dollars } => {
                let why =
                    Failure::new("insufficient_funds", Some("Your card has insufficient funds.".to_owned()));
                let seen = Observation::new(PaymentStatus::Failed).with_failure(Some(why));
                self.keep(&stripe(account, *id, *dollars, *at), &seen).await
            }
            Deed::Refunded { payment, usd: dollars } => self.refund(account, *payment, *dollars, *at).await,
            Deed::Adjusted { usd: dollars, reason } => {
                let adjust = Adjust::new((*id).into(), account.clone(), usd(*dollars), ACTOR, *reason);
                ledger.adjust(adjust).await.map(drop).map_err(BoxError::from)
            }
            Deed::Configured(change) => {
                ledger.configure(account, change.clone()).await.map(drop).map_err(BoxError::from)
            }
        }
    }

    /// A call at its price. What is refused did not run.
    async fn call(
        &self,
        account: &AccountId,
        id: Uuid,
        operation: &str,
        arguments: &'static str,
    ) -> Result<(), BoxError> {
        let operation = Operation::new(operation)?;
        let json = HeaderValue::from_static("application/json");
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, json)]);
        let (body, profile) = (Bytes::from_static(arguments.as_bytes()), Profile::new(None, 0));
        let call =
            Call::new(&Method::POST, "/", &operation, &headers).with_body(&body).with_profile(&profile);
        let Estimate::UpTo { amount, breakdown } = self.prices.estimate(&call)? else { return Ok(()) };
        let mut charge = Charge::new(id.into(), account.clone(), amount, operation);
        charge.breakdown = breakdown;
        match self.stores.ledger.charge(charge).await {
            Err(error) if !error.is_refusal() => Err(error.into()),
            _ => Ok(()),
        }
    }

    async fn pay_in_hryvnias(
        &self,
        account: &AccountId,
        id: Uuid,
        dollars: i64,
        at: DateTime<Utc>,
    ) -> Result<(), BoxError> {
        // A whole number of dollars at 41.50 leaves nothing over.
        let market = Rate::new(Currency::USD, Currency::UAH, Decimal::new(4_150, 2), "fixed", at);
        let amount = Money::from_micros(dollars * 41_500_000, Currency::UAH);
        let quote = Quote::new(account.clone(), amount, &market, QuoteTerms::default(), at);
        let mut quote = quote.ok_or("an amount can't be exchanged")?;
        quote.id = QuoteId::from(id);
        self.stores.quotes.insert_quote(&quote).await?;
        let payment = Payment::new(id.into(), account.clone(), "fondy", amount, quote.credit, at);
        self.pay(payment.with_quote(&quote)).await
    }

    /// A payment that its payer has paid.
    async fn pay(&self, payment: Payment) -> Result<(), BoxError> {
        let (credit, residue) = payment.worth(payment.amount).ok_or("a payment is worth nothing")?;
        let top_up = TopUp::new(payment.id.into(), payment.account.clone(), credit, &payment.gateway);
        self.clock.advance(PAYING);
        self.stores.ledger.top_up(top_up.with_residue(residue)).await?;
        let seen = Observation::new(PaymentStatus::Succeeded).with_paid(Some(payment.amount));
        self.keep(&payment, &seen).await
    }

    /// Keeps a payment and how it ended. The simulated providers know nothing of it, so that they are not asked.
    async fn keep(&self, payment: &Payment, seen: &Observation) -> Result<(), BoxError> {
        let (payments, now) = (&self.stores.payments, payment.created_at + PAYING);
        payments.insert(payment).await?;
        let external_id = match payment.gateway.as_str() {
            "stripe" => format!("pi_demo_{}", payment.id.as_uuid().simple()),
            _ => format!("demo-{}", payment.id),
        };
        payments.attach(payment.id, &external_id, None, now).await?;
        let payment = payments.record(payment.id, seen, now).await?;
        payments.checked(&payment, None).await?;
        Ok(())
    }

    async fn refund(
        &self,
        account: &AccountId,
        payment: Uuid,
        dollars: i64,
        at: DateTime<Utc>,
    ) -> Result<(), BoxError> {
        let id = PaymentId::from(payment);
        let refund =
            TakeBack::new(format!("re_demo_{}", payment.simple()), TakeBackKind::Refund, usd(dollars));
        self.stores.payments.take_back(id, &[refund], at).await?;
        let payment = self.stores.payments.get(id).await?.ok_or("a payment is refunded that was not made")?;
        let top_up = PostingId::from(id);
        let (total, residue) = payment.worth(payment.taken_back).ok_or("a refund is worth nothing")?;
        let reverse = Reverse::new(account.clone(), top_up, total, payment.revision).with_residue(residue);
        self.stores.ledger.reverse(reverse).await.map(drop).map_err(|error: LedgerError| error.into())
    }
}

fn stripe(account: &AccountId, id: Uuid, dollars: i64, at: DateTime<Utc>) -> Payment {
    Payment::new(id.into(), account.clone(), "stripe", usd(dollars), usd(dollars), at)
}
