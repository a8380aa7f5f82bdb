//! An MCP server whose tools are paid for; see the README beside it.
mod tools;

use std::sync::Arc;

use axum::Router;
use billing_core::{Currency, PriceTable};
use billing_tower::{ChargeLayer, Protocol, Settler};
use examples_support::{GRACE, StopSignal, demo, expire_holds, hold_ttl, listen};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use tools::PaidTools;

const PRICES: &str = include_str!("../prices.toml");
/// Paid calls at once, at most: each keeps a place for its settlement.
const MOST_PAID_CALLS: usize = 1_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Some(ledger) = demo::ledger().await? else { return Ok(()) };
    let (settler, settling) = Settler::start(Arc::clone(&ledger), MOST_PAID_CALLS);
    let paid = ChargeLayer::new(settler, PriceTable::from_toml(PRICES, Currency::USD)?)
        .with_protocol(Protocol::Mcp)
        .with_identity(demo::payer) // In place of this goes the layer that authenticates.
        .with_hold_ttl(hold_ttl()?)
        .with_topup_url("https://example.com/topup");
    tokio::spawn(expire_holds(ledger));

    // Without sessions any process may answer any request.
    let config = StreamableHttpServerConfig::default().with_legacy_session_mode(false);
    let mcp = StreamableHttpService::new(
        || Ok(PaidTools::default()),
        Arc::new(LocalSessionManager::default()),
        config,
    );
    let router = Router::new().route_service("/mcp", mcp).layer(paid);

    let stop = StopSignal::new()?;
    let serving = axum::serve(listen().await?, router).with_graceful_shutdown(stop.clone().wait());
    stop.bound(serving.into_future()).await?;
    settling.drain(GRACE).await?;
    Ok(())
}
