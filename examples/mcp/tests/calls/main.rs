//! The program as a process, called by a client of MCP.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod charges;
mod refusals;

use std::collections::HashMap;

use examples_support::{Example, demo::ACCOUNT_HEADER};
use rmcp::{
    ClientLifecycleMode, ClientServiceExt as _, RoleClient,
    model::{CallToolRequestParams, CallToolResult, ProtocolVersion},
    service::{RunningService, ServiceError},
    transport::{StreamableHttpClientTransport, streamable_http_client::StreamableHttpClientTransportConfig},
};
use serde_json::Value;

/// The program on an SQLite file, with this much on the account.
async fn example(usd: &str) -> Example {
    Example::on_sqlite(env!("CARGO_BIN_EXE_example-mcp")).await.with_money(usd)
}

/// A client that has shaken hands.
struct Client(RunningService<RoleClient, ()>);

impl Client {
    async fn connect(url: &str) -> Self {
        let newest = vec![ProtocolVersion::V_2026_07_28];
        Self::connect_by(ClientLifecycleMode::Discover { preferred_versions: newest }, url).await
    }

    /// One of the newest kind, and one of the kind that came before.
    async fn connect_both(url: &str) -> [Self; 2] {
        [Self::connect(url).await, Self::connect_by(ClientLifecycleMode::Initialize, url).await]
    }

    async fn connect_by(lifecycle: ClientLifecycleMode, url: &str) -> Self {
        let headers = HashMap::from([(ACCOUNT_HEADER.parse().unwrap(), Example::ACCOUNT.parse().unwrap())]);
        let config =
            StreamableHttpClientTransportConfig::with_uri(format!("{url}/mcp")).custom_headers(headers);
        let transport = StreamableHttpClientTransport::from_config(config);
        Self(().serve_with_lifecycle(transport, lifecycle).await.unwrap())
    }

    async fn call(&self, tool: &'static str, arguments: Value) -> Result<CallToolResult, ServiceError> {
        let arguments = arguments.as_object().unwrap().clone();
        self.0.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await
    }
}
