//! What an operator does with a payment.
use billing_core::{
    Acceptance, Currency, EnteredDispute, Money, NewRefund, Payment, RefundId, TopUpError, TopUps,
};
use clap::{Args, Subcommand};

use super::{super::named, show::show_refund};
use crate::{BoxError, error::chain, store::Store};

#[derive(Clone, Debug, Args)]
pub(in crate::commands) struct Accept {
    /// Our id of the payment, or its provider's.
    pub(super) id: String,
    /// What was paid: it has to be what the provider says.
    #[arg(long)]
    amount: String,
    /// In which currency it was paid, if not in the payment's.
    #[arg(long)]
    currency: Option<Currency>,
    /// What is credited for it, in dollars; needed when it was paid in another currency.
    #[arg(long)]
    credit: Option<String>,
    /// Who accepts it: a name for the record.
    #[arg(long)]
    actor: String,
}

impl Accept {
    pub(super) async fn run(self, top_ups: &TopUps, payment: &Payment) -> Result<Payment, BoxError> {
        let currency = self.currency.unwrap_or(payment.amount.currency());
        let mut request =
            Acceptance::new(payment.id, Money::parse(&self.amount, currency)?, named(&self.actor)?);
        if let Some(credit) = &self.credit {
            request = request.with_credit(Money::parse(credit, Currency::USD)?);
        }
        Ok(top_ups.accept(request).await?)
    }
}

#[derive(Clone, Debug, Args)]
pub(in crate::commands) struct GiveBack {
    /// Our id of the payment, or its provider's.
    pub(super) id: String,
    /// How much, in the payment's currency; all that is left when it is not said.
    #[arg(long)]
    amount: Option<String>,
    /// Even if the money is spent: the account is in debt then.
    #[arg(long)]
    allow_debt: bool,
    /// The id of a refund: of one that was begun before, to see what became of it, or of a new one.
    #[arg(long)]
    refund_id: Option<RefundId>,
    /// End the refund of that id, as the provider's console does not show it.
    #[arg(long, requires = "refund_id", conflicts_with_all = ["amount", "allow_debt"])]
    give_up: bool,
    /// Who gives it back: a name for the record.
    #[arg(long)]
    actor: String,
}

impl GiveBack {
    pub(super) async fn run(self, top_ups: &TopUps, payment: &Payment) -> Result<(), BoxError> {
        let actor = named(&self.actor)?;
        if let Some(id) = self.refund_id
            && self.amount.is_none()
            && !was_begun(top_ups, id).await?
        {
            return Err(
                format!("there is no refund {id}; to begin it under this id, name its --amount").into()
            );
        }
        let id = self.refund_id.unwrap_or_else(RefundId::new);
        if self.give_up {
            return show_refund(&top_ups.give_up_refund(id, actor).await?);
        }
        let mut request = NewRefund::new(id, payment.id, actor);
        if let Some(amount) = &self.amount {
            request = request.with_amount(Money::parse(amount, payment.amount.currency())?);
        }
        if self.allow_debt {
            request = request.allowing_debt();
        }
        match top_ups.refund(request).await {
            Ok(refund) => show_refund(&refund),
            Err(error) if is_open(top_ups, id).await? => Err(format!(
                "nobody knows yet whether refund {id} was made ({}); the server finds out and goes on with it; \
                see how it stands with --refund-id {id}",
                chain(&error)
            )
            .into()),
            Err(error) => Err(error.into()),
        }
    }
}

async fn is_open(top_ups: &TopUps, id: RefundId) -> Result<bool, TopUpError> {
    Ok(top_ups.stores().refunds.refund(id).await?.is_some_and(|refund| refund.state.is_open()))
}

async fn was_begun(top_ups: &TopUps, id: RefundId) -> Result<bool, TopUpError> {
    Ok(top_ups.stores().refunds.refund(id).await?.is_some())
}

#[derive(Clone, Debug, Subcommand)]
pub(in crate::commands) enum Dispute {
    /// Money was withdrawn.
    Open {
        /// Our id of the payment, or its provider's.
        id: String,
        /// The provider's or your own name for the dispute.
        #[arg(long)]
        reference: String,
        /// How much was withdrawn, in the payment's currency.
        #[arg(long)]
        amount: String,
        /// Who enters it: a name for the record.
        #[arg(long)]
        actor: String,
    },
    /// Money came back.
    Won {
        /// Our id of the payment, or its provider's.
        id: String,
        /// The name that the dispute was opened under.
        #[arg(long)]
        reference: String,
        /// How much came back; all of it when it is not said.
        #[arg(long)]
        amount: Option<String>,
        /// Who enters it: a name for the record.
        #[arg(long)]
        actor: String,
    },
}

impl Dispute {
    pub(super) fn payment(&self) -> &str {
        match self {
            Self::Open { id, .. } | Self::Won { id, .. } => id,
        }
    }

    pub(super) async fn run(
        self,
        top_ups: &TopUps,
        store: &Store,
        payment: &Payment,
    ) -> Result<Payment, BoxError> {
        let currency = payment.amount.currency();
        let dispute = match self {
            Self::Open { reference, amount, actor, .. } => {
                EnteredDispute::new(payment.id, reference, Money::parse(&amount, currency)?, named(&actor)?)
            }
            Self::Won { reference, amount, actor, .. } => {
                let taken = taken_by(store, payment, &reference).await?;
                let returned = amount.map(|amount| Money::parse(&amount, currency)).transpose()?;
                EnteredDispute::new(payment.id, reference, taken, named(&actor)?)
                    .with_returned(returned.unwrap_or(taken))
            }
        };
        Ok(top_ups.enter_dispute(dispute).await?)
    }
}

/// What a dispute that was entered before has taken.
async fn taken_by(store: &Store, payment: &Payment, reference: &str) -> Result<Money, BoxError> {
    let known = store.stores.payments.take_backs(payment.id).await?;
    let object = EnteredDispute::object_id(reference);
    let dispute = known.iter().find(|take_back| take_back.id == object);
    let missing = || format!("payment {} has no dispute {reference}", payment.id);
    Ok(dispute.ok_or_else(missing)?.taken)
}
