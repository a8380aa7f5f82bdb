//! A payment on the screen.
use billing_core::{Payment, StoredRefund, TakeBack};

use crate::{BoxError, output::print, store::Store};

/// One line.
pub(super) fn summary(payment: &Payment) -> String {
    let Payment { id, created_at, status, gateway, amount, account, .. } = payment;
    let review = payment.review.map(|review| format!("  NEEDS REVIEW: {review}")).unwrap_or_default();
    format!("{id}  {}  {status}  {gateway}  {amount}  {account}{review}", created_at.format("%FT%TZ"))
}

/// All there is to know of it.
pub(super) async fn show(store: &Store, payment: &Payment) -> Result<(), BoxError> {
    let unknown = || "unknown".to_owned();
    print(format_args!("payment     {}", payment.id))?;
    print(format_args!("account     {}", payment.account))?;
    print(format_args!(
        "provider    {} {}",
        payment.gateway,
        payment.external_id.clone().unwrap_or_else(unknown)
    ))?;
    print(format_args!("status      {}", payment.status))?;
    print(format_args!("to be paid  {}", payment.amount))?;
    print(format_args!("paid        {}", payment.paid.map_or_else(unknown, |paid| paid.to_string())))?;
    if let Some(accepted) = &payment.accepted {
        print(format_args!("accepted    {} by {}", accepted.paid, accepted.actor))?;
    }
    print(format_args!("credit      {}", payment.credit))?;
    if let Some(exchange) = &payment.exchange {
        print(format_args!("rate        {} by quote {}", exchange.rate, exchange.quote))?;
    }
    print(format_args!("taken back  {}", payment.taken_back))?;
    for take_back in store.stores.payments.take_backs(payment.id).await? {
        print(format_args!("  {}", told(&take_back)))?;
    }
    if let Some(refund) = store.stores.refunds.open_refund(payment.id).await? {
        show_refund(&refund)?;
    }
    if let Some(failure) = &payment.failure {
        print(format_args!("failure     {}", failure.code))?;
    }
    if let Some(review) = payment.review {
        print(format_args!("review      {review}"))?;
    }
    print(format_args!("started     {}", payment.created_at))?;
    print(format_args!("changed     {}", payment.updated_at))?;
    if let Some(at) = payment.next_check_at {
        print(format_args!("asked next  {at}"))?;
    }
    Ok(())
}

pub(super) fn show_refund(refund: &StoredRefund) -> Result<(), BoxError> {
    let StoredRefund { id, amount, state, actor, .. } = refund;
    let failure = refund.failure.as_ref().map(|failure| format!(": {failure}")).unwrap_or_default();
    print(format_args!("refund      {id} of {amount} by {actor} is {state}{failure}"))?;
    Ok(())
}

fn told(take_back: &TakeBack) -> String {
    let TakeBack { id, kind, taken, returned, .. } = take_back;
    let actor = take_back.actor.as_ref().map(|actor| format!(", entered by {actor}")).unwrap_or_default();
    format!("{} {id}: {taken} taken, {returned} returned{actor}", kind.as_str())
}
