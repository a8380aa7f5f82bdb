use std::sync::Arc;

use crate::{
    App, BoxError, Mode,
    config::{Config, Environment, Purpose},
    server::Server,
    store::Store,
    telemetry,
};

pub(super) async fn run(environment: &Environment) -> Result<(), BoxError> {
    let config = Config::read(environment, Purpose::Serve)?;
    telemetry::start(&config.log);
    let tokens = config.tokens.as_ref().ok_or("JWT_SECRET is not set")?;
    let server = Server::bind(config.bind_addr).await?;
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    let app = App::new(&config, tokens, store, Mode::Serve, &server.url())?;
    for (provider, _) in app.top_ups.gateways() {
        let address = app.addresses.backend.join(&format!("/webhooks/{provider}"));
        tracing::info!(gateway.name = provider, "webhooks of {provider} are expected at {address}");
    }
    server.run(Arc::new(app)).await
}
