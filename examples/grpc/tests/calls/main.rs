//! The program as a process, called by a client of tonic.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod charges;
mod overspend;
mod refusals;

use examples_support::{Example, demo::ACCOUNT_HEADER};
use tonic::{Request, transport::Channel};
use tools::v1::{SearchRequest, tools_client::ToolsClient};

const PROGRAM: &str = env!("CARGO_BIN_EXE_example-grpc");

/// The program on an SQLite file, with this much on the account.
async fn example(usd: &str) -> Example {
    Example::on_sqlite(PROGRAM).await.with_money(usd)
}

async fn connect(url: &str) -> ToolsClient<Channel> {
    ToolsClient::connect(url.to_owned()).await.unwrap()
}

/// A message from the account of these tests.
fn from_account<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(ACCOUNT_HEADER, Example::ACCOUNT.parse().unwrap());
    request
}

fn search(query: &str) -> Request<SearchRequest> {
    from_account(SearchRequest { query: query.to_owned() })
}
