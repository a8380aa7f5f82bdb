//! See the README; `billing-server help` lists the commands.
use std::process::ExitCode;

use billing_server::{Arguments, error::chain, run};
use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Fails only when one is installed already, which is as good.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    run(arguments).await.unwrap_or_else(|error| {
        eprintln!("billing-server: {}", chain(&*error));
        ExitCode::FAILURE
    })
}
