//! Delivers a few events to `WEBHOOK_URL`, signed with `WEBHOOK_SECRET`, from an outbox in memory; see the README.
#![expect(clippy::print_stdout, reason = "what became of each message is shown there")]
use std::{env, sync::Arc, time::Duration};

use anyhow::Context as _;
use billing_core::{
    AccountId, BillingEvent, Clock as _, ContactStore as _, Currency, Deliveries as _, DispatchSettings,
    Dispatcher, MemoryContacts, MemoryOutbox, Message, MessageState, Money, Outbox as _, OutboxQuery,
    PaymentId, Sighting, SystemClock,
};
use example_webhook_notifier::WebhookNotifier;
use tokio::time::sleep;
use tracing_subscriber::EnvFilter;

/// How often the outbox is looked at while something waits.
const PAUSE: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let url = env::var("WEBHOOK_URL").context("WEBHOOK_URL is not set")?;
    let secret = env::var("WEBHOOK_SECRET").context("WEBHOOK_SECRET is not set")?.parse()?;
    let notifier = WebhookNotifier::new(&url, secret)?;

    // In a real service the outbox and the contacts are a database's, and the ledger and `TopUps` fill the outbox.
    let (outbox, contacts) = (Arc::new(MemoryOutbox::default()), Arc::new(MemoryContacts::default()));
    happen(&outbox, &contacts).await?;

    let mut settings = DispatchSettings::default();
    settings.operator = Some("operator@example.com".to_owned());
    let dispatcher = Dispatcher::new(
        Arc::<MemoryOutbox>::clone(&outbox),
        contacts,
        Arc::new(notifier),
        Arc::new(SystemClock),
        settings,
    );
    loop {
        while let Some(dispatched) = dispatcher.deliver_next().await? {
            let outcome = dispatched.outcome;
            let reason = outcome.reason().map(|reason| format!(": {reason}")).unwrap_or_default();
            println!("{} {}{reason}", dispatched.kind, outcome.state());
        }
        let waiting = OutboxQuery::newest(1).with_state(MessageState::Waiting);
        if outbox.list_messages(&waiting).await?.is_empty() {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
}

/// What usually happens to others.
async fn happen(outbox: &MemoryOutbox, contacts: &MemoryContacts) -> anyhow::Result<()> {
    let (account, now) = (AccountId::new("anna")?, SystemClock.now());
    let anna = Sighting::new(account.clone(), "anna@example.com", Some("Anna"), now);
    contacts.sight(&anna.context("nobody has such an address")?).await?;
    let (payment, usd) =
        (PaymentId::new(), |units: i64| Money::from_micros(units * 1_000_000, Currency::USD));
    let paid = BillingEvent::PaymentSucceeded { payment, credited: usd(10), paid: None, balance: usd(10) };
    let low = BillingEvent::BalanceLow { balance: usd(1), threshold: usd(2) };
    let review = BillingEvent::NeedsReview { payment, review: "paid_mismatch".to_owned() };
    for event in [paid, low, review] {
        let key = format!("payment/{payment}/{}", event.kind());
        outbox.enqueue(&Message::new(key, account.clone(), event, now)).await?;
    }
    Ok(())
}
