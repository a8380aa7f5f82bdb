//! A tonic service whose calls are paid for; see the README beside it.
use std::sync::Arc;

use billing_core::{Currency, PriceTable};
use billing_tower::{ChargeLayer, Protocol, Settler};
use examples_support::{GRACE, StopSignal, demo, expire_holds, hold_ttl, listen};
use tonic::transport::{Server, server::TcpIncoming};
use tools::{PaidTools, v1::tools_server::ToolsServer};

const PRICES: &str = include_str!("../prices.toml");
/// Paid calls at once, at most: each keeps a place for its settlement.
const MOST_PAID_CALLS: usize = 1_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(ledger) = demo::ledger().await? else { return Ok(()) };
    let (settler, settling) = Settler::start(Arc::clone(&ledger), MOST_PAID_CALLS);
    let paid = ChargeLayer::new(settler, PriceTable::from_toml(PRICES, Currency::USD)?)
        .with_protocol(Protocol::Grpc)
        .with_identity(demo::payer) // In place of this goes the layer that authenticates.
        .with_hold_ttl(hold_ttl()?)
        .with_topup_url("https://example.com/topup");
    tokio::spawn(expire_holds(ledger));

    let stop = StopSignal::new()?;
    let serving = Server::builder()
        .layer(paid)
        .add_service(ToolsServer::new(PaidTools))
        .serve_with_incoming_shutdown(TcpIncoming::from(listen().await?), stop.clone().wait());
    stop.bound(serving).await?;
    settling.drain(GRACE).await?;
    Ok(())
}
