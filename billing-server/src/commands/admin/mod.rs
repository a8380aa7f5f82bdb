//! What only operators may do.
mod account;
mod keys;

use clap::Subcommand;

use crate::{BoxError, config::Config};

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Action {
    /// Look at an account; set its tier and limits, suspend it.
    #[command(subcommand)]
    Account(account::Action),
    /// The keys that services call with: make, list, revoke.
    #[command(subcommand)]
    Keys(keys::Action),
}

pub(super) async fn run(action: Action, config: &Config) -> Result<(), BoxError> {
    match action {
        Action::Account(action) => account::run(action, config).await,
        Action::Keys(action) => keys::run(action, config).await,
    }
}
