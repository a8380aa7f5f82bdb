//! What stands in for the rest of a business: knowing who calls, taking their money, looking into the books.
#![expect(clippy::print_stdout, reason = "commands answer there")]
use std::{env, sync::Arc};

use anyhow::{Context as _, bail, ensure};
use billing_core::{AccountId, Currency, Ledger, Money, PostingId, TopUp};
use billing_tower::Payer;
use http::request::Parts;
use tracing_subscriber::EnvFilter;

use crate::open_ledger;

/// The header in which a caller says who it is.
pub const ACCOUNT_HEADER: &str = "x-demo-account";

/// Who pays, for a demonstration: whoever the caller says it is.
///
/// **This stands in for authentication.** A header that a client can set proves nothing: in a real service a layer
/// before this one checks a token or a key and leaves the `AccountId` in the request's extensions, where `ChargeLayer`
/// finds it by itself.
pub fn payer(parts: &Parts) -> Payer {
    let name = parts.headers.get(ACCOUNT_HEADER).and_then(|name| name.to_str().ok());
    name.and_then(|name| AccountId::new(name).ok()).map_or(Payer::Nobody, Payer::Account)
}

/// Opens the ledger of `DATABASE_URL` for the program to serve on. `None` when it was started with a command, which is
/// carried out then:
///
/// | Command | |
/// |---|---|
/// | `top-up ACCOUNT USD` | gives an account money, as a payment would |
/// | `balance ACCOUNT` | tells what is posted, held and available |
/// | `verify` | recomputes every balance from the journal |
///
/// # Errors
/// When there is no such database or command, or it can't be carried out.
pub async fn ledger() -> anyhow::Result<Option<Arc<dyn Ledger>>> {
    log();
    let ledger = open_ledger(&env::var("DATABASE_URL").context("DATABASE_URL is not set")?).await?;
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => return Ok(Some(ledger)),
        ["top-up", account, usd] => top_up(&*ledger, account, usd).await?,
        ["balance", account] => balance(&*ledger, account).await?,
        ["verify"] => verify(&*ledger).await?,
        _ => bail!(
            "the commands are `top-up ACCOUNT USD`, `balance ACCOUNT` and `verify`; without one, it serves"
        ),
    }
    Ok(None)
}

/// Logs to standard error what `RUST_LOG` asks for, else all but details.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

async fn top_up(ledger: &dyn Ledger, account: &str, usd: &str) -> anyhow::Result<()> {
    let amount = Money::parse(usd, Currency::USD).context("the amount can't be read")?;
    ledger.top_up(TopUp::new(PostingId::new(), AccountId::new(account)?, amount, "demo")).await?;
    balance(ledger, account).await
}

async fn balance(ledger: &dyn Ledger, account: &str) -> anyhow::Result<()> {
    let account = ledger.account(&AccountId::new(account)?).await?;
    println!("posted {}  held {}  available {}", account.posted, account.held, account.available());
    Ok(())
}

async fn verify(ledger: &dyn Ledger) -> anyhow::Result<()> {
    let audit = ledger.verify().await?;
    println!("{} accounts, {} postings, {} open holds", audit.accounts, audit.postings, audit.open_holds);
    ensure!(audit.is_clean(), "the books do not balance: {:?}", audit.differences);
    println!("the books balance");
    Ok(())
}
