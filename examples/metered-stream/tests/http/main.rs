//! The program as a process, over HTTP, with a real database.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic")]
mod calls;
mod http_2;
mod kills;
mod overspend;
mod streams;

use examples_support::{Example, demo::ACCOUNT_HEADER};

const PROGRAM: &str = env!("CARGO_BIN_EXE_example-metered-stream");

/// The program on an SQLite file, with this much on the account.
async fn example(usd: &str) -> Example {
    Example::on_sqlite(PROGRAM).await.with_money(usd)
}

/// Begins to read a stream; answers when its head is there.
async fn open_stream(url: &str) -> reqwest::Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(url).header(ACCOUNT_HEADER, Example::ACCOUNT).send().await.unwrap()
}

/// Reads so many chunks of a stream, or all that there are.
async fn read_chunks(stream: &mut reqwest::Response, count: usize) -> usize {
    let (mut text, mut read) = (String::new(), 0);
    while read < count
        && let Some(bytes) = stream.chunk().await.unwrap()
    {
        text += std::str::from_utf8(&bytes).unwrap();
        read = text.matches("\n\n").count();
    }
    read
}
